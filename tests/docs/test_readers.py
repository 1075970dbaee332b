# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The readers of guides are no soft judges: what is not said, ends otherwise or is not marked makes them fail."""

from __future__ import annotations

import os
import pathlib
import typing as t

import pytest
from ansible_collections.iij.server_certificate.tests.docs.guide_scripts import first_missing, follow, steps_of
from ansible_collections.iij.server_certificate.tests.docs.markdown_blocks import Page, page_of

if t.TYPE_CHECKING:
    Write = t.Callable[[str], Page]

SAID: t.Final = "first  line\nwww  ordered on 2026-11-22 as 0123456789abcdef\nlast"


@pytest.fixture
def write(tmp_path: pathlib.Path) -> Write:
    def page(text: str) -> Page:
        path = tmp_path / "page.md"
        path.write_text(text, encoding="utf-8")
        return page_of(path)

    return page


def read(page: Page, tmp_path: pathlib.Path) -> None:
    folder = tmp_path / "work"
    folder.mkdir()
    follow(steps_of(page.blocks), folder=folder, environment={"PATH": os.environ["PATH"]})


@pytest.mark.parametrize(
    ("expected", "missing"),
    [
        (("first line", "...", "last"), None),
        (("www ordered on 2031-01-01 as fedcba9876543210",), None),
        (("www ... as ...",), None),
        (("last", "first line"), "first line"),
        (("first",), "first"),
        (("www cancelled ...",), "www cancelled ..."),
    ],
)
def test_lines_must_come_in_order(expected: tuple[str, ...], missing: str | None) -> None:
    assert first_missing(expected, SAID) == missing


def test_files_are_written_and_commands_typed_in_one_shell(write: Write, tmp_path: pathlib.Path) -> None:
    page = write(
        "Write `a/b.yml`:\n\n```yaml\nsaid: $HOME\n```\n\n## 2. Then\n\n```console\n"
        "$ export WORD=hello\n$ echo $WORD \\\n  there\nhello there\n$ cat a/b.yml\nsaid: $HOME\n```\n"
        "```console fails\n$ ls nowhere\n...nowhere...\n```\n"
    )
    assert [block.section for block in page.blocks] == ["", "2", "2"]
    read(page, tmp_path)


@pytest.mark.parametrize(
    "block",
    [
        "```console\n$ false\n```",
        "```console fails\n$ true\n```",
        "```console\n$ echo one\ntwo\n```",
        "```console\n$ false\n$ true\n```",
    ],
)
def test_what_ends_otherwise_than_told_fails(block: str, write: Write, tmp_path: pathlib.Path) -> None:
    with pytest.raises(AssertionError):
        read(write(f"{block}\n"), tmp_path)


def test_an_open_block_and_output_without_a_command_fail(write: Write) -> None:
    with pytest.raises(AssertionError):
        write("```console\n$ true\n")
    with pytest.raises(AssertionError):
        write("```console\noutput\n```\n").blocks[0].commands()
