# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A short run of the fuzzer of both wires; `fuzz_wires.py` by itself is the long one."""

from __future__ import annotations

import pytest
from fuzz_wires import MOST_MEMORY, hear_right_answers, run


@pytest.mark.parametrize(("wire", "misfit"), [("json", "AnswerUnusable"), ("screens", "ScreenUnexpected")])
def test_no_answer_ends_in_anything_but_values_or_desk_errors(wire: str, misfit: str) -> None:
    seen = run(seed=1, count=300, wires=(wire,))
    assert not seen.failures, seen.phrase(0)
    assert seen.grown <= MOST_MEMORY, seen.phrase(0)
    outcomes = {outcome for _wire, outcome in seen.outcomes}
    assert {"values", misfit, "DeskUnreachable"} <= outcomes, "the fuzzer reaches what it is for"


# These pages remember no choice, so the pull-down that a choice brings is on none of them.
_NEEDS_A_CHOICE = {"list_products: ScreenUnexpected", "list_linked_contracts: ScreenUnexpected"}


@pytest.mark.parametrize(("wire", "left"), [("json", set()), ("screens", _NEEDS_A_CHOICE)])
def test_right_answers_are_understood_so_that_changed_ones_reach_every_call(wire: str, left: set[str]) -> None:
    outcomes = hear_right_answers(wire)
    assert {outcome for outcome in outcomes if not outcome.endswith(("values", "NotOnline"))} == left
    assert sum(outcome.endswith("values") for outcome in outcomes) >= 7
