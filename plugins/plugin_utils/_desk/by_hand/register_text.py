# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""The text of the register with some of its contracts changed; comments, order and style of the rest stay."""

from __future__ import annotations

import datetime as dt
import itertools
import re
import typing as t

import yaml

from .rows import FIELDS

if t.TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from .rows import RegisterRow

_DAY: t.Final = re.compile(r"\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\dZ)?")
_Loader: t.Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class Uneditable(ValueError):
    """The text is written in a way in which single values cannot be changed."""


class _Edit(t.NamedTuple):
    """What comes in the place of the text from one line and column to another."""

    start: tuple[int, int]
    end: tuple[int, int]
    text: str


def change_text(text: str, changed: Mapping[str, RegisterRow]) -> str:
    """Put these contracts, by contract ID, into the text of a register that can be read; raises Uneditable."""
    if not changed:
        return text
    lines = text.splitlines(keepends=True)
    if not lines[-1].endswith("\n"):
        lines[-1] += "\n"
    items, nothing = _items(text)
    if not items:
        _apply(_first(changed, nothing), lines)
        return "".join(lines)
    names = {_scalar(item, "contract_id"): item for item in items}
    edits = [edit for key, row in changed.items() if key in names for edit in _changes(names[key], row, lines)]
    new = [row for key, row in sorted(changed.items()) if key not in names]
    edits += _insertions(new, items, lines)
    for edit in sorted(edits, key=lambda edit: edit.start, reverse=True):
        _apply(edit, lines)
    return "".join(lines)


def _items(text: str) -> tuple[list[yaml.MappingNode], yaml.Node]:
    """Return the contracts as nodes, and the node that they are in."""
    root: t.Any = yaml.compose(text, Loader=_Loader)
    contracts = next(value for key, value in root.value if key.value == "contracts")
    if contracts.value and (contracts.flow_style or any(not _is_block(item) for item in contracts.value)):
        raise Uneditable
    return list(contracts.value), contracts


def _first(changed: Mapping[str, RegisterRow], nothing: yaml.Node) -> _Edit:
    """Return the first contracts, in the place of an empty list; a comment behind it stays behind the last of them."""
    blocks = "".join(line for _id, row in sorted(changed.items()) for line in _block(row, indent=2))
    start, end = nothing.start_mark, nothing.end_mark
    return _Edit((start.line, start.column), (end.line, end.column), f"\n{blocks.rstrip()}")


def _is_block(item: yaml.Node) -> bool:
    return isinstance(item, yaml.MappingNode) and not item.flow_style


def _scalar(item: yaml.MappingNode, name: str) -> str:
    return next((value.value for key, value in item.value if key.value == name), "")


def _changes(item: yaml.MappingNode, row: RegisterRow, lines: list[str]) -> Iterable[_Edit]:
    """Yield what makes this contract the row: values replaced, taken away, put in after the field before them."""
    own = {key.value: (key, value) for key, value in item.value}
    indent = item.start_mark.column
    after = item.value[0][1].end_mark.line
    for name in FIELDS:
        if name in own:
            key, value = own[name]
            end = (value.end_mark.line, value.end_mark.column)
            if name not in row:
                yield _Edit((key.start_mark.line, 0), (end[0] + 1, 0), "")
                continue
            after = value.end_mark.line
            if yaml.safe_load(lines_between(lines, value)) != yaml.safe_load(_value(row[name])):
                yield _Edit((value.start_mark.line, value.start_mark.column), end, _value(row[name]))
        elif name in row:
            yield _Edit((after + 1, 0), (after + 1, 0), f"{' ' * indent}{name}: {_value(row[name])}\n")


def lines_between(lines: list[str], node: yaml.Node) -> str:
    """Return the text of a node."""
    start, end = node.start_mark, node.end_mark
    if start.line == end.line:
        return lines[start.line][start.column : end.column]
    inner = lines[start.line + 1 : end.line]
    return "".join([lines[start.line][start.column :], *inner, lines[end.line][: end.column] if end.column else ""])


def _insertions(new: list[RegisterRow], items: list[yaml.MappingNode], lines: list[str]) -> Iterable[_Edit]:
    """Yield each new contract before the first one with a greater contract ID, comments above that one included."""
    dash = lines[items[0].start_mark.line].index("-")
    starts = [_first_line(item, lines) for item in items]
    end = _last_line(items[-1]) + 1
    places = itertools.groupby(
        new, key=lambda row: next((s for s, i in zip(starts, items, strict=True) if _after(i, row)), end)
    )
    for line, rows in places:
        yield _Edit((line, 0), (line, 0), "".join(text for row in rows for text in _block(row, indent=dash)))


def _after(item: yaml.MappingNode, row: RegisterRow) -> bool:
    return _scalar(item, "contract_id") > str(row["contract_id"])


def _first_line(item: yaml.MappingNode, lines: list[str]) -> int:
    line = item.start_mark.line
    while line and lines[line - 1].lstrip().startswith("#") and not lines[line - 1].startswith("#"):
        line -= 1
    return int(line)


def _last_line(item: yaml.MappingNode) -> int:
    mark = item.value[-1][1].end_mark
    return int(mark.line if mark.column else mark.line - 1)


def _block(row: RegisterRow, *, indent: int) -> list[str]:
    names = [name for name in FIELDS if name in row]
    first, *rest = (f"{name}: {_value(row[name])}\n" for name in names)
    return [f"{' ' * indent}- {first}", *(f"{' ' * (indent + 2)}{line}" for line in rest)]


def _value(value: t.Any) -> str:
    """Return one value on one line; a text that would be read as something else is quoted, a day is left bare."""
    text = yaml.safe_dump([value], allow_unicode=True, width=10_000, default_flow_style=True).strip()
    bare = text[1:-1]
    return bare[1:-1] if isinstance(value, str) and _is_day(value) else bare


def _is_day(text: str) -> bool:
    try:
        return bool(_DAY.fullmatch(text)) and dt.datetime.fromisoformat(text) is not None
    except ValueError:
        return False


def _apply(edit: _Edit, lines: list[str]) -> None:
    (first, column), (last, end) = edit.start, edit.end
    head = lines[first][:column] if first < len(lines) else ""
    tail = lines[last][end:] if last < len(lines) else ""
    put = (head.rstrip() if edit.text.startswith("\n") else head) + edit.text + tail
    lines[first : last + 1] = put.splitlines(keepends=True)


__all__ = ("Uneditable", "change_text")
