# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The page of playbooks and variables names exactly those that there are, in both languages."""

from __future__ import annotations

import pathlib
import re
import typing as t

import pytest
from ansible_collections.iij.server_certificate.plugins.plugin_utils._tasks.playbook_variables import _DAILY, VARIABLES

ROOT: t.Final = pathlib.Path(__file__).resolve().parents[2]


def imported(text: str) -> list[str]:
    """The playbooks that a playbook calls."""
    return re.findall(r"import_playbook: (\w+)\.yml", text)


OWN: t.Final = {path.stem: path.read_text(encoding="utf-8") for path in (ROOT / "playbooks").glob("*.yml")}
PLAYBOOKS: t.Final = {name: text + "".join(OWN[book] for book in imported(text)) for name, text in OWN.items()}
PAGES: t.Final = [ROOT / "docs" / "playbooks.md", ROOT / "docs" / "ja" / "playbooks.md"]


def variables_of(text: str) -> set[str]:
    """The variables that a playbook takes; what a task registers or defines by itself is none."""
    used = set(re.findall(r"\bcertificate_\w+", re.sub(r"^ *#.*$|iij\.server_certificate\.\w+", "", text, flags=re.M)))
    defined = re.compile(r"^ +register: (\w+)$|^ +(certificate_\w+): (?:>-|\|-)?$", re.MULTILINE)
    # What one playbook defines another one may take over, which renew calls after it.
    return used - {_DAILY, *(name for book in OWN.values() for pair in defined.findall(book) for name in pair)}


def test_the_list_in_the_code_is_that_of_the_playbooks() -> None:
    assert {name for text in PLAYBOOKS.values() for name in variables_of(text)} == VARIABLES


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_the_page_names_each_playbook_and_variable(page: pathlib.Path) -> None:
    text = page.read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| `(certificate_\w+)` \| ([a-z ]+) \| .+ \|$", text, re.MULTILINE))
    wanted = {
        name: sorted(book for book, used in PLAYBOOKS.items() if name in variables_of(used)) for name in VARIABLES
    }
    assert {name: books.split() for name, books in rows.items()} == wanted
    playbooks = re.findall(r"^\| `([a-z]+)` \| [^|0-9]+ \| [^|]+ \|$", text, re.MULTILINE)
    assert sorted(playbooks) == sorted(PLAYBOOKS)
