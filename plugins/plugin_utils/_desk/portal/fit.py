# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""How a page fits the map: what is there, what is missing, and what nobody expected."""

from __future__ import annotations

import dataclasses as dc
import itertools
import typing as t

from .map_parts import PARTS

if t.TYPE_CHECKING:
    from collections.abc import Iterator

    from ._lxml import Element
    from .map_parts import Entry, Part, Screen
    from .page import Page
    from .page_parts import Button


@dc.dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing of a screen. `entry` None: the page has it, the map does not. `count`: how often the page has it."""

    part: Part
    text: str
    entry: Entry | None
    count: int
    strict: bool = True  # whether something that nobody expected matters here

    @property
    def fits(self) -> bool:
        if self.entry is None:
            return not self.strict
        return self.count == 1 or (self.count == 0 and not self.entry.needed)

    @property
    def stops(self) -> bool:
        """Whether a walk ends here: nothing depends on the headings of a page's sections."""
        return not self.fits and self.part != "sections"


def compare_with_map(page: Page, screen: Screen) -> tuple[Finding, ...]:
    """Compare the page with every entry of this screen's map, and with what it shows of the same kind in addition."""
    result: list[Finding] = []
    for part in PARTS:
        entries, there = screen.parts[part], _there(page, screen, part)
        for entry in entries.values():
            text = next((text for text in there if text in entry.texts), entry.text)
            result.append(Finding(part=part, text=text, entry=entry, count=there.count(text)))
        if entries:
            names = {text for entry in entries.values() for text in entry.texts} | screen.leave_alone
            extra, strict = dict.fromkeys(text for text in there if text not in names), _is_strict(screen, part)
            result += [
                Finding(part=part, text=text, entry=None, count=there.count(text), strict=strict) for text in extra
            ]
    return tuple(result)


def find_buttons(page: Page, entry: Entry) -> tuple[Button, ...]:
    """Find the buttons that say this."""
    return tuple(button for button in page.buttons if button.text in entry.texts)


def find_form(page: Page, screen: Screen) -> Element | None:
    """Find the form that this screen is about: with its buttons, else with its fields while these are to come."""
    entries = screen.parts["buttons"].values()
    by_button = (button.form for entry in entries for button in find_buttons(page, entry))
    labels = {text for entry in screen.parts["fields"].values() for text in entry.texts}
    by_field = (
        form for form in page.tree.iter("form") if any(field.label in labels for field in page.list_fields(form))
    )
    return next(itertools.chain(by_button, by_field), None)


def _is_strict(screen: Screen, part: Part) -> bool:
    """Check whether something unexpected could change what is bought: on forms, and on what a confirm screen tells."""
    return part == "fields" or (part == "facts" and bool(screen.parts["buttons"]))


def _there(page: Page, screen: Screen, part: Part) -> list[str]:
    if part == "fields":
        form = find_form(page, screen)
        return [] if form is None else [field.label for field in page.list_fields(form)]
    if part == "columns":
        return sorted(page.list_columns())
    if part == "sections":
        return list(page.sections)
    return list(_texts(page, part))


def _texts(page: Page, part: Part) -> Iterator[str]:
    if part == "buttons":
        yield from (button.text for button in page.buttons)
    elif part == "links":
        # Links that lead to the same place are one.
        yield from (text for text, _address in dict.fromkeys(page.links))
    else:
        yield from (label for label, _value in page.facts)


__all__ = ("Finding", "compare_with_map", "find_buttons", "find_form")
