# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Faults on the line: reads and safe writes are repeated in silence, a spending call goes out once."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.iij.server_certificate.plugins.plugin_utils._desk.desk import (
    DeskBusy,
    DeskUnreachable,
    OutcomeUnknown,
)
from ansible_collections.iij.server_certificate.plugins.plugin_utils._values.observed import State
from ansible_collections.iij.server_certificate.tests.contract import sample_orders as sample
from ansible_collections.iij.server_certificate.tests.contract.fake_desk import Answer, Asked, fake_desk, told

if t.TYPE_CHECKING:
    from ansible_collections.iij.server_certificate.plugins.plugin_utils._desk.api.adapter import ApiDesk
    from ansible_collections.iij.server_certificate.tests.contract.desk_process import DeskControl

FAULTS = ("drop_before_commit", "drop_after_commit", "server_error")
BOOKED = {"drop_before_commit": 0, "drop_after_commit": 1, "server_error": 0}


@pytest.fixture(params=FAULTS)
def fault(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_reads_are_repeated(shared_desk: DeskControl, shared_api: ApiDesk, fault: str) -> None:
    order = sample.order(**sample.fresh())
    placed = shared_api.place(order, order.client_reference("reads"))
    shared_api.register(placed, order, None)
    shared_desk.ca_work(placed.contract_id)
    calls: dict[str, t.Callable[[], object]] = {
        "/products": shared_api.list_products,
        "/linked-contracts": shared_api.list_linked_contracts,
        "/applications": shared_api.list_applications,
        f"/applications/{placed.contract_id}/certificate": lambda: shared_api.fetch_certificate(placed),
    }
    for path, call in calls.items():
        undisturbed = call()
        shared_desk.fault(fault, method="GET", path=path)
        assert call() == undisturbed


def test_safe_writes_are_repeated(shared_desk: DeskControl, shared_api: ApiDesk, fault: str) -> None:
    order = sample.order(**sample.fresh())
    shared_desk.fault(fault, method="POST", path="/quotes")
    shared_api.quote(order)
    placed = shared_api.place(order, order.client_reference("writes"))
    shared_desk.fault(fault, method="PUT", path="/applications/*/registration")
    assert shared_api.register(placed, order, None).state is State.APPLIED


def test_patience_ends(shared_desk: DeskControl, shared_api: ApiDesk) -> None:
    shared_desk.fault("server_error", method="GET", path="/products", count=3)
    assert shared_api.list_products()
    shared_desk.fault("server_error", method="GET", path="/products", count=5)
    with pytest.raises(DeskUnreachable):
        shared_api.list_products()


def test_a_purchase_goes_out_once(desk: DeskControl, api: ApiDesk, fault: str) -> None:
    desk.fault(fault, method="POST", path="/applications")
    with pytest.raises(OutcomeUnknown, match="POST /applications"):
        api.place(sample.order(), "default/www/1")
    # Had it been sent again it would have been booked, for the fault is used up.
    assert len(desk.purchases()) == BOOKED[fault]
    assert len(api.list_applications()) == BOOKED[fault]


def test_a_cancellation_goes_out_once(shared_desk: DeskControl, shared_api: ApiDesk, fault: str) -> None:
    order = sample.order(**sample.fresh())
    placed = shared_api.place(order, order.client_reference("once"))
    shared_desk.fault(fault, method="POST", path="/applications/*/cancellation")
    with pytest.raises(OutcomeUnknown):
        shared_api.cancel(placed)
    state = shared_desk.list_applications()[placed.contract_id]["state"]
    assert state == ("cancelled" if BOOKED[fault] else "awaiting_registration")


def test_a_busy_desk_is_given_the_time_it_asks_for() -> None:
    from ansible_collections.iij.server_certificate.tests.contract.test_api_answers import api_of

    def busy_at_first(asked: Asked) -> Answer:
        if [request.path for request in desk.asked].count(asked.path) == 1:
            return Answer(status=429, headers=(("Retry-After", "1"),), body=b"{}")
        return told({"request_id": "r", "results": [], "total": 0, "offset": 0, "limit": 1000})

    with fake_desk(busy_at_first) as desk:
        assert api_of(desk).list_applications() == ()
        with pytest.raises(DeskBusy) as busy:
            api_of(desk).place(sample.order(), "default/www/1")
    assert busy.value.retry_after == 1
    assert [request.method for request in desk.asked] == ["GET", "GET", "POST"]
