# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A ledger in a repository is merged: whatever is left of an open attempt there, nothing is bought a second time."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.iij.server_certificate.plugins.plugin_utils._spending.ledger_audit import audit_ledger
from ansible_collections.iij.server_certificate.tests.unit.plugins.plugin_utils._spending.test_by_list import (
    DV,
    OV,
    Runs,
    Screens,
    portfolio,
)

if t.TYPE_CHECKING:
    import pathlib
    from collections.abc import Callable

Lines = list[bytes]
INTENT, OUTCOME = 2, 3  # of the attempt without a known outcome; the lines before are of a purchase

HELD: t.Final[dict[str, Callable[[Lines], Lines]]] = {
    "the intent is lost": lambda lines: [*lines[:INTENT], *lines[OUTCOME:]],
    "the intent alone is left": lambda lines: lines[:OUTCOME],
    "the outcome alone is left": lambda lines: lines[OUTCOME:],
    "turned round": lambda lines: lines[::-1],
    "twice": lambda lines: lines + lines,
}
REFUSED: t.Final[dict[str, Callable[[Lines], Lines]]] = {
    "all glued": lambda lines: [b"".join(line.rstrip() for line in lines) + b"\n"],
    "the last two glued": lambda lines: [*lines[:INTENT], lines[INTENT].rstrip() + lines[OUTCOME]],
    "glued to the line before": lambda lines: [lines[0], lines[1].rstrip() + lines[INTENT], lines[OUTCOME]],
    "glued to a torn line": lambda lines: [lines[0], lines[1][:60] + lines[INTENT], lines[OUTCOME][:80] + b"\n"],
    "glued within a text": lambda lines: [*lines[:INTENT], lines[OUTCOME][:9] + lines[INTENT]],
    "glued before a torn line": lambda lines: [*lines[:INTENT], lines[INTENT].rstrip() + lines[OUTCOME][:80]],
    "marks": lambda lines: [b"<<<<<<< HEAD\n", *lines[:2], b"=======\n", *lines[2:], b">>>>>>> ours\n"],
    "a mark is left": lambda lines: [*lines[:2], b"||||||| 0123456\n", *lines[2:]],
}


def open_attempt(folder: pathlib.Path) -> Runs:
    runs = Runs(Screens(), folder)
    assert runs.apply(*portfolio(DV)) == ["blog bought"]
    runs.desk.losses_of = {"www": "late"}
    assert runs.apply(*portfolio(OV)) == ["www OutcomeUnknown"]
    return runs


def change(runs: Runs, merge: Callable[[Lines], Lines]) -> None:
    runs.ledger.write_bytes(b"".join(merge(runs.ledger.read_bytes().splitlines(keepends=True))))


@pytest.mark.parametrize("merge", HELD.values(), ids=HELD)
def test_what_is_left_of_an_attempt_holds_its_order_back(
    tmp_path: pathlib.Path, merge: Callable[[Lines], Lines]
) -> None:
    runs = open_attempt(tmp_path)
    change(runs, merge)
    assert "www" in [line["order"] for line in audit_ledger(runs.ledger).list_unsettled()]
    assert runs.apply(*portfolio(OV)) == ["www AttemptOpen"]
    assert runs.desk.purchases == ["blog", "www"]


@pytest.mark.parametrize("lost", [None, INTENT, OUTCOME])
def test_a_person_settles_what_is_left_of_an_attempt(tmp_path: pathlib.Path, lost: int | None) -> None:
    runs = open_attempt(tmp_path)
    (attempt,) = {line["attempt"] for line in audit_ledger(runs.ledger).lines if line.get("unknown")}
    change(runs, lambda lines: [line for number, line in enumerate(lines) if number != lost])
    assert runs.apply(*portfolio(OV), not_booked=frozenset([attempt])) == ["www bought"]
    assert not audit_ledger(runs.ledger).list_unsettled()


@pytest.mark.parametrize("merge", REFUSED.values(), ids=REFUSED)
def test_a_ledger_that_has_two_lines_in_one_or_marks_is_refused(
    tmp_path: pathlib.Path, merge: Callable[[Lines], Lines]
) -> None:
    runs = open_attempt(tmp_path)
    change(runs, merge)
    evidence = runs.ledger.read_bytes()
    assert runs.apply(*portfolio(OV)) == ["www LedgerUnusable"]
    assert runs.desk.purchases == ["blog", "www"] and runs.ledger.read_bytes() == evidence
    assert audit_ledger(runs.ledger).broken is not None


@pytest.mark.parametrize("left", range(1, 80, 13))
@pytest.mark.parametrize("end", [b"", b"\n", b"\0\0\0\n"])
def test_what_a_crash_leaves_of_a_line_is_still_torn(tmp_path: pathlib.Path, left: int, end: bytes) -> None:
    runs = open_attempt(tmp_path)
    change(runs, lambda lines: [*lines, lines[0][:left] + end])
    assert runs.apply(*portfolio(OV)) == ["www AttemptOpen"]
    assert audit_ledger(runs.ledger).torn == (5,)
