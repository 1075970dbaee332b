# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Another linked service, from end to end: collection and rehearsal desk, over the JSON interface and by e-mail."""

from __future__ import annotations

import dataclasses as dc
import datetime as dt
import pathlib
import typing as t

import pytest
from ansible_collections.iij.server_certificate.tests.contract import sample_orders as sample
from ansible_collections.iij.server_certificate.tests.runs_of_tasks import Tasks

if t.TYPE_CHECKING:
    from ansible_collections.iij.server_certificate.tests.contract.desk_process import DeskControl

Json = dict[str, t.Any]
FIRST: t.Final = {"service": "gio_content_acceleration", "contract_id": "rga00000001"}
SECOND: t.Final = {"service": "managed_waf_link", "contract_id": "rmw00000001", "was": "rga00000001"}


class Linked:
    """One order for a linked service, and the desk with its clock."""

    def __init__(self, desk: DeskControl, folder: pathlib.Path, **options: t.Any) -> None:
        self.desk = desk
        self.fields = sample.linked_fields(linked_contract=FIRST)
        user, password = desk.group_admin
        portal = {"desk": "portal", "desk_url": desk.portal_url, "portal_user": user, "portal_password": password,
                  "request_interval": 0, "listing_lag": 0}  # fmt: skip
        given = {"options": {"orders": [self.fields], **options}, "folder": folder}
        self.tasks = Tasks(desk=self._reached, **given)
        self.portal = Tasks(desk=lambda _role: portal, **given)
        self.set_clock(dt.datetime(2026, 12, 1, 3, tzinfo=dt.UTC))

    def _reached(self, role: str) -> Json:
        token = self.desk.order_token if role == "order" else self.desk.register_token
        return {"desk_url": self.desk.url, "desk_token": token}

    def set_clock(self, moment: dt.datetime) -> None:
        self.desk.control("PUT", "/clock", {"now": moment.isoformat()})

    def pass_days(self, days: int) -> None:
        self.desk.control("PUT", "/clock", {"advance_days": days})

    def application(self) -> Json:
        (row,) = self.desk.list_applications().values()
        return t.cast("Json", row)

    def installed(self) -> None:
        self.tasks.apply()
        self.desk.ca_work()
        self.pass_days(9)
        assert self.application()["state"] == "installed"

    def link_changes(self) -> int:
        acts = [row["act"] for row in self.desk.control("GET", "/audit")["results"]]
        return acts.count("link_change")


@pytest.fixture
def linked(desk: DeskControl, tmp_path: pathlib.Path) -> Linked:
    return Linked(desk, tmp_path)


def test_it_goes_to_another_service_once_and_with_the_same_certificate(linked: Linked) -> None:
    linked.installed()
    before = linked.application()
    linked.fields["linked_contract"] = SECOND
    told = linked.tasks.apply()
    assert not told.get("failed"), told
    assert "rga00000001" in told["text"] and "rmw00000001" in told["text"]
    row = linked.application()
    assert (row["state"], row["linked_contract_id"]) == ("installing", "rga00000001")
    waits = linked.tasks.apply()
    assert [(row["standing"], row["next_action_by"]) for row in waits["orders"]] == [("waiting", "iij")]
    linked.pass_days(9)
    after = linked.application()
    assert (after["state"], after["linked_contract_id"]) == ("installed", "rmw00000001")
    assert after["serial_number"] == before["serial_number"]
    assert linked.tasks.apply()["verdict"] == "nothing_to_do"
    assert linked.link_changes() == 1
    assert len(linked.desk.control("GET", "/purchases")["results"]) == 1


def test_there_and_back_and_there_again(linked: Linked) -> None:
    linked.installed()
    for target in (SECOND, {**FIRST, "was": "rmw00000001"}, SECOND):
        linked.fields["linked_contract"] = target
        assert not linked.tasks.apply().get("failed")
        linked.pass_days(9)
        assert linked.application()["linked_contract_id"] == target["contract_id"]
    assert linked.link_changes() == 3


def test_a_plan_that_was_performed_does_not_go_there_again(linked: Linked, tmp_path: pathlib.Path) -> None:
    """The job of the first merge is run again, with its orders, its plan and its approval."""
    linked.installed()
    linked.fields["linked_contract"] = SECOND
    plan = linked.tasks.run("cert_portfolio", state="planned", reports_path=str(tmp_path / "build"))
    held = {"plan_file": str(tmp_path / "build" / "plan.json"), "plan_digest": plan["digest"]}
    for target in (SECOND, {**FIRST, "was": "rmw00000001"}):
        linked.fields["linked_contract"] = target
        options = {**linked.tasks.options, **(held if target is SECOND else {})}
        assert not dc.replace(linked.tasks, options=options).apply().get("failed")
        linked.pass_days(9)
    linked.fields["linked_contract"] = SECOND
    for options in (held, {"plan_digest": plan["digest"]}):
        result = linked.tasks.run("cert_portfolio", state="applied", **options)
        assert result.get("failed") and linked.link_changes() == 2, result
    assert linked.application()["linked_contract_id"] == "rga00000001"


@pytest.mark.parametrize("fault", ["drop_after_commit", "drop_before_commit"])
def test_a_lost_answer_asks_once(linked: Linked, fault: str) -> None:
    linked.installed()
    linked.fields["linked_contract"] = SECOND
    linked.desk.fault(fault, method="POST", path=f"/api/v1/applications/{linked.application()['contract_id']}/links")
    linked.tasks.apply()
    linked.tasks.apply()
    assert linked.application()["link_change"]["linked_contract_id"] == "rmw00000001"
    assert linked.link_changes() == 1


def test_a_service_is_added_beside_the_one_in_use(linked: Linked) -> None:
    linked.installed()
    linked.fields["linked_contract"] = {
        **FIRST, "also": [{"service": "managed_waf_link", "contract_id": f"rmw0000000{number}"} for number in (1, 2)]
    }  # fmt: skip
    for _day in range(3):
        linked.tasks.apply()
        linked.pass_days(9)
    row = linked.application()
    assert [link["contract_id"] for link in row["further_links"]] == ["rmw00000001", "rmw00000002"]
    assert linked.tasks.apply()["verdict"] == "nothing_to_do"
    assert linked.link_changes() == 2


def test_a_log_in_that_may_only_register_leaves_it_to_the_group_admin(linked: Linked) -> None:
    linked.installed()
    linked.fields["linked_contract"] = SECOND
    only = {"desk_url": linked.desk.url, "desk_token": linked.desk.register_token}
    tasks = Tasks(desk=lambda _role: only, options=linked.tasks.options, folder=linked.tasks.folder)
    told = tasks.apply()
    assert [(row["standing"], row["next_action_by"]) for row in told["orders"]] == [("to_relink", "group_admin")]
    assert linked.link_changes() == 0


def test_over_the_portal_a_person_sends_the_mail_and_every_run_waits(linked: Linked) -> None:
    linked.installed()
    linked.fields["linked_contract"] = SECOND
    for _run in range(2):
        told = linked.portal.apply()
        assert not told.get("failed"), told
        (row,) = told["orders"]
        assert (row["standing"], row["next_action_by"], told["verdict"]) == ("waiting", "group_admin", "waiting")
        assert "変更前の連携先      : rga00000001" in row["mail"]
        assert row["mail"] in told["text"]
    assert linked.link_changes() == 0
    contract_id = linked.application()["contract_id"]
    by_mail = {"contract_id": contract_id, "act": "relink", "linked_contract_id": "rmw00000001"}
    linked.desk.control("POST", "/by-hand", by_mail)
    linked.pass_days(9)
    assert linked.portal.apply()["verdict"] == "nothing_to_do"
