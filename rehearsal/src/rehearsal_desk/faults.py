# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Faults on the line, on demand: what the network and a tired server do to a request."""

from __future__ import annotations

import dataclasses as dc
import fnmatch
import logging
import threading
import typing as t

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from rehearsal_desk import answers

_LOG: t.Final = logging.getLogger("rehearsal_desk")

DROP_BEFORE_COMMIT: t.Final = "drop_before_commit"
DROP_AFTER_COMMIT: t.Final = "drop_after_commit"
SERVER_ERROR: t.Final = "server_error"
NAMES: t.Final = (DROP_BEFORE_COMMIT, DROP_AFTER_COMMIT, SERVER_ERROR)


@dc.dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What happens to the next `count` requests of this method and path below the base path."""

    name: str
    method: str
    path: str  # a shell pattern
    count: int = 1

    def meets(self, *, method: str, path: str) -> bool:
        """Whether this request is one of them."""
        return self.method == method and fnmatch.fnmatchcase(path, self.path)


class FaultList:
    """The faults in force; each use takes one off the first that fits."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._faults: tuple[Fault, ...] = ()

    def replace(self, faults: tuple[Fault, ...]) -> None:
        """These and no others."""
        with self._lock:
            self._faults = faults

    def current(self) -> tuple[Fault, ...]:
        """The faults that are not used up."""
        return self._faults

    def take(self, *, method: str, path: str) -> str | None:
        """The name of the fault that this request meets, now used once more."""
        with self._lock:
            for index, fault in enumerate(self._faults):
                if fault.meets(method=method, path=path):
                    left = (dc.replace(fault, count=fault.count - 1),) if fault.count > 1 else ()
                    self._faults = self._faults[:index] + left + self._faults[index + 1 :]
                    return fault.name
        return None


class FaultyLine:
    """ASGI middleware that lets requests meet their faults; it has to be the outermost layer."""

    def __init__(self, app: ASGIApp, *, faults: FaultList, base_path: str) -> None:
        self._app = app
        self._faults = faults
        self._base_path = base_path

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, or fail it as asked."""
        fault = self._fault_of(scope)
        if fault == SERVER_ERROR:
            await answers.system_error()(scope, receive, send)
        elif fault == DROP_BEFORE_COMMIT:
            await _drop(receive, send)
        elif fault == DROP_AFTER_COMMIT:
            await self._serve(scope, receive, _nowhere)
            await _drop(receive, send)
        else:
            await self._serve(scope, receive, send)

    def _fault_of(self, scope: Scope) -> str | None:
        if scope["type"] != "http" or not scope["path"].startswith(f"{self._base_path}/"):
            return None
        return self._faults.take(method=scope["method"], path=scope["path"].removeprefix(self._base_path))

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await self._app(scope, receive, send)
        except Exception as error:
            # The application has answered already; its traceback is for developers, not for the terminal of a user.
            _LOG.error("%s %s failed: %s", scope.get("method"), scope.get("path"), type(error).__name__)
            _LOG.debug("the failure in full", exc_info=error)


async def _nowhere(_message: Message) -> None:
    """Stand in for `send` and tell nobody."""


async def _drop(receive: Receive, send: Send) -> None:
    """Close the connection without a byte of an answer.

    ASGI has no word for this. uvicorn's `send` is a bound method of the request's cycle, which holds the connection's
    transport. After the abort the server has to notice the loss before this request ends, or it would report that
    nothing was answered.
    """
    transport = getattr(getattr(send, "__self__", None), "transport", None)
    if transport is None:
        raise RuntimeError("connections can be dropped only under uvicorn")
    transport.abort()
    while (await receive())["type"] != "http.disconnect":
        pass
