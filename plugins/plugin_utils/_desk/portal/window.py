# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""One browser window: it looks at a page, holds it against the map, and clicks by the words that a person sees."""

from __future__ import annotations

import typing as t

from ....module_utils._core.phrases import Phrase, join_phrases, one_line
from ....module_utils._core.system_errors import reason_of
from ..desk import AccessRefused, NotAllowed, RequestRefused, ScreenUnexpected, StateConflict
from . import window_words as words
from .evidence import save_copy
from .filled_forms import Pick
from .fit import compare_with_map, find_buttons, find_form
from .map_parts import Entry
from .page import Page, Unreadable
from .status_rows import read_fact
from .transport import Withheld

if t.TYPE_CHECKING:
    import pathlib
    from collections.abc import Mapping

    from ._lxml import Element
    from .filled_forms import Value
    from .fit import Finding
    from .map_parts import Screen, ScreenMap, WalkStep
    from .page import Submission
    from .page_parts import Choice, Field
    from .recording import ScreenRecording
    from .transport import Fetched

Record = t.Callable[["Screen", tuple["Finding", ...]], object]

_REFUSING: t.Final = {401: AccessRefused, 403: NotAllowed, 409: StateConflict}


class View(t.Protocol):
    """What a window looks through: pages in, forms out, by whichever engine."""

    def get(self, url: str) -> Fetched: ...

    def submit(self, submission: Submission) -> Fetched: ...

    def fill(self, page: Page, form: Element, filled: tuple[tuple[str, str], ...]) -> Fetched | None:
        """Fill in these fields; returns what the page shows then, None where nothing happens before a press."""

    def download_file(self, url: str) -> bytes: ...

    def list_secrets(self) -> tuple[str, ...]: ...


class LoggedOut(ScreenUnexpected):
    """The log-in screen stands where another one was expected."""


class Window:
    """Looks at one page at a time; `screen` is what the page was last recognized as.

    With `record` what does not fit is told there, and the window goes on for as long as it can; `recording` describes
    every page that comes.
    """

    page: Page
    screen: Screen

    def __init__(
        self,
        view: View,
        *,
        screen_map: ScreenMap,
        copies: pathlib.Path,
        record: Record | None = None,
        recording: ScreenRecording | None = None,
    ) -> None:
        self._view = view
        self._record = record
        self._recording = recording
        self._copies = copies
        self.screen_map = screen_map
        self._status = 0
        self._recognized = "unknown"  # the screen that the page was last taken for, in the name of a copy

    def go(self, url: str) -> None:
        self._look(self._view.get(url), wanted=url)

    def download_file(self, url: str) -> bytes:
        """Download what a link hands out, while this page stays in view."""
        return self._view.download_file(url)

    def shows(self, key: str) -> bool:
        """Check whether the page bears the title of this screen."""
        return self.page.heading in self.screen_map.screens[key].title.texts

    def expect(self, *keys: str) -> str:
        """Expect one of these screens and return which it is.

        Raises ScreenUnexpected for others, and for what does not fit.
        """
        key = next((key for key in keys if self.shows(key)), None)
        if key is None:
            raise self.describe_other_screen(keys)
        self.screen, self._recognized = self.screen_map.screens[key], key
        findings = compare_with_map(self.page, self.screen)
        unfit = [finding for finding in findings if finding.stops]
        if self._record:
            self._record(self.screen, findings)
        elif unfit:
            raise self.describe_unexpected(join_phrases(self._problem(finding) for finding in unfit))
        return key

    def follow(self, key: str) -> None:
        """Click this link of the screen."""
        self.go(self.find_link(key))

    def find_link(self, key: str) -> str:
        entry = self.screen.find_entry("links", key)
        addresses = [address for text, address in self.page.links if text in entry.texts]
        if not addresses:
            raise self.describe_unexpected(words.describe_count("links", 0, entry.text, entry))
        return addresses[0]

    def has(self, part: t.Literal["links", "buttons"], key: str) -> bool:
        """Check whether the page has this link or button, which is there only at times."""
        texts = self.screen.find_entry(part, key).texts
        there = [text for text, _address in self.page.links] if part == "links" else [b.text for b in self.page.buttons]
        return any(text in texts for text in there)

    def read_fact(self, key: str) -> str | None:
        """Read what the page tells under this label."""
        return read_fact(self.page, self.screen, key)

    def read_choices(self, key: str) -> tuple[Choice, ...]:
        """Read what can be chosen in this field; nothing where the page has no such field."""
        field = self._field(key) if key in self.screen.parts["fields"] else None
        return field.choices if field else ()

    def read_ticks(self, step: WalkStep) -> tuple[str, ...]:
        """Read what the ticks of this step say on the page."""
        fields = (self._field(key) for key in step.tick)
        return tuple(field.label for field in fields if field)

    def fill(self, values: Mapping[str, Value]) -> None:
        """Fill in these fields; returns what the page shows then, None where nothing happens before a press."""
        form = find_form(self.page, self.screen)
        filled = tuple(self._filled(name, value) for name, value in values.items())
        fetched = None if form is None else self._view.fill(self.page, form, filled)
        if fetched:
            self._look(fetched)

    def press(self, key: str, values: Mapping[str, Value]) -> None:
        """Fill in these fields and press this button."""
        self.send(self.fill_in(key, values))

    def fill_in(self, key: str, values: Mapping[str, Value]) -> Submission:
        """Return what pressing this button would send with these fields filled in; nothing is sent yet."""
        entry = self.screen.find_entry("buttons", key)
        result = find_buttons(self.page, entry)
        if len(result) != 1:
            raise self.describe_unexpected(words.describe_count("buttons", len(result), entry.text, entry))
        filled = tuple(self._filled(name, value) for name, value in values.items())
        submission = self.page.make_submission(result[0], filled)
        if submission.method != "POST" and self.page.has_password_field(result[0].form):
            raise self.describe_unexpected(words.NOT_BY_POST.filled(one_line(submission.method)))
        return submission

    def send(self, submission: Submission) -> None:
        try:
            fetched = self._view.submit(submission)
        except Withheld as error:
            raise self.describe_unexpected(error.phrase, Withheld) from None
        self._look(fetched, sent=submission)

    def describe_unexpected(self, problem: Phrase, kind: type[ScreenUnexpected] = ScreenUnexpected) -> ScreenUnexpected:
        """Describe this page as an error, with a copy of it for the user."""
        hint = words.SCRIPTS if self.page.unrun_scripts else ""
        try:
            copy: object = save_copy(
                self.page, self._copies, screen=self._recognized, secrets=self._view.list_secrets()
            )
        except OSError as error:  # a full disk does not hide what is wrong with the page
            copy = words.NO_COPY.filled(reason_of(error))
        return kind(words.UNEXPECTED.filled(self.page.heading or words.NO_TITLE, problem, hint, copy))

    def read_alerts(self) -> str:
        """Read what the page says for the eyes first."""
        return "; ".join(self.page.alerts)

    def _look(self, fetched: Fetched, *, wanted: str | None = None, sent: Submission | None = None) -> None:
        try:
            self.page = Page(
                fetched.content,
                url=fetched.url,
                charset=fetched.charset,
                marks=self.screen_map.marks,
                rendered=fetched.rendered,
            )
        except Unreadable as unreadable:
            raise ScreenUnexpected(words.UNREADABLE.filled(unreadable.phrase, fetched.status)) from None
        self._status = fetched.status
        if self._recording:
            self._recording.arrive(self.page, wanted=wanted, sent=sent, secrets=self._view.list_secrets())

    def describe_other_screen(self, keys: tuple[str, ...]) -> Exception:
        """Describe a page that is none of these screens as an error."""
        wanted = [self.screen_map.screens[key].title for key in keys]
        if self._status in _REFUSING:
            return _REFUSING[self._status](words.SAYS.filled(self.page.heading, self.read_alerts() or self._status))
        titles, entries = (
            words.join_either(f"「{entry.text}」" for entry in wanted),
            words.join_either(entry.at for entry in wanted),
        )
        message = words.IT_SAYS.filled(self.read_alerts()) if self.page.alerts else ""
        problem = words.ANOTHER.filled(titles, message, entries)
        return self.describe_unexpected(problem, LoggedOut if self.shows("log_in") else ScreenUnexpected)

    def _problem(self, finding: Finding) -> Phrase:
        is_tick = finding.part == "fields" and self._is_tick(finding.text)
        return words.describe(finding, screen=self.screen.key, consent=self._consent() if is_tick else None)

    def _consent(self) -> Entry | None:
        """Return what is ticked on this screen, by the map."""
        steps = (step for walk in self.screen_map.walks.values() for step in walk if step.screen == self.screen.key)
        return next((self.screen.find_entry("fields", key) for step in steps for key in step.tick), None)

    def _is_tick(self, label: str) -> bool:
        return any(field.kind == "tick" and field.label == label for field in self._fields())

    def _fields(self) -> tuple[Field, ...]:
        form = find_form(self.page, self.screen)
        return () if form is None else self.page.list_fields(form)

    def _field(self, key: str) -> Field | None:
        texts = self.screen.find_entry("fields", key).texts
        return next((field for field in self._fields() if field.label in texts), None)

    def _filled(self, key: str, value: Value) -> tuple[str, str]:
        entry, field = self.screen.find_entry("fields", key), self._field(key)
        if field is None:
            raise self.describe_unexpected(words.describe_count("fields", 0, entry.text, entry))
        if value is True and field.kind == "tick":
            return field.name, field.choices[0].value
        if isinstance(value, str) and field.kind == "line":
            return field.name, value
        return field.name, self._chosen(field, value).value

    def _chosen(self, field: Field, value: Value) -> Choice:
        """Return the one choice of this field that is meant."""
        offered = (
            ", ".join(f"「{choice.text}」" for choice in field.choices[: words.SHOWN] if choice.value)
            or words.NO_CHOICES
        )
        if isinstance(value, Pick):
            picked = [choice for choice in field.choices if value.is_meant_by(choice)]
            if len(picked) != 1:
                raise RequestRefused(value.refusal.filled(field.label, value.text, offered))
            return picked[0]
        texts = value.texts if isinstance(value, Entry) else (value if isinstance(value, str) else "",)
        chosen = [choice for choice in field.choices if choice.text in texts]
        if field.kind != "choice" or len(chosen) != 1:
            hint = Phrase(" ({0})", " ({0})").filled(words.name_entry(value)) if isinstance(value, Entry) else ""
            raise self.describe_unexpected(words.NO_CHOICE.filled(field.label, texts[0], hint, offered))
        return chosen[0]


__all__ = ("LoggedOut", "Record", "View", "Window")
