# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A sample of run.py, which by itself is the long one; and that it finds what is wrong."""

from __future__ import annotations

import dataclasses as dc
import json
import pathlib
import subprocess
import sys
import typing as t

import pytest
from ansible_collections.iij.server_certificate.tests.reliability import playbook_portfolios
from ansible_collections.iij.server_certificate.tests.reliability.cells import Cell
from ansible_collections.iij.server_certificate.tests.reliability.crash_matrix import Block, judged, side_by_side
from ansible_collections.iij.server_certificate.tests.reliability.crash_points import Moment
from ansible_collections.iij.server_certificate.tests.reliability.judging import FIGURES
from ansible_collections.iij.server_certificate.tests.reliability.mistakes import MISTAKES

HERE = pathlib.Path(__file__).resolve().parent


def matrix(folder: pathlib.Path, *arguments: str) -> tuple[int, dict[str, t.Any], str]:
    """Exit code, report and words of a run of the matrix alone."""
    output = folder / "reliability.json"
    command = [
        sys.executable, str(HERE / "run.py"), "--portfolios", "0", "--playbooks", "0", "--output", str(output),
        *arguments,
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert output.exists(), done.stdout + done.stderr
    return done.returncode, json.loads(output.read_text(encoding="utf-8")), done.stdout


@pytest.mark.parametrize(("adapter", "cells"), [("api", 30), ("portal", 6)])
def test_some_cells(tmp_path: pathlib.Path, adapter: str, cells: int) -> None:
    status, report, words = matrix(tmp_path, "--adapter", adapter, "--cells", str(cells), "--seed", "20261122")
    assert {figure: report[figure] for figure in FIGURES} == dict.fromkeys(FIGURES, 0), words
    assert (status, report["cells"], report["by_adapter"][adapter]["cells"]) == (0, cells, cells)
    assert report["kills"] >= cells // 3
    assert report["not_reached"] <= cells // 6


def cell(**changes: t.Any) -> Cell:
    return Cell(**{"adapter": "api", "world": "supplied", "what": "x", "applies": 1, "ledger": "kept", **changes})


def fault(name: str, method: str, path: str) -> tuple[dict[str, t.Any], ...]:
    return ({"name": name, "method": method, "path": path},)


# What finds a mistake, and what it is found by.
FOUND_BY = {
    "fresh reference": (cell(faults=fault("drop_after_commit", "POST", "/applications")), {"purchases_wrong"}),
    "reference of the run": (cell(applies=2), {"purchases_wrong"}),
    "told secret": (cell(faults=fault("error_502", "POST", "/applications")), {"secrets_leaked"}),
    "attempts forgotten": (
        cell(
            adapter="portal",
            applies=2,
            faults=({**fault("status_list_lags", "GET", "/portal/certificates/status")[0], "every": True},),
        ),
        {"purchases_wrong"},
    ),
    "registered on paper": (
        cell(kill=Moment("GET products#1", "unsent")),
        {"orders_lost", "plan_apply_mismatch"},
    ),
    "reissued again": (cell(world="reissue"), {"purchases_wrong"}),
    "cancelled early": (cell(world="replacement"), {"purchases_wrong"}),
    "linked back": (cell(world="linked change"), {"purchases_wrong"}),
}


def test_mistakes_are_found(tmp_path: pathlib.Path) -> None:
    assert set(FOUND_BY) == set(MISTAKES)
    blocks = [
        Block((dc.replace(cell, what=mistake),), seed=1, evidence=tmp_path, mistake=mistake)
        for mistake, (cell, _figures) in FOUND_BY.items()
    ]
    for (verdict,) in side_by_side(judged, blocks, workers=2):
        mistake = verdict.cell.split(": ")[2]
        assert {figure for figure, told in verdict.wrong.items() if told} >= FOUND_BY[mistake][1], verdict
        assert verdict.evidence
        kept = {file.name for file in pathlib.Path(verdict.evidence).iterdir()}
        assert {"desk.json", "orders", "state.ledger.jsonl"} <= kept, (mistake, sorted(kept))


def test_three_random_portfolios_with_playbooks(tmp_path: pathlib.Path) -> None:
    with playbook_portfolios.a_site(tmp_path) as site:
        assert [
            words for number in range(3) for words in playbook_portfolios.mismatches(site, seed=3, number=number)
        ] == []
