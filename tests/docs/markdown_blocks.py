# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The fenced code blocks of a Markdown page, and what each of them is for."""

from __future__ import annotations

import dataclasses as dc
import pathlib
import re
import typing as t

_FENCE: t.Final = re.compile(r"^(?P<indent> *)```(?P<info>[^`]*)$")
_NAMED: t.Final = re.compile(r"`(?P<path>[\w./-]+\.\w+)`[^`]*[::]$")
_HEADING: t.Final = re.compile(r"^(#+) (.+)$")
_BEGINS_AFTER: t.Final = re.compile(r"<!-- begins after: (?P<page>\S+) (?P<sections>.+?) -->")

KINDS: t.Final = ("console", "console fails", "yaml", "json", "ini", "mermaid", "text", "output")
OUTPUT: t.Final = ("text", "output", "mermaid")


@dc.dataclass(frozen=True, kw_only=True)
class Command:
    """What is typed, and the lines that people are told to expect."""

    text: str
    expected: tuple[str, ...]


@dc.dataclass(frozen=True, kw_only=True)
class Block:
    """One fenced block; `file` is the name that the line before it gives to its content."""

    page: str
    line: int
    kind: str
    text: str
    section: str
    file: str | None

    def __str__(self) -> str:
        return f"{self.page}:{self.line}"

    def commands(self) -> tuple[Command, ...]:
        """The commands of a console block: lines after "$ ", with those that a backslash continues."""
        found: list[tuple[list[str], list[str]]] = []
        continued = False
        for line in self.text.splitlines():
            if continued:
                found[-1][0].append(line)
            elif line.startswith("$ "):
                found.append(([line[2:]], []))
            else:
                assert found, f"{self}: a console block begins with a command"
                found[-1][1].append(line)
            continued = not found[-1][1] and line.endswith("\\")
        return tuple(Command(text="\n".join(typed), expected=tuple(told)) for typed, told in found)


@dc.dataclass(frozen=True, kw_only=True)
class Page:
    """A page's blocks, and the sections of another page that a reader has been through before."""

    path: pathlib.Path
    blocks: tuple[Block, ...]
    begins_after: tuple[pathlib.Path, tuple[str, ...]] | None


def page_of(path: pathlib.Path) -> Page:
    """The blocks of this page, in the order in which they are read."""
    text = path.read_text(encoding="utf-8")
    earlier = _BEGINS_AFTER.search(text)
    begins_after = None
    if earlier:
        begins_after = (path.parent / earlier["page"]).resolve(), tuple(earlier["sections"].split())
    return Page(path=path, blocks=tuple(_blocks(path.name, text.splitlines())), begins_after=begins_after)


def _blocks(page: str, lines: list[str]) -> t.Iterator[Block]:
    numbered = iter(enumerate(lines, start=1))
    before = section = ""
    for number, line in numbered:
        opened, heading = _FENCE.match(line), _HEADING.match(line)
        if heading:
            section = heading[2].split()[0].rstrip(".")
        if opened:
            content = list(_until_closed(numbered, indent=opened["indent"]))
            named = _NAMED.search(before)
            yield Block(
                page=page, line=number, kind=opened["info"].strip(), text="\n".join(content) + "\n", section=section,
                file=named["path"] if named else None,
            )  # fmt: skip
        before = line.strip() or before


def _until_closed(numbered: t.Iterator[tuple[int, str]], *, indent: str) -> t.Iterator[str]:
    for _number, line in numbered:
        if line.strip() == "```":
            return
        yield line.removeprefix(indent)
    raise AssertionError("a fenced block is not closed")
