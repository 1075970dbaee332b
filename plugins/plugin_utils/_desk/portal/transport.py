# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""HTTP to the portal: one polite session with cookies, paced, never leaving the portal's own origin.

Pages are read with retries; a form goes out once, and what it means that no answer came is for the caller to say.
"""

from __future__ import annotations

import dataclasses as dc
import http.cookiejar
import os
import pathlib
import re
import time
import typing as t
import urllib.parse

from ....module_utils._core.phrases import Phrase
from .._requests import HTTPAdapter, NewConnectionError, Retry, requests
from ..desk import DeskBusy, DeskUnreachable, ScreenUnexpected
from ..line import address_fault, parts_of, reason, retry_after

if t.TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from requests import Response

    from .page import Submission

NO_END: t.Final = Phrase(
    "the portal sends from page to page without an end", "ポータルのページからページへの移動が終わりません"
)
_ELSEWHERE: t.Final = Phrase(
    "the portal leads to {0}; nothing is sent to another place than desk_url's",
    "ポータルが {0} へ移動しようとしました。desk_url 以外の場所には何も送りません",
)
_RETRIES: t.Final = 4
_BACKOFF: t.Final = 0.25  # seconds, doubling
_MOST_REDIRECTS: t.Final = 5
_REDIRECTS: t.Final = (301, 302, 303, 307, 308)
_CHARSET: t.Final = re.compile(r"charset=\"?([\w-]+)", re.IGNORECASE)


def state_home() -> pathlib.Path:
    """Where the collection keeps what people may want to look at."""
    state = pathlib.Path(os.environ.get("XDG_STATE_HOME") or "~/.local/state").expanduser()
    return state / "iij.server_certificate"


@dc.dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """Where the portal is, who logs in, and how politely; times in seconds.

    `url` is any page of the portal that shows the log-in screen to a stranger. `request_interval` lies between two
    requests. `engine` makes pages of what comes in; `browser_path` is the installed Chromium for it. `state` is a
    folder for copies of unexpected pages and for the lock that keeps sessions from overlapping.
    """

    url: str
    user: str
    password: str = dc.field(repr=False)
    ca_path: str | None = None
    timeout: float = 30
    request_interval: float = 0
    screen_map: str | None = None
    engine: t.Literal["http", "browser"] = "http"
    browser_path: str | None = None
    state: pathlib.Path = dc.field(default_factory=state_home)

    def fault(self) -> Phrase | None:
        """Why this connection must not be used, or None."""
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


class Transport:
    """A session with the portal; nothing is sent before the first call. Cookies are kept here or by a browser."""

    def __init__(
        self, connection: Connection, *, sleep: Callable[[float], None] = time.sleep, keeps_cookies: bool = True
    ) -> None:
        self._connection = connection
        self._sleep = sleep
        self._last = float("-inf")
        self._session = _session(connection)
        if not keeps_cookies:
            self._session.cookies.set_policy(http.cookiejar.DefaultCookiePolicy(allowed_domains=()))

    def get(self, url: str) -> Fetched:
        """The page at this address, retried."""
        return self._landed(self.answer("GET", url))

    def file(self, url: str, *, cookies: str | None = None) -> bytes:
        """What a download link hands out."""
        headers = {"Cookie": cookies} if cookies else None
        return self._landed(self.answer("GET", url, headers=headers), headers=headers).content

    def submit(self, submission: Submission) -> Fetched:
        """The page that pressing a button leads to; the form goes out once."""
        if submission.method == "GET":
            query = urllib.parse.urlencode(submission.values)
            return self.get(urllib.parse.urlsplit(submission.url)._replace(query=query).geturl())
        return self._landed(self.answer("POST", submission.url, body=submission.values))

    def secrets(self) -> tuple[str, ...]:
        """What must not stand in any copy of a page."""
        return (self._connection.password, *(cookie.value or "" for cookie in self._session.cookies))

    def answer(
        self,
        method: str,
        url: str,
        *,
        body: tuple[tuple[str, str], ...] | bytes | None = None,
        headers: Mapping[str, str] | None = None,
        paced: bool = True,
    ) -> Response:
        """What this one request leads to, redirects not followed; anything but GET goes out once."""
        self._stay_at_home(url)
        if paced:
            self._pace()
        try:
            response = self._session.request(
                method, url, data=body, headers=headers, timeout=self._connection.timeout, allow_redirects=False
            )
        except requests.exceptions.RequestException as error:
            kind = NeverSent if _never_connected(error) else DeskUnreachable
            raise kind(
                Phrase(
                    f"the portal at {self._connection.url} cannot be reached: {reason(error)}",
                    f"ポータル {self._connection.url} に接続できません: {reason(error)}",
                )
            ) from None
        if response.status_code == 429:
            raise DeskBusy(
                Phrase("the portal asks to come back later", "ポータルが混み合っています。後で再実行してください"),
                retry_after=retry_after(response.headers),
            )
        if response.status_code >= 500:
            raise DeskUnreachable(
                Phrase(
                    f"the portal answered with {response.status_code}",
                    f"ポータルの応答は {response.status_code} でした",
                )
            )
        return response

    def _landed(self, response: Response, *, headers: Mapping[str, str] | None = None) -> Fetched:
        """The page that this answer leads to, over as many redirects as are allowed."""
        for _redirect in range(_MOST_REDIRECTS + 1):
            if response.status_code not in _REDIRECTS or "Location" not in response.headers:
                return _fetched(response)
            url = urllib.parse.urljoin(response.url, response.headers["Location"])
            try:
                response = self.answer("GET", url, headers=headers)
            except NeverSent as error:
                # The request that led here has reached the portal.
                raise DeskUnreachable(error.told) from None
        raise DeskUnreachable(NO_END)

    def _stay_at_home(self, url: str) -> None:
        """Refuse to carry cookies, tokens and passwords anywhere else."""
        home, parts = parts_of(self._connection.url), parts_of(url)
        if parts is None or home is None or (parts.scheme, parts.netloc) != (home.scheme, home.netloc):
            told = parts.netloc if parts else Phrase("an address that cannot be read", "読み取れないアドレス")
            raise DeskUnreachable(_ELSEWHERE.filled(told))

    def _pace(self) -> None:
        wait = self._last + self._connection.request_interval - time.monotonic()
        if wait > 0:
            self._sleep(wait)
        self._last = time.monotonic()


def _session(connection: Connection) -> requests.Session:
    session = requests.Session()
    # The user's netrc and proxies for other hosts have no business with this log-in.
    session.trust_env = False
    session.headers.update({"Accept": "text/html", "Accept-Language": "ja", "User-Agent": "iij.server_certificate"})
    if connection.ca_path:
        session.verify = connection.ca_path
    retry = Retry(
        total=_RETRIES,
        redirect=False,
        backoff_factor=_BACKOFF,
        status_forcelist=(429, 500, 502, 503, 504),
        allowed_methods=("GET",),
        raise_on_status=False,
    )
    session.mount("http://", HTTPAdapter(max_retries=retry))
    session.mount("https://", HTTPAdapter(max_retries=retry))
    return session


def _never_connected(error: requests.exceptions.RequestException) -> bool:
    cause = getattr(error.args[0], "reason", None) if error.args else None
    return isinstance(error, requests.exceptions.ConnectTimeout) or isinstance(cause, NewConnectionError)


def _fetched(response: Response) -> Fetched:
    named = _CHARSET.search(response.headers.get("Content-Type", ""))
    return Fetched(
        url=response.url,
        status=response.status_code,
        content=response.content,
        charset=named[1] if named else None,
    )


__all__ = ("NO_END", "Connection", "Fetched", "NeverSent", "Transport", "Withheld", "state_home")
