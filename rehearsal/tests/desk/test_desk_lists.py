# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The list shows what each contract shows by itself, whatever has changed it: a call, time, the CA or a clock."""

from __future__ import annotations

import typing as t

import pytest
import requests
from cryptography.hazmat.primitives.asymmetric import rsa
from rehearsal_desk.desk import remembered
from rehearsal_desk.desk.showing import Shown
from rehearsed import TOKYO, Rehearsal, csr_of, linked_order

OTHER: t.Final = "rmw00000001"
OF_CONTRACT: t.Final = {"contract_id": "rsc00000001"}


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The contract of each row that was not remembered."""
    made: list[str] = []

    def show(*given: t.Any, **named: t.Any) -> Shown:
        shown = showed(*given, **named)
        made.append(shown.application.contract_id)
        return shown

    showed = remembered.show
    monkeypatch.setattr(remembered, "show", show)
    return made


def rows(desk: Rehearsal, query: str = "") -> list[t.Any]:
    """The list, read twice; each row is what its contract shows by itself."""
    listed = [desk.api("GET", f"/applications?limit=1000{query}")[1]["results"] for _reading in range(2)]
    assert listed[0] == listed[1] == [desk.show(row["contract_id"]) for row in listed[0]]
    return listed[0]


def test_a_row_follows_every_change(desk: Rehearsal, rsa_2048: rsa.RSAPrivateKey) -> None:
    desk.set_clock("2026-12-01T12:00:00Z")
    desk.place()
    desk.place(client_reference="default/other/1", common_name="other.example.jp")
    assert [row["state"] for row in rows(desk)] == ["awaiting_registration"] * 2
    desk.register("rsc00000001", csr_origin="customer", csr=csr_of(rsa_2048, **TOKYO), subject=None)
    assert [row["state"] for row in rows(desk)] == ["applied", "awaiting_registration"]
    desk.control("POST", "/ca/contact")
    assert rows(desk)[0]["state"] == "awaiting_confirmation"
    desk.control("POST", "/ca/work")
    first = rows(desk)[0]
    assert (first["state"], first["next_action"]) == ("issued", "collect")
    desk.api("GET", "/applications/rsc00000001/certificate")
    assert rows(desk)[0]["next_action"] == "none"
    desk.set_clock(first["renewal"]["opens_at"])
    said = {"replaces": first["certificate_fingerprint"], "term": "6 months", "terms_agreed": True}
    desk.api("POST", "/applications/rsc00000001/renewals", {**OF_CONTRACT, **said, "client_reference": "default/r"})
    assert rows(desk, "&client_reference=default/r")[0]["procedure"]["kind"] == "renewal"
    desk.api("POST", "/applications/rsc00000001/cancellation", OF_CONTRACT)
    rows(desk)


def test_a_row_follows_the_time(desk: Rehearsal) -> None:
    """A registration that is missed and a certificate that runs out change nothing that is written."""
    desk.set_clock("2026-12-01T12:00:00Z")
    desk.place(client_reference="default/missed/1", common_name="missed.example.jp")
    desk.place()
    desk.register("rsc00000002")
    desk.control("POST", "/ca/work")
    end = rows(desk)[1]["not_after"]
    desk.api("POST", "/applications/rsc00000002/cancellation", {"contract_id": "rsc00000002"})
    assert rows(desk)[0]["state"] == "awaiting_registration"
    desk.set_clock("2027-01-01T00:00:01Z")
    assert rows(desk)[0]["state"] == "withdrawn"
    desk.set_clock("2026-12-31T12:00:00Z")
    assert rows(desk)[0]["state"] == "awaiting_registration", "clocks can be set back"
    assert rows(desk)[1]["state"] == "issued"
    desk.set_clock(end.replace("Z", "+00:00"))
    desk.advance(1)
    assert rows(desk)[1]["state"] == "cancelled"


def test_a_row_follows_its_link(desk: Rehearsal) -> None:
    desk.set_clock("2026-12-01T12:00:00Z")
    desk.api("POST", "/applications", linked_order())
    desk.register("rsc00000001", approval_email="admin@example.jp", certificate_transparency=True)
    desk.control("POST", "/ca/work")
    assert rows(desk)[0]["state"] == "installing"
    desk.advance(14)
    assert rows(desk)[0]["state"] == "installed"
    desk.control("POST", "/by-hand", {**OF_CONTRACT, "act": "relink", "linked_contract_id": OTHER})
    assert rows(desk)[0]["link_change"]["was"] == "rga00000001"
    desk.advance(14)
    assert rows(desk)[0]["linked_contract_id"] == OTHER


def test_only_what_has_changed_is_made_anew(desk: Rehearsal, made: list[str]) -> None:
    desk.set_clock("2026-12-01T12:00:00Z")
    for number in range(5):
        desk.place(client_reference=f"default/www{number}/1", common_name=f"www{number}.example.jp")
    rows(desk)
    assert len(made) == 5
    desk.register("rsc00000003")
    desk.advance(1)
    rows(desk)
    assert made[5:] == ["rsc00000003"]


def test_a_row_speaks_the_language_of_its_reader(desk: Rehearsal) -> None:
    desk.set_clock("2026-12-01T12:00:00Z")
    desk.place()
    desk.set_clock("2027-02-01T12:00:00Z")
    english, japanese = (reason(desk, language) for language in ("en", "ja"))
    assert english.isascii()
    assert not japanese.isascii()
    assert reason(desk, "en") == english


def reason(desk: Rehearsal, language: str) -> str:
    headers = {"Authorization": f"Bearer {desk.order_token}", "Accept-Language": language}
    answer = requests.get(f"{desk.url}/api/v1/applications", headers=headers, timeout=20)
    return str(answer.json()["results"][0]["reason"])
