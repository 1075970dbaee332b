# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""HTTP to the portal: one polite session with cookies, paced, never leaving the portal's own origin.

Pages are read again where that may help; a form goes out once, and its caller says what a lost answer means.
"""

from __future__ import annotations

import dataclasses as dc
import email.utils
import pathlib
import re
import time
import typing as t
import urllib.parse

from ....module_utils._core.phrases import Phrase, one_line
from ..desk import AnswerUnusable, DeskBusy, DeskUnreachable, ScreenUnexpected
from ..forms import read_field
from ..http import NoAnswer, exchange, open_session
from ..line import address_fault, advise_on_desk, split_address
from ..patience import Patience, come_back_later, read_retry_after
from ..private_files import find_cache_home, find_state_folder
from .charsets import NotEncodable, encode_form

if t.TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Mapping

    from ..http import Reply
    from .page import Submission

NO_END: t.Final = Phrase(
    "the portal sends from page to page without an end", "ポータルのページからページへの移動が終わりません"
)
_ELSEWHERE: t.Final = Phrase(
    "the portal leads to {0}; nothing is sent to another place than desk_url's",
    "ポータルが {0} へ移動しようとしました。desk_url 以外の場所には何も送りません",
)
_IN_ADDRESS: t.Final = Phrase(
    "the portal's page would put the password into an address, where it would be logged; nothing is sent",
    "ポータルのページがパスワードをURLに含めようとしました。ログに残るため、何も送りません",
)
_NOT_ENCODABLE: t.Final = Phrase(
    "the page is in the encoding {0}, which has no {1}; nothing was sent",
    "ページの文字コード {0} にない文字があります: {1}。何も送っていません",
)
_UNREACHABLE: t.Final = Phrase("the portal at {0} cannot be reached: {1}", "ポータル {0} に接続できません: {1}")
_BUSY: t.Final = Phrase("the portal asks to come back later", "ポータルが混み合っています。後で再実行してください")
_ANSWERED: t.Final = Phrase("the portal answered with {0}", "ポータルがエラー{0}を返しました")
_FORM: t.Final = "application/x-www-form-urlencoded"
_SHORTEST_SECRET: t.Final = 4  # characters; a shorter one is found everywhere
_MOST_REDIRECTS: t.Final = 5
_REDIRECTS: t.Final = (301, 302, 303, 307, 308)
_CHARSET: t.Final = re.compile(r"charset=\"?([\w-]+)", re.IGNORECASE)


@dc.dataclass(frozen=True, slots=True, kw_only=True)
class PortalConnection:
    """Where the portal is, who logs in, and how politely; times in seconds.

    `url` is any page of the portal that shows the log-in screen to a stranger. `request_interval` lies between two
    requests. `engine` makes pages of what comes in; `browser_path` is the installed Chromium for it. `state` is a
    folder for copies of unexpected pages and for the lock that keeps sessions from overlapping, `cache` one for what
    need not be read again. `tell` is called with what a run waits for.
    """

    url: str
    user: str
    password: str = dc.field(repr=False)
    ca_path: str | None = None
    proxy: str | None = dc.field(default=None, repr=False)
    timeout: float = 30
    request_interval: float = 0
    screen_map: str | None = None
    engine: t.Literal["http", "browser"] = "http"
    browser_path: str | None = None
    state: pathlib.Path = dc.field(default_factory=find_state_folder)
    cache: pathlib.Path = dc.field(default_factory=find_cache_home)
    tell: Callable[[Phrase], None] | None = None

    def find_fault(self) -> Phrase | None:
        """Say why this connection must not be used, or None."""
        secret = Phrase("password", "パスワード")
        return address_fault(self.url, form="https://host[:port]/path", secret=secret)


@dc.dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """One page as it came in, or as the scripts on it have left it."""

    url: str
    status: int
    content: bytes = dc.field(repr=False)
    charset: str | None = None
    rendered: bool = False


class NeverSent(DeskUnreachable):
    """There was no connection, so nothing of the request has reached the portal."""

    nothing_done = True


class Withheld(ScreenUnexpected):
    """The form was not sent: its page is not the one that was looked at, or asks something first."""

    nothing_done = True


class PortalTransport:
    """A session with the portal; nothing is sent before the first call. Cookies are kept here or by a browser."""

    def __init__(
        self, connection: PortalConnection, *, sleep: Callable[[float], None] = time.sleep, keeps_cookies: bool = True
    ) -> None:
        self._connection = connection
        self._sleep = sleep
        self._last = float("-inf")
        self.as_of: dt.datetime | None = None
        self._session = open_session(
            ca_path=connection.ca_path,
            headers={"Accept": "text/html", "Accept-Language": "ja", "User-Agent": "iij.server_certificate"},
            keeps_cookies=keeps_cookies,
            proxy=connection.proxy,
        )
        self.patience = self.begin()

    def begin(self) -> Patience:
        """Begin a call of the desk, with all the time that one may take."""
        connection = self._connection
        self.patience = Patience(timeout=connection.timeout, sleep=self._sleep, tell=connection.tell)
        return self.patience

    def get(self, url: str) -> Fetched:
        """Return the page at this address."""
        return self._land(self.answer("GET", url))

    def download_file(self, url: str, *, cookies: str | None = None) -> bytes:
        """Return what a download link hands out."""
        headers = {"Cookie": cookies} if cookies else None
        return self._land(self.answer("GET", url, headers=headers), headers=headers).content

    def submit(self, submission: Submission) -> Fetched:
        """Press a button and return the page that it leads to; the form goes out once."""
        try:
            form = encode_form(submission.values, submission.encoding)
        except NotEncodable as error:
            raise Withheld(_NOT_ENCODABLE.filled(submission.encoding, one_line(error.characters))) from None
        if submission.method == "GET":
            return self.get(urllib.parse.urlsplit(submission.url)._replace(query=form).geturl())
        headers = {"Content-Type": _FORM}
        return self._land(self.answer("POST", submission.url, body=form.encode("ascii"), headers=headers))

    def fill(self, _page: object, _form: object, _filled: object) -> None:
        """Do nothing: no script runs here, so what is filled in goes out with the button."""

    def list_secrets(self) -> tuple[str, ...]:
        """List what must not be in any copy of a page."""
        return (self._connection.password, *(cookie.value or "" for cookie in self._session.cookies))

    def answer(
        self,
        method: str,
        url: str,
        *,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        paced: bool = True,
    ) -> Reply:
        """Return what this one request leads to, redirects not followed; anything but GET goes out once."""

        def once() -> Reply:
            self._check_address(url)
            if paced:
                self._pace()
            return self._answer(method, url, body=body, headers=headers)

        return self.patience.try_again(once) if method == "GET" else once()

    def _answer(self, method: str, url: str, *, body: bytes | None, headers: Mapping[str, str] | None) -> Reply:
        try:
            reply = exchange(self._session, method, url, patience=self.patience, data=body, headers=headers)
        except NoAnswer as error:
            kind = DeskUnreachable if error.sent else NeverSent
            silent = kind(_UNREACHABLE.filled(self._connection.url, advise_on_desk(error.phrase)))
            silent.tried_out = error.refused
            raise silent from None
        self.as_of = _moment_of(reply) or self.as_of
        wait = read_retry_after(reply.headers)
        if reply.status == 429:
            raise DeskBusy(come_back_later(_BUSY, wait), retry_after=1.0 if wait is None else wait)
        if reply.status >= 500:
            unreachable = DeskUnreachable(come_back_later(_ANSWERED.filled(reply.status), wait))
            unreachable.retry_after = wait
            raise unreachable
        return reply

    def _land(self, reply: Reply, *, headers: Mapping[str, str] | None = None) -> Fetched:
        """Return the page that this answer leads to, over as many redirects as are allowed."""
        for _redirect in range(_MOST_REDIRECTS + 1):
            if not is_redirect(reply):
                return _fetched(reply)
            try:
                reply = self.answer("GET", _joined(reply.url, reply.headers["Location"]), headers=headers)
            except NeverSent as error:
                # The request that led here has reached the portal.
                raise DeskUnreachable(error.phrase) from None
        raise DeskUnreachable(NO_END)

    def _check_address(self, url: str) -> None:
        """Refuse to carry cookies, tokens and passwords anywhere else, and passwords in any address."""
        home, parts = split_address(self._connection.url), split_address(url)
        if parts is None or home is None or (parts.scheme, parts.netloc) != (home.scheme, home.netloc):
            place = (
                one_line(parts.netloc) if parts else Phrase("an address that cannot be read", "読み取れないアドレス")
            )
            raise DeskUnreachable(_ELSEWHERE.filled(place))
        password = self._connection.password
        if len(password) >= _SHORTEST_SECRET and password in urllib.parse.unquote_plus(url):
            raise ScreenUnexpected(_IN_ADDRESS)

    def _pace(self) -> None:
        wait = self._last + self._connection.request_interval - time.monotonic()
        if wait > 0:
            self.patience.pause(wait)
        self._last = time.monotonic()


def _moment_of(reply: Reply) -> dt.datetime | None:
    """Return when the portal says that it has answered."""
    try:
        moment = email.utils.parsedate_to_datetime(reply.headers.get("Date", "")).isoformat()
        return t.cast("dt.datetime", read_field("as_of", moment))
    except (TypeError, ValueError, AnswerUnusable):
        return None


def is_redirect(reply: Reply) -> bool:
    return reply.status in _REDIRECTS and "Location" in reply.headers


def _joined(base: str, location: str) -> str:
    """Return where a redirect leads; headers come as Latin-1, and servers mean UTF-8."""
    try:
        return urllib.parse.urljoin(base, location.encode("latin-1", "replace").decode("utf-8", "replace"))
    except ValueError:
        return ""


def _fetched(reply: Reply) -> Fetched:
    named = _CHARSET.search(reply.headers.get("Content-Type", ""))
    return Fetched(url=reply.url, status=reply.status, content=reply.body, charset=named[1] if named else None)


__all__ = (
    "NO_END",
    "Fetched",
    "NeverSent",
    "PortalConnection",
    "PortalTransport",
    "Withheld",
    "is_redirect",
)
