# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A reissue: free, once for each certificate, with the end of the one before or the cap of its day."""

from __future__ import annotations

import datetime as dt
import typing as t

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from rehearsed import TOKYO, Body, Rehearsal, complaints, csr_of, parsed

START: t.Final = "2026-12-01T00:00:00Z"
REFERENCE: t.Final = "default/www/1/reissue:0123456789abcdef"


def first_issued(desk: Rehearsal, start: str = START) -> Body:
    desk.set_clock(start)
    contract_id = desk.place()["contract_id"]
    desk.register(contract_id)
    desk.control("POST", "/ca/work", {"contract_ids": [contract_id]})
    return desk.show(contract_id)


def reissue(desk: Rehearsal, of: Body, **changes: object) -> tuple[int, Body]:
    body = {
        "contract_id": of["contract_id"],
        "client_reference": REFERENCE,
        "replaces": of["certificate_fingerprint"],
        "reason": "key_lost",
        "notes_agreed": True,
        **changes,
    }
    return desk.api("POST", f"/applications/{of['contract_id']}/reissues", body)


def register_new_key(desk: Rehearsal, contract_id: str) -> None:
    csr = csr_of(rsa.generate_private_key(65537, 2048), **TOKYO)
    desk.register(contract_id, csr_origin="customer", csr=csr, subject=None)


def test_it_costs_nothing_and_keeps_the_end(desk: Rehearsal) -> None:
    before = first_issued(desk)
    bought = desk.purchases()
    status, answer = reissue(desk, before)
    assert status == 201
    assert (answer["result"]["procedure"]["kind"], answer["result"]["state"]) == ("reissue", "issued")
    assert reissue(desk, before)[0] == 200
    register_new_key(desk, before["contract_id"])
    desk.set_clock("2027-01-10T00:00:00Z")
    desk.control("POST", "/ca/work", {"contract_ids": [before["contract_id"]]})
    after = desk.show(before["contract_id"])
    assert desk.purchases() == bought
    assert after["not_after"] == before["not_after"]
    assert after["certificate_fingerprint"] != before["certificate_fingerprint"]
    assert after["procedure"] is None
    (old,) = after["previous"]
    assert old["revoke_on"] == "2027-02-09"


@pytest.mark.parametrize(("settings", "revoked_on"), [({}, "2027-01-11"), ({"days": 0}, "2027-01-10")])
def test_the_ca_may_revoke_what_it_replaces_early(desk: Rehearsal, settings: dict[str, int], revoked_on: str) -> None:
    before = first_issued(desk)
    reissue(desk, before)
    register_new_key(desk, before["contract_id"])
    desk.control("PUT", "/faults", {"faults": [{"name": "revokes_early", "settings": settings}]})
    desk.set_clock("2027-01-10T00:00:00Z")
    desk.control("POST", "/ca/work", {"contract_ids": [before["contract_id"]]})
    (old,) = desk.show(before["contract_id"])["previous"]
    assert old["revoke_on"] == revoked_on


def test_it_is_shortened_to_the_cap_of_its_day(desk: Rehearsal) -> None:
    before = first_issued(desk, "2027-03-01T00:00:00Z")
    desk.set_clock("2027-03-16T00:00:00Z")
    reissue(desk, before)
    register_new_key(desk, before["contract_id"])
    desk.control("POST", "/ca/work", {"contract_ids": [before["contract_id"]]})
    after = desk.show(before["contract_id"])
    life = parsed(after["not_after"]) - parsed(after["not_before"])
    assert life <= dt.timedelta(days=100)
    assert parsed(after["not_after"]) < parsed(before["not_after"])


@pytest.mark.parametrize("late", [dt.timedelta(0), dt.timedelta(seconds=1), dt.timedelta(days=30)])
@pytest.mark.parametrize("by_itself", [False, True], ids=["told to", "by itself"])
def test_what_has_ended_is_not_reissued_and_nothing_else_is_held_up(
    desk: Rehearsal, late: dt.timedelta, by_itself: bool
) -> None:
    """Nothing is left of the certificate that it is to replace: the CA rejects it, and goes on with the others."""
    before = first_issued(desk)
    reissue(desk, before)
    register_new_key(desk, before["contract_id"])
    if by_itself:
        desk.control("POST", "/ca/auto", {"on": True, "dv": 300, "ov": 300, "ev": 300})
    desk.set_clock((parsed(before["not_after"]) + late).isoformat())
    other = desk.place(client_reference="default/other/1")["contract_id"]
    desk.register(other)
    if by_itself:
        desk.control("POST", "/ca/auto", {"on": True, "dv": 0, "ov": 0, "ev": 0})
    else:
        desk.control("POST", "/ca/work", {})
    after = desk.show(before["contract_id"])
    assert after["procedure"]["state"] == "rejected"
    assert "has ended" in after["procedure"]["reason"]
    assert (after["certificate_fingerprint"], after["previous"]) == (before["certificate_fingerprint"], [])
    assert desk.show(other)["state"] == "issued"


def test_there_is_no_download_meanwhile(desk: Rehearsal) -> None:
    before = first_issued(desk)
    reissue(desk, before)
    status, answer = desk.api("GET", f"/applications/{before['contract_id']}/certificate")
    assert (status, complaints(answer)) == (409, {("contract_id", "procedure")})


@pytest.mark.parametrize(
    ("changes", "status", "told"),
    [
        ({"contract_id": "rsc00000099"}, 400, ("contract_id", "invalid")),
        ({"replaces": "0" * 64}, 409, ("replaces", "replaces")),
        ({"replaces": "x"}, 400, ("replaces", "invalid")),
        ({"reason": "boredom"}, 400, ("reason", "invalid")),
        ({"notes_agreed": False}, 400, ("notes_agreed", "required")),
        ({"client_reference": "default/www/1"}, 409, ("client_reference", "client_reference")),
    ],
)
def test_what_is_refused(desk: Rehearsal, changes: Body, status: int, told: tuple[str, str]) -> None:
    before = first_issued(desk)
    got, answer = reissue(desk, before, **changes)
    assert (got, complaints(answer)) == (status, {told})


def test_one_procedure_is_open_at_a_time(desk: Rehearsal) -> None:
    before = first_issued(desk)
    reissue(desk, before)
    status, answer = reissue(desk, before, client_reference="other")
    assert (status, complaints(answer)) == (409, {("replaces", "replaces")})
