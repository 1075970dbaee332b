# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""Complaints: all mistakes at once, each with its place, what is allowed and what to do, in English or Japanese."""

from __future__ import annotations

import dataclasses as dc
import difflib
import typing as t

from ...module_utils._core.phrases import Phrase, one_line, printable, translate
from .glimpses import write_beginning
from .rules.book import RULES
from .rules.rule import Severity
from .sentences import fill
from .vaulted import SealedScalar, Vaulted, hide, is_vaulted_alone

if t.TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from ...module_utils._core.phrases import Language

Path = tuple[str | int, ...]
T = t.TypeVar("T")

_ABOUT = Phrase(" order {0}:", " オーダー {0}:")
_LABELS = (Phrase("allowed", "正しい内容"), Phrase("to do", "対処"), Phrase("source", "根拠"))
_NEAR = Phrase("Did you mean {0}?", "{0} のことですか。")
_CHOOSE = Phrase("Choose one of these.", "この中から選んでください。")
_QUOTE = Phrase(
    "If this belongs to the value before it, put the whole value in quotes.",
    "前の値の続きなら、値全体を引用符で囲んでください。",
)
_PROBLEMS = "問題が{0}件あります。注文や変更は行っていません。"
_WARNINGS = "警告が{0}件あります:"
_NOTES = "お知らせが{0}件あります:"
_HEADS = {  # for one, and for several
    Severity.ERROR: (
        Phrase("{0} problem; nothing was ordered or changed.", _PROBLEMS),
        Phrase("{0} problems; nothing was ordered or changed.", _PROBLEMS),
    ),
    Severity.WARNING: (Phrase("{0} warning:", _WARNINGS), Phrase("{0} warnings:", _WARNINGS)),
    Severity.NOTE: (Phrase("{0} note:", _NOTES), Phrase("{0} notes:", _NOTES)),
}
_VAULTED = Phrase("(a vaulted value, not shown)", "(Vaultの値のため非表示)")
_PRIVATE_KEY = Phrase("(a private key, not shown)", "(秘密鍵のため非表示)")
_EMPTY = Phrase("an empty value", "空の値")
_ONE_NAME = Phrase(
    "An order is for one name, its common_name: write an order for each name (guide order-files).",
    "オーダー1件の名前は common_name の1つだけです。名前ごとにオーダーを書いてください (ガイド order-files)。",
)
_UNQUOTED = Phrase("Write it without quotes.", "引用符を付けずに書いてください。")
_HUGE = Phrase("(a huge number)", "(大きすぎる数値)")
_LONGEST_VALUE = 60
_LONGEST_PART = 200  # characters of a name or key that is written before what is wrong with it
_LONGEST_ABOUT = 1_100  # characters of several of them
_MOST_NAMES = 5
_MOST_OF_A_KIND = 100
_MOST_SHOWN = 1_000
_MORE = Phrase("... and {0} more", "ほかに{0}件")


@dc.dataclass(frozen=True, slots=True, order=True, kw_only=True)
class Place:
    """A place in an order file; line and column count from 1, and 0 means that there is none (inline orders)."""

    file: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        return f"{self.shown_file}:{self.line}:{self.column}" if self.line else self.shown_file

    @property
    def shown_file(self) -> str:
        """The file's name on one printable line, since a name may hold whatever a repository brings."""
        name = printable(self.file)
        # A line that begins with '::' may be a command to the runner of a CI; a complaint begins with its place.
        return f"./{name}" if name.lstrip().startswith(":") else name


@dc.dataclass(frozen=True, slots=True, kw_only=True)
class Breach:
    """A rule broken at a path inside an order; the facts fill the rule's wording."""

    rule: str
    path: Path = ()
    facts: Mapping[str, object] = dc.field(default_factory=dict)


@dc.dataclass(frozen=True, slots=True, kw_only=True)
class Complaint:
    """A breach with its place and its order."""

    rule: str
    place: Place
    order: str | None = None
    path: Path = ()
    facts: Mapping[str, object] = dc.field(default_factory=dict)

    @property
    def field(self) -> str:
        return one_line(hide(dotted_path(self.path)), _LONGEST_ABOUT)

    @property
    def about(self) -> str | None:
        """The order's name as it is shown; a name that is refused may hold anything."""
        return None if self.order is None else one_line(hide(self.order), _LONGEST_ABOUT)

    @property
    def severity(self) -> Severity:
        return RULES[self.rule].severity

    @property
    def wrong(self) -> Phrase:
        """What is wrong."""
        return self._filled(RULES[self.rule].wrong)

    @property
    def allowed(self) -> Phrase:
        """What is allowed; empty where nothing is to be chosen."""
        return self._filled(RULES[self.rule].allowed)

    @property
    def todo(self) -> Phrase:
        """What to do."""
        return self._filled(RULES[self.rule].todo)

    def _filled(self, words: Phrase) -> Phrase:
        return fill(words, {**self._shown_facts(), "hint": self._hint()})

    def _shown_facts(self) -> dict[str, object]:
        return {name: hide(fact) for name, fact in self.facts.items()}

    def _hint(self) -> Phrase:
        if self.facts.get("unquoted"):
            return _UNQUOTED
        if self.facts.get("further_names"):
            return _ONE_NAME
        if self.facts.get("cut"):
            return _QUOTE
        return _NEAR.filled(hide(self.facts["near"])) if self.facts.get("near") else _CHOOSE

    def render(self, lang: Language) -> str:
        """Render the complaint as an indented paragraph for people."""
        about = translate(_ABOUT.filled(self.about), lang) if self.about else ""
        field = f" {self.field}:" if self.field else ""
        details = zip(_LABELS, (self.allowed, self.todo, RULES[self.rule].source), strict=True)
        return "\n".join(
            [
                f"{self.place}:{about}{field} {translate(self.wrong, lang)} [{self.rule}]",
                *(
                    f"    {translate(label, lang)}: {message}"
                    for label, words in details
                    if (message := translate(words, lang))
                ),
            ]
        )

    def as_dict(self, lang: Language) -> dict[str, object]:
        """Return the complaint as JSON-ready data."""
        return {
            "rule": self.rule,
            "severity": self.severity.value,
            "file": self.place.shown_file,
            "line": self.place.line,
            "column": self.place.column,
            "order": self.about,
            "field": self.field,
            "wrong": translate(self.wrong, lang),
            "allowed": translate(self.allowed, lang),
            "todo": translate(self.todo, lang),
            "source": translate(RULES[self.rule].source, lang),
        }


def list_first(items: Sequence[T], make: Callable[[T], Breach]) -> Iterator[Breach]:
    """Make the first breaches of very many, and in the place of the next one that says how many more there are."""
    yield from map(make, items[:_MOST_OF_A_KIND])
    for following in items[_MOST_OF_A_KIND : _MOST_OF_A_KIND + 1]:
        count = len(items) - _MOST_OF_A_KIND
        yield Breach(rule="MISTAKES-MORE", path=make(following).path, facts={"count": count})


class OrdersRefused(Exception):
    """The orders break rules; nothing was sent anywhere.

    `forms`: by order name, the paper order for what the portal does not take online.
    """

    def __init__(self, complaints: Iterable[Complaint], *, forms: Mapping[str, str] | None = None) -> None:
        self.complaints = sort_complaints(complaints)
        self.forms = forms or {}
        super().__init__(f"{len(self.complaints)} complaints")


class OptionsWrong(Exception):
    """The options of a task cannot be used; nothing was read or sent."""

    def __init__(self, message: Phrase) -> None:
        super().__init__(message.en)
        self.message = message


def sort_complaints(complaints: Iterable[Complaint]) -> tuple[Complaint, ...]:
    """Sort by place, each mistake once."""
    return tuple(sorted(_joined(complaints), key=lambda c: (c.place, str(c.path), c.rule)))


def _joined(complaints: Iterable[Complaint]) -> Iterator[Complaint]:
    """Join what is one mistake in the defaults of a file, however many orders inherit it."""
    same: dict[tuple[object, ...], list[Complaint]] = {}
    for complaint in complaints:
        key = (complaint.rule, complaint.place, complaint.path, repr(sorted(complaint.facts.items())))
        same.setdefault(key, []).append(complaint)
    for group in same.values():
        yield dc.replace(group[0], order=list_names(complaint.order for complaint in group))


def list_names(orders: Iterable[str | None], *, further: int = 0) -> str | None:
    """List the names of several orders as a person would tell them: some, and how many more (`further`: not here)."""
    names = list(dict.fromkeys(one_line(order, _LONGEST_PART) for order in orders if order))
    more = len(names) + further - _MOST_NAMES
    return ", ".join([*names[:_MOST_NAMES], *([f"... (+{more})"] if more > 0 else [])]) or None


def report(complaints: tuple[Complaint, ...], lang: Language) -> str:
    """Write all complaints as text: the errors headed by their number, then the warnings, then the notes."""
    parts = []
    for severity, (one, several) in _HEADS.items():
        lines = [complaint for complaint in complaints if complaint.severity is severity]
        if lines:
            head = translate((one if len(lines) == 1 else several).filled(len(lines)), lang)
            shown = [complaint.render(lang) for complaint in lines[:_MOST_SHOWN]]
            more = [translate(_MORE.filled(len(lines) - len(shown)), lang)] if len(lines) > len(shown) else []
            parts.append("\n".join([head, *shown, *more]))
    return "\n".join(parts)


def list_shown(complaints: Iterable[Complaint]) -> tuple[Complaint, ...]:
    """List what is written for machines: as many as people read, the errors first where there are more."""
    result = tuple(complaints)
    if len(result) <= _MOST_SHOWN:
        return result
    return tuple(sorted(result, key=lambda complaint: complaint.severity is not Severity.ERROR)[:_MOST_SHOWN])


def shorten(value: object) -> str | Phrase:
    """Quote a value for a message: as it was written, what is not seen made visible, on one line, and never long."""
    if value is None:
        return _EMPTY
    if isinstance(value, (SealedScalar, Vaulted)):
        return _VAULTED
    try:
        # Aliases of aliases are small in memory and endless when written out, so no value is written as a whole.
        text = value if isinstance(value, str) else write_beginning(value)
    except ValueError:  # Python writes no number of more than 4300 digits
        return _HUGE
    if "PRIVATE KEY" in text:
        return _PRIVATE_KEY
    return repr(text if len(text) <= _LONGEST_VALUE else f"{text[: _LONGEST_VALUE - 3]}...")


def dotted_path(path: Path) -> str:
    """Return a path the way people write it: install.certificate, orders[3].name."""
    parts = (f"[{part}]" if isinstance(part, int) else f".{one_line(part, _LONGEST_PART)}" for part in path)
    return "".join(parts).lstrip(".")


def find_nearest(value: object, choices: Iterable[str]) -> str:
    """Find the choice that was probably meant, or an empty text."""
    if not isinstance(value, str) or len(value) > _LONGEST_VALUE or is_vaulted_alone(value):
        return ""
    return next(iter(difflib.get_close_matches(value, list(choices), n=1, cutoff=0.6)), "")


__all__ = (
    "Breach",
    "Complaint",
    "OptionsWrong",
    "OrdersRefused",
    "Path",
    "Place",
    "dotted_path",
    "find_nearest",
    "list_first",
    "list_names",
    "list_shown",
    "report",
    "shorten",
    "sort_complaints",
)
