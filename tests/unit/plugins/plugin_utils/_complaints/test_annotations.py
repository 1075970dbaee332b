# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Complaints in the forms that machines read."""

from __future__ import annotations

import json
import pathlib

import pytest
import yaml
from ansible_collections.iij.server_certificate.plugins.plugin_utils._complaints.annotations import (
    FORMS,
    annotate,
    write_annotations,
)
from ansible_collections.iij.server_certificate.plugins.plugin_utils._complaints.complaints import Complaint, Place
from ansible_collections.iij.server_certificate.plugins.plugin_utils._orders.files import read_folder
from ansible_collections.iij.server_certificate.plugins.plugin_utils._orders.portfolio import judge_orders
from portfolios import DV, READER, TODAY, written

ROOT = pathlib.Path(__file__).resolve().parents[5]


@pytest.fixture
def complaints(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Complaint, ...]:
    (tmp_path / "orders").mkdir()
    written(tmp_path / "orders", DV | {"product": "quick_sll", "generation": 0}, name="a,b.yml")
    monkeypatch.chdir(tmp_path)
    return judge_orders(read_folder(str(tmp_path / "orders"), READER), day=TODAY).complaints


def test_json_has_every_part(complaints: tuple[Complaint, ...]) -> None:
    told = json.loads(annotate(complaints, form="json", lang="en"))["complaints"]
    assert {row["rule"] for row in told} == {"PRODUCT-UNKNOWN", "VALUE-TYPE"}
    assert all(row["line"] and row["wrong"] and row["todo"] and row["source"] for row in told)


def test_github_gets_one_escaped_line_for_each(complaints: tuple[Complaint, ...]) -> None:
    lines = annotate(complaints, form="github", lang="en").splitlines()
    assert len(lines) == len(complaints) == 2
    assert any(line.startswith("::error file=orders/a%2Cb.yml,line=") and "PRODUCT-UNKNOWN" in line for line in lines)


def test_gitlab_paths_are_relative_and_fingerprints_outlive_moved_lines(complaints: tuple[Complaint, ...]) -> None:
    rows = json.loads(annotate(complaints, form="gitlab", lang="ja"))
    assert {row["location"]["path"] for row in rows} == {"orders/a,b.yml"}
    assert {row["severity"] for row in rows} == {"major"}
    (first, *_rest) = complaints
    moved = Complaint(
        rule=first.rule,
        place=Place(file=first.place.file, line=99, column=1),
        order=first.order,
        path=first.path,
        facts=first.facts,
    )
    (again,) = json.loads(annotate((moved,), form="gitlab", lang="en"))
    assert again["fingerprint"] in {row["fingerprint"] for row in rows}


def test_sarif_results_point_at_their_rules(complaints: tuple[Complaint, ...]) -> None:
    (run,) = json.loads(annotate(complaints, form="sarif", lang="en"))["runs"]
    driver = run["tool"]["driver"]
    rules = driver["rules"]
    assert driver["version"] == yaml.safe_load((ROOT / "galaxy.yml").read_bytes())["version"]
    assert [rules[result["ruleIndex"]]["id"] for result in run["results"]] == [c.rule for c in complaints]
    assert all(result["locations"][0]["physicalLocation"]["region"]["startLine"] > 1 for result in run["results"])


@pytest.mark.parametrize("form", FORMS)
def test_nothing_found_is_a_valid_file_too(form: str) -> None:
    text = annotate((), form=form, lang="en")
    assert text == "" if form == "github" else json.loads(text) is not None


def test_annotations_are_written_through_no_link(complaints: tuple[Complaint, ...], tmp_path: pathlib.Path) -> None:
    victim, path = tmp_path / "victim", tmp_path / "complaints.json"
    victim.write_text("mine", encoding="utf-8")
    path.symlink_to("victim")
    write_annotations(complaints, str(path), form="json", lang="en")
    assert victim.read_text(encoding="utf-8") == "mine"
    assert json.loads(path.read_text(encoding="utf-8"))["complaints"] and not path.is_symlink()
    assert not list(tmp_path.glob(".*"))


def test_a_device_is_written_to_and_never_replaced(complaints: tuple[Complaint, ...], tmp_path: pathlib.Path) -> None:
    path = tmp_path / "output"
    path.symlink_to("/dev/null")
    write_annotations(complaints, str(path), form="json", lang="en")
    assert path.is_symlink()
