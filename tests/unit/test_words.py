# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Plain words in everything that people read: messages, documentation, docstrings, comments."""

from __future__ import annotations

import pathlib
import re
import typing as t

import pytest

if t.TYPE_CHECKING:
    from collections.abc import Iterator

ROOT: t.Final = pathlib.Path(__file__).resolve().parents[2]
PLACES: t.Final = (
    *("plugins", "docs", "playbooks", "roles", "examples", "extensions", "rehearsal/src", "rehearsal/README.md"),
    *("README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "SECURITY.md", "Makefile"),
)
KINDS: t.Final = frozenset((".py", ".md", ".yml", ".yaml", ".j2", ""))

# A word, and what a native writer takes instead. `anew` stays as the name of an argument: `anew=True`, `anew:`.
INSTEAD: t.Final = {
    r"\bbesides\b": "also, in addition",
    r"\banew\b(?![:=`])(?! else)": "again",
    r"\bfor ever\b": "forever, permanent",
    r"(?<!not )\bbut for\b": "except, except for",
    r"\btold of\b": "reported",
    r"\bas it stands\b": "as it is",
    # An order stands somewhere between its file and the desk; a text is in a file, and a key on a host.
    r"\b(?:stands?|stood) (?:in(?! for)|there\b(?!\.$)|here|twice|once|at the desk|above|behind|beside)\b": "is",
    r"\bwhere it is used\b": "late, where it is needed",
}


def texts() -> Iterator[pathlib.Path]:
    for place in PLACES:
        path = ROOT / place
        for file in [path] if path.is_file() else sorted(path.rglob("*")):
            if file.is_file() and file.suffix in KINDS and "ja" not in file.relative_to(ROOT).parts:
                yield file


@pytest.mark.parametrize("pattern", INSTEAD)
def test_the_dialect_is_written_nowhere(pattern: str) -> None:
    places = [
        f"{file.relative_to(ROOT)}:{number}: {line.strip()}"
        for file in texts()
        for number, line in enumerate(file.read_text(encoding="utf-8").split("\n"), start=1)
        if re.search(pattern, line, re.IGNORECASE)
    ]
    assert not places, f"better: {INSTEAD[pattern]}\n" + "\n".join(places)
