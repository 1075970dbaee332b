# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The life of applications over real HTTP: order, register, issue, install, cancel, and every exit."""

from __future__ import annotations

import typing as t

import pytest
import requests
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from rehearsed import (
    NEIGHBOUR_TOKEN,
    SUBJECT,
    TOKYO,
    Rehearsal,
    complaints,
    csr_of,
    linked_order,
    order,
    registration,
)

DIGICERT: t.Final = {"approval_email": "admin@example.jp", "certificate_transparency": True}

# A Sunday afternoon in Japan.
SUNDAY: t.Final = "2026-11-22T05:00:00Z"


FIRST_PROCEDURE: t.Final = {
    "id": "rsc00000001-1",
    "kind": "new",
    "state": "awaiting_registration",
    "replaces": None,
    "client_reference": "default/www/1",
    "opened_by": "order",
    "term": "6 months",
    "confirmations": [],
    "reason": None,
    "deadline": "2026-12-22",
    "csr_origin": None,
    "public_key_fingerprint": None,
    "registered_at": None,
}


def test_a_new_application(desk: Rehearsal) -> None:
    desk.set_clock(SUNDAY)
    placed = desk.place()
    ordered_at, procedure = placed.pop("ordered_at"), placed.pop("procedure")
    assert ordered_at.startswith("2026-11-22T05:0")
    assert placed == {
        "contract_id": "rsc00000001",
        "client_reference": "default/www/1",
        "customer_code": "SG00000001",
        "common_name": "www.example.jp",
        "product": "sureserver_cloud",
        "term": "6 months",
        "usage": "other",
        "linked_contract_id": None,
        "linked_service": None,
        "state": "awaiting_registration",
        "confirmations": [],
        "reason": None,
        "next_action": "register",
        "next_action_by": "service_admin",
        "deadline": "2026-12-22",
        "csr_origin": None,
        "public_key_fingerprint": None,
        "certificate_fingerprint": None,
        "serial_number": None,
        "not_before": None,
        "not_after": None,
        "registered_at": None,
        "issued_at": None,
        "downloaded_at": None,
        "current": None,
        "previous": [],
        "period": None,
        "renewal": None,
        "linked_since": None,
        "further_links": [],
        "link_change": None,
    }
    assert procedure == {**FIRST_PROCEDURE, "opened_at": ordered_at}


def test_from_order_to_collection(desk: Rehearsal, rsa_2048: rsa.RSAPrivateKey) -> None:
    desk.set_clock(SUNDAY)
    contract_id = desk.place()["contract_id"]
    applied = desk.register(contract_id, csr_origin="customer", csr=csr_of(rsa_2048, **TOKYO), subject=None)
    assert (applied["state"], applied["next_action"], applied["next_action_by"]) == ("applied", "wait_for_ca", "ca")
    assert len(applied["public_key_fingerprint"]) == 64
    assert desk.api("GET", f"/applications/{contract_id}/certificate")[0] == 409

    moved = desk.control("POST", "/ca/contact")
    assert moved["results"] == [{"contract_id": contract_id, "from": "applied", "state": "awaiting_confirmation"}]
    waiting = desk.show(contract_id)
    assert (waiting["next_action"], waiting["next_action_by"]) == ("answer_ca", "applicant")
    assert waiting["confirmations"] == ["domain", "intention", "documents"]
    assert waiting["deadline"] == "2026-12-22"

    assert desk.control("POST", "/ca/work", {"contract_ids": [contract_id]})["count"] == 1
    issued = desk.show(contract_id)
    assert (issued["state"], issued["next_action"], issued["next_action_by"]) == ("issued", "collect", "service_admin")
    assert issued["confirmations"] == []
    assert issued["deadline"] is None

    _, answer = desk.api("GET", f"/applications/{contract_id}/certificate")
    shared = ("common_name", "not_before", "not_after", "serial_number", "certificate_fingerprint")
    assert {field: answer["result"][field] for field in shared} == {field: issued[field] for field in shared}
    collected = desk.show(contract_id)
    assert (collected["next_action"], collected["next_action_by"]) == ("none", "nobody")
    first = collected["downloaded_at"]
    desk.advance(1)
    desk.api("GET", f"/applications/{contract_id}/certificate")
    assert desk.show(contract_id)["downloaded_at"] == first

    desk.advance(200)
    assert desk.show(contract_id)["state"] == "expired"


@pytest.mark.parametrize(
    ("linked_contract_id", "product", "days"),
    [("rga00000001", "secure_server_id_cloud", 1), ("rmw00000001", "secure_server_id_cloud", 4)],
)
def test_iij_installs_for_linked_services(desk: Rehearsal, linked_contract_id: str, product: str, days: int) -> None:
    desk.set_clock("2026-11-20T05:00:00Z")  # a Friday
    placed = desk.place(**linked_order(linked_contract_id=linked_contract_id, product=product))
    desk.register(placed["contract_id"], **DIGICERT)
    desk.control("POST", "/ca/work")
    installing = desk.show(placed["contract_id"])
    assert installing["state"] == "installing"
    assert (installing["next_action"], installing["next_action_by"]) == ("wait_for_installation", "iij")
    desk.advance(days + 1)  # the weekend does not count
    assert desk.show(placed["contract_id"])["state"] == "installing"
    desk.advance(1)
    installed = desk.show(placed["contract_id"])
    assert (installed["state"], installed["next_action"]) == ("installed", "none")


def test_a_missed_deadline_withdraws(desk: Rehearsal) -> None:
    contract_id = desk.place()["contract_id"]
    desk.advance(30)
    assert desk.show(contract_id)["state"] == "awaiting_registration"
    desk.advance(1)
    withdrawn = desk.show(contract_id)
    assert withdrawn["state"] == "withdrawn"
    assert "deadline" in withdrawn["reason"]
    status, answer = desk.api("PUT", f"/applications/{contract_id}/registration", registration())
    assert (status, complaints(answer)) == (409, {("contract_id", "state")})
    assert desk.api("POST", f"/applications/{contract_id}/cancellation", {"contract_id": contract_id})[0] == 409


def test_the_ca_rejects(desk: Rehearsal) -> None:
    contract_id = desk.place()["contract_id"]
    refusal = {"contract_id": contract_id, "reason": "The organisation is not registered."}
    assert desk.call("POST", "/rehearsal/ca/reject", refusal, token=desk.control_token).status_code == 409
    desk.register(contract_id)
    desk.control("POST", "/ca/reject", refusal)
    rejected = desk.show(contract_id)
    assert (rejected["state"], rejected["reason"]) == ("rejected", "The organisation is not registered.")
    assert desk.control("POST", "/ca/work")["count"] == 0


def test_cancellation_is_spelled_out_and_repeatable(desk: Rehearsal) -> None:
    contract_id = desk.place()["contract_id"]
    path = f"/applications/{contract_id}/cancellation"
    assert complaints(desk.api("POST", path, {})[1]) == {("contract_id", "required")}
    assert complaints(desk.api("POST", path, {"contract_id": "rsc00000002"})[1]) == {("contract_id", "invalid")}
    assert desk.show(contract_id)["state"] == "awaiting_registration"
    for _ in range(2):
        status, answer = desk.api("POST", path, {"contract_id": contract_id})
        assert (status, answer["result"]["state"]) == (200, "cancelled")
    assert desk.purchases() == 1


def test_the_same_registration_changes_nothing_later(desk: Rehearsal, p_256: ec.EllipticCurvePrivateKey) -> None:
    contract_id = desk.place(product="organization_ssl")["contract_id"]
    changes = {"csr_origin": "customer", "subject": None, "approval_email": "admin@example.jp"}
    # EC signatures are random: the second CSR is another text with the same key and subject.
    texts = [csr_of(p_256, **TOKYO), csr_of(p_256, **TOKYO)]
    assert texts[0] != texts[1]
    first = desk.register(contract_id, csr=texts[0], **changes)
    assert desk.register(contract_id, csr=texts[1], **changes) == first
    desk.control("POST", "/ca/work")
    assert desk.register(contract_id, csr=texts[0], **changes)["state"] == "issued"
    other = registration(**{**changes, "csr": texts[0], "approval_email": "webmaster@example.jp"})
    status, answer = desk.api("PUT", f"/applications/{contract_id}/registration", other)
    assert (status, complaints(answer)) == (409, {("contract_id", "state")})


def test_a_registration_by_the_service_is_repeatable(desk: Rehearsal) -> None:
    contract_id = desk.place()["contract_id"]
    first = desk.register(contract_id)
    assert desk.register(contract_id) == first
    other = registration(subject={**SUBJECT, "locality_name": "Minato-ku"})
    assert desk.api("PUT", f"/applications/{contract_id}/registration", other)[0] == 409


def test_a_key_serves_one_globalsign_application(desk: Rehearsal, p_256: ec.EllipticCurvePrivateKey) -> None:
    changes = {"csr_origin": "customer", "subject": None, "approval_email": "admin@example.jp"}
    first, second = (
        desk.place(product="organization_ssl", client_reference=f"default/www/{number}")["contract_id"]
        for number in (1, 2)
    )
    body = registration(**changes, csr=csr_of(p_256, **TOKYO))
    assert desk.api("PUT", f"/applications/{first}/registration", body)[0] == 200
    status, answer = desk.api("PUT", f"/applications/{second}/registration", body)
    assert (status, complaints(answer)) == (400, {("csr", "invalid")})


def test_a_quote_buys_nothing(desk: Rehearsal) -> None:
    body = {key: value for key, value in order().items() if key != "client_reference"}
    status, answer = desk.api("POST", "/quotes", body)
    assert (status, answer["result"]) == (200, body)
    status, answer = desk.api("POST", "/quotes", {**body, "term": "9 years", "client_reference": "x"})
    assert (status, complaints(answer)) == (400, {("term", "invalid"), ("client_reference", "unknown")})
    assert desk.purchases() == 0


def test_roles(desk: Rehearsal) -> None:
    contract_id = desk.place()["contract_id"]
    attempts = (
        ("POST", "/quotes", {**order(), "client_reference": None}),
        ("POST", "/applications", order()),
        ("POST", f"/applications/{contract_id}/cancellation", {"contract_id": contract_id}),
    )
    for method, path, body in attempts:
        body.pop("client_reference", None) if path == "/quotes" else None
        status, answer = desk.api(method, path, body, token=desk.register_token)
        assert (status, answer["error_type"], complaints(answer)) == (403, "Forbidden", {("access_token", "scope")})
    for path in ("/products", "/linked-contracts", "/applications", f"/applications/{contract_id}"):
        assert desk.api("GET", path, token=desk.register_token)[0] == 200
    path = f"/applications/{contract_id}/registration"
    assert desk.api("PUT", path, registration(), token=desk.register_token)[0] == 200


@pytest.mark.parametrize("token", ["nonsense", "control-token-f00d"])
def test_bad_tokens_are_a_bad_parameter(shared_desk: Rehearsal, token: str) -> None:
    status, answer = shared_desk.api("GET", "/products", token=token)
    assert (status, answer["error_type"], complaints(answer)) == (
        400,
        "ParameterError",
        {("access_token", "invalid")},
    )
    assert requests.get(f"{shared_desk.url}/api/v1/products", timeout=5).status_code == 400
    assert shared_desk.call("GET", "/rehearsal/clock", token=shared_desk.order_token).status_code == 400


def test_other_customers_see_nothing(desk: Rehearsal) -> None:
    contract_id = desk.place()["contract_id"]
    for path in ("/applications", "/linked-contracts"):
        assert desk.api("GET", path, token=NEIGHBOUR_TOKEN)[1]["total"] == 0
    status, answer = desk.api("GET", f"/applications/{contract_id}", token=NEIGHBOUR_TOKEN)
    assert (status, answer["error_type"]) == (404, "NotFound")
    body = {"contract_id": contract_id}
    assert desk.api("POST", f"/applications/{contract_id}/cancellation", body, token=NEIGHBOUR_TOKEN)[0] == 404
    linked = linked_order(customer_code="SG00000002")
    assert complaints(desk.api("POST", "/applications", linked, token=NEIGHBOUR_TOKEN)[1]) == {
        ("linked_contract_id", "invalid")
    }


def test_the_seeded_linked_contracts(shared_desk: Rehearsal) -> None:
    def count(service: str) -> int:
        return int(shared_desk.api("GET", f"/linked-contracts?service={service}")[1]["total"])

    counts = {
        "gio_content_acceleration": 1,
        "managed_waf_link": 2,
        "web_high_grade_2": 1,
        "document_exchange": 1,
        "id_gateway": 0,
    }
    assert {service: count(service) for service in counts} == counts


def test_the_offer(shared_desk: Rehearsal) -> None:
    _, answer = shared_desk.api("GET", "/products")
    assert answer["total"] == 15
    quick = next(row for row in answer["results"] if row["product"] == "quick_ssl_wildcard")
    assert quick == {
        "product": "quick_ssl_wildcard",
        "name": "クイック認証SSL/ワイルドカードオプション付き",
        "certificate_authority": "globalsign",
        "level": "DV",
        "wildcard": True,
        "terms": ["6 months", "1 year"],
        "linked_services": None,
    }
