# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A person may renew on the first day of the 30, on which no run does: what is true can be recorded."""

from __future__ import annotations

import datetime as dt

import pytest
from ansible_collections.iij.server_certificate.plugins.plugin_utils._desk.by_hand.records import read_record_list
from ansible_collections.iij.server_certificate.plugins.plugin_utils._tasks.recording import Recording, make_bought_row
from ansible_collections.iij.server_certificate.tests.contract import sample_orders as sample

ORDER = sample.order(renewal={"when": "window"})
ROW = {
    **make_bought_row(ORDER, "rsc00000001"),
    "client_reference": ORDER.client_reference("default"),
    "state": "issued",
    "ordered_at": "2026-11-01",
    "not_before": "2026-11-06T00:00:00Z",
    "not_after": "2027-05-24T00:00:00Z",
}


@pytest.mark.parametrize(("day", "taken"), [("2027-04-23", False), ("2027-04-24", True), ("2027-04-25", True)])
def test_a_renewal_can_be_recorded_from_the_first_of_the_30_days_on(day: str, taken: bool) -> None:
    now = dt.datetime(2027, 4, 28, 3, tzinfo=dt.UTC)
    recording = Recording(
        {"rsc00000001": ROW}, [ORDER], portfolio="default", now=now, key_of=lambda _order, _contract: None, sheets={}
    )
    (record,) = read_record_list([{"order": "www", "state": "renewed", "date": day}])
    recording.take(record)
    assert [complaint.rule for complaint in recording.complaints] == ([] if taken else ["RECORD-NOT-RENEWABLE"])
