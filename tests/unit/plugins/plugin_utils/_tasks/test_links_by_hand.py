# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Linked services that are changed or added to by e-mail: on the sheet, and recorded."""

from __future__ import annotations

import dataclasses as dc
import datetime as dt
import typing as t

import pytest
from ansible_collections.iij.server_certificate.plugins.plugin_utils._complaints.complaints import OrdersRefused
from ansible_collections.iij.server_certificate.plugins.plugin_utils._desk.by_hand.adapter import ByHandDesk
from ansible_collections.iij.server_certificate.plugins.plugin_utils._tasks.record import record
from ansible_collections.iij.server_certificate.plugins.plugin_utils._values.links import (
    FurtherLink,
    LinkedContract,
)
from ansible_collections.iij.server_certificate.tests.contract import sample_orders as sample
from ansible_collections.iij.server_certificate.tests.unit.plugins.plugin_utils._tasks.test_work_sheets import Desk

if t.TYPE_CHECKING:
    from ansible_collections.iij.server_certificate.plugins.plugin_utils._values.order import Order

Json = dict[str, t.Any]
TODAY: t.Final = dt.datetime.now(dt.UTC)
DAY: t.Final = dt.timedelta(days=1)
NOTHING: t.Final = {"records": None, "records_file": None, "listing": None, "take_over": False, "inbox": None}


def take(desk: Desk, order: Order, state: str, **more: t.Any) -> Json:
    records = [{"order": order.name, "state": state, "date": TODAY.date().isoformat(), **more}]
    return record({**desk.options, **NOTHING, "records": records}, (order,), pretend=False, lang="ja")


def test_the_linked_service_is_changed_and_added_to_by_the_mail_on_the_sheet(desk: Desk) -> None:
    old = LinkedContract(service="gio_content_acceleration", contract_id="gic00000001")
    order = dc.replace(sample.linked_order(), linked_contract=old)
    until = (TODAY + 150 * DAY).date().isoformat()
    desk.write({
        "contract_id": "rsc00000001", "client_reference": order.client_reference("default"), "state": "installed",
        "common_name": order.common_name, "product": order.product.id, "term": order.term, "usage": "linked_service",
        "linked_service": old.service, "linked_contract_id": old.contract_id, "not_after": until,
    })  # fmt: skip
    also = (FurtherLink(service="gio_content_acceleration", contract_id="gic00000003"),)
    new = LinkedContract(service="managed_waf_link", contract_id="mwf00000002", was="gic00000001", also=also)
    order = dc.replace(order, linked_contract=new)

    def sent() -> str:
        row = desk.plan(order)["document"]["orders"][0]
        assert row["next_action"].startswith("send the e-mail of the work sheet"), row["next_action"]
        (item,) = desk.items("group_admin")
        assert item["record"] == "relinked" and "rsc00000001" in item["text"]
        for form in ("html", "md"):
            assert "連携対応サービスの変更・追加" in desk.file(f"group_admin.{form}").read_text(encoding="utf-8")
        return str(item["text"])

    assert "mwf00000002" in sent() and "変更" in sent()
    for unclear in ({}, {"linked_contract_id": "gic00000001"}):
        with pytest.raises(OrdersRefused) as caught:
            take(desk, order, "relinked", **unclear)
        assert [complaint.rule for complaint in caught.value.complaints] == ["RECORD-LINK"]
    change, addition = {"linked_contract_id": "mwf00000002"}, {"linked_contract_id": "gic00000003"}
    assert take(desk, order, "relinked", **change)["changed"]
    assert not take(desk, order, "relinked", **change)["changed"], "given again, it adds nothing"
    assert "gic00000003" in sent() and "追加" in sent()
    (item,) = desk.items("group_admin")
    assert take(desk, order, "relinked", sheet=item["sheet"])["changed"]
    assert not take(desk, order, "relinked", **addition)["changed"]
    (application,) = ByHandDesk(str(desk.folder)).list_applications()
    assert application.linked_contract_id == "mwf00000002" and application.linked_since is not None
    assert [link.contract_id for link in application.further_links] == ["gic00000003"]
    assert desk.plan(order)["document"]["orders"][0]["standing"] == "done"
    assert not desk.file("group_admin.json").exists()


def test_an_addition_leaves_the_linked_contract_that_the_order_does_not_name(desk: Desk) -> None:
    also = (FurtherLink(service="managed_waf_link", contract_id="mwf00000002"),)
    linked = LinkedContract(service="gio_content_acceleration", also=also)
    order = dc.replace(sample.linked_order(), linked_contract=linked)
    until = (TODAY + 150 * DAY).date().isoformat()
    desk.write({
        "contract_id": "rsc00000001", "client_reference": order.client_reference("default"), "state": "installed",
        "common_name": order.common_name, "product": order.product.id, "term": order.term, "usage": "linked_service",
        "linked_service": linked.service, "linked_contract_id": "gic00000001", "not_after": until,
    })  # fmt: skip
    assert take(desk, order, "relinked")["changed"]
    (application,) = ByHandDesk(str(desk.folder)).list_applications()
    assert application.linked_contract_id == "gic00000001"
    assert [link.contract_id for link in application.further_links] == ["mwf00000002"]


def test_an_order_without_a_linked_service_is_not_relinked(desk: Desk) -> None:
    order: Order = sample.target_order()
    desk.bought(order, "applied")
    with pytest.raises(OrdersRefused) as caught:
        take(desk, order, "relinked")
    assert [complaint.rule for complaint in caught.value.complaints] == ["RECORD-NOT-LINKED"]
