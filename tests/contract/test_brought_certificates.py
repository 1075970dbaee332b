# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A contract for a certificate that the customer brings (持ち込み証明書品目): ordered and renewed, never uploaded."""

from __future__ import annotations

import datetime as dt
import json
import pathlib
import typing as t

import pytest
from ansible_collections.iij.server_certificate.tests.contract import sample_orders as sample
from ansible_collections.iij.server_certificate.tests.runs_of_tasks import Tasks

if t.TYPE_CHECKING:
    from ansible_collections.iij.server_certificate.tests.contract.desk_process import DeskControl

Json = dict[str, t.Any]
START: t.Final = dt.datetime(2026, 12, 1, 3, tzinfo=dt.UTC)
OF_A_REGISTRATION: t.Final = ("csr_origin", "subject", "applicant", "approval_email", "certificate_transparency")


class Brought:
    """One such order, and the desk with its clock."""

    def __init__(self, desk: DeskControl, folder: pathlib.Path) -> None:
        self.desk = desk
        self.fields = {
            name: value
            for name, value in sample.linked_fields(
                product="brought_certificate",
                linked_contract={"service": "gio_content_acceleration", "contract_id": "rga00000001"},
            ).items()
            if name not in OF_A_REGISTRATION
        }
        user, password = desk.group_admin
        portal = {"desk": "portal", "desk_url": desk.portal_url, "portal_user": user, "portal_password": password,
                  "request_interval": 0, "listing_lag": 0}  # fmt: skip
        given = {"options": {"orders": [self.fields]}, "folder": folder}
        self.tasks = Tasks(desk=self._reached, **given)
        self.portal = Tasks(desk=lambda _role: portal, **given)
        desk.control("PUT", "/clock", {"now": START.isoformat()})

    def _reached(self, role: str) -> Json:
        token = self.desk.order_token if role == "order" else self.desk.register_token
        return {"desk_url": self.desk.url, "desk_token": token}

    def pass_days(self, days: int) -> None:
        self.desk.control("PUT", "/clock", {"advance_days": days})

    def application(self) -> Json:
        (row,) = self.desk.list_applications().values()
        return t.cast("Json", row)

    def upload(self) -> None:
        """What a person does on the portal, with a certificate and a key that never come here."""
        self.desk.control("POST", "/by-hand", {"contract_id": self.application()["contract_id"], "act": "upload"})

    def plan(self) -> Json:
        """The row of the order in a plan, beside the complaints."""
        told = self.tasks.run("cert_portfolio", check=True, state="planned")
        assert not told.get("failed"), told
        return told

    def row(self) -> Json:
        (row,) = self.plan()["orders"]
        return t.cast("Json", row)

    def count_purchases(self) -> int:
        return len(self.desk.control("GET", "/purchases")["results"])


@pytest.fixture
def brought(desk: DeskControl, tmp_path: pathlib.Path) -> Brought:
    return Brought(desk, tmp_path)


def test_it_is_ordered_once_and_waits_for_a_person(brought: Brought) -> None:
    told = brought.tasks.apply()
    assert not told.get("failed"), told
    for _again in range(3):
        told = brought.tasks.apply()
    assert brought.count_purchases() == 1
    (row,) = told["orders"]
    assert (row["standing"], row["next_action_by"], row["steps"]) == ("waiting", "service_admin", [])
    assert "upload" in row["next_action"]
    (deadline,) = row["deadlines"]
    assert (deadline["what"], deadline["by"]) == ("upload", "service_admin")
    assert brought.application()["public_key_fingerprint"] is None  # no registration was sent


def test_once_it_is_uploaded_there_is_nothing_to_do_until_its_window(brought: Brought) -> None:
    brought.tasks.apply()
    brought.upload()
    brought.pass_days(9)
    assert brought.application()["state"] == "installed"
    assert brought.tasks.apply()["verdict"] == "nothing_to_do"
    brought.pass_days(70)  # more than 90 days are left
    assert not [line for line in brought.plan().get("complaints", ()) if line["rule"] == "BROUGHT-UNDECIDED"]


def test_the_daily_run_fails_in_the_last_days_to_decide_and_to_upload(brought: Brought) -> None:
    brought.tasks.apply()
    brought.upload()
    brought.pass_days(9)
    left: list[tuple[int, str]] = []
    end = dt.datetime.fromisoformat(brought.application()["current"]["not_after"])
    for days in (80, 40, 10, 6):
        brought.desk.control("PUT", "/clock", {"now": (end - dt.timedelta(days=days)).isoformat()})
        left += [(days, line) for line in brought.tasks.renew()["left_out"]]
    assert [days for days, _line in left] == [6]
    assert left[0][1].startswith("cdn: No run renews ")
    brought.fields["renewal"] = {"when": "window"}
    assert brought.tasks.renew()["left_out"] == [] and brought.count_purchases() == 2
    for days, told in ((5, True), (3, True)):
        brought.desk.control("PUT", "/clock", {"now": (end - dt.timedelta(days=days)).isoformat()})
        assert ["upload" in line for line in brought.tasks.renew()["left_out"]] == [True] * told


def test_the_end_is_told_from_the_first_day_of_its_window_on(brought: Brought) -> None:
    brought.tasks.apply()
    brought.upload()
    brought.pass_days(110)  # of 182: the window has 90 days
    told = brought.plan()
    (line,) = [line for line in told["complaints"] if line["rule"] == "BROUGHT-UNDECIDED"]
    assert "not published" in line["wrong"]
    assert told["silent"] == []  # nobody knows that silence renews it, so nobody says so


def test_its_renewal_is_ordered_once_and_waits_for_the_upload(brought: Brought) -> None:
    brought.fields["renewal"] = {"when": "window"}
    brought.tasks.apply()
    brought.upload()
    brought.pass_days(120)  # the window is open, and more than 30 of 182 days are left
    assert brought.tasks.renew()["verdict"] != "changes"
    assert brought.count_purchases() == 1
    brought.pass_days(35)
    before = brought.application()["serial_number"]
    for _day in range(4):
        told = brought.tasks.renew()
        assert not told.get("failed"), told
        brought.pass_days(1)
    assert brought.count_purchases() == 2
    row = brought.row()
    assert "upload" in row["next_action"]
    assert [each["what"] for each in row["deadlines"] if each["what"] in ("upload", "update")] == ["upload"]
    brought.upload()
    assert brought.application()["serial_number"] != before
    brought.pass_days(9)
    assert brought.tasks.apply()["verdict"] == "nothing_to_do"


def test_short_lives_are_not_paid_twice(brought: Brought) -> None:
    """A window of 90 days is always open for a certificate of 46; the run renews in the last third of each life."""
    brought.desk.control("PUT", "/clock", {"now": "2029-06-01T03:00:00Z"})
    brought.fields["renewal"] = {"when": "window"}
    brought.tasks.apply()
    brought.upload()
    uploads = 1
    for _day in range(46 * 4):
        brought.pass_days(1)
        told = brought.tasks.renew()
        assert not told.get("failed"), told
        if brought.application()["procedure"]:
            brought.upload()
            uploads += 1
        assert brought.count_purchases() == uploads
    assert 5 <= uploads <= 7  # 46 days, less at most a third of them


def test_no_registration_is_taken_for_it_over_the_interface(brought: Brought) -> None:
    brought.tasks.apply()
    contract_id = brought.application()["contract_id"]
    answer = brought.desk.call(
        "PUT",
        f"/api/v1/applications/{contract_id}/registration",
        {"csr_origin": "service", "csr": None, "subject": None, "applicant": None, "terms_agreed": True},
        token=brought.desk.register_token,
    )
    assert answer.status_code in (400, 409)
    assert brought.application()["state"] == "awaiting_registration"


def test_another_linked_service_is_asked_for_by_mail(brought: Brought) -> None:
    brought.tasks.apply()
    brought.upload()
    brought.pass_days(9)
    brought.fields["linked_contract"] = {
        "service": "managed_waf_link", "contract_id": "rmw00000001", "was": "rga00000001"
    }  # fmt: skip
    row = brought.row()
    assert (row["steps"], row["next_action_by"]) == ([], "group_admin")
    assert "持ち込み証明書品目" in json.dumps(row["mail"], ensure_ascii=False)


def test_the_portal_shows_the_same(brought: Brought) -> None:
    told = brought.portal.apply()
    assert not told.get("failed"), told
    (row,) = brought.portal.apply()["orders"]
    assert (row["standing"], row["next_action_by"]) == ("waiting", "service_admin")
    assert brought.count_purchases() == 1


@pytest.mark.parametrize("field", OF_A_REGISTRATION)
def test_what_a_registration_would_take_is_refused(brought: Brought, field: str) -> None:
    whole = {**sample.linked_fields(), "csr_origin": "service", "certificate_transparency": True}
    whole["approval_email"] = "admin@example.jp"
    brought.fields[field] = whole[field]
    told = brought.tasks.run("cert_portfolio", state="checked")
    assert told["failed"]
    assert [complaint["field"] for complaint in told["complaints"]] == [field]
    assert "upload" in told["msg"]


@pytest.mark.parametrize("name", ["www.example.jp", "*.example.jp"])
def test_it_may_be_for_any_name(brought: Brought, name: str) -> None:
    brought.fields["common_name"] = name
    assert not brought.tasks.run("cert_portfolio", state="checked").get("failed")


def test_it_is_for_linked_services_only(brought: Brought) -> None:
    brought.fields["usage"] = "other"
    del brought.fields["linked_contract"]
    told = brought.tasks.run("cert_portfolio", state="checked")
    assert "PRODUCT-LINKED" in {complaint["rule"] for complaint in told["complaints"]}
