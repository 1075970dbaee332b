# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is made for spreadsheets, opened by LibreOffice."""

from __future__ import annotations

import csv
import pathlib
import shutil
import subprocess
import typing as t
import xml.etree.ElementTree as ET

import pytest
from ansible_collections.iij.server_certificate.plugins.plugin_utils._reports.forecast_document import list_events
from ansible_collections.iij.server_certificate.plugins.plugin_utils._reports.forecast_files import write_forecast
from ansible_collections.iij.server_certificate.plugins.plugin_utils._reports.pages import write_status
from ansible_collections.iij.server_certificate.plugins.plugin_utils._reports.papers import render_spreadsheet
from statuses import a_status
from test_forecast_files import document_of, made_forecast

pytestmark = pytest.mark.long
TABLE: t.Final = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
TEXT: t.Final = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
HOSTILE: t.Final = (
    '=HYPERLINK("http://e")', "+1+1", "-2", "@SUM(1)", "\t=1", 'a"b', "a,b", "証明書", "①ⅳ髙﨑", "0012", "1-2", "'x",
)  # fmt: skip


def opened_cells(path: pathlib.Path) -> tuple[list[list[str]], list[str]]:
    """Open a CSV file as the dialog of LibreOffice offers it: what each cell shows, and the formulas of all."""
    office = shutil.which("soffice")
    if office is None:
        pytest.skip("NO LIBREOFFICE: what is made for spreadsheets was not opened in one")
    profile = path.with_name("profile").as_uri()
    # The dialog knows UTF-8 by the mark at the file's begin; without a dialog it has to be said (76).
    command = [office, f"-env:UserInstallation={profile}", "--headless", "--infilter=CSV:44,34,76,1"]
    command += ["--convert-to", "fods", path.name]
    subprocess.run(command, cwd=path.parent, check=True, capture_output=True, timeout=120)
    tree = ET.parse(path.with_suffix(".fods"))
    rows = [
        [
            "\n".join("".join(text.itertext()) for text in cell.iter(f"{TEXT}p"))
            for cell in row.iter(f"{TABLE}table-cell")
        ]
        for row in tree.iter(f"{TABLE}table-row")
    ]
    formulas = [cell.get(f"{TABLE}formula", "") for cell in tree.iter() if f"{TABLE}formula" in cell.attrib]
    return rows, formulas


@pytest.mark.parametrize("lang", ["en", "ja"])
def test_the_register_is_read_cell_by_cell(lang: t.Any, tmp_path: pathlib.Path) -> None:
    write_status(a_status(lang=lang), str(tmp_path))
    file = tmp_path / "status.register.csv"
    head, *rows = csv.reader(file.read_text(encoding="utf-8-sig").splitlines())
    cells, formulas = opened_cells(file)
    assert (cells[0][: len(head)], formulas) == (head, [])
    assert [row[0] for row in cells[1 : len(rows) + 1]] == [row[0] for row in rows]


def test_the_forecast_is_read_with_its_japanese_headings(tmp_path: pathlib.Path) -> None:
    made = made_forecast()
    write_forecast(document_of(made, "ja"), list(list_events(made)), str(tmp_path))
    file = tmp_path / "forecast.csv"
    head, *rows = csv.reader(file.read_text(encoding="utf-8-sig").splitlines())
    cells, formulas = opened_cells(file)
    assert (cells[0][: len(head)], formulas) == (head, [])
    assert len(cells) >= len(rows) + 1


def test_no_text_becomes_a_formula(tmp_path: pathlib.Path) -> None:
    file = tmp_path / "odd.csv"
    file.write_text(render_spreadsheet(["text"], [[text] for text in HOSTILE]), encoding="utf-8", newline="")
    cells, formulas = opened_cells(file)
    assert formulas == []
    assert [row[0] for row in cells[:3]] == ["text", f"'{HOSTILE[0]}", f"'{HOSTILE[1]}"]
    assert {"証明書", "①ⅳ髙﨑", "a,b", 'a"b'} <= {row[0] for row in cells}
