# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""One browser window: it looks at a page, holds it against the map, and clicks by the words that a person sees."""

from __future__ import annotations

import typing as t

from ....module_utils._core.phrases import Phrase, one_line, together
from ....module_utils._core.system_errors import reason_of
from ..desk import AccessRefused, RequestRefused, ScreenUnexpected, StateConflict
from .evidence import save_copy
from .filled_forms import Pick
from .fit import buttons_of, findings, form_of
from .map_parts import PART_WORDS, SOURCES, Entry
from .page import Page, Unreadable
from .transport import Withheld

if t.TYPE_CHECKING:
    import pathlib
    from collections.abc import Iterable, Mapping

    from ._lxml import Element
    from .filled_forms import Value
    from .fit import Finding
    from .map_parts import Screen, ScreenMap, Step
    from .page import Submission
    from .page_parts import Choice, Field
    from .transport import Fetched

Record = t.Callable[["Screen", tuple["Finding", ...]], object]

_UNEXPECTED: t.Final = Phrase(
    "the portal's screen 「{0}」 is not as expected: {1}{2}. A copy without secrets: {3}",
    "ポータルの画面「{0}」が想定と異なります: {1}{2}。秘密を除いた画面の写し: {3}",
)
_SCRIPTS: t.Final = Phrase(
    "; this page has scripts, which portal_engine: browser would run",
    "。このページにはスクリプトがあり、portal_engine: browser なら動きます",
)
_NO_COPY: t.Final = Phrase("none could be kept ({0})", "保存できませんでした ({0})")
_NOT_BY_POST: t.Final = Phrase(
    "its form would put a password into an address (it is sent by {0}, not by POST)",
    "パスワードがURLに含まれます (POSTではなく {0} で送るフォームです)",
)
_NO_TITLE: t.Final = Phrase("(no title)", "(タイトルなし)")
_SAYS: t.Final = Phrase("the portal's screen 「{0}」 says: {1}", "ポータルの画面「{0}」の表示: {1}")
_UNREADABLE: t.Final = Phrase("{0}; it answered with {1}", "{0} (応答は {1})")
_ANOTHER: t.Final = Phrase(
    "{0} should stand there{1}. If the portal asks something of you (a notice, a code, maintenance), answer it in a "
    "browser and run again. If this screen comes each time, add it to the walk in your screen map (docs/portal.md). "
    "If it only has another title now, set {2} there",
    "{0}のはずでした{1}。ポータルが何かを求めている場合 (お知らせ、認証コード、メンテナンス) は、ブラウザで対応してから"
    "再実行してください。毎回表示される画面なら、画面マップの手順に追加してください (docs/portal.md)。"
    "タイトルが変わっただけなら、画面マップの {2} に指定してください",
)
_IT_SAYS: t.Final = Phrase(" (it says: {0})", " (表示: {0})")
_EXTRA: t.Final = Phrase(
    "nobody expected the {0} 「{1}」 (if it may be left alone, add it to screens.{2}.leave_alone in your screen map)",
    "想定外の{0}「{1}」があります (無視してよければ、画面マップの screens.{2}.leave_alone に追加してください)",
)
_NO_CONSENT: t.Final = Phrase(
    "the tick 「{0}」 is not known, so it was not set: read it, and if you agree add it as another text of {1} in your "
    "screen map",
    "「{0}」は知らない文言のため、チェックしていません。"
    "内容を読み、同意する場合は、画面マップの {1} に追加してください",
)
_SEVERAL: t.Final = Phrase("there are {1} {0}s 「{2}」 ({3})", "{0}「{2}」が{1}個あります ({3})")
_MISSING: t.Final = Phrase("there is no {0} 「{1}」 ({2})", "{0}「{1}」がありません ({2})")
_NO_CHOICE: t.Final = Phrase(
    "the field 「{0}」 has no choice 「{1}」{2}, but {3}",
    "入力欄「{0}」に選択肢「{1}」がありません{2}。選択できるもの: {3}",
)
_NO_CHOICES: t.Final = Phrase("no choices", "なし")
_EDIT: t.Final = Phrase("in the screen map: {0}, from {1}", "画面マップ: {0}、出典: {1}")
_SHOWN: t.Final = 12  # texts of a page that a message quotes


class View(t.Protocol):
    """What a window looks through: pages in, forms out, by whichever engine."""

    def get(self, url: str) -> Fetched: ...

    def submit(self, submission: Submission) -> Fetched: ...

    def fill(self, page: Page, form: Element, filled: tuple[tuple[str, str], ...]) -> Fetched | None:
        """What the page shows with these fields filled in, None where nothing happens before a button is pressed."""

    def file(self, url: str) -> bytes: ...

    def secrets(self) -> tuple[str, ...]: ...


class LoggedOut(ScreenUnexpected):
    """The log-in screen stands where another one was expected."""


class Window:
    """Looks at one page at a time; `screen` is what the page was last recognized as.

    With `record` what does not fit is told there, and the window goes on for as long as it can.
    """

    page: Page
    screen: Screen

    def __init__(self, view: View, *, known: ScreenMap, copies: pathlib.Path, record: Record | None = None) -> None:
        self._view = view
        self._record = record
        self._copies = copies
        self.known = known
        self._status = 0

    def go(self, url: str) -> None:
        self._look(self._view.get(url))

    def file(self, url: str) -> bytes:
        """What a download link hands out, while this page stays in view."""
        return self._view.file(url)

    def shows(self, key: str) -> bool:
        """Whether the page bears the title of this screen."""
        return self.page.heading in self.known.screens[key].title.texts

    def expect(self, *keys: str) -> str:
        """Which of these screens the page is; raises ScreenUnexpected for any other, and for one that does not fit."""
        key = next((key for key in keys if self.shows(key)), None)
        if key is None:
            raise self.another_screen(keys)
        self.screen = self.known.screens[key]
        found = findings(self.page, self.screen)
        unfit = [finding for finding in found if finding.stops]
        if self._record:
            self._record(self.screen, found)
        elif unfit:
            raise self.unexpected(together(self._problem(finding) for finding in unfit))
        return key

    def follow(self, key: str) -> None:
        """Click this link of the screen."""
        self.go(self.link(key))

    def link(self, key: str) -> str:
        entry = self.screen.entry("links", key)
        addresses = [address for text, address in self.page.links if text in entry.texts]
        if not addresses:
            raise self.unexpected(_MISSING.filled(PART_WORDS["link"], entry.text, _edit(entry)))
        return addresses[0]

    def has(self, part: t.Literal["links", "buttons"], key: str) -> bool:
        """Whether the page has this link or button, which is there only at times."""
        texts = self.screen.entry(part, key).texts
        there = [text for text, _address in self.page.links] if part == "links" else [b.text for b in self.page.buttons]
        return any(text in texts for text in there)

    def fact(self, key: str) -> str | None:
        """What the page tells under this label."""
        entry = self.screen.parts["facts"].get(key)
        texts = entry.texts if entry else ()
        return next((value for label, value in self.page.facts if label in texts), None)

    def choices(self, key: str) -> tuple[Choice, ...]:
        """What can be chosen in this field; nothing where the page has no such field."""
        field = self._field(key) if key in self.screen.parts["fields"] else None
        return field.choices if field else ()

    def ticks(self, step: Step) -> tuple[str, ...]:
        """What the ticks of this step say on the page."""
        fields = (self._field(key) for key in step.tick)
        return tuple(field.label for field in fields if field)

    def fill(self, values: Mapping[str, Value]) -> None:
        """Fill in these fields, which may change the page where its scripts run."""
        form = form_of(self.page, self.screen)
        filled = tuple(self._filled(name, value) for name, value in values.items())
        fetched = None if form is None else self._view.fill(self.page, form, filled)
        if fetched:
            self._look(fetched)

    def press(self, key: str, values: Mapping[str, Value]) -> None:
        """Fill in these fields and press this button."""
        self.send(self.filled_in(key, values))

    def filled_in(self, key: str, values: Mapping[str, Value]) -> Submission:
        """What pressing this button would send with these fields filled in; nothing is sent yet."""
        entry = self.screen.entry("buttons", key)
        found = buttons_of(self.page, entry)
        if len(found) != 1:
            raise self.unexpected(_SEVERAL.filled(PART_WORDS["button"], len(found), entry.text, _edit(entry)))
        filled = tuple(self._filled(name, value) for name, value in values.items())
        submission = self.page.submission(found[0], filled)
        if submission.method != "POST" and self.page.asks_for_password(found[0].form):
            raise self.unexpected(_NOT_BY_POST.filled(one_line(submission.method)))
        return submission

    def send(self, submission: Submission) -> None:
        try:
            fetched = self._view.submit(submission)
        except Withheld as error:
            raise self.unexpected(error.told, Withheld) from None
        self._look(fetched)

    def unexpected(self, problem: Phrase, kind: type[ScreenUnexpected] = ScreenUnexpected) -> ScreenUnexpected:
        """The error for this page, with a copy of it for the user."""
        hint = _SCRIPTS if self.page.unrun_scripts else ""
        screen = self.screen.key if hasattr(self, "screen") else "unknown"
        try:
            copy: object = save_copy(self.page, self._copies, screen=screen, secrets=self._view.secrets())
        except OSError as error:  # a full disk does not hide what is wrong with the page
            copy = _NO_COPY.filled(reason_of(error))
        return kind(_UNEXPECTED.filled(self.page.heading or _NO_TITLE, problem, hint, copy))

    def alerts(self) -> str:
        """What the page says for the eyes first."""
        return "; ".join(self.page.alerts)

    def _look(self, fetched: Fetched) -> None:
        try:
            self.page = Page(
                fetched.content,
                url=fetched.url,
                charset=fetched.charset,
                marks=self.known.marks,
                rendered=fetched.rendered,
            )
        except Unreadable as unreadable:
            raise ScreenUnexpected(_UNREADABLE.filled(unreadable.told, fetched.status)) from None
        self._status = fetched.status

    def another_screen(self, keys: tuple[str, ...]) -> Exception:
        """The error for a page that is none of these screens."""
        wanted = [self.known.screens[key].title for key in keys]
        if self._status in (401, 403, 409):
            kind = StateConflict if self._status == 409 else AccessRefused
            return kind(_SAYS.filled(self.page.heading, self.alerts() or self._status))
        titles, entries = _either(f"「{entry.text}」" for entry in wanted), _either(entry.at for entry in wanted)
        told = _IT_SAYS.filled(self.alerts()) if self.page.alerts else ""
        problem = _ANOTHER.filled(titles, told, entries)
        return self.unexpected(problem, LoggedOut if self.shows("log_in") else ScreenUnexpected)

    def _problem(self, finding: Finding) -> Phrase:
        kind = PART_WORDS[finding.part.rstrip("s")]
        if finding.entry is None:
            consent = self._consent()
            if consent and finding.part == "fields" and self._is_tick(finding.text):
                return _NO_CONSENT.filled(finding.text, consent.at)
            return _EXTRA.filled(kind, finding.text, self.screen.key)
        if finding.count > 1:
            return _SEVERAL.filled(kind, finding.count, finding.text, _edit(finding.entry))
        return _MISSING.filled(kind, finding.text, _edit(finding.entry))

    def _consent(self) -> Entry | None:
        """What is ticked on this screen, by the map."""
        steps = (step for walk in self.known.walks.values() for step in walk if step.screen == self.screen.key)
        return next((self.screen.entry("fields", key) for step in steps for key in step.tick), None)

    def _is_tick(self, label: str) -> bool:
        return any(field.kind == "tick" and field.label == label for field in self._fields())

    def _fields(self) -> tuple[Field, ...]:
        form = form_of(self.page, self.screen)
        return () if form is None else self.page.fields(form)

    def _field(self, key: str) -> Field | None:
        texts = self.screen.entry("fields", key).texts
        return next((field for field in self._fields() if field.label in texts), None)

    def _filled(self, key: str, value: Value) -> tuple[str, str]:
        entry, field = self.screen.entry("fields", key), self._field(key)
        if field is None:
            raise self.unexpected(_MISSING.filled(PART_WORDS["field"], entry.text, _edit(entry)))
        if value is True and field.kind == "tick":
            return field.name, field.choices[0].value
        if isinstance(value, str) and field.kind == "line":
            return field.name, value
        return field.name, self._chosen(field, value).value

    def _chosen(self, field: Field, value: Value) -> Choice:
        """The one choice of this field that is meant."""
        offered = ", ".join(f"「{choice.text}」" for choice in field.choices[:_SHOWN] if choice.value) or _NO_CHOICES
        if isinstance(value, Pick):
            picked = [choice for choice in field.choices if value.is_meant_by(choice)]
            if len(picked) != 1:
                raise RequestRefused(value.refusal.filled(field.label, value.text, offered))
            return picked[0]
        texts = value.texts if isinstance(value, Entry) else (value if isinstance(value, str) else "",)
        chosen = [choice for choice in field.choices if choice.text in texts]
        if field.kind != "choice" or len(chosen) != 1:
            hint = Phrase(" ({0})", " ({0})").filled(_edit(value)) if isinstance(value, Entry) else ""
            raise self.unexpected(_NO_CHOICE.filled(field.label, texts[0], hint, offered))
        return chosen[0]


def _edit(entry: Entry) -> Phrase:
    return _EDIT.filled(entry.at, SOURCES.get(entry.source, entry.source))


def _either(texts: Iterable[str]) -> Phrase:
    told = tuple(texts)
    return Phrase(" or ".join(told), "または".join(told))


__all__ = ("LoggedOut", "Record", "View", "Window")
