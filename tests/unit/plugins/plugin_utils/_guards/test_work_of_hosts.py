# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which steps need the host of their order: work that needs none is refused for no inventory."""

from __future__ import annotations

import dataclasses as dc
import typing as t

import pytest
from ansible_collections.iij.server_certificate.plugins.plugin_utils._complaints.complaints import OrdersRefused
from ansible_collections.iij.server_certificate.plugins.plugin_utils._guards.hosts import (
    leave_lost_hosts,
    require_hosts,
)
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.entry import Entry
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.plan import Plan
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.replacements import Replaced
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.steps import Standing
from ansible_collections.iij.server_certificate.plugins.plugin_utils._values.order import Wanted
from portfolios import OV, booked, portfolio

(ORDER,) = portfolio(OV)
ROW = booked(ORDER, "p/www/1")
GONE = dc.replace(ORDER, state=Wanted.CANCELLED)
OLD = Replaced(application=ROW, track=None, cancels=True)


def plan_of(**fields: t.Any) -> Plan:
    fields = {"order": ORDER, "application": ROW, "standing": Standing.DONE, **fields}
    return Plan(entries=(Entry(**fields),), unmanaged=())


@pytest.mark.parametrize(
    "fields",
    [
        {"replaced": OLD},
        {"link": Standing.TO_RELINK},
        {"link": Standing.TO_RELINK, "replaced": OLD},
        {"order": GONE, "standing": Standing.TO_CANCEL},
    ],
)
def test_what_needs_no_host_is_done_without_it(fields: dict[str, t.Any]) -> None:
    plan = plan_of(**fields)
    assert plan.entries[0].steps
    assert require_hosts(plan, frozenset()) == ()
    assert leave_lost_hosts(plan, frozenset()) == plan


@pytest.mark.parametrize(
    "fields",
    [
        {"standing": Standing.TO_ORDER},
        {"standing": Standing.TO_REGISTER},
        *({"ahead": ahead} for ahead in (Standing.TO_RENEW, Standing.TO_REISSUE, Standing.TO_REGISTER)),
        {"ahead": Standing.TO_REGISTER, "replaced": OLD},
    ],
)
def test_what_a_host_has_to_prepare_is_refused(fields: dict[str, t.Any]) -> None:
    with pytest.raises(OrdersRefused):
        require_hosts(plan_of(**fields), frozenset())
    assert leave_lost_hosts(plan_of(**fields), frozenset()).entries == ()
    assert require_hosts(plan_of(**fields), frozenset({"web1"})) == ()


@pytest.mark.parametrize(
    "fields",
    [
        {"standing": Standing.TO_COLLECT},
        {"standing": Standing.TO_COLLECT, "link": Standing.TO_RELINK},
        {"order": GONE, "standing": Standing.TO_CANCEL, "ahead": Standing.TO_REGISTER},
        {"order": GONE, "standing": Standing.WAITING, "ahead": Standing.TO_REGISTER},
    ],
)
def test_what_waits_for_a_host_that_is_gone_is_told_and_stops_nothing(fields: dict[str, t.Any]) -> None:
    """A host out of service takes its order's contract with it, whatever was under way."""
    (complaint,) = require_hosts(plan_of(**fields), frozenset())
    assert complaint.rule == "HOST-NOT-IN-INVENTORY"
