# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The door of the desk: what time has brought about is settled before anybody is let in, and is told the time."""

from __future__ import annotations

from email.utils import format_datetime

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from rehearsal_desk.desk.lapses import Lapses
from rehearsal_desk.rules.wording import speak_as_wanted
from rehearsal_desk.store.clock import Clock


class Settled:
    """Settles before each request; `Date` of its answer is the desk's own moment, which no server in front knows."""

    def __init__(self, app: ASGIApp, *, lapses: Lapses, clock: Clock) -> None:
        self._app = app
        self._lapses = lapses
        self._clock = clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer as the application does."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        speak_as_wanted(Headers(scope=scope).get("accept-language", ""))
        await run_in_threadpool(self._lapses.settle)

        async def dated(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)["date"] = format_datetime(self._clock.now(), usegmt=True)
            await send(message)

        await self._app(scope, receive, dated)
