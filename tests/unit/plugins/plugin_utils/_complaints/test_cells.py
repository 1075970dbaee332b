# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""No cell of a spreadsheet is a formula, whatever width its sign has and whatever stands unseen before it."""

from __future__ import annotations

import csv
import sys
import unicodedata

import pytest
from ansible_collections.iij.server_certificate.plugins.plugin_utils._complaints.cells import SIGNS, guard_cell
from ansible_collections.iij.server_certificate.plugins.plugin_utils._reports.papers import render_spreadsheet

BEFORE = ("", " ", "\u3000", "\t", "\r", "\n", "\u200b", "\ufeff", '"', " \u2060 ")


def test_the_signs_are_all_that_become_one() -> None:
    every = map(chr, range(sys.maxunicode + 1))
    assert set(SIGNS) == {sign for sign in every if unicodedata.normalize("NFKC", sign)[:1] in tuple("=+-@")}


@pytest.mark.parametrize("before", BEFORE, ids=ascii)
def test_no_cell_begins_a_formula(before: str) -> None:
    cells = [f"{before}{sign}HYPERLINK(1)" for sign in SIGNS]
    assert all(guard_cell(cell).startswith("'") for cell in cells)
    text = render_spreadsheet(["head"], [[cell] for cell in cells])
    rows = list(csv.reader(text.removeprefix("\ufeff").splitlines(keepends=True)))
    assert all(row[0].startswith("'") for row in rows[1:] if row and row[0].strip())


@pytest.mark.parametrize(
    "text", ["www", "2027-01-01", "a-b", "証明書 - 更新", "*.example.jp", "a=b", "", "http://x/?a=b"]
)
def test_ordinary_texts_stay(text: str) -> None:
    assert guard_cell(text) == text
