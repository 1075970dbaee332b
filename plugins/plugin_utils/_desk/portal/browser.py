# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""Pages as Chromium shows them once their scripts have run; what they send is carried by the same transport as ever.

The browser has no network. Each of its requests is paused, handed to the transport (one at a time, forms once, the
portal's own origin only, the same errors) and answered with what came back. So nothing that a browser does by itself
(repeated forms, other places, certificates of its own) can come between the collection and the portal.
"""

from __future__ import annotations

import asyncio
import functools
import typing as t
import weakref

from ....module_utils._core.phrases import Phrase
from ..desk import DeskUnreachable
from ._playwright import PlaywrightError
from .chromium import find_chromium, start_chromium
from .live_page import LivePage, first_line

if t.TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from playwright.async_api import BrowserContext

    from ..http import Reply
    from ._lxml import Element
    from .chromium import Chromium
    from .gate import PageRequest
    from .page import Page, Submission
    from .transport import Fetched, PortalConnection, PortalTransport

    Result = t.TypeVar("Result")

_NOT_SHOWN: t.Final = Phrase(
    "the browser could not show the portal's page: {0}", "ブラウザでポータルのページを表示できませんでした: {0}"
)


class Browser:
    """One log-in at the browser: its windows share cookies, and its requests go out one after the other."""

    def __init__(self, connection: PortalConnection, transport: PortalTransport) -> None:
        self._connection = connection
        self._transport = transport
        self._context: BrowserContext | None = None
        self._alone = asyncio.Lock()
        self._spare: list[LivePage] = []

    def open_tab(self) -> Tab:
        """Open a page of its own for a window; nothing is started before its first call."""
        return Tab(self)

    @functools.cached_property
    def chromium(self) -> Chromium:
        return start_chromium(find_chromium(self._connection.browser_path) or "chromium")

    async def open_page(self) -> LivePage:
        """Open a page for a new window, which still shows what the window before it has left there."""
        context = await self._open()
        if self._spare:
            return self._spare.pop()
        return await LivePage.open_page(context, carry=self._carried, patience=self._connection.timeout)

    def leave_page(self, live: LivePage) -> None:
        if live.sound:
            self._spare.append(live)

    async def download_file(self, url: str) -> bytes:
        cookies = await self._cookies(url)
        async with self._alone:
            return await asyncio.to_thread(self._transport.download_file, url, cookies=cookies)

    async def list_secrets(self) -> tuple[str, ...]:
        cookies = await self._context.cookies() if self._context else []
        return (*self._transport.list_secrets(), *(cookie.get("value", "") for cookie in cookies))

    async def _open(self) -> BrowserContext:
        browser = self._context.browser if self._context else None
        if self._context is None or browser is None or not browser.is_connected():
            self._spare.clear()
            self._context = await self.chromium.open_context()
            self.chromium.close_after(self, self._context)
        return self._context

    async def _carried(self, request: PageRequest) -> Reply:
        """Return what the portal answers to this request of a page."""
        cookies = await self._cookies(request.url)
        headers = {**request.headers, **({"Cookie": cookies} if cookies else {})}
        async with self._alone:
            return await asyncio.to_thread(
                self._transport.answer,
                request.method,
                request.url,
                body=request.body,
                headers=headers,
                paced=request.document,
            )

    async def _cookies(self, url: str) -> str:
        cookies = await self._context.cookies(url) if self._context else []
        return "; ".join(f"{cookie.get('name')}={cookie.get('value')}" for cookie in cookies)


class Tab:
    """What one window looks through: a page of its own for as long as somebody holds it."""

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self._live: LivePage | None = None

    def get(self, url: str) -> Fetched:
        """Get the address; returns what it shows, once it is still."""

        async def look() -> Fetched:
            if self._live is None:
                self._live = await self._browser.open_page()
                # Pages start slowly, so the next window gets this one.
                weakref.finalize(self, self._browser.leave_page, self._live).atexit = False
            return await self._live.go(url)

        return self._done(look)

    def submit(self, submission: Submission) -> Fetched:
        """Press the button once; returns what the page shows then."""
        live = self._shown()
        return self._done(lambda: live.press(submission))

    def fill(self, page: Page, form: Element, filled: tuple[tuple[str, str], ...]) -> Fetched:
        """Fill in these fields; returns what the page shows once scripts have had their say about them."""
        live = self._shown()
        return self._done(lambda: live.fill(page, form, filled))

    def _shown(self) -> LivePage:
        if self._live is None:
            raise RuntimeError("contract broken: a form is filled in on the page that get() showed")
        return self._live

    def download_file(self, url: str) -> bytes:
        return self._done(lambda: self._browser.download_file(url))

    def list_secrets(self) -> tuple[str, ...]:
        return self._done(self._browser.list_secrets)

    def _done(self, work: Callable[[], Coroutine[t.Any, t.Any, Result]]) -> Result:
        try:
            return self._browser.chromium.run(work())
        except PlaywrightError as error:
            raise DeskUnreachable(_NOT_SHOWN.filled(first_line(error))) from None


__all__ = ("Browser", "Tab")
