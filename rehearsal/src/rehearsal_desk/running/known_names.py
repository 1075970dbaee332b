# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The names by which a desk on a loopback address is asked.

A page in a browser could otherwise read it by a name of its own that leads to this address (DNS rebinding).
"""

from __future__ import annotations

import ipaddress
import re
import typing as t
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from rehearsal_desk.api import answers
from rehearsal_desk.rules.problems import Breach
from rehearsal_desk.rules.wording import say

_HOST: t.Final = re.compile(r"(?:\[([0-9a-f:.]+)\]|([0-9a-z.-]+))(?::[0-9]+)?", re.IGNORECASE)


def known_names(url: str) -> tuple[str, ...]:
    """List the names of a desk on a loopback address; none where others may reach it."""
    host = urlsplit(url).hostname or ""
    try:
        loopback = host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        loopback = False
    return tuple(dict.fromkeys((host, "localhost", "127.0.0.1", "::1"))) if loopback else ()


class KnownNames:
    """Answers only who asks by one of these names, and says which they are."""

    def __init__(self, app: ASGIApp, *, names: tuple[str, ...]) -> None:
        self._app = app
        self._names = names

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer as the application does, or refuse."""
        headers = Headers(raw=scope.get("headers", []))
        asked = _HOST.fullmatch(headers.get("host", ""))
        if scope["type"] == "lifespan" or (asked and (asked[1] or asked[2]).lower() in self._names):
            await self._app(scope, receive, send)
            return
        message = say(
            "This desk answers only to these names: {}.",
            "この窓口に接続できる名前は次のとおりです: {}",
            ", ".join(self._names),
        )
        breach = Breach("host", "invalid", message)
        lang = answers.language_of(headers)
        refusal = answers.failure(400, "ParameterError", message, lang=lang, breaches=(breach,))
        await refusal(scope, receive, send)
