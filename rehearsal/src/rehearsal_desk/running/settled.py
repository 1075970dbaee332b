# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The door of the desk: what time has brought about is settled before anybody is let in."""

from __future__ import annotations

from starlette.concurrency import run_in_threadpool
from starlette.types import ASGIApp, Receive, Scope, Send

from rehearsal_desk.desk.lapses import Lapses


class Settled:
    """Settles before each request."""

    def __init__(self, app: ASGIApp, *, lapses: Lapses) -> None:
        self._app = app
        self._lapses = lapses

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer as the application does."""
        if scope["type"] == "http":
            await run_in_threadpool(self._lapses.settle)
        await self._app(scope, receive, send)
