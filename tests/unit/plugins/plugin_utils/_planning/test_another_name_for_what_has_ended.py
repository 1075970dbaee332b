# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An ended contract is not bought again by itself; under another name, without was_named, it is, and that is told."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.iij.server_certificate.plugins.plugin_utils._complaints.complaints import Severity
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.plan import make_plan
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.steps import Step
from ansible_collections.iij.server_certificate.plugins.plugin_utils._values.observed import ENDED, Observed, State
from portfolios import DV, MADE_AT, OV, booked, portfolio

(WWW,) = portfolio(OV)
SHOP: t.Final = OV | {"name": "shop"}


def judge(
    *wishes: dict[str, t.Any], state: State = State.REJECTED, reference: str | None = "p/www/1", due_only: bool = False
) -> tuple[bool, list[str]]:
    """Whether it is bought, and what is said of that."""
    seen = Observed(applications=(booked(WWW, reference, state=state),), as_of=MADE_AT)
    plan = make_plan(portfolio(*wishes), seen, portfolio="p", due_only=due_only)
    assert all(remark.severity is Severity.WARNING for remark in plan.remarks)
    buys = any(step is Step.PLACE for entry, step in plan.list_steps() if entry.order.common_name == WWW.common_name)
    return buys, [remark.rule for remark in plan.remarks]


@pytest.mark.parametrize("state", sorted(ENDED))
def test_the_plan_of_its_purchase_says_so(state: State) -> None:
    assert judge(OV, state=state) == (False, [])
    assert judge(SHOP, state=state) == (True, ["BOUGHT-BEFORE"])
    assert judge(SHOP, state=state, due_only=True) == (False, []), "the daily run buys nothing"


@pytest.mark.parametrize(
    ("wishes", "reference", "buys"),
    [
        ((SHOP | {"was_named": "www"},), "p/www/1", False),
        ((SHOP | {"was_named": "www", "generation": 2},), "p/www/1", True),
        ((SHOP | {"generation": 2},), "p/www/1", True),
        ((SHOP | {"duplicate_of": "rsc00000001"},), "p/www/1", True),
        ((SHOP | {"replaces": "rsc00000001"},), "p/www/1", True),
        ((OV | {"generation": 2},), "p/www/1", True),
        ((SHOP | {"product": "sureserver_ev_cloud"},), "p/www/1", True),
        ((SHOP, DV | {"name": "www"}), "p/www/1", True),
        ((SHOP, DV | {"was_named": "www"}), "p/www/1", True),
        ((SHOP,), "q/www/1", True),
        ((SHOP,), "by-hand 7", True),
        ((SHOP,), None, True),
    ],
)
def test_what_is_meant_or_was_another_order_is_no_news(
    wishes: tuple[dict[str, t.Any], ...], reference: str | None, buys: bool
) -> None:
    assert judge(*wishes, reference=reference) == (buys, [])
