# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""HTTP to the desk: one keep-alive session, three classes of call, errors as DeskError.

Reads and safe writes are repeated with back-off; a spending call goes out once, and no answer means OutcomeUnknown.
"""

from __future__ import annotations

import dataclasses as dc
import re
import time
import typing as t
import urllib.parse

from ....module_utils._core.phrases import Language, Phrase, one_line
from ..._values.json_text import parse_json
from ..desk import (
    AccessRefused,
    AnswerUnusable,
    DeskBusy,
    DeskError,
    DeskUnreachable,
    NotAllowed,
    OutcomeUnknown,
    ReferenceTaken,
    RequestRefused,
    StateConflict,
)
from ..forms import read_fields
from ..http import NoAnswer, Reply, exchange, open_session
from ..line import address_fault, advise_on_desk
from ..patience import Patience, come_back_later, read_retry_after
from .refusals import explain_refusal, shown_details

if t.TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterator, Mapping

Json = dict[str, t.Any]

_BASE = "/api/v1"
_PAGE = 1000
_MOST_ROWS = 1_000_000
_MOST_PAGES = 10_000
_MOST_VALUES = 500_000  # of one answer: 1,000 rows have 65,000, and 10,000 more for each certificate before
_LONGEST_ID = 64
_TOKEN = re.compile(r"[!-~]+")
# Refusals of docs/desk-interface.md, after which nothing was done; anything else may come from a gateway on the way.
_REFUSALS = {400: "ParameterError", 403: "Forbidden", 404: "NotFound", 409: "Conflict", 429: "TooManyRequests"}

_NO_ANSWER = Phrase("no answer from the desk to {0} {1}: {2}", "窓口からの応答がありません ({0} {1}): {2}")
_UNREACHABLE = Phrase("the desk at {0} cannot be reached: {1}", "窓口 {0} に接続できません: {1}")
_ANSWERED_TO = Phrase("the desk answered {0} {1} with {2}", "窓口がエラー{2}を返しました ({0} {1})")
_WITHOUT_PATH = Phrase(
    "{0}; the address of the desk (IIJ_CERT_DESK_URL, desk_url) goes without a path: https://host[:port]",
    "{0} 窓口のアドレス (IIJ_CERT_DESK_URL、desk_url) は、パスを付けずに https://host[:port] の形で指定してください",
)
_ANSWERED = Phrase("the desk answered {0}", "窓口がエラー{0}を返しました")
_NO_JSON = Phrase(
    "the desk answered {0} with {1} instead of a JSON object", "窓口の応答 ({0}、{1}) はJSONではありません"
)
_NO_TYPE = Phrase("no content type", "Content-Typeなし")
_NO_RESULT = Phrase("the desk's answer has no result", "窓口の応答に result がありません")
_NO_LIST = Phrase("the list {0} has no results or no total", "窓口の一覧 {0} に results または total がありません")
_CUT_OFF = Phrase("the list {0} ends after {1} of {2} rows", "窓口の一覧 {0} が{2}行のうち{1}行で途切れています")
_TOO_LONG = Phrase(
    "the list {0} has more than {1} rows or {2} pages, which is not read",
    "窓口の一覧 {0} が長すぎます ({1}行または{2}ページを超えています)",
)


@dc.dataclass(frozen=True, slots=True, kw_only=True)
class ApiConnection:
    """Where the desk is and how it is reached.

    `timeout` in seconds counts for connecting and for each read, and 20 times as many for a whole call. `tell` is
    called with what a run waits for. `lang` is the language of refusals, where the desk has several.
    """

    url: str
    token: str = dc.field(repr=False)
    ca_path: str | None = None
    proxy: str | None = dc.field(default=None, repr=False)
    timeout: float = 30
    sleep: Callable[[float], None] = time.sleep
    tell: Callable[[Phrase], None] | None = None
    lang: Language = "en"

    def find_fault(self) -> Phrase | None:
        """Say why this connection must not be used, or None."""
        fault = address_fault(self.url, form="https://host[:port]", secret=Phrase("token", "トークン"))
        if fault is None and not _TOKEN.fullmatch(self.token):
            # What no header can carry would be quoted in the HTTP library's complaint.
            fault = Phrase(
                "desk_token must consist of printable ASCII without blanks; is there a line break at its end?",
                "desk_token に使えるのは、空白以外の印字できるASCII文字だけです。末尾に改行が入っていませんか。",
            )
        return fault


class ApiTransport:
    """A session with the desk; nothing is sent before the first call."""

    def __init__(self, connection: ApiConnection) -> None:
        self._connection = connection
        self.as_of: dt.datetime | None = None  # the desk's moment of its last good answer
        self._session = open_session(
            ca_path=connection.ca_path,
            headers={
                "Authorization": f"Bearer {connection.token}",
                "Accept": "application/json",
                "Accept-Language": connection.lang,
            },
            keeps_cookies=False,
            proxy=connection.proxy,
        )

    def read(self, path: str, query: Mapping[str, t.Any] | None = None) -> t.Any:
        """Return the result of a GET, repeated."""
        return _result(self._repeated(self._patience(), "GET", path, params=query))

    def read_all(self, path: str, query: Mapping[str, t.Any] | None = None) -> Iterator[t.Any]:
        """Yield every row of a list, however small the desk's pages are; a row that two pages repeat comes twice."""
        for rows, _total in self.read_pages(path, query):
            yield from rows

    def read_pages(self, path: str, query: Mapping[str, t.Any] | None = None) -> Iterator[tuple[list[t.Any], int]]:
        """Yield the rows of each page of a list, with how many the list has by that page."""
        patience = self._patience()
        offset = pages = 0
        total: t.Any = 1
        while offset < total:
            page = {**(query or {}), "offset": offset, "limit": _PAGE}
            answer = self._repeated(patience, "GET", path, params=page)
            rows, total = answer.get("results"), answer.get("total")
            if not isinstance(rows, list) or not isinstance(total, int):
                raise AnswerUnusable(_NO_LIST.filled(path), request_id=_request_id(answer))
            if max(total, offset + len(rows)) > _MOST_ROWS or pages == _MOST_PAGES:
                raise AnswerUnusable(_TOO_LONG.filled(path, _MOST_ROWS, _MOST_PAGES))
            if not rows and offset < total:
                raise AnswerUnusable(_CUT_OFF.filled(path, offset, total))
            offset, pages = offset + len(rows), pages + 1
            yield rows, total
            rows.clear()  # ten megabytes, whoever still holds them while the next page is read

    def write(self, method: str, path: str, body: Json) -> t.Any:
        """Return the result of a safe write, repeated."""
        return _result(self._repeated(self._patience(), method, path, json=body))

    def spend(self, path: str, body: Json) -> t.Any:
        """Return the result of a spending POST, sent once; OutcomeUnknown where the desk may have booked it."""
        try:
            reply = self._exchange(self._patience(), "POST", path, json=body)
        except NoAnswer as error:
            raise OutcomeUnknown(_NO_ANSWER.filled("POST", path, error.phrase)) from None
        if reply.status >= 500:
            raise OutcomeUnknown(_ANSWERED_TO.filled("POST", path, reply.status))
        try:
            return _result(self._good(reply))
        except AnswerUnusable as unusable:
            raise OutcomeUnknown(unusable.phrase) from None

    def _patience(self) -> Patience:
        connection = self._connection
        return Patience(timeout=connection.timeout, sleep=connection.sleep, tell=connection.tell)

    def _repeated(self, patience: Patience, method: str, path: str, **content: t.Any) -> Json:
        def once() -> Json:
            try:
                return self._good(self._exchange(patience, method, path, **content))
            except NoAnswer as error:
                silence = advise_on_desk(error.phrase)
                unreachable = DeskUnreachable(_UNREACHABLE.filled(self._connection.url, silence))
                unreachable.tried_out = error.refused
                raise unreachable from None

        return patience.try_again(once)

    def _good(self, reply: Reply) -> Json:
        answer = _checked(reply)
        message = read_fields(answer, (), ("as_of",))["as_of"]
        self.as_of = message or self.as_of
        return answer

    def _exchange(self, patience: Patience, method: str, path: str, **content: t.Any) -> Reply:
        url = self._connection.url.rstrip("/") + _BASE + path
        return exchange(self._session, method, url, patience=patience, **content)


def _result(answer: Json) -> t.Any:
    if "result" not in answer:
        raise AnswerUnusable(_NO_RESULT, request_id=_request_id(answer))
    return answer["result"]


def _checked(reply: Reply) -> Json:
    answer = _json(reply)
    if reply.status in (200, 201):
        return answer
    error = _error(reply, answer)
    error.nothing_done = answer.get("error_type") == _REFUSALS.get(reply.status, "")
    raise error


def _json(reply: Reply) -> Json:
    try:
        # A few bytes can become a hundred in memory, so values are counted before they are made.
        few = sum(map(reply.body.count, (b",", b"[", b"{"))) <= _MOST_VALUES
        answer = parse_json(reply.body) if few else None
    except ValueError:
        answer = None
    if isinstance(answer, dict):
        return answer
    if reply.status in (429, *range(500, 600)):
        return {}
    raise AnswerUnusable(_NO_JSON.filled(reply.status, one_line(reply.headers.get("Content-Type", _NO_TYPE.en))))


def _error(reply: Reply, answer: Json) -> DeskError:
    details = shown_details(answer)
    codes = {str(detail.get("code")) for detail in details}
    wait = read_retry_after(reply.headers)
    words = explain_refusal(answer, details, otherwise=_ANSWERED.filled(reply.status))
    if reply.status == 404 and _has_further_path(reply.url):
        words = _WITHOUT_PATH.filled(words)
    message, request_id = come_back_later(words, wait), _request_id(answer)
    if reply.status in (401, 403) or any(d.get("attribute") == "access_token" for d in details):
        kind = NotAllowed if reply.status == 403 else AccessRefused
        return kind(message, request_id=request_id)
    if reply.status == 429:
        return DeskBusy(message, retry_after=1.0 if wait is None else wait, request_id=request_id)
    if reply.status == 409:
        taken = "client_reference" in codes
        return (ReferenceTaken if taken else StateConflict)(message, request_id=request_id)
    if reply.status >= 500:
        unreachable = DeskUnreachable(message, request_id=request_id)
        unreachable.retry_after = wait
        return unreachable
    return RequestRefused(message, request_id=request_id)


def _has_further_path(url: str) -> bool:
    path = urllib.parse.urlsplit(url).path
    return not path.startswith(f"{_BASE}/") or path.count(_BASE) > 1


def _request_id(answer: Json) -> str | None:
    result = answer.get("request_id")
    return one_line(result, _LONGEST_ID) if result else None


__all__ = ("ApiConnection", "ApiTransport", "Json")
