# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The OpenAPI document: shipped as it is served, complete, and true."""

from __future__ import annotations

import pathlib
import typing as t

import pytest
import requests
from fuzz_openapi import fuzz
from rehearsal_desk.api import api
from rehearsal_desk.controls import control, fault_controls
from rehearsal_desk.running import cli, openapi
from rehearsed import Rehearsal, served, settings_for

SHIPPED: t.Final = pathlib.Path(__file__).resolve().parents[3] / "docs" / "desk-openapi.json"


def test_the_shipped_document_is_the_served_one(shared_desk: Rehearsal, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["openapi"]) == 0
    printed = capsys.readouterr().out
    assert printed == SHIPPED.read_text(encoding="utf-8"), "run: rehearsal-desk openapi > docs/desk-openapi.json"
    served_document = requests.get(f"{shared_desk.url}/openapi.json", timeout=5)
    assert served_document.headers["content-type"] == "application/json"
    assert served_document.json() == openapi.document()


def test_every_call_is_described_with_body_answers_and_token() -> None:
    document = openapi.document()
    described = {(method, path): call for path, calls in document["paths"].items() for method, call in calls.items()}
    routers = (api.router, control.router, fault_controls.router)
    found: list[t.Any] = [route for router in routers for route in router.routes]
    routes = {(method.lower(), route.path) for route in found for method in route.methods}
    assert set(described) == routes
    for (method, path), call in described.items():
        assert call["security"] == [{"control" if path.startswith("/rehearsal") else "desk": []}]
        assert {"200", "400", "500"} <= set(call["responses"])
        assert "422" not in call["responses"]
        assert (method in ("put", "post")) == ("requestBody" in call)
        assert call["summary"]


@pytest.fixture
def fuzzed(tmp_path: pathlib.Path) -> t.Iterator[Rehearsal]:
    with served(settings_for(tmp_path / "desk.sqlite3")) as rehearsal:
        yield rehearsal


def test_no_answer_is_undocumented(fuzzed: Rehearsal) -> None:
    """The short run; `fuzz_openapi.py` as a script makes the long one."""
    figures = fuzz(fuzzed, cases=220)
    assert figures.failures == []
    assert figures.cases >= 220
    assert {200, 201, 400, 404, 409} <= set(figures.statuses)
