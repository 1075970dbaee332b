# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a log-in remembers of a fingerprint ends after a week, and may end between the plan and the press of 更新."""

from __future__ import annotations

import dataclasses as dc
import typing as t

import pytest
from ansible_collections.iij.server_certificate.plugins.plugin_utils._desk.portal import remembered
from ansible_collections.iij.server_certificate.plugins.plugin_utils._values.order import RenewalPolicy, RenewedBy
from ansible_collections.iij.server_certificate.tests.contract import sample_orders as sample
from ansible_collections.iij.server_certificate.tests.contract.test_portal_renewals import issued, kinds
from ansible_collections.iij.server_certificate.tests.contract.test_settlement import Run

if t.TYPE_CHECKING:
    import pathlib

    from ansible_collections.iij.server_certificate.plugins.plugin_utils._desk.portal.adapter import PortalDesk
    from ansible_collections.iij.server_certificate.tests.contract.desk_process import DeskControl


def test_a_fingerprint_that_is_forgotten_after_the_plan_is_no_renewal(
    desk: DeskControl, portal: PortalDesk, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    issued(desk, days=2)
    (listed,) = portal.list_applications()
    portal.fetch_certificate(listed)  # as every week, by the collection before
    run = Run(portal, tmp_path)
    order = dc.replace(sample.order(), contract_id="rsc00000001", renewal=RenewalPolicy(when=RenewedBy.WINDOW))
    plan = run.plan(order)
    assert plan.entries[0].replaces and " " not in plan.entries[0].replaces, "it is named by its fingerprint"
    monkeypatch.setattr(remembered, "_OLDEST_FINGERPRINT", -1.0)  # a week is over now
    (outcome,) = run.performer().perform_contracts(plan.list_steps(), listed=plan.listed)
    assert outcome.error is None
    assert kinds(desk) == ["new", "renewal"], "told as renewed, and 更新 was never pressed"
