# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""What the parts of a page are called: the words beside, around and above them, as a person reads them."""

from __future__ import annotations

import functools
import itertools
import typing as t

from ....module_utils._core.phrases import one_line

if t.TYPE_CHECKING:
    from ._lxml import Element

LONGEST_WORDS: t.Final = 1_000  # characters; nothing that is compared with an order is so long


class Labels:
    """The labels of one page; `marks` are texts beside a label that are no part of it."""

    def __init__(self, tree: Element, marks: tuple[str, ...]) -> None:
        self._tree = tree
        self._marks = marks
        self._texts: dict[Element, str] = {}

    def name_field(self, control: Element) -> str:
        """Find what a field is called: its own label, else its row's, else the legend around it alone."""
        return self.name_choice(control) or self._row_label(control) or self._legend(control)

    def name_group(self, control: Element) -> str:
        """Find what a group of radio buttons is called."""
        return self._legend(control) or self._row_label(control)

    def name_choice(self, control: Element) -> str:
        """Find the label of this control itself."""
        by_id = self._by_control.get(control.get("id") or "")
        named = [self._ids[word] for word in (control.get("aria-labelledby") or "").split() if word in self._ids]
        if named:
            return " ".join(filter(None, map(self.text_of, named)))
        around = [by_id] if by_id is not None else list(itertools.islice(control.iterancestors("label"), 1))
        return self.text_of(around[0]) if around else one_line(control.get("aria-label") or "", LONGEST_WORDS)

    @functools.cached_property
    def _ids(self) -> dict[str, Element]:
        """The first element of each id."""
        return {element.get("id"): element for element in reversed(self._tree.xpath("//*[@id]"))}

    @functools.cached_property
    def _by_control(self) -> dict[str, Element]:
        """The first label that names each control."""
        return {label.get("for"): label for label in reversed(self._tree.xpath("//label[@for]"))}

    def _legend(self, control: Element) -> str:
        """Return the legend of a fieldset around this field alone; one around others too is named after all of them."""
        for fieldset in control.iterancestors("fieldset"):
            legend = fieldset.find("legend")
            names = {other.get("name") for other in fieldset.xpath(".//input|.//select|.//textarea")}
            if legend is not None and names <= {control.get("name")}:
                return self.text_of(legend)
        return ""

    def _row_label(self, control: Element) -> str:
        beside = control.xpath("ancestor::tr[1]/th[1]|ancestor::dd[1]/preceding-sibling::dt[1]")
        return self.text_of(beside[0]) if beside else ""

    def text_of(self, element: Element) -> str:
        """Read a label without its marks."""
        # Once for each: thousands of fields in one label would each read all of it.
        if element not in self._texts:
            words = [part for part in read_words(element).split(" ") if part not in self._marks]
            self._texts[element] = " ".join(words)
        return self._texts[element]


def read_words(element: Element) -> str:
    """Read what an element says in one line."""
    # What an element's own controls hold is no part of its words.
    parts = element.xpath(".//text()[not(ancestor::select or ancestor::textarea or ancestor::script)]")
    own = element.text_content() if element.tag in ("option", "button", "title") else "".join(parts)
    return one_line(" ".join(str(own).split()), LONGEST_WORDS)


__all__ = ("LONGEST_WORDS", "Labels", "read_words")
