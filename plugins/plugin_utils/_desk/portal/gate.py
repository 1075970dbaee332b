# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""The way of a page's requests: paused, carried by the collection's own transport, answered with what came back."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import dataclasses as dc
import typing as t

from ....module_utils._core.phrases import Phrase
from ..desk import DeskError, DeskUnreachable, ScreenUnexpected
from ._playwright import PlaywrightError
from .transport import NO_END, NeverSent, Withheld, is_redirect

if t.TYPE_CHECKING:
    from collections.abc import Awaitable, Iterator

    from playwright.async_api import BrowserContext, CDPSession, Dialog, Frame, Page

    from ..http import Reply

Json = dict[str, t.Any]

_FILE: t.Final = Phrase(
    "the portal sends a file where a page should be", "ポータルがページの代わりにファイルを返しました"
)
_NOT_READ: t.Final = Phrase("nothing that is read depends on it", "画面の読み取りに必要がありません")
_NOT_PRESSED: t.Final = Phrase("nobody pressed anything", "何も押していないのに送信されようとしました")
_TWICE: t.Final = Phrase(
    "the page sends the same form twice; the second one was held back",
    "ページが同じフォームを2回送ろうとしたため、2回目を止めました",
)
_ASKED_BACK: t.Final = Phrase(
    "the page asks 「{0}」, which was answered with no", "ページの確認ダイアログ「{0}」に「いいえ」と答えました"
)
_POPUP: t.Final = Phrase(
    "the page opens another window, which was closed", "ページが別のウィンドウを開いたため、閉じました"
)
_READ: t.Final = ("Document", "Script", "Stylesheet", "XHR", "Fetch")  # pictures and fonts are for eyes
_MOST_DOCUMENTS: t.Final = 12  # that one step may lead through
_OF_THE_LINE: t.Final = ("connection", "content-encoding", "content-length", "transfer-encoding")


@dc.dataclass(frozen=True, slots=True, kw_only=True)
class PageRequest:
    """One request of a page; `document`: it is for the page itself."""

    method: str
    url: str
    headers: dict[str, str] = dc.field(repr=False)
    body: bytes | None = dc.field(repr=False)
    kind: str
    document: bool


Carry = t.Callable[[PageRequest], "Awaitable[Reply]"]


@dc.dataclass(slots=True)
class PageStep:
    """What came of the last thing that was asked of the page."""

    requests: int = 0
    documents: int = 0
    sent: int = 0  # requests but GET that may have reached the portal
    forms: set[tuple[str, str, bytes | None]] = dc.field(default_factory=set)
    obstacle: Phrase | None = None  # what the page did that only a person can answer
    failure: DeskError | None = None

    def check(self) -> None:
        """Raise what went wrong; Withheld and NeverSent only where surely nothing but reading was done."""
        if self.obstacle:
            raise (ScreenUnexpected if self.sent else Withheld)(self.obstacle)
        if isinstance(self.failure, NeverSent) and self.sent:
            raise DeskUnreachable(self.failure.phrase)
        if self.failure:
            raise self.failure


class Gate:
    """Opens for a step and closes with it: then requests of scripts wait for the next one, and forms are dropped."""

    def __init__(self, page: Page, *, carry: Carry) -> None:
        self.step = PageStep()
        self.status = 0  # of the page that is shown
        self._page = page
        self._carry = carry
        self._looked_at = asyncio.Event()
        self._under_way = 0
        self._loading = 0
        self._arrived = True
        self._cdp: CDPSession
        self._main = ""

    async def attach(self, context: BrowserContext) -> None:
        """Stand between the page and everything else."""
        self._cdp = await context.new_cdp_session(self._page)
        self._main = (await self._cdp.send("Page.getFrameTree"))["frameTree"]["frame"]["id"]
        self._cdp.on("Fetch.requestPaused", self._paused)
        self._page.on("framenavigated", self._navigated)
        self._page.on("dialog", self._asked_back)
        self._page.on("popup", self._opens_another)
        await self._cdp.send("Fetch.enable", {"patterns": [{"urlPattern": "*"}]})

    @contextlib.contextmanager
    def open(self) -> Iterator[PageStep]:
        """Open the gate for one step."""
        self.step = PageStep()
        self._looked_at.set()
        try:
            yield self.step
        finally:
            self._looked_at.clear()

    @property
    def loading(self) -> bool:
        """Whether the portal is to answer for the page itself."""
        return self._loading > 0

    @property
    def busy(self) -> bool:
        """Whether anything is under way, or has come and is not shown yet."""
        return self._under_way > 0 or not self._arrived

    async def _paused(self, event: Json) -> None:
        wanted = _asked(event, main=self._main)
        self._under_way += 1
        self._loading += wanted.document
        try:
            command, message = await self._answer(wanted)
            await self._cdp.send(command, {"requestId": event["requestId"], **message})
        except PlaywrightError:
            # The page has gone on, and waits for this no more.
            self._arrived = self._arrived or wanted.document
        finally:
            self._under_way -= 1
            self._loading -= wanted.document

    async def _answer(self, request: PageRequest) -> tuple[str, Json]:
        try:
            reply = await self._carried(request)
            if request.document and "attachment" in reply.headers.get("Content-Disposition", ""):
                raise ScreenUnexpected(_FILE)
        except DeskError as error:
            if request.document:
                self.step.failure = self.step.failure or error
            return "Fetch.failRequest", {"errorReason": "Aborted"}
        if request.document and not is_redirect(reply) and reply.status not in (204, 205):
            self._arrived = False
            self.status = reply.status
        return "Fetch.fulfillRequest", _told(reply)

    async def _carried(self, request: PageRequest) -> Reply:
        if request.kind not in _READ:
            raise ScreenUnexpected(_NOT_READ)
        reads = request.method == "GET"
        if reads:
            await self._looked_at.wait()
        elif not self._looked_at.is_set():
            raise Withheld(_NOT_PRESSED)
        step, form = self.step, (request.method, request.url, request.body)
        step.requests += 1
        step.documents += request.document
        if step.documents > _MOST_DOCUMENTS:
            raise DeskUnreachable(NO_END)
        if reads:
            return await self._carry(request)
        if request.document and form in step.forms:
            raise DeskUnreachable(_TWICE)
        step.forms.add(form)
        step.sent += 1
        try:
            return await self._carry(request)
        except NeverSent:
            step.sent -= 1
            raise

    async def _asked_back(self, dialog: Dialog) -> None:
        """Leave a page that wants to be stayed at; answer everything else with no."""
        if dialog.type == "beforeunload":
            await dialog.accept()
        else:
            self.step.obstacle = _ASKED_BACK.filled(dialog.message)
            await dialog.dismiss()

    async def _opens_another(self, popup: Page) -> None:
        self.step.obstacle = _POPUP
        await popup.close()

    def _navigated(self, frame: Frame) -> None:
        if frame == self._page.main_frame:
            self._arrived = True


def _asked(event: Json, *, main: str) -> PageRequest:
    request = event["request"]
    entries = request.get("postDataEntries") or []
    return PageRequest(
        method=request["method"],
        url=request["url"],
        headers=request["headers"],
        body=b"".join(base64.b64decode(entry.get("bytes", "")) for entry in entries) if entries else None,
        kind=event["resourceType"],
        document=event["resourceType"] == "Document" and event["frameId"] == main,
    )


def _told(reply: Reply) -> Json:
    """Return the answer as the browser is to see it, every cookie in a line of its own."""
    headers = [{"name": name, "value": value} for name, value in reply.lines if name.lower() not in _OF_THE_LINE]
    body = base64.b64encode(reply.body).decode()
    return {"responseCode": reply.status, "responseHeaders": headers, "body": body}


__all__ = ("Carry", "Gate", "PageRequest", "PageStep")
