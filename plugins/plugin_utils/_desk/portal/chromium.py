# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""An installed Chromium without a network of its own, on a thread of its own, for as long as the process lives."""

from __future__ import annotations

import asyncio
import atexit
import contextlib
import functools
import os
import shutil
import threading
import typing as t
import weakref

from ....module_utils._core.paths import expand_home
from ....module_utils._core.phrases import Phrase
from ..desk import DeskError
from ._playwright import PlaywrightError, async_playwright

if t.TYPE_CHECKING:
    from collections.abc import Coroutine, Iterator

    from playwright.async_api import Browser, BrowserContext, Page, Playwright

    Result = t.TypeVar("Result")

_NO_START: t.Final = Phrase(
    "the browser {0} (portal_browser_path) does not start: {1}",
    "ブラウザ {0} (portal_browser_path) を起動できません: {1}",
)
# Debian's headless shell first: it has no user interface, and takes half the time for a page.
_NAMES: t.Final = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
_OURS: t.Final = "IIJ_CERT_"  # variables that may hold credentials
_PATIENCE: t.Final = 5.0  # seconds that a browser may take to end
_FLAGS: t.Final = (
    # Every request is answered by the collection; whatever escapes that finds no way out.
    "--proxy-server=nowhere.invalid:1",
    "--proxy-bypass-list=<-loopback>",
    "--host-resolver-rules=MAP * ~NOTFOUND",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
    # WebRTC asks no proxy: without these, scripts send datagrams to any address.
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--webrtc-ip-handling-policy=disable_non_proxied_udp",
)


class BrowserUnusable(DeskError):
    """The installed browser does not start."""


def find_chromium(path: str | None) -> str | None:
    """Find where the Chromium is that the user names, or the first one on PATH; None where there is none."""
    if path:
        file = expand_home(path)
        return str(file) if os.access(file, os.X_OK) and file.is_file() else None
    return next((result for name in _NAMES if (result := shutil.which(name))), None)


class Chromium:
    """Runs what is asked of the browser on the one thread that it knows; starts with the first context."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._playwright: Playwright | None = None
        self._browser: Browser | None = None
        self._starting = asyncio.Lock()
        self._loop = asyncio.new_event_loop()
        threading.Thread(target=self._loop.run_forever, name="chromium", daemon=True).start()

    def run(self, work: Coroutine[t.Any, t.Any, Result]) -> Result:
        """Return what this comes to; given up when the caller is interrupted."""
        future = asyncio.run_coroutine_threadsafe(work, self._loop)
        try:
            return future.result()
        except BaseException:
            future.cancel()
            raise

    def close_after(self, holder: object, held: Page | BrowserContext) -> None:
        """Have this closed when nobody holds the holder any more; nobody waits for it."""
        weakref.finalize(holder, self._drop, held).atexit = False

    def _drop(self, held: Page | BrowserContext) -> None:
        asyncio.run_coroutine_threadsafe(_closed(held), self._loop)

    async def open_context(self) -> BrowserContext:
        """Open the browser for somebody new: no cookies, no files, nothing kept; raises BrowserUnusable."""
        async with self._starting:
            if self._browser is None or not self._browser.is_connected():
                self._browser = await self._started()
        return await self._browser.new_context(locale="ja-JP", accept_downloads=False, service_workers="block")

    async def _started(self) -> Browser:
        try:
            if self._playwright is None:
                with _without_credentials():
                    self._playwright = await async_playwright().start()
            return await self._playwright.chromium.launch(
                executable_path=self._path,
                args=list(_FLAGS),
                # Chromium refuses to build its sandbox as root.
                chromium_sandbox=os.geteuid() != 0,
                env={name: value for name, value in os.environ.items() if not name.startswith(_OURS)},
            )
        except (PlaywrightError, OSError) as error:
            first = str(error).strip().partition("\n")[0]
            raise BrowserUnusable(_NO_START.filled(self._path, first)) from None

    def close(self) -> None:
        """End the browser; a process that is killed ends it too, by the pipe that breaks."""
        with contextlib.suppress(PlaywrightError, TimeoutError):
            asyncio.run_coroutine_threadsafe(self._end(), self._loop).result(_PATIENCE)

    async def _end(self) -> None:
        if self._browser:
            await self._browser.close()
        if self._playwright:
            await self._playwright.stop()


@contextlib.contextmanager
def _without_credentials() -> Iterator[None]:
    """Take our variables out of the environment: Playwright's driver takes over all that it finds, and so on."""
    ours = {name: value for name, value in os.environ.items() if name.startswith(_OURS)}
    for name in ours:
        del os.environ[name]
    try:
        yield
    finally:
        os.environ.update(ours)


async def _closed(held: Page | BrowserContext) -> None:
    with contextlib.suppress(PlaywrightError):
        await held.close()


def start_chromium(path: str) -> Chromium:
    """Start the one browser of this process, whatever its parent has started."""
    return _chromium(path, os.getpid())


@functools.cache
def _chromium(path: str, process: int) -> Chromium:
    result = Chromium(path)

    def close() -> None:
        if os.getpid() == process:
            result.close()

    atexit.register(close)
    return result


__all__ = ("BrowserUnusable", "Chromium", "find_chromium", "start_chromium")
