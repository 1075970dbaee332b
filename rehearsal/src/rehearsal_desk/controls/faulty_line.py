# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Faults on the line: what the network, a proxy and a tired server do to a request, for JSON or for a screen."""

from __future__ import annotations

import asyncio
import logging
import socket
import struct
import typing as t
import urllib.parse

from starlette.datastructures import Headers
from starlette.responses import HTMLResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from rehearsal_desk.api import answers
from rehearsal_desk.controls import fault_kinds as kinds
from rehearsal_desk.controls.falsified import Answer, falsify
from rehearsal_desk.rules.admins import bearer_of, digest
from rehearsal_desk.rules.wording import Language
from rehearsal_desk.store.faults import Fault, FaultList

_LOG: t.Final = logging.getLogger("rehearsal_desk")

_PORTAL: t.Final = "/portal/"  # of these paths a fault's pattern names the whole
_LONGEST_PAUSE: t.Final = 10_000  # milliseconds

_MAINTENANCE: t.Final = """\
<!DOCTYPE html>
<html lang="ja"><head><meta charset="utf-8"><title>メンテナンス中（リハーサル）</title></head>
<body><h1>ただいまメンテナンス中です</h1>
<p>リハーサルの障害です。 This page is a fault of the rehearsal.</p></body></html>
"""
_GATEWAY: t.Final = "<html><head><title>{0}</title></head><body><h1>{0}</h1><p>rehearsal</p></body></html>\n"


class FaultyLine:
    """ASGI middleware that lets requests meet their faults; it has to be the outermost layer."""

    def __init__(self, app: ASGIApp, *, faults: FaultList, base_path: str) -> None:
        self._app = app
        self._faults = faults
        self._base_path = base_path

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, or fail it as asked."""
        if scope["type"] != "http" or not scope["path"].startswith((f"{self._base_path}/", _PORTAL)):
            await self._serve(scope, receive, send)
            return
        fault = self._fault_of(scope)
        if self._is_revoked(scope, fault=fault):
            await answers.bad_token(_language_of(scope))(scope, receive, send)
        elif fault is None:
            await self._serve(scope, receive, send)
        elif fault.kind.name in (kinds.DROP_BEFORE_COMMIT, kinds.DROP_AFTER_COMMIT):
            if fault.kind.name == kinds.DROP_AFTER_COMMIT:
                await self._serve(scope, receive, _nowhere)
            await _drop(receive, send)
        elif (instead := _instead(fault, _language_of(scope))) is not None:
            if any(setting.name == "after_commit" for setting in fault.kind.settings) and fault.value("after_commit"):
                await self._serve(scope, receive, _nowhere)
            await instead(scope, receive, send)
        else:
            answer = await self._answer(_asked_wrong(scope, fault=fault), receive)
            await _deliver(falsify(answer, fault=fault), fault=fault, receive=receive, send=send)

    def _fault_of(self, scope: Scope) -> Fault | None:
        if scope["path"].startswith(_PORTAL):
            names = kinds.SCREEN_NAMES
            return self._faults.take("line", method=scope["method"], path=scope["path"], names=names)
        path = scope["path"].removeprefix(self._base_path)
        # Only a page with an offset has a page before it.
        barred = {kinds.LISTING_REPEATS_ROW} if _offset(scope) == 0 else set()
        return self._faults.take("line", method=scope["method"], path=path, names=kinds.LINE_NAMES - barred)

    def _is_revoked(self, scope: Scope, *, fault: Fault | None) -> bool:
        revokes = fault is not None and fault.kind.name == kinds.TOKEN_REVOKED
        if not revokes and not self._faults.revokes_any():
            return False
        token = bearer_of(Headers(scope=scope).get("authorization", ""))
        if not token:  # a call without one has nothing to lose
            return revokes
        if revokes:
            self._faults.revoke(digest(token))
        return self._faults.is_revoked(digest(token))

    async def _answer(self, scope: Scope, receive: Receive) -> Answer:
        """Return the whole answer, held back."""
        start: Message = {}
        body = bytearray()

        async def hold(message: Message) -> None:
            if message["type"] == "http.response.start":
                start.update(message)
            else:
                body.extend(message.get("body", b""))

        await self._serve(scope, receive, hold)
        return Answer(status=start["status"], headers=tuple(map(tuple, start["headers"])), body=bytes(body))

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await self._app(scope, receive, send)
        except Exception as error:
            # The application has answered already; its traceback is for developers, not for the terminal of a user.
            _LOG.error("%s %s failed: %s", scope.get("method"), scope.get("path"), type(error).__name__)
            _LOG.debug("the failure in full", exc_info=error)


def _language_of(scope: Scope) -> Language:
    return answers.language_of(Headers(scope=scope))


def _instead(fault: Fault, lang: Language) -> Response | None:
    """Return what this fault answers instead of the desk, if it is one that does."""
    name = fault.kind.name
    if name == "error_500":
        return answers.system_error(lang)
    if name in kinds.SERVER_ERRORS:
        status, words = kinds.SERVER_ERRORS[name]
        page = HTMLResponse(_GATEWAY.format(f"{status} {words}"), status_code=status)
        if name == "error_503" and fault.number("retry_after"):
            page.headers["retry-after"] = fault.text("retry_after")
        return page
    if name == kinds.MAINTENANCE_PAGE:
        return HTMLResponse(_MAINTENANCE, status_code=200)
    if name == kinds.TOO_MANY_REQUESTS:
        return answers.too_many_requests(fault.number("retry_after"), lang)
    return None


def _asked_wrong(scope: Scope, *, fault: Fault) -> Scope:
    if fault.kind.name != kinds.LISTING_REPEATS_ROW:
        return scope
    query = dict(urllib.parse.parse_qs(scope["query_string"].decode("latin-1"), keep_blank_values=True))
    query["offset"] = [str(_offset(scope) - 1)]
    return {**scope, "query_string": urllib.parse.urlencode(query, doseq=True).encode("latin-1")}


def _offset(scope: Scope) -> int:
    """Return the offset that is asked for; 0 when it is none that a page could have."""
    values = urllib.parse.parse_qs(scope["query_string"].decode("latin-1")).get("offset", [])
    text = values[-1] if values else ""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


async def _deliver(answer: Answer, *, fault: Fault, receive: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": answer.status, "headers": list(answer.headers)})
    if fault.kind.name == kinds.RESET_MID_BODY:
        await send(_part(answer.body[: len(answer.body) // 2], more=True))
        await _drop(receive, send, reset=True)
    elif fault.kind.name == kinds.SLOW_DRIP:
        await _drip(answer.body, fault=fault, send=send)
    else:
        await send(_part(answer.body, more=False))


async def _drip(body: bytes, *, fault: Fault, send: Send) -> None:
    size = max(1, fault.number("bytes"))
    pause = min(_LONGEST_PAUSE, fault.number("pause_ms")) / 1000
    for start in range(0, len(body), size):
        await send(_part(body[start : start + size], more=True))
        await asyncio.sleep(pause)
    await send(_part(b"", more=False))


def _part(body: bytes, *, more: bool) -> Message:
    return {"type": "http.response.body", "body": body, "more_body": more}


async def _nowhere(_message: Message) -> None:
    """Stand in for `send` and tell nobody."""


async def _drop(receive: Receive, send: Send, *, reset: bool = False) -> None:
    """Close the connection without another byte of an answer.

    ASGI has no word for this. uvicorn's `send` is a bound method of the request's cycle, which holds the connection's
    transport. After the abort the server has to notice the loss before this request ends, or it would report that
    nothing was answered.
    """
    transport = getattr(getattr(send, "__self__", None), "transport", None)
    if transport is None:
        raise RuntimeError("connections can be dropped only under uvicorn")
    if reset:
        # A socket that does not linger says RST instead of FIN.
        connection = transport.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()
    while (await receive())["type"] != "http.disconnect":
        pass
