# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""One page as a person sees it: heading, labelled fields, buttons, links, facts, lists, never by position."""

from __future__ import annotations

import dataclasses as dc
import functools
import itertools
import typing as t
import urllib.parse

from ....module_utils._core.phrases import Phrase, one_line
from ._lxml import etree, html
from .charsets import UTF_8, UnknownEncoding, decode, find_encoding, find_encoding_of_page
from .page_labels import LONGEST_WORDS, Labels, read_words
from .page_parts import Button, Choice, Field

if t.TYPE_CHECKING:
    from collections.abc import Iterator

    from ._lxml import Element

_NO_PAGE: t.Final = Phrase("what the portal sent is no HTML page", "ポータルの応答はHTMLのページではありません")
_TOO_MUCH: t.Final = Phrase(
    "what the portal sent has more than {0} elements, which is no screen",
    "ポータルの応答の要素が{0}個を超えているため、画面として読みません",
)
_ENCODING: t.Final = Phrase(
    "the page is in the encoding {0}, which is not read", "ページの文字コード {0} には対応していません"
)
_UNEVEN: t.Final = Phrase("a row has {0} cells under {1} headings", "見出しが{1}列の表に{0}列の行があります")
_CONTROLS: t.Final = "input|select|textarea"
_NO_FIELDS: t.Final = ("hidden", "submit", "button", "image", "reset")
_MOST_ELEMENTS: t.Final = 40_000  # beginnings and ends: a list of 1,000 rows has 16,000


@dc.dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """What a browser sends when a button is pressed: hidden fields and tokens are carried along.

    `page`, `button` and `filled` are what it was made from, for an engine that presses the button itself; `encoding`
    is that of its form, else of its page [HTML Standard, 4.10.21.5].
    """

    method: str
    url: str
    encoding: str
    values: tuple[tuple[str, str], ...] = dc.field(repr=False)
    page: Page = dc.field(repr=False)
    button: Button
    filled: tuple[tuple[str, str], ...] = dc.field(repr=False)


class Unreadable(ValueError):
    """What came is no page, or a list on it cannot be told apart into rows."""

    def __init__(self, message: Phrase) -> None:
        super().__init__(message.en)
        self.phrase = message


class Page:
    """One page; `marks` are texts beside a label that are no part of it. `rendered`: its scripts have run."""

    def __init__(
        self, content: bytes, *, url: str, charset: str | None, marks: tuple[str, ...], rendered: bool = False
    ) -> None:
        self.url = url
        self._marks = marks
        self._rendered = rendered
        if content.count(b"<") > _MOST_ELEMENTS:
            raise Unreadable(_TOO_MUCH.filled(_MOST_ELEMENTS))
        try:
            self.encoding = find_encoding_of_page(content, charset)
            # Decoded here: the parser ends a page in silence where a byte is no character of its encoding.
            text = decode(content, self.encoding).replace("\0", "\ufffd").encode(UTF_8, "replace")
            self.tree: Element = html.document_fromstring(text, parser=html.HTMLParser(encoding=UTF_8))
            self._labels = Labels(self.tree, marks)
        except UnknownEncoding as unknown:
            raise Unreadable(_ENCODING.filled(one_line(unknown.label))) from None
        except (etree.LxmlError, ValueError):
            raise Unreadable(_NO_PAGE) from None

    @functools.cached_property
    def heading(self) -> str:
        """What a person would call the page: its first heading, else its title."""
        result = [*self.tree.iter("h1"), *self.tree.iter("title")]
        return next((text for element in result if (text := read_words(element))), "")

    @functools.cached_property
    def unrun_scripts(self) -> bool:
        """Whether the page has scripts that nobody has run."""
        return not self._rendered and bool(self.tree.xpath("//script"))

    def is_shown_by(self, content: bytes) -> bool:
        """Check whether this content in UTF-8 shows the same to fill in, to press and to read as this page."""
        now = Page(content, url=self.url, charset="utf-8", marks=self._marks, rendered=self._rendered)
        return now._judged == self._judged

    @functools.cached_property
    def _judged(self) -> tuple[object, ...]:
        forms = tuple(self.list_fields(form) for form in self.tree.iter("form"))
        buttons = tuple((button.text, button.name, button.value) for button in self.buttons)
        return self.heading, self.alerts, self.facts, forms, buttons

    @functools.cached_property
    def links(self) -> tuple[tuple[str, str], ...]:
        """Text and address of every link."""
        return tuple((read_words(link), self._address(link.get("href"))) for link in self.tree.xpath("//a[@href]"))

    def list_clickable_texts(self) -> list[str]:
        """List what a person could click, links and buttons of every kind."""
        kinds = "//a[@href or @onclick] | //button[not(@disabled)] | //input[@type='submit' or @type='button']"
        texts = (read_words(element) or element.get("value") or "" for element in self.tree.xpath(kinds))
        return [one_line(text, LONGEST_WORDS) for text in texts]

    @functools.cached_property
    def buttons(self) -> tuple[Button, ...]:
        """Every button once, however often a form repeats it."""
        # Only where scripts run a plain button does anything.
        kinds = ("submit", "button") if self._rendered else ("submit",)
        result: dict[tuple[object, ...], Button] = {}
        for element in self.tree.iter("button", "input"):
            form = next(element.iterancestors("form"), None)
            if form is None or element.get("type", "submit" if element.tag == "button" else "text") not in kinds:
                continue
            text = read_words(element) or one_line(element.get("value") or "", LONGEST_WORDS)
            button = Button(text=text, form=form, name=element.get("name") or "", value=element.get("value") or "")
            result.setdefault((button.text, id(form), button.name, button.value), button)
        return tuple(result.values())

    def list_fields(self, form: Element) -> tuple[Field, ...]:
        """List everything that this form lets a person fill in."""
        radios: dict[str, list[Element]] = {}
        result: list[Field] = []
        for control in form.xpath(f".//*[self::{' or self::'.join(_CONTROLS.split('|'))}][@name][not(@disabled)]"):
            kind = (control.get("type") or "text").lower() if control.tag == "input" else control.tag
            if kind in _NO_FIELDS:
                continue
            if kind == "radio":
                radios.setdefault(control.get("name"), []).append(control)
            else:
                result.append(self._field(control, kind))
        groups = [
            Field(
                label=self._labels.name_group(group[0]),
                name=name,
                kind="choice",
                choices=tuple(map(self._choice, group)),
            )
            for name, group in radios.items()
        ]
        return (*result, *groups)

    def has_password_field(self, form: Element) -> bool:
        return any((control.get("type") or "").strip().lower() == "password" for control in form.iter("input"))

    def make_submission(self, button: Button, filled: tuple[tuple[str, str], ...]) -> Submission:
        """Make the form as it is, with these fields filled in, sent by this button."""
        names = {name for name, _value in filled}
        kept = [(name, str(value or "")) for name, value in button.form.form_values() if name not in names]
        pressed = [(button.name, button.value)] if button.name else []
        accepted = (button.form.get("accept-charset") or "").replace(",", " ").split()
        return Submission(
            method=(button.form.get("method") or "get").upper(),
            url=self._address(button.form.get("action") or self.url),
            encoding=next(filter(None, map(find_encoding, accepted)), self.encoding),
            values=(*kept, *filled, *pressed),
            page=self,
            button=button,
            filled=filled,
        )

    @functools.cached_property
    def facts(self) -> tuple[tuple[str, str], ...]:
        """Label and value of everything that the page tells in pairs."""
        terms = [(term, list(itertools.islice(term.itersiblings("dd"), 1))) for term in self.tree.xpath("//dl//dt")]
        with_head = {table for head in self.tree.iter("thead") for table in head.iterancestors("table")}
        rows = [row for row in self.tree.iter("tr") if len(row.findall("th")) == len(row.findall("td")) == 1]
        pairs = terms + [
            (row.find("th"), row.findall("td")) for row in rows if with_head.isdisjoint(row.iterancestors("table"))
        ]
        # A cell that holds something to fill in is a field of a form.
        return tuple(
            (self._labels.text_of(term), read_words(value[0]))
            for term, value in pairs
            if value and not value[0].xpath(".//input|.//select|.//textarea")
        )

    def list_rows(self, column: str) -> Iterator[dict[str, tuple[str, str | None]]]:
        """Yield the rows of the list that has this column: text, and address of the link where there is one."""
        for table in self.tree.iter("table"):
            head = next((row for row in table.iter("tr") if len(row.findall("th")) > 1), None)
            columns = [] if head is None else [self._labels.text_of(cell) for cell in head.xpath("th|td")]
            if column in columns:
                yield from self._rows(table, head=head, columns=columns)

    @functools.cached_property
    def lists(self) -> tuple[tuple[str, tuple[str, ...], tuple[tuple[str, ...], ...]], ...]:
        """Caption, columns and cells of every table with more than one column."""
        result = []
        for table in self.tree.iter("table"):
            rows = [row.xpath("th|td") for row in table.iter("tr")]
            head = next((row for row in rows if len([cell for cell in row if cell.tag == "th"]) > 1), None)
            if head is not None:
                caption = next(map(read_words, table.iter("caption")), "")
                body = tuple(tuple(map(read_words, row)) for row in rows if row is not head and len(row) == len(head))
                result.append((caption, tuple(map(self._labels.text_of, head)), body))
        return tuple(result)

    def list_columns(self) -> frozenset[str]:
        """List the headings of all lists."""
        heads = [row for row in self.tree.iter("tr") if len(row.findall("th")) > 1]
        return frozenset(self._labels.text_of(cell) for row in heads for cell in row.findall("th"))

    @functools.cached_property
    def sections(self) -> tuple[str, ...]:
        """The headings of the page's parts, once each."""
        heads = self.tree.xpath("//h2|//h3|//legend")
        return tuple(dict.fromkeys(map(self._labels.text_of, heads)))

    @functools.cached_property
    def captions(self) -> tuple[str, ...]:
        """What is above the lists."""
        return tuple(map(read_words, self.tree.iter("caption")))

    @functools.cached_property
    def alerts(self) -> tuple[str, ...]:
        """What the page says for the eyes first."""
        return tuple(read_words(element) for element in self.tree.xpath("//*[@role='alert']") if read_words(element))

    def _rows(
        self, table: Element, *, head: Element, columns: list[str]
    ) -> Iterator[dict[str, tuple[str, str | None]]]:
        for row in table.iter("tr"):
            cells = row.xpath("th|td")
            if row is head or (len(cells) == 1 and cells[0].get("colspan")):
                continue
            if len(cells) != len(columns):
                raise Unreadable(_UNEVEN.filled(len(cells), len(columns)))
            yield {name: self._cell(cell) for name, cell in zip(columns, cells, strict=True)}

    def _cell(self, cell: Element) -> tuple[str, str | None]:
        links = cell.xpath(".//a[@href]")
        return read_words(cell), self._address(links[0].get("href")) if links else None

    def _field(self, control: Element, kind: str) -> Field:
        label, name = self._labels.name_field(control), control.get("name")
        if kind == "select":
            options = [option for option in control.iter("option") if option.get("disabled") is None]
            choices = tuple(Choice(text=read_words(o), value=o.get("value", read_words(o))) for o in options)
            return Field(label=label, name=name, kind="choice", choices=choices)
        if kind == "checkbox":
            tick = Choice(text=label, value=control.get("value") or "on")
            return Field(label=label, name=name, kind="tick", choices=(tick,))
        return Field(label=label, name=name, kind="line")

    def _choice(self, radio: Element) -> Choice:
        return Choice(text=self._labels.name_choice(radio), value=radio.get("value") or "on")

    def _address(self, href: str | None) -> str:
        try:
            return urllib.parse.urljoin(self._base, href or "")
        except ValueError:
            return ""  # no address at all; only who follows it has to know

    @functools.cached_property
    def _base(self) -> str:
        base = str(self.tree.xpath("string(//base/@href)"))
        try:
            return urllib.parse.urljoin(self.url, base)
        except ValueError:
            return self.url


__all__ = ("Page", "Submission", "Unreadable")
