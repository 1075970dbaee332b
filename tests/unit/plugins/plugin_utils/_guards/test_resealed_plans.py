# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A saved plan of odd forms whose digests are right: held or refused, and never a fault of the program."""

from __future__ import annotations

import contextlib
import copy
import json
import typing as t

import pytest
from ansible_collections.iij.server_certificate.plugins.plugin_utils._complaints.complaints import OrdersRefused, report
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.digests import digest, plan_digest
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.steps import Step
from portfolios import DeskInMemory
from test_saved_plan import ORDERS, held, saved

if t.TYPE_CHECKING:
    import pathlib
    from collections.abc import Iterator

ODD: t.Final = (
    None, 0, True, 1.5, "x", "2027-01-01", "2027-01-01T00:00:00", "2027-01-01T00:00:00Z", "{{ x }}", "\u202e\x1b[31m",
    [], [[]], [{}], ["x"], {}, {"a": 1}, "a" * 5_000, 10**30,
)  # fmt: skip
OFTEN_ABSENT: t.Final = ("renew_by", "replaces", "relinking", "not_after")

__all__ = ("saved",)  # the fixture


def places_in(value: t.Any, place: tuple[t.Any, ...] = ()) -> Iterator[tuple[t.Any, ...]]:
    if place:
        yield place
    if isinstance(value, dict):
        for key in value:
            yield from places_in(value[key], (*place, key))
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from places_in(item, (*place, number))


def seal(document: dict[str, t.Any]) -> None:
    """Make the digests right again, where that can be done."""
    with contextlib.suppress(Exception):
        rows = document["orders"]
        bound = [(row["name"], row["contract_id"], row["on_host"]) for row in rows if row.get("on_host")]
        document["digest"] = plan_digest(rows, portfolio="p", part=None, on_hosts=bound)
        document["file_digest"] = digest({field: value for field, value in document.items() if field != "file_digest"})


def refusals(path: pathlib.Path, document: dict[str, t.Any]) -> set[str]:
    """The rules of what is said against this plan; none where it holds."""
    seal(document)
    path.write_text(json.dumps(document))
    try:
        held(path, ORDERS, DeskInMemory())
    except OrdersRefused as refused:
        assert report(refused.complaints, "en")
        return {complaint.rule for complaint in refused.complaints}
    return set()


def test_whatever_stands_where(saved: pathlib.Path) -> None:
    plan = json.loads(saved.read_text())
    places = [*places_in(plan), *(("orders", 0, field) for field in OFTEN_ABSENT)]
    outcomes: set[str] = set()
    assert not refusals(saved, plan)
    for *way, last in places:
        for odd in ODD:
            document = copy.deepcopy(plan)
            there = document
            for part in way:
                there = there[part]
            there[last] = odd
            outcomes |= refusals(saved, document)
    assert {"PLAN-FILE", "PLAN-ORDER-MOVED", "PLAN-DESK-MOVED"} <= outcomes


@pytest.mark.parametrize("step", [None, 7, {}, "pay", ["place"]])
def test_a_step_that_is_none(saved: pathlib.Path, step: object) -> None:
    plan = json.loads(saved.read_text())
    plan["orders"][0]["steps"][0]["step"] = step
    assert refusals(saved, plan) == {"PLAN-FILE"}


@pytest.mark.parametrize("renew_by", ["x", "2027-01-01", 5, []])
def test_a_last_moment_that_is_none(saved: pathlib.Path, renew_by: object) -> None:
    plan = json.loads(saved.read_text())
    row = plan["orders"][0]
    row["steps"] = [{**row["steps"][0], "step": Step.RENEW}]
    row["renew_by"] = renew_by
    assert refusals(saved, plan) == {"PLAN-FILE"}
