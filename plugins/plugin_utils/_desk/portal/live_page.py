# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""One page in the browser: opened, waited for until it is still, filled in and pressed like a person does."""

from __future__ import annotations

import asyncio
import json
import typing as t

from ....module_utils._core.phrases import Phrase
from ..desk import DeskUnreachable
from ..http import LONGEST_ANSWER
from ._playwright import PlaywrightError
from .gate import Gate
from .transport import Fetched, Withheld

if t.TYPE_CHECKING:
    from playwright.async_api import BrowserContext, Locator, Page

    from ._lxml import Element
    from .gate import Carry, PageStep
    from .page import Page as SeenPage
    from .page import Submission
    from .page_parts import Button

_NOT_SHOWN: t.Final = Phrase("the portal's page cannot be shown: {0}", "ポータルのページを表示できません: {0}")
_CHANGED: t.Final = Phrase(
    "the page has changed since it was looked at; nothing was pressed",
    "確認した後でページが変わったため、何も押していません",
)
_WENT_ON: t.Final = Phrase(
    "the page went on by itself while it was filled in", "入力している間に、ページが自動的に切り替わりました"
)
_GROWN: t.Final = Phrase(
    "the page has grown beyond what any screen needs", "ページが大きくなりすぎたため、読み取りをやめました"
)
_PRESSED: t.Final = Phrase("「{0}」 was pressed, and then: {1}", "「{0}」を押した後にエラー: {1}")
_UNUSABLE: t.Final = Phrase("「{0}」 cannot be used: {1}", "「{0}」を操作できません: {1}")
_HIDDEN: t.Final = Phrase("nobody can see the button 「{0}」", "ボタン「{0}」が見えません")
_QUIET: t.Final = 250  # milliseconds without a change after which a page is still
_UNANSWERED: t.Final = 3.0  # seconds that a pressed button may take to do anything
_GLANCE: t.Final = 0.01  # seconds between looks at what is under way

# Where there are no scripts nothing changes.
_STILL: t.Final = """([quiet, most]) => new Promise(done => {
  const acts = e => e.localName === "script" || e.getAttributeNames().some(name => name.startsWith("on"));
  if (![...document.querySelectorAll("*")].some(acts)) return done();
  const watch = new MutationObserver(() => { clearTimeout(timer); timer = setTimeout(end, quiet); });
  const end = () => { watch.disconnect(); done(); };
  let timer = setTimeout(end, quiet);
  watch.observe(document, {subtree: true, childList: true, attributes: true, characterData: true});
  setTimeout(end, most);
})"""

# The page as it is shown: without what is hidden by style, and what is there for browsers without scripts.
_SHOWN: t.Final = """most => {
  const root = document.documentElement, copy = root.cloneNode(true);
  const all = [...root.querySelectorAll("*")], twins = [...copy.querySelectorAll("*")];
  const kept = "head, head *, body, form, input, option, optgroup, select *, script, br, wbr, col, colgroup";
  const shown = e => e.matches(kept) || e.checkVisibility({visibilityProperty: true})
    || getComputedStyle(e).display === "contents" || e.querySelector("form");
  all.forEach((e, i) => { if (e.matches("noscript, template") || !shown(e)) twins[i].remove(); });
  const html = "<!DOCTYPE html>" + copy.outerHTML;
  return html.length <= most ? html : null;
}"""

# A form repeats its button for the Enter key; people see the last one.
_BUTTON: t.Final = """(form, [text, name, value]) => {
  const words = s => s.split(/\\s+/).filter(Boolean).join(" ");
  const all = form.querySelectorAll("button, input[type=submit i], input[type=button i]");
  return [...all].filter(e => (words(e.textContent) || words(e.value)) === text && e.checkVisibility()
    && e.name === name && (e.getAttribute("value") || "") === value).at(-1);
}"""


class LivePage:
    """Shows one page at a time, and is still while nobody looks."""

    def __init__(self, page: Page, *, gate: Gate, patience: float) -> None:
        self._page = page
        self._gate = gate
        self._patience = patience
        self._milliseconds = patience * 1000
        self.sound = True
        page.on("crash", self._lost)
        page.on("close", self._lost)

    @classmethod
    async def open_page(cls, context: BrowserContext, *, carry: Carry, patience: float) -> LivePage:
        """Open a page that shows nothing yet."""
        page = await context.new_page()
        page.set_default_timeout(patience * 1000)
        gate = Gate(page, carry=carry)
        await gate.attach(context)
        return cls(page, gate=gate, patience=patience)

    async def go(self, url: str) -> Fetched:
        """Go to this address; returns what it shows, once it is still."""
        with self._gate.open() as step:
            try:
                await self._page.goto(url.partition("#")[0], wait_until="commit", timeout=0)
            except PlaywrightError as error:
                step.check()
                raise DeskUnreachable(_NOT_SHOWN.filled(first_line(error))) from None
            await self._settled(step)
        return await self._fetched()

    async def fill(self, seen: SeenPage, form: Element, filled: tuple[tuple[str, str], ...]) -> Fetched:
        """Fill in these fields; returns what the page shows then: it may go on by itself, and is judged again."""
        await self._must_be(seen)
        with self._gate.open() as step:
            what = ""
            try:
                for what, value in filled:
                    await self._fill_in(self._form(seen, form), what, value)
            except PlaywrightError as error:
                raise Withheld(_UNUSABLE.filled(what, first_line(error))) from None
            await self._settled(step)
        return await self._fetched()

    async def press(self, submission: Submission) -> Fetched:
        """Press this button once; returns what the page shows then. Raises Withheld when nothing was sent."""
        await self._must_be(submission.page)
        with self._gate.open() as step:
            await self._filled_in_and_pressed(submission, step)
            await self._settled(step)
        return await self._fetched()

    async def _must_be(self, seen: SeenPage) -> None:
        if seen.url != self._page.url or not seen.is_shown_by(await self._content()):
            raise Withheld(_CHANGED)

    def _form(self, seen: SeenPage, form: Element) -> Locator:
        return self._page.locator("form").nth(list(seen.tree.iter("form")).index(form))

    async def _filled_in_and_pressed(self, submission: Submission, step: PageStep) -> None:
        button = submission.button
        form = self._form(submission.page, button.form)
        what = ""
        try:
            for what, value in submission.filled:
                await self._fill_in(form, what, value)
            await self._still()  # scripts have had their say
            if step.documents:
                kind = DeskUnreachable if step.sent else Withheld
                raise kind(_WENT_ON)
            what = button.text
            await self._press(form, button, step)
        except PlaywrightError as error:
            if step.sent:
                raise DeskUnreachable(_PRESSED.filled(what, first_line(error))) from None
            raise Withheld(_UNUSABLE.filled(what, first_line(error))) from None

    async def _fill_in(self, form: Locator, name: str, value: str) -> None:
        controls = form.locator(f'[name={_quoted(name)}]:not([type="hidden" i]):not([disabled])')
        kind = await controls.first.evaluate("control => control.type")
        if kind in ("radio", "checkbox"):
            control = controls.and_(form.locator(f"[value={_quoted(value)}]"))
            if await control.is_visible():
                await control.check()
            elif not await control.is_checked():
                await control.dispatch_event("click")  # something prettier stands for it
        elif kind == "select-one":
            await controls.select_option(value=value)
        else:
            await controls.fill(value)
            await controls.blur()  # only now do scripts hear of the change

    async def _press(self, form: Locator, button: Button, step: PageStep) -> None:
        result = await form.evaluate_handle(_BUTTON, [button.text, button.name, button.value])
        element = result.as_element()
        if element is None:
            raise Withheld(_HIDDEN.filled(button.text))
        before = step.requests
        await element.click()
        end = _now() + _UNANSWERED
        while step.requests == before and step.obstacle is None and _now() < end:
            await asyncio.sleep(_GLANCE)

    async def _settled(self, step: PageStep) -> None:
        """Wait until nothing is under way and the page is still, though not forever; raise what went wrong."""
        end = _now() + self._patience
        while True:
            while self._gate.loading or (self._gate.busy and not step.failure and _now() < end):
                await asyncio.sleep(_GLANCE)
            step.check()
            seen = step.requests
            still = await self._still()
            if (still and step.requests == seen and not self._gate.busy) or _now() > end:
                break
            await asyncio.sleep(_GLANCE)
        step.check()

    async def _still(self) -> bool:
        """Wait until nothing on the page changes; False when it has gone on to another one."""
        try:
            await self._page.wait_for_load_state("load")
            await self._page.evaluate(_STILL, [_QUIET, self._milliseconds])
        except PlaywrightError:
            return False
        return True

    def _lost(self, _page: Page) -> None:
        self.sound = False

    async def _fetched(self) -> Fetched:
        content = await self._content()
        return Fetched(url=self._page.url, status=self._gate.status, content=content, charset="utf-8", rendered=True)

    async def _content(self) -> bytes:
        shown: str | None = await self._page.evaluate(_SHOWN, LONGEST_ANSWER)
        if shown is None:
            raise DeskUnreachable(_GROWN)
        return shown.encode("utf-8", "replace")


def first_line(error: Exception) -> str:
    """Return what a browser says first; the rest is its diary."""
    return str(error).strip().partition("\n")[0]


def _quoted(text: str) -> str:
    """Return a string of CSS."""
    return json.dumps(text, ensure_ascii=False)


def _now() -> float:
    return asyncio.get_running_loop().time()


__all__ = ("LivePage", "first_line")
