# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""One page in the browser: opened, waited for until it is still, filled in and pressed like a person does."""

from __future__ import annotations

import asyncio
import base64
import dataclasses as dc
import json
import typing as t

from ..desk import DeskError, DeskUnreachable, ScreenUnexpected
from ._playwright import PlaywrightError
from .transport import Fetched, NeverSent, Withheld

if t.TYPE_CHECKING:
    from collections.abc import Awaitable

    from playwright.async_api import BrowserContext, CDPSession, Dialog, ElementHandle, Frame, Locator, Page
    from requests import Response

    from .page import Submission

Json = dict[str, t.Any]

_READ: t.Final = ("Document", "Script", "Stylesheet", "XHR", "Fetch")  # pictures and fonts are for eyes
_QUIET: t.Final = 250  # milliseconds without a change after which a page is still
_UNANSWERED: t.Final = 3.0  # seconds that a pressed button may take to do anything
_MOST_DOCUMENTS: t.Final = 12  # that one step may lead through
_GLANCE: t.Final = 0.01  # seconds between looks at what is under way
_HOPS: t.Final = ("content-encoding", "content-length", "transfer-encoding", "connection")

_STILL: t.Final = """([quiet, most]) => document.scripts.length === 0 || new Promise(done => {
  let timer = setTimeout(done, quiet);
  const again = () => { clearTimeout(timer); timer = setTimeout(done, quiet); };
  const all = {subtree: true, childList: true, attributes: true, characterData: true};
  new MutationObserver(again).observe(document, all);
  setTimeout(done, most);
})"""

# The page as it is shown: without what is hidden by style, and what stands there for browsers without scripts.
_SHOWN: t.Final = """() => {
  const root = document.documentElement, copy = root.cloneNode(true);
  const all = [...root.querySelectorAll("*")], twins = [...copy.querySelectorAll("*")];
  const kept = "head, head *, body, form, input, option, optgroup, select *, script, br, wbr, col, colgroup";
  const shown = e => e.matches(kept) || e.checkVisibility({visibilityProperty: true})
    || getComputedStyle(e).display === "contents" || e.querySelector("form");
  all.forEach((e, i) => { if (e.matches("noscript, template") || !shown(e)) twins[i].remove(); });
  return "<!DOCTYPE html>" + copy.outerHTML;
}"""

# A form repeats its button for the Enter key; people see the last one.
_BUTTON: t.Final = """(form, [text, name, value]) => {
  const words = s => s.split(/\\s+/).filter(Boolean).join(" ");
  const all = form.querySelectorAll("button, input[type=submit i], input[type=button i]");
  return [...all].filter(e => (words(e.textContent) || words(e.value)) === text && e.checkVisibility()
    && e.name === name && (e.getAttribute("value") || "") === value).at(-1);
}"""


@dc.dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One request of a page; `document`: it is for the page itself."""

    method: str
    url: str
    headers: dict[str, str] = dc.field(repr=False)
    body: bytes | None = dc.field(repr=False)
    kind: str
    document: bool


Carry = t.Callable[[Asked], "Awaitable[Response]"]


@dc.dataclass(slots=True)
class _Step:
    """What came of the last thing that was asked of the page."""

    requests: int = 0
    documents: int = 0
    sent: int = 0  # requests but GET that may have reached the portal
    forms: set[tuple[str, str, bytes | None]] = dc.field(default_factory=set)
    question: str | None = None
    failure: DeskError | None = None


class LivePage:
    """Sends nothing while nobody looks: requests of its scripts wait for the next step, forms are dropped."""

    def __init__(self, page: Page, *, carry: Carry, patience: float) -> None:
        self.page = page
        self._carry = carry
        self._patience = patience
        self._step = _Step()
        self._looked_at = asyncio.Event()
        self._under_way = 0
        self._loading = 0
        self._committed = True
        self._status = 0
        self._cdp: CDPSession
        self._main = ""

    @classmethod
    async def opened(cls, context: BrowserContext, *, carry: Carry, patience: float) -> LivePage:
        """A page that shows nothing yet."""
        live = cls(await context.new_page(), carry=carry, patience=patience)
        await live._attach(context)
        return live

    async def _attach(self, context: BrowserContext) -> None:
        self._cdp = await context.new_cdp_session(self.page)
        self._main = (await self._cdp.send("Page.getFrameTree"))["frameTree"]["frame"]["id"]
        self._cdp.on("Fetch.requestPaused", self._paused)
        self.page.on("framenavigated", self._navigated)
        self.page.on("dialog", self._asked_back)
        await self._cdp.send("Fetch.enable", {"patterns": [{"urlPattern": "*"}]})

    async def go(self, url: str) -> Fetched:
        """What this address shows, once it is still."""
        self._step = _Step()
        self._looked_at.set()
        try:
            try:
                await self.page.goto(url.partition("#")[0], wait_until="commit", timeout=0)
            except PlaywrightError as error:
                first = str(error).partition("\n")[0]
                raise self._step.failure or DeskUnreachable(f"the portal's page cannot be shown: {first}") from None
            await self._settled()
        finally:
            self._looked_at.clear()
        return await self._fetched()

    async def press(self, submission: Submission) -> Fetched:
        """What the page shows after this button was pressed once; raises Withheld when nothing was sent."""
        if not submission.page.is_shown_by(await self._content()) or submission.page.url != self.page.url:
            raise Withheld("the page has changed since it was looked at; nothing was pressed")
        self._step = _Step()
        self._looked_at.set()
        try:
            await self._fill_in_and_press(submission)
            await self._settled()
        finally:
            self._looked_at.clear()
        return await self._fetched()

    async def _fill_in_and_press(self, submission: Submission) -> None:
        button = submission.button
        forms = list(submission.page.tree.iter("form"))
        form = self.page.locator("form").nth(forms.index(button.form))
        what = ""
        try:
            for what, value in submission.filled:
                await self._fill_in(form, what, value)
            if self._step.documents:
                kind = DeskUnreachable if self._step.sent else Withheld
                raise kind("the page went on by itself while it was filled in; nothing was pressed")
            what = button.text
            found = await form.evaluate_handle(_BUTTON, [button.text, button.name, button.value])
            element = found.as_element()
            if element is None:
                raise Withheld(f"nobody can see the button 「{what}」")
            await self._press(element)
        except PlaywrightError as error:
            if self._step.sent:
                raise DeskUnreachable(f"「{what}」 was pressed, and then: {_first(error)}") from None
            raise Withheld(f"「{what}」 cannot be used: {_first(error)}") from None

    async def _fill_in(self, form: Locator, name: str, value: str) -> None:
        quoted = json.dumps(name, ensure_ascii=False)
        controls = form.locator(f'[name={quoted}]:not([type="hidden" i]):not([disabled])')
        kind = await controls.first.evaluate("control => control.type", timeout=self._milliseconds)
        if kind in ("radio", "checkbox"):
            control = controls.and_(form.locator(f"[value={json.dumps(value, ensure_ascii=False)}]"))
            if await control.is_visible():
                await control.check(timeout=self._milliseconds)
            elif not await control.is_checked():
                await control.dispatch_event("click")  # a picture stands for it
        elif kind == "select-one":
            await controls.select_option(value=value, timeout=self._milliseconds)
        else:
            await controls.fill(value, timeout=self._milliseconds)

    async def _press(self, button: ElementHandle) -> None:
        before = self._step.requests
        await button.click(timeout=self._milliseconds)
        end = self._now() + _UNANSWERED
        while self._step.requests == before and not self._step.question and self._now() < end:
            await asyncio.sleep(_GLANCE)

    async def _settled(self) -> None:
        """Wait until nothing is under way and the page is still; raise what went wrong meanwhile."""
        end = self._now() + self._patience
        while True:
            while self._loading or (self._now() < end and (self._under_way or not self._committed)):
                await asyncio.sleep(_GLANCE)
            self._raise_what_happened()
            seen = self._step.requests
            try:
                await self.page.wait_for_load_state("load", timeout=max(1.0, (end - self._now()) * 1000))
                await self.page.evaluate(_STILL, [_QUIET, self._milliseconds])
                still = self._step.requests == seen and self._committed
            except PlaywrightError:
                still = False  # the page has gone on
                await asyncio.sleep(_GLANCE)
            if still or self._now() > end:
                self._raise_what_happened()
                return

    def _raise_what_happened(self) -> None:
        step = self._step
        if step.question is not None:
            told = f"the page asks 「{step.question}」, which was answered with no; answer it in a browser"
            raise ScreenUnexpected(told) if step.sent else Withheld(told)
        if isinstance(step.failure, NeverSent) and step.sent:
            raise DeskUnreachable(str(step.failure))
        if step.failure:
            raise step.failure

    async def _fetched(self) -> Fetched:
        content = await self._content()
        return Fetched(url=self.page.url, status=self._status, content=content, charset="utf-8", rendered=True)

    async def _content(self) -> bytes:
        shown: str = await self.page.evaluate(_SHOWN)
        return shown.encode("utf-8", "replace")

    async def _paused(self, event: Json) -> None:
        """Answer a request of the page with what the portal answers."""
        asked = _asked(event, main=self._main)
        self._under_way += 1
        self._loading += asked.document
        try:
            await self._cdp.send(*await self._answer(event["requestId"], asked))
        except PlaywrightError:
            pass  # the page has gone on, and waits for this no more
        finally:
            self._under_way -= 1
            self._loading -= asked.document

    async def _answer(self, request: str, asked: Asked) -> tuple[str, Json]:
        try:
            response = await self._carried(asked)
            if asked.document and "attachment" in response.headers.get("Content-Disposition", ""):
                raise ScreenUnexpected("the portal sends a file where a page should be")
        except DeskError as error:
            if asked.document:
                self._step.failure = self._step.failure or error
            return "Fetch.failRequest", {"requestId": request, "errorReason": "Aborted"}
        if asked.document and not response.is_redirect and response.status_code not in (204, 205):
            self._committed = False
            self._status = response.status_code
        headers = [
            {"name": name, "value": value}
            for name, value in response.raw.headers.iteritems()
            if name.lower() not in _HOPS
        ]
        body = base64.b64encode(response.content).decode()
        told = {"requestId": request, "responseCode": response.status_code, "responseHeaders": headers, "body": body}
        return "Fetch.fulfillRequest", told

    async def _carried(self, asked: Asked) -> Response:
        if asked.kind not in _READ:
            raise ScreenUnexpected("nothing that is read depends on it")
        if asked.method == "GET":
            await self._looked_at.wait()
        elif not self._looked_at.is_set():
            raise Withheld("nobody pressed anything")
        step, form = self._step, (asked.method, asked.url, asked.body)
        step.requests += 1
        step.documents += asked.document
        if step.documents > _MOST_DOCUMENTS:
            raise DeskUnreachable("the portal sends from page to page without an end")
        if asked.method == "GET":
            return await self._carry(asked)
        if asked.document and form in step.forms:
            raise DeskUnreachable("the page sends the same form twice; the second one was held back")
        step.forms.add(form)
        step.sent += 1
        try:
            return await self._carry(asked)
        except NeverSent:
            step.sent -= 1
            raise

    async def _asked_back(self, dialog: Dialog) -> None:
        """Leave a page that wants to be stayed at; answer everything else with no."""
        if dialog.type == "beforeunload":
            await dialog.accept()
        else:
            self._step.question = dialog.message
            await dialog.dismiss()

    def _navigated(self, frame: Frame) -> None:
        if frame == self.page.main_frame:
            self._committed = True

    @property
    def _milliseconds(self) -> float:
        return self._patience * 1000

    def _now(self) -> float:
        return asyncio.get_running_loop().time()


def _asked(event: Json, *, main: str) -> Asked:
    request = event["request"]
    entries = request.get("postDataEntries") or []
    return Asked(
        method=request["method"],
        url=request["url"],
        headers=request["headers"],
        body=b"".join(base64.b64decode(entry.get("bytes", "")) for entry in entries) if entries else None,
        kind=event["resourceType"],
        document=event["resourceType"] == "Document" and event["frameId"] == main,
    )


def _first(error: Exception) -> str:
    return str(error).strip().partition("\n")[0]


__all__ = ("Asked", "LivePage")
