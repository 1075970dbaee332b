# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Another linked service for a contract: asked for once, installed after some days, and never by a stale view."""

from __future__ import annotations

import typing as t

import pytest
from rehearsed import Body, Rehearsal, complaints

START: t.Final = "2026-12-01T00:00:00Z"
REFERENCE: t.Final = "default/cdn/1/link:0123456789abcdef"


def placed(desk: Rehearsal) -> Body:
    desk.set_clock(START)
    linked = {"usage": "linked_service", "linked_contract_id": "rga00000001"}
    return desk.place(common_name="cdn.example.jp", product="quick_ssl", **linked)


def installed(desk: Rehearsal) -> Body:
    contract_id = placed(desk)["contract_id"]
    desk.register(contract_id, approval_email="admin@example.jp")
    desk.control("POST", "/ca/work", {"contract_ids": [contract_id]})
    desk.set_clock("2026-12-10T00:00:00Z")
    return desk.show(contract_id)


def relink(desk: Rehearsal, of: Body, **changes: object) -> tuple[int, Body]:
    body = {
        "contract_id": of["contract_id"],
        "client_reference": REFERENCE,
        "work": "change",
        "was": "rga00000001",
        "linked_contract_id": "rwh00000001",
        **changes,
    }
    return desk.api("POST", f"/applications/{of['contract_id']}/links", body)


def test_it_is_asked_for_once_and_shown_once_it_is_installed(desk: Rehearsal) -> None:
    before, bought = installed(desk), desk.purchases()
    assert before["state"] == "installed"
    status, answer = relink(desk, before)
    row = answer["result"]
    assert (status, row["state"], row["linked_contract_id"]) == (201, "installing", "rga00000001")
    assert row["link_change"]["linked_contract_id"] == "rwh00000001"
    assert (row["next_action"], row["next_action_by"]) == ("wait_for_installation", "iij")
    assert relink(desk, before)[0] == 200
    desk.set_clock("2026-12-20T00:00:00Z")
    after = desk.show(before["contract_id"])
    assert (after["state"], after["linked_contract_id"], after["linked_service"], after["link_change"]) == (
        "installed", "rwh00000001", "web_high_grade_2", None,
    )  # fmt: skip
    assert after["linked_since"] == "2026-12-11T00:00:00Z"
    assert after["certificate_fingerprint"] == before["certificate_fingerprint"]
    assert relink(desk, before)[0] == 200
    assert desk.purchases() == bought


def test_the_next_certificate_goes_to_the_new_service(desk: Rehearsal) -> None:
    before = installed(desk)
    relink(desk, before, linked_contract_id="rmw00000001")
    desk.set_clock("2026-12-20T00:00:00Z")
    body = {"contract_id": before["contract_id"], "replaces": before["certificate_fingerprint"], "reason": "key_lost"}
    desk.api("POST", f"/applications/{before['contract_id']}/reissues", {**body, "notes_agreed": True})
    desk.register(before["contract_id"], approval_email="admin@example.jp")
    desk.control("POST", "/ca/work", {"contract_ids": [before["contract_id"]]})
    # From Sunday on, 4 business days, as long as the WAF takes.
    assert desk.show(before["contract_id"])["current"]["installed_at"] == "2026-12-24T00:00:00Z"
    desk.set_clock("2026-12-26T00:00:00Z")
    (letter, *_older) = desk.control("GET", "/outbox")["results"]
    assert "IIJマネージドWAFサービス" in letter["body"]


def test_a_service_is_added_beside_the_one_in_use(desk: Rehearsal) -> None:
    before = installed(desk)
    status, answer = relink(desk, before, work="add", was=None)
    assert (status, answer["result"]["further_links"]) == (201, [])
    desk.set_clock("2026-12-20T00:00:00Z")
    after = desk.show(before["contract_id"])
    assert after["linked_contract_id"] == "rga00000001"
    assert after["further_links"] == [
        {"contract_id": "rwh00000001", "service": "web_high_grade_2", "since": "2026-12-11T00:00:00Z"}
    ]


def test_before_its_certificate_there_is_nothing_to_install(desk: Rehearsal) -> None:
    before = placed(desk)
    row = relink(desk, before)[1]["result"]
    assert (row["state"], row["linked_contract_id"]) == ("awaiting_registration", "rwh00000001")


def test_its_reference_finds_the_contract(desk: Rehearsal) -> None:
    before = installed(desk)
    relink(desk, before)
    found = desk.api("GET", f"/applications?client_reference={REFERENCE}")[1]["results"]
    assert [row["contract_id"] for row in found] == [before["contract_id"]]


@pytest.mark.parametrize(
    ("changes", "status", "told"),
    [
        ({"contract_id": "rsc00000099"}, 400, ("contract_id", "invalid")),
        ({"work": "swap"}, 400, ("work", "invalid")),
        ({"was": None}, 400, ("was", "required")),
        ({"was": "rwh00000001"}, 409, ("was", "was")),
        ({"work": "add"}, 400, ("was", "not_allowed")),
        ({"linked_contract_id": "rga00000001"}, 409, ("linked_contract_id", "linked_contract_id")),
        ({"linked_contract_id": "rxx00000001"}, 400, ("linked_contract_id", "invalid")),
        ({"linked_contract_id": ""}, 400, ("linked_contract_id", "required")),
        ({"client_reference": ""}, 400, ("client_reference", "invalid")),
    ],
)
def test_what_is_refused(desk: Rehearsal, changes: Body, status: int, told: tuple[str, str]) -> None:
    before = installed(desk)
    got, answer = relink(desk, before, **changes)
    assert (got, complaints(answer)) == (status, {told})


def test_what_was_asked_by_a_stale_view_is_refused(desk: Rehearsal) -> None:
    before = installed(desk)
    relink(desk, before)
    other = {"client_reference": "other", "linked_contract_id": "rdx00000001"}
    assert complaints(relink(desk, before, **other)[1]) == {("contract_id", "link_change")}
    desk.set_clock("2026-12-20T00:00:00Z")
    assert complaints(relink(desk, before, **other)[1]) == {("was", "was")}
    told = {("client_reference", "client_reference")}
    assert complaints(relink(desk, before, was="rwh00000001", linked_contract_id="rga00000001")[1]) == told


def test_a_cancelled_contract_and_one_for_own_servers_are_not_linked(desk: Rehearsal) -> None:
    before = placed(desk)
    desk.api("POST", f"/applications/{before['contract_id']}/cancellation", {"contract_id": before["contract_id"]})
    assert complaints(relink(desk, before)[1]) == {("contract_id", "state")}
    own = desk.place(client_reference="default/www/2")
    assert complaints(relink(desk, own)[1]) == {("contract_id", "usage")}


def test_whoever_may_only_register_changes_no_link(desk: Rehearsal) -> None:
    before = installed(desk)
    path = f"/applications/{before['contract_id']}/links"
    assert desk.call("POST", f"/api/v1{path}", {}, token=desk.register_token).status_code == 403


def test_the_audit_tells_of_it(desk: Rehearsal) -> None:
    before = installed(desk)
    relink(desk, before)
    assert "link_change" in [row["act"] for row in desk.control("GET", "/audit")["results"]]


def test_the_audit_tells_of_a_reissue(desk: Rehearsal) -> None:
    before = installed(desk)
    body = {"contract_id": before["contract_id"], "replaces": before["certificate_fingerprint"], "reason": "key_lost"}
    desk.api("POST", f"/applications/{before['contract_id']}/reissues", {**body, "notes_agreed": True})
    assert "reissue" in [row["act"] for row in desk.control("GET", "/audit")["results"]]


def test_people_do_it_past_every_run(desk: Rehearsal) -> None:
    before = installed(desk)
    act = {"contract_id": before["contract_id"], "act": "relink", "linked_contract_id": "rwh00000001"}
    desk.control("POST", "/by-hand", act)
    change = desk.show(before["contract_id"])["link_change"]
    assert (change["linked_contract_id"], change["client_reference"]) == ("rwh00000001", None)
