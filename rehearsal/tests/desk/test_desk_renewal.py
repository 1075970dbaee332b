# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A contract that lives on: its window, its renewal, and the certificate that takes the place of another."""

from __future__ import annotations

import concurrent.futures
import datetime as dt
import typing as t

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from rehearsed import TOKYO, Body, Rehearsal, complaints, csr_of, parsed, registration

START: t.Final = "2026-12-01T00:00:00Z"
DAY: t.Final = dt.timedelta(days=1)
REFERENCE: t.Final = "default/www/1/renewal:0123456789abcdef"


def issue(desk: Rehearsal, contract_id: str, **changes: object) -> Body:
    """From the registration to the issue, at once; the contract afterwards."""
    desk.register(contract_id, **changes)
    desk.control("POST", "/ca/work", {"contract_ids": [contract_id]})
    return desk.show(contract_id)


def first_issued(desk: Rehearsal, **changes: object) -> Body:
    desk.set_clock(START)
    return issue(desk, desk.place(**changes)["contract_id"])


def renewal(of: Body, **changes: object) -> Body:
    return {
        "contract_id": of["contract_id"],
        "client_reference": REFERENCE,
        "replaces": of["certificate_fingerprint"],
        "term": "6 months",
        "terms_agreed": True,
        **changes,
    }


def renew(desk: Rehearsal, of: Body, **changes: object) -> tuple[int, Body]:
    return desk.api("POST", f"/applications/{of['contract_id']}/renewals", renewal(of, **changes))


def to_window(desk: Rehearsal, of: Body, *, days: float = 1) -> None:
    """So many days after the window of this certificate has opened."""
    desk.set_clock((parsed(of["renewal"]["opens_at"]) + days * DAY).isoformat())


def test_a_window_is_counted_back_from_the_end_of_the_certificate(desk: Rehearsal) -> None:
    issued = first_issued(desk)
    end = parsed(issued["not_after"])
    told = issued["renewal"]
    moments = [end - parsed(told[name]) for name in ("notice_at", "opens_at", "order_by", "update_by")]
    assert [moment.days for moment in moments] == [35, 30, 26, 21]
    assert (told["terms"], told["decision"]) == (["6 months"], "undecided")
    assert issued["period"] == {
        "number": 1, "begins": issued["issued_at"], "ends": f"2027-06-01{issued['issued_at'][10:]}", "term": "6 months",
    }  # fmt: skip
    assert issued["current"]["certificate_fingerprint"] == issued["certificate_fingerprint"]
    assert (issued["previous"], issued["procedure"]) == ([], None)


def test_a_renewal_gives_the_contract_another_certificate(desk: Rehearsal, rsa_2048: rsa.RSAPrivateKey) -> None:
    before = first_issued(desk)
    to_window(desk, before)
    status, answer = renew(desk, before)
    ordered = answer["result"]
    assert (status, ordered["state"], ordered["renewal"]["decision"]) == (201, "issued", "renew")
    assert answer["as_of"] == ordered["procedure"]["opened_at"]
    procedure = ordered["procedure"]
    assert (procedure["kind"], procedure["state"], procedure["opened_by"]) == (
        "renewal", "awaiting_registration", "order",
    )  # fmt: skip
    assert (procedure["replaces"], procedure["client_reference"]) == (before["certificate_fingerprint"], REFERENCE)
    assert procedure["deadline"] == before["renewal"]["update_by"][:10]
    # All that is said of the certificate in use stays as it was.
    said = ("certificate_fingerprint", "serial_number", "not_after", "registered_at", "csr_origin", "term")
    assert [ordered[name] for name in said] == [before[name] for name in said]
    brought = {"csr_origin": "customer", "csr": csr_of(rsa_2048, **TOKYO), "subject": None}
    after = issue(desk, before["contract_id"], procedure_id=procedure["id"], **brought)
    assert after["previous"] == [before["current"]]
    assert (after["procedure"], after["state"], after["csr_origin"]) == (None, "issued", "customer")
    assert after["current"]["serial_number"] == after["serial_number"] != before["serial_number"]
    assert after["period"]["number"] == 2
    assert after["renewal"]["decision"] == "undecided"
    assert [row["kind"] for row in desk.control("GET", "/purchases")["results"]] == ["new", "renewal"]
    handed_out = f"/applications/{before['contract_id']}/certificate"
    for shown, query in ((after, ""), (before, f"?serial_number={before['serial_number']}")):
        certificate = desk.api("GET", handed_out + query)[1]["result"]
        assert certificate["serial_number"] == shown["serial_number"]
    assert desk.api("GET", f"{handed_out}?serial_number={'4' * 40}")[0] == 404


@pytest.mark.parametrize(
    ("opened", "changes", "refused"),
    [
        (-0.01, {}, (409, ("contract_id", "window"))),
        (4.01, {}, (409, ("replaces", "replaces"))),  # silence was first
        (0, {"replaces": "0" * 64}, (409, ("replaces", "replaces"))),
        (0, {"replaces": "AB"}, (400, ("replaces", "invalid"))),
        (0, {"term": "1 year"}, (400, ("term", "invalid"))),
        (0, {"terms_agreed": False}, (400, ("terms_agreed", "required"))),
        (0, {"contract_id": "rsc00000002"}, (400, ("contract_id", "invalid"))),
        (0, {"client_reference": "default/www/1"}, (409, ("client_reference", "client_reference"))),
        (0, {"client_reference": ""}, (400, ("client_reference", "invalid"))),
    ],
)
def test_what_is_no_renewal(
    desk: Rehearsal, opened: float, changes: Body, refused: tuple[int, tuple[str, str]]
) -> None:
    before = first_issued(desk)
    to_window(desk, before, days=opened)
    for call in ("renewals/quote", "renewals"):
        asked = renewal(before, **changes)
        if call.endswith("quote"):
            del asked["client_reference"]
        if "client_reference" not in changes or call == "renewals":
            status, answer = desk.api("POST", f"/applications/{before['contract_id']}/{call}", asked)
            assert (status, complaints(answer)) == (refused[0], {refused[1]})
    assert [row["kind"] for row in desk.control("GET", "/purchases")["results"] if row["kind"] != "silence"] == ["new"]


def test_a_quote_renews_nothing(desk: Rehearsal) -> None:
    before = first_issued(desk)
    to_window(desk, before)
    asked = {name: value for name, value in renewal(before).items() if name != "client_reference"}
    status, answer = desk.api("POST", f"/applications/{before['contract_id']}/renewals/quote", asked)
    assert (status, answer["result"]) == (200, asked)
    assert desk.show(before["contract_id"])["procedure"] is None
    assert desk.purchases() == 1


def test_a_certificate_is_renewed_once(desk: Rehearsal) -> None:
    """The same reference is answered with what it has ordered, any other is told that it was."""
    before = first_issued(desk)
    to_window(desk, before)
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _number: renew(desk, before), range(8)))
    assert sorted(status for status, _answer in answers) == [200] * 7 + [201]
    assert {answer["result"]["procedure"]["id"] for _status, answer in answers} == {"rsc00000001-2"}
    for reference, code in (("default/other", "replaces"), (None, "replaces")):
        assert complaints(renew(desk, before, client_reference=reference)[1]) == {("replaces", code)}
    assert desk.purchases() == 2
    issue(desk, before["contract_id"])
    assert renew(desk, before)[0] == 200, "also after its issue"
    assert complaints(renew(desk, before, client_reference="default/other")[1]) == {("replaces", "replaces")}
    assert desk.purchases() == 2
    found = desk.api("GET", f"/applications?client_reference={REFERENCE}")[1]["results"]
    assert [row["contract_id"] for row in found] == [before["contract_id"]]
    assert desk.api("POST", "/applications", {**order_body(), "client_reference": REFERENCE})[0] == 409


def order_body() -> Body:
    return {
        "customer_code": "SG00000001", "common_name": "www.example.jp", "product": "sureserver_cloud",
        "term": "6 months", "usage": "other", "linked_contract_id": None, "terms_agreed": True,
    }  # fmt: skip


def test_a_registration_names_its_procedure(desk: Rehearsal, rsa_2048: rsa.RSAPrivateKey) -> None:
    """A late one of the procedure before never reaches the next."""
    before = first_issued(desk)
    contract_id, path = before["contract_id"], f"/applications/{before['contract_id']}/registration"
    to_window(desk, before)
    renew(desk, before)
    late = registration(csr_origin="customer", csr=csr_of(rsa_2048, **TOKYO), subject=None)
    for procedure_id in ("rsc00000001-1", "rsc00000001-3", "x"):
        status, answer = desk.api("PUT", path, {**late, "procedure_id": procedure_id})
        assert (status, complaints(answer)) == (409, {("procedure_id", "procedure")})
    same = registration(procedure_id="rsc00000001-1")
    assert desk.api("PUT", path, same)[0] == 200, "what it has registered is repeated"
    assert desk.show(contract_id)["procedure"]["state"] == "awaiting_registration"
    status, answer = desk.api("PUT", path, {**late, "procedure_id": "rsc00000001-2"})
    assert (status, answer["result"]["procedure"]["state"]) == (200, "applied")


def test_a_rejected_renewal_is_registered_once_more(desk: Rehearsal) -> None:
    before = first_issued(desk)
    contract_id = before["contract_id"]
    to_window(desk, before)
    renew(desk, before)
    desk.register(contract_id)
    desk.control("POST", "/ca/reject", {"contract_id": contract_id, "reason": "Nobody answered."})
    shown = desk.show(contract_id)
    assert (shown["state"], shown["procedure"]["state"], shown["procedure"]["reason"]) == (
        "issued", "rejected", "Nobody answered.",
    )  # fmt: skip
    again = issue(desk, contract_id, applicant={**registration()["applicant"], "name": "Night Watch"})
    assert (again["procedure"], len(again["previous"])) == (None, 1)
    assert desk.purchases() == 2


def test_a_cancelled_certificate_is_used_to_its_end(desk: Rehearsal) -> None:
    before = first_issued(desk)
    contract_id, end = before["contract_id"], parsed(before["not_after"])
    for _ in range(2):
        status, answer = desk.api("POST", f"/applications/{contract_id}/cancellation", {"contract_id": contract_id})
        assert (status, answer["result"]["state"]) == (200, "issued")
        assert answer["result"]["renewal"]["decision"] == "cancel"
    to_window(desk, before)
    assert complaints(renew(desk, before)[1]) == {("contract_id", "state")}
    desk.set_clock((end + DAY).isoformat())
    assert desk.show(contract_id)["state"] == "cancelled"
    assert desk.purchases() == 1


@pytest.mark.parametrize(("days", "renews"), [(1, True), (4.01, False)])
def test_what_is_renewed_is_not_cancelled(desk: Rehearsal, days: float, *, renews: bool) -> None:
    before = first_issued(desk)
    contract_id = before["contract_id"]
    to_window(desk, before, days=days)
    if renews:
        renew(desk, before)
    status, answer = desk.api("POST", f"/applications/{contract_id}/cancellation", {"contract_id": contract_id})
    assert (status, complaints(answer)) == (409, {("contract_id", "window")})


def test_the_key_of_each_certificate_is_its_own(desk: Rehearsal) -> None:
    before = first_issued(desk)
    path = f"/applications/{before['contract_id']}/private-key"
    first = desk.api("GET", path, token=desk.register_token)[1]["result"]
    to_window(desk, before)
    renew(desk, before)
    after = issue(desk, before["contract_id"])
    second = desk.api("GET", path, token=desk.register_token)[1]["result"]
    assert first["public_key_fingerprint"] == before["public_key_fingerprint"]
    assert second["public_key_fingerprint"] == after["public_key_fingerprint"]
    assert first["private_key"] != second["private_key"]


def test_the_ca_asks_only_what_it_was_not_told_lately(desk: Rehearsal) -> None:
    """Domains count again for 100 days from 2027-03-15 on, organisations for 398 [BR 4.2.1]."""
    before = first_issued(desk)
    asked = []
    for number in range(3):
        to_window(desk, before)
        assert renew(desk, before, client_reference=f"default/www/1/renewal:{number}")[0] == 201
        desk.register(before["contract_id"])
        desk.control("POST", "/ca/contact")
        asked.append(desk.show(before["contract_id"])["procedure"]["confirmations"])
        desk.control("POST", "/ca/work")
        before = desk.show(before["contract_id"])
    # In May, in July and in October 2027: the answer about the domain of May still counts in July.
    assert asked == [["domain"], [], ["domain"]]
    mails = [mail["kind"] for mail in desk.control("GET", "/outbox")["results"]]
    assert mails.count("domain_approval") == 3
    assert mails.count("issued") == 4


def test_one_key_for_one_contract(desk: Rehearsal, p_256: ec.EllipticCurvePrivateKey) -> None:
    """GlobalSign refuses the key of another contract; for the same one it takes it again."""
    brought = {"csr_origin": "customer", "subject": None, "approval_email": "admin@example.jp"}
    csr = csr_of(p_256, **TOKYO)
    desk.set_clock(START)
    first, second = (
        desk.place(product="organization_ssl", client_reference=f"default/n{n}/1")["contract_id"] for n in range(2)
    )
    before = issue(desk, first, csr=csr, **brought)
    path = f"/applications/{second}/registration"
    assert complaints(desk.api("PUT", path, registration(csr=csr, **brought))[1]) == {("csr", "invalid")}
    to_window(desk, before)
    renew(desk, before)
    after = issue(desk, first, csr=csr, **brought)
    assert after["public_key_fingerprint"] == before["public_key_fingerprint"]
    assert after["serial_number"] != before["serial_number"]
