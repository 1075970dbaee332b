# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An order that is cancelled after its renewal was paid: the key stays the host's, and the certificate gets there."""

from __future__ import annotations

import pathlib
import typing as t

import pytest
from ansible_collections.iij.server_certificate.tests.contract.test_renewals_whole_way import Site

if t.TYPE_CHECKING:
    from ansible_collections.iij.server_certificate.tests.contract.desk_process import DeskControl


@pytest.mark.parametrize("opened_by", ["silence", "order"])
def test_a_period_that_is_paid_is_used_though_its_order_was_cancelled(
    desk: DeskControl, tmp_path: pathlib.Path, opened_by: str
) -> None:
    site = Site(desk, tmp_path, renewal={"when": "silence" if opened_by == "silence" else "window"})
    first, key = site.first_certificate(), site.hosts.key("web1", "www")
    end = site.application()["current"]["not_after"]
    site.days_before_end(24 if opened_by == "silence" else 28)
    if opened_by == "order":
        site.fields["csr_origin"] = "target"
        site.tasks.run("cert_portfolio", state="applied")
    assert site.application()["procedure"]["opened_by"] == opened_by
    site.fields |= {"state": "cancelled", "contract_id": "rsc00000001"}
    site.tasks.renew()
    assert site.application()["procedure"]["csr_origin"] == "customer"
    desk.ca_work()
    assert site.application()["current"]["serial_number"] != first
    site.hosts.down = {"web1"}
    planned = site.tasks.run("cert_portfolio", state="planned")
    (row,) = planned["orders"]
    assert {deadline["what"] for deadline in row["deadlines"]} == {"installation", "cancellation"}
    assert row["standing"] == "to_cancel"
    site.hosts.down = set()
    site.tasks.renew()
    assert site.hosts.key("web1", "www") != key, "the daily run has brought it to its host"
    assert site.application()["current"]["not_after"] > end
    assert site.application()["renewal"]["decision"] == "undecided", "that it ends is left to apply"
    site.tasks.apply()
    assert site.application()["renewal"]["decision"] == "cancel"
