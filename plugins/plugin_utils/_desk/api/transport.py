# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""HTTP to the desk: one keep-alive session, three classes of call, errors as DeskError.

Reads and safe writes are retried with back-off; a spending call goes out once, and no answer means OutcomeUnknown.
"""

from __future__ import annotations

import dataclasses as dc
import json
import re
import typing as t

from ....module_utils._core.phrases import Phrase, verbatim
from .._requests import HTTPAdapter, Retry, requests
from ..desk import (
    AccessRefused,
    AnswerUnusable,
    DeskBusy,
    DeskError,
    DeskUnreachable,
    OutcomeUnknown,
    ReferenceTaken,
    RequestRefused,
    StateConflict,
)
from ..line import address_fault, reason, retry_after

if t.TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

Json = dict[str, t.Any]

_BASE = "/api/v1"
_PAGE = 1000
_RETRIES = 4
_BACKOFF = 0.25  # seconds, doubling
_PIECE = 1 << 20  # bytes
_TOKEN = re.compile(r"[!-~]+")
# Refusals of docs/desk-interface.md, after which nothing was done; anything else may come from a gateway on the way.
_REFUSALS = {400: "ParameterError", 403: "Forbidden", 404: "NotFound", 409: "Conflict", 429: "TooManyRequests"}

_ANSWERED = Phrase("the desk answered {0}", "窓口の応答は {0} でした")
_TOKEN_REFUSED = Phrase("{0}", "このトークンでは行えません。トークンとその役割を確認してください: {0}")
_NO_RESULT = Phrase("the desk's answer has no result", "窓口の応答に result がありません")
_NO_LIST = Phrase("the list {0} has no results or no total", "窓口の一覧 {0} に results または total がありません")
_CUT_OFF = Phrase("the list {0} ends after {1} of {2} rows", "窓口の一覧 {0} が{2}行のうち{1}行で途切れています")


@dc.dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """Where the desk is and how it is reached; `timeout` in seconds counts for connecting and for each read."""

    url: str
    token: str = dc.field(repr=False)
    ca_path: str | None = None
    timeout: float = 30

    def fault(self) -> Phrase | None:
        """Why this connection must not be used, or None."""
        fault = address_fault(self.url, form="https://host[:port]", secret=Phrase("token", "トークン"))
        if fault is None and not _TOKEN.fullmatch(self.token):
            # What no header can carry would be quoted in the HTTP library's complaint.
            fault = Phrase(
                "desk_token must consist of printable ASCII without blanks; is there a line break at its end?",
                "desk_token に使えるのは、空白以外の印字できるASCII文字だけです。末尾に改行が入っていませんか。",
            )
        return fault


class Reply(t.NamedTuple):
    """What came back, read to its end."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Transport:
    """A session with the desk; nothing is sent before the first call."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._patient = _session(
            connection,
            Retry(
                total=_RETRIES,
                backoff_factor=_BACKOFF,
                status_forcelist=(429, 500, 502, 503, 504),
                allowed_methods=("GET", "PUT", "POST"),
                raise_on_status=False,
            ),
        )
        self._once = _session(connection, Retry(0, redirect=False))

    def read(self, path: str, query: Mapping[str, t.Any] | None = None) -> t.Any:
        """The result of a GET, retried."""
        return self._result(self._patiently("GET", path, params=query))

    def read_all(self, path: str, query: Mapping[str, t.Any] | None = None) -> Iterator[t.Any]:
        """Every row of a list, however small the desk's pages are; a row that two pages repeat comes twice."""
        offset = 0
        total: t.Any = 1
        while offset < total:
            page = {**(query or {}), "offset": offset, "limit": _PAGE}
            answer = self._checked(self._patiently("GET", path, params=page))
            rows, total = answer.get("results"), answer.get("total")
            if not isinstance(rows, list) or not isinstance(total, int):
                raise AnswerUnusable(_NO_LIST.filled(path), request_id=_request_id(answer))
            if not rows and offset < total:
                raise AnswerUnusable(_CUT_OFF.filled(path, offset, total))
            yield from rows
            offset += len(rows)

    def write(self, method: str, path: str, body: Json) -> t.Any:
        """The result of a safe write, retried."""
        return self._result(self._patiently(method, path, json=body))

    def spend(self, path: str, body: Json) -> t.Any:
        """The result of a spending POST, sent once; OutcomeUnknown where the desk may have booked it."""
        try:
            reply = self._send(self._once, "POST", path, json=body)
        except requests.exceptions.RequestException as error:
            raise OutcomeUnknown(
                Phrase(
                    f"no answer from the desk to POST {path}: {reason(error)}",
                    f"窓口からの応答がありません (POST {path}): {reason(error)}",
                )
            ) from None
        if reply.status >= 500:
            raise OutcomeUnknown(
                Phrase(
                    f"the desk answered POST {path} with {reply.status}",
                    f"窓口の応答は {reply.status} でした (POST {path})",
                )
            )
        try:
            return self._result(reply)
        except AnswerUnusable as unusable:
            raise OutcomeUnknown(unusable.told) from None

    def _patiently(self, method: str, path: str, **content: t.Any) -> Reply:
        try:
            return self._send(self._patient, method, path, **content)
        except requests.exceptions.RequestException as error:
            raise DeskUnreachable(
                Phrase(
                    f"the desk at {self._connection.url} cannot be reached: {reason(error)}",
                    f"窓口 {self._connection.url} に接続できません: {reason(error)}",
                )
            ) from None

    def _send(self, session: requests.Session, method: str, path: str, **content: t.Any) -> Reply:
        url = self._connection.url.rstrip("/") + _BASE + path
        sent = session.request(
            method, url, timeout=self._connection.timeout, allow_redirects=False, stream=True, **content
        )
        with sent as response:
            # In few pieces: each one waits for its turn with whatever reads the order files meanwhile.
            body = b"".join(response.iter_content(_PIECE))
            return Reply(response.status_code, response.headers, body)

    def _result(self, reply: Reply) -> t.Any:
        answer = self._checked(reply)
        if "result" not in answer:
            raise AnswerUnusable(_NO_RESULT, request_id=_request_id(answer))
        return answer["result"]

    def _checked(self, reply: Reply) -> Json:
        answer = _json(reply)
        if reply.status in (200, 201):
            return answer
        error = _error(reply, answer)
        error.nothing_done = answer.get("error_type") == _REFUSALS.get(reply.status, "")
        raise error


def _session(connection: Connection, retry: Retry) -> requests.Session:
    session = requests.Session()
    # The user's netrc and proxies for other hosts have no business with this credential.
    session.trust_env = False
    session.headers.update({"Authorization": f"Bearer {connection.token}", "Accept": "application/json"})
    if connection.ca_path:
        session.verify = connection.ca_path
    adapter = HTTPAdapter(max_retries=retry)
    session.mount("http://", adapter)
    session.mount("https://", adapter)
    return session


def _json(reply: Reply) -> Json:
    try:
        answer = json.loads(reply.body)
    except (ValueError, RecursionError):
        answer = None
    if isinstance(answer, dict):
        return answer
    kind = reply.headers.get("Content-Type", "no content type")
    if reply.status in (429, *range(500, 600)):
        return {}
    raise AnswerUnusable(
        Phrase(
            f"the desk answered {reply.status} with {kind} instead of a JSON object",
            f"窓口の応答 ({reply.status}、{kind}) はJSONではありません",
        )
    )


def _error(reply: Reply, answer: Json) -> DeskError:
    given = answer.get("error_details")
    details = [detail for detail in given if isinstance(detail, dict)] if isinstance(given, list) else []
    codes = {str(detail.get("code")) for detail in details}
    given_words = answer.get("error_message")
    words = verbatim(given_words) if given_words else _ANSWERED.filled(reply.status)
    told = [f"; {d.get('attribute')}: {d.get('message') or d.get('code')}" for d in details if d.get("attribute")]
    message, request_id = Phrase("{0}{1}", "{0}{1}").filled(words, "".join(told)), _request_id(answer)
    if reply.status in (401, 403) or any(d.get("attribute") == "access_token" for d in details):
        return AccessRefused(_TOKEN_REFUSED.filled(message), request_id=request_id)
    if reply.status == 429:
        return DeskBusy(message, retry_after=retry_after(reply.headers), request_id=request_id)
    if reply.status == 409:
        kind = ReferenceTaken if "client_reference" in codes else StateConflict
        return kind(message, request_id=request_id)
    if reply.status >= 500:
        return DeskUnreachable(message, request_id=request_id)
    return RequestRefused(message, request_id=request_id)


def _request_id(answer: Json) -> str | None:
    found = answer.get("request_id")
    return str(found) if found else None


__all__ = ("Connection", "Json", "Transport")
