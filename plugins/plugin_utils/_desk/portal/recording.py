# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""Recordings: what a visit saw, as inert descriptions that hold no secrets and no data of the customer.

A recording has the words of screens, and says which button or link led to which page. Values of the customer are
replaced by stand-ins, the same one for the same value, so that a rehearsal desk can serve the recording again.
"""

from __future__ import annotations

import collections
import json
import re
import typing as t

from .evidence import clean_words

if t.TYPE_CHECKING:
    from collections.abc import Iterable

    from ._lxml import Element
    from .map_parts import ScreenMap
    from .page import Page, Submission
    from .page_parts import Choice, Field

Json = dict[str, t.Any]

FORMAT: t.Final = "portal recording 1"
_MOST_ROWS: t.Final = 3  # of a list; more of the same tell nothing
_MOST_PAGES: t.Final = 300
_HIDDEN: t.Final = "…"
_DAY: t.Final = re.compile(r"\d{4}\D{1,3}\d{1,2}\D{1,3}\d{1,2}(日|\s[\d:]{4,8})?")
_VALUE: t.Final = re.compile(
    r"(?P<mail>[^\s@]+@(?:[A-Za-z0-9-]+\.)+[A-Za-z0-9-]+)"
    r"|(?P<host>(?:\*\.)?(?:[A-Za-z0-9_-]+\.)+[A-Za-z]{2,})|(?P<code>[A-Za-z]{2,4}\d{4,})"
)
_COUNT: t.Final = re.compile(r"\d[\d,]*")


class ScreenRecording:
    """Describes pages in the order in which they are visited; what `secrets` names is in none of them."""

    def __init__(self, screen_map: ScreenMap) -> None:
        self._known = set(_words_of(screen_map))
        self._stand_ins: dict[str, str] = {}
        self._counts: collections.Counter[str] = collections.Counter()
        self._pages: list[Json] = []
        self._addresses: dict[str, int] = {}
        self._links: list[list[str]] = []
        self._here: int | None = None

    def arrive(self, page: Page, *, wanted: str | None, sent: Submission | None, secrets: tuple[str, ...]) -> None:
        """Describe the page that an address or a button has led to."""
        described = self._describe(page, secrets)
        number = next((n for n, other in enumerate(self._pages) if _same(other, described)), len(self._pages))
        if number == _MOST_PAGES:
            self._here = None
            return
        if number == len(self._pages):
            self._pages.append(described)
            self._links.append([address for _text, address in page.links])
        if wanted:
            self._addresses.setdefault(wanted, number)
        if sent and self._here is not None:
            self._note_press(self._pages[self._here], sent, number)
        self._here = number

    def render(self) -> str:
        """Render the recording as JSON, every link with the page that it led to."""
        for page, addresses in zip(self._pages, self._links, strict=True):
            for link, address in zip(page["links"], addresses, strict=True):
                link["page"] = self._addresses.get(address)
        content = {"format": FORMAT, "pages": self._pages}
        return json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True) + "\n"

    def _describe(self, page: Page, secrets: tuple[str, ...]) -> Json:
        def words(text: str) -> str:
            return self._without_values(clean_words(text, secrets))

        def value(text: str) -> str:
            return self._stand_in(clean_words(text, secrets))

        return {
            "title": words(page.heading),
            "sections": [words(text) for text in page.sections],
            "alerts": [words(text) for text in page.alerts],
            "facts": [[words(label), value(shown)] for label, shown in page.facts],
            "lists": [
                {
                    "caption": _COUNT.sub(str(min(len(rows), _MOST_ROWS)), words(caption)),
                    "columns": list(map(words, columns)),
                    "rows": [[value(cell) for cell in row] for row in rows[:_MOST_ROWS]],
                }
                for caption, columns, rows in page.lists
            ],
            "links": [{"text": words(text)} for text, _address in page.links],
            "forms": [_form(page, form, words, value) for form in page.tree.iter("form")],
        }

    def _note_press(self, before: Json, sent: Submission, number: int) -> None:
        """Note where a button led, with the choices that were made: other choices may lead elsewhere."""
        pressed = sent.button
        place = list(sent.page.tree.iter("form")).index(pressed.form)
        beside = [button for button in sent.page.buttons if button.form is pressed.form]
        fields = {field.name: field for field in sent.page.list_fields(pressed.form)}
        chosen = {
            self._without_values(fields[name].label): self._stand_in(_text_of(fields[name], value))
            for name, value in sent.filled
            if name in fields and fields[name].kind == "choice"
        }
        leads = before["forms"][place]["buttons"][beside.index(pressed)]["leads"]
        if not any(lead["chosen"] == chosen for lead in leads):
            leads.append({"chosen": chosen, "page": number})

    def _stand_in(self, text: str) -> str:
        """Return a value as anybody may read it: words of the map and days stay, all else is replaced."""
        if not text or text in self._known or _DAY.fullmatch(text):
            return text
        entry = max((word for word in self._known if word in text), key=len, default="")
        masked = self._without_values(text)
        if entry:
            before, _known, after = masked.partition(entry)
            kept = [part for part in (*before.split(), entry, *after.split()) if part == entry or self._is_ours(part)]
            return " ".join(kept) if len(kept) > 1 else f"{entry} {_HIDDEN}"
        return masked if all(map(self._is_ours, masked.split())) else _HIDDEN

    def _without_values(self, text: str) -> str:
        """Return the words of a screen, with addresses, names and codes in them replaced."""
        return _VALUE.sub(lambda found: self._replaced(found[0], _KINDS[str(found.lastgroup)]), text)

    def _replaced(self, value: str, kind: t.Callable[[str, int], str]) -> str:
        if value in self._known or value in self._stand_ins.values():
            return value
        if value not in self._stand_ins:
            # Numbered by kind, so that a customer with one code is SG00000001 in every recording.
            alike = kind(value, 0)
            self._counts[alike] += 1
            self._stand_ins[value] = kind(value, self._counts[alike])
        return self._stand_ins[value]

    def _is_ours(self, part: str) -> bool:
        return part in self._stand_ins.values() or part in self._known


def _mail(_value: str, number: int) -> str:
    return f"person{number}@example.jp"


def _host(value: str, number: int) -> str:
    return f"{'*.' if value.startswith('*.') else ''}name{number}.example.jp"


def _contract(value: str, number: int) -> str:
    letters = value.rstrip("0123456789")
    return f"{letters}{number:0{len(value) - len(letters)}}"


_KINDS: t.Final = {"mail": _mail, "host": _host, "code": _contract}


def _form(page: Page, form: Element, words: t.Callable[[str], str], value: t.Callable[[str], str]) -> Json:
    fields = [
        {
            "label": words(field.label),
            "kind": field.kind,
            "choices": [value(choice.text) if choice.value else words(choice.text) for choice in field.choices]
            if field.kind == "choice"
            else [],
        }
        for field in page.list_fields(form)
    ]
    buttons = [{"text": words(button.text), "leads": []} for button in page.buttons if button.form is form]
    return {"fields": fields, "buttons": buttons}


def _same(one: Json, other: Json) -> bool:
    """Check whether two descriptions are of the same page, wherever its buttons led."""
    return _inert(one) == _inert(other)


def _inert(page: Json) -> Json:
    forms = [{**form, "buttons": [button["text"] for button in form["buttons"]]} for form in page["forms"]]
    return {**page, "forms": forms, "links": [link["text"] for link in page["links"]]}


def _text_of(field: Field, value: str) -> str:
    choices: tuple[Choice, ...] = field.choices
    return next((choice.text for choice in choices if choice.value == value), value)


def _words_of(screen_map: ScreenMap) -> Iterable[str]:
    """Yield every text of the map, and the pairs of products and terms."""
    for screen in screen_map.screens.values():
        yield from screen.title.texts
        yield from (text for part in screen.parts.values() for entry in part.values() for text in entry.texts)
    yield from (text for group in screen_map.options.values() for entry in group.values() for text in entry.texts)
    for product in screen_map.options["products"].values():
        for term in screen_map.options["terms"].values():
            yield from (f"{name} {length}" for name in product.texts for length in term.texts)


__all__ = ("FORMAT", "ScreenRecording")
