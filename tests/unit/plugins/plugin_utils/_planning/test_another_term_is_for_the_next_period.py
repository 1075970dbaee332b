# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whoever edits term in the first period means the next one: renewal.term is advised, and no second purchase."""

from __future__ import annotations

import dataclasses as dc
import typing as t

import pytest
from ansible_collections.iij.server_certificate.plugins.plugin_utils._catalogue.renewals import find_calendar
from ansible_collections.iij.server_certificate.plugins.plugin_utils._complaints.complaints import OrdersRefused
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.observe import observe
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.plan import make_plan
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.remarks import find_remarks
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.silence import find_silent
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.steps import Step
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.windows import compute_window
from ansible_collections.iij.server_certificate.plugins.plugin_utils._tasks.left_out import list_left_out
from ansible_collections.iij.server_certificate.plugins.plugin_utils._values.observed import Observed
from ansible_collections.iij.server_certificate.tests.unit.plugins.plugin_utils.portfolios import (
    OV,
    DeskInMemory,
    before_end,
    booked,
    certified,
    portfolio,
)

if t.TYPE_CHECKING:
    from ansible_collections.iij.server_certificate.plugins.plugin_utils._values.observed import Application
    from ansible_collections.iij.server_certificate.plugins.plugin_utils._values.order import Order


def test_another_term_leads_to_no_second_contract() -> None:
    (order,) = portfolio(OV)
    desk = DeskInMemory()
    desk.put(certified(booked(order, order.client_reference("p"))))
    orders = (dc.replace(order, term="1 year"),)
    with pytest.raises(OrdersRefused) as refused:
        make_plan(orders, observe(desk, orders, portfolio="p"), portfolio="p")
    (complaint,) = refused.value.complaints
    assert "renewal" in complaint.render("en"), complaint.render("en")


def row_with_terms(order: Order, *terms: str) -> Application:
    """A contract in its first period, at a desk that shows for what it can be renewed."""
    row = certified(booked(order, "p/www/1"))
    assert row.current is not None
    window = compute_window(row.current, find_calendar(order.product))
    return dc.replace(row, renewal=dc.replace(window, terms=terms))


@pytest.mark.parametrize("when", ["window", "silence"])
@pytest.mark.parametrize("terms", [(), ("6 months",), ("6 months", "1 year")])
@pytest.mark.parametrize("days", [190, 60, 34, 28])
def test_a_term_that_is_not_offered_is_told_from_the_first_day_on(days: int, terms: tuple[str, ...], when: str) -> None:
    """What the desk refuses is no step: silence would buy, and the plan would have told nothing of it."""
    (order,) = portfolio(OV | {"renewal": {"when": when, "term": "1 year"}})
    row = row_with_terms(order, *terms)
    plan = make_plan(
        [order],
        Observed(applications=(row,), as_of=before_end(days, row)),
        portfolio="p",
        spread=False,
    )
    wrong = terms == ("6 months",) and when == "window"
    assert [remark.rule for remark in find_remarks(plan)] == (["RENEWAL-TERM"] if wrong else [])
    renews = days == 28 and when == "window" and not wrong
    assert plan.entries[0].steps == ((Step.RENEW, Step.REGISTER) if renews else ())
    assert bool(find_silent(plan, None)) is (days < 35 and (when == "silence" or wrong))
    assert bool(list_left_out((), plan, "en")) is (wrong and days == 28)


@pytest.mark.parametrize(("offered", "advised"), [((), True), (("6 months",), False), (("6 months", "1 year"), True)])
def test_no_term_is_advised_that_is_not_offered(offered: tuple[str, ...], advised: bool) -> None:
    (order,) = portfolio(OV)
    row = row_with_terms(order, *offered)
    with pytest.raises(OrdersRefused) as refused:
        make_plan(
            [dc.replace(order, term="1 year")],
            Observed(applications=(row,), as_of=before_end(100, row)),
            portfolio="p",
        )
    (complaint,) = refused.value.complaints
    assert complaint.rule == "TERM-BOUGHT"
    for lang in ("en", "ja"):
        assert ("renewal: {term: 1 year}" in complaint.render(lang)) is advised, complaint.render(lang)
