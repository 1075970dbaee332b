# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Time that passes: silence renews and registers, once and at its moment; people and the CA act on their own."""

from __future__ import annotations

import concurrent.futures
import datetime as dt
import typing as t

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from rehearsal_desk.desk.habits import Habits
from rehearsed import TOKYO, Body, Rehearsal, complaints, csr_of, parsed, served, settings_for

START: t.Final = "2026-12-01T12:00:00Z"
DAY: t.Final = dt.timedelta(days=1)


def first_issued(desk: Rehearsal, key: rsa.RSAPrivateKey | None = None) -> Body:
    """A contract of today, with a CSR of its own where a key is given."""
    desk.set_clock(START)
    contract_id = desk.place()["contract_id"]
    desk.register(contract_id, **({} if key is None else brought(key)))
    desk.control("POST", "/ca/work")
    return desk.show(contract_id)


def brought(key: rsa.RSAPrivateKey) -> Body:
    return {"csr_origin": "customer", "csr": csr_of(key, **TOKYO), "subject": None}


def to(desk: Rehearsal, of: Body, moment: str, *, plus: dt.timedelta = dt.timedelta(0)) -> Body:
    """Go to a moment of the window of this certificate; the contract then."""
    desk.set_clock((parsed(of["renewal"][moment]) + plus).isoformat())
    return desk.show(of["contract_id"])


def mails(desk: Rehearsal) -> list[tuple[str, str]]:
    return [(mail["kind"], mail["written_at"]) for mail in reversed(desk.control("GET", "/outbox")["results"])]


def kinds(desk: Rehearsal) -> list[str]:
    return [row["kind"] for row in desk.control("GET", "/purchases")["results"]]


def test_silence_renews_at_its_moment(desk: Rehearsal) -> None:
    before = first_issued(desk)
    assert to(desk, before, "order_by", plus=-DAY / 24)["procedure"] is None
    assert kinds(desk) == ["new"]
    renewed = to(desk, before, "order_by", plus=DAY / 24)
    procedure, moment = renewed["procedure"], before["renewal"]["order_by"]
    assert (procedure["kind"], procedure["opened_by"], procedure["state"]) == (
        "renewal", "silence", "awaiting_registration",
    )  # fmt: skip
    assert (procedure["opened_at"], procedure["client_reference"], procedure["term"]) == (moment, None, "6 months")
    assert procedure["replaces"] == before["certificate_fingerprint"]
    assert renewed["renewal"]["decision"] == "renew"
    assert kinds(desk) == ["new", "silence"]
    window = before["renewal"]
    assert mails(desk)[-3:] == [
        ("renewal_notice", window["notice_at"]),
        ("renewal_opening", window["opens_at"]),
        ("renewed_in_silence", moment),
    ]
    # What silence has bought, nobody buys once more.
    body = {
        "contract_id": before["contract_id"], "replaces": before["certificate_fingerprint"], "term": "6 months",
        "terms_agreed": True, "client_reference": "default/www/1/renewal:0",
    }  # fmt: skip
    status, answer = desk.api("POST", f"/applications/{before['contract_id']}/renewals", body)
    assert (status, complaints(answer)) == (409, {("replaces", "replaces")})


def test_silence_takes_the_key_of_the_customer(desk: Rehearsal, rsa_2048: rsa.RSAPrivateKey) -> None:
    """Without an update by day 21 IIJ makes the CSR, for the same name and organisation [M:2261088]."""
    before = first_issued(desk, rsa_2048)
    assert to(desk, before, "update_by", plus=-DAY / 24)["procedure"]["state"] == "awaiting_registration"
    taken = to(desk, before, "update_by", plus=DAY / 24)["procedure"]
    assert (taken["state"], taken["csr_origin"], taken["registered_at"]) == (
        "applied", "service", before["renewal"]["update_by"],
    )  # fmt: skip
    assert taken["public_key_fingerprint"] != before["public_key_fingerprint"]
    desk.control("POST", "/ca/work")
    after = desk.show(before["contract_id"])
    path = f"/applications/{before['contract_id']}"
    leaf = x509.load_pem_x509_certificate(desk.api("GET", f"{path}/certificate")[1]["result"]["certificate"].encode())
    said = {item.rfc4514_attribute_name: item.value for item in leaf.subject}
    assert said == {**TOKYO, "CN": "www.example.jp"}
    assert after["csr_origin"] == "service"
    assert desk.api("GET", f"{path}/private-key", token=desk.register_token)[0] == 200


def test_a_key_that_is_registered_in_time_stays(desk: Rehearsal, rsa_2048: rsa.RSAPrivateKey) -> None:
    before = first_issued(desk, rsa_2048)
    to(desk, before, "order_by", plus=DAY)
    desk.register(before["contract_id"], **brought(rsa_2048))
    assert to(desk, before, "update_by", plus=DAY)["procedure"]["csr_origin"] == "customer"


def test_years_pass_in_one_leap_as_in_many(database: str) -> None:
    """Whatever is due on the way is written at its own moment, in order of time."""
    told = []
    for steps in (1, 37) if database.startswith("sqlite") else (1,):
        with served(settings_for(f"{database}{steps}" if database.startswith("sqlite") else database)) as desk:
            desk.control("POST", "/ca/auto", {"on": True, "ov": 7})
            first_issued(desk)
            for _ in range(steps):
                desk.advance(1110 // steps)
            purchases = desk.control("GET", "/purchases")["results"]
            posted = mails(desk)
            told.append(
                [(what, at[:10]) for what, at in [*((row["kind"], row["ordered_at"]) for row in purchases), *posted]]
            )
            shown = desk.show("rsc00000001")
            # Cut to 99 and 46 days on the way [BR 6.3.2], so that it is renewed ever more often.
            assert len(shown["previous"]) == len(purchases) - 1 - (shown["procedure"] is not None)
            assert len(purchases) > 10
            assert [at for _kind, at in posted] == sorted(at for _kind, at in posted)
    assert told[0] == told[-1]


def test_silence_renews_once_whoever_looks_first(desk: Rehearsal) -> None:
    """Eight set the clock and settle at the same moment, and a person is too late in a browser."""
    before = first_issued(desk)
    moment = (parsed(before["renewal"]["update_by"]) + DAY).isoformat()

    def look(_number: int) -> int:
        return desk.call("PUT", "/rehearsal/clock", {"now": moment}, token=desk.control_token).status_code

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        assert set(pool.map(look, range(8))) == {200}
    assert kinds(desk) == ["new", "silence"]
    assert [kind for kind, _at in mails(desk)].count("renewed_in_silence") == 1
    assert desk.show(before["contract_id"])["procedure"]["csr_origin"] == "service"


def test_the_clock_does_not_go_back_behind_what_has_happened(desk: Rehearsal) -> None:
    before = first_issued(desk)
    desk.set_clock("2027-01-01T00:00:00Z")
    desk.set_clock(START)
    to(desk, before, "order_by", plus=DAY)
    answer = desk.call("PUT", "/rehearsal/clock", {"now": START}, token=desk.control_token)
    assert (answer.status_code, complaints(answer.json())) == (409, {("now", "clock")})
    to(desk, before, "order_by", plus=DAY / 2)
    assert kinds(desk) == ["new", "silence"]


def test_a_cancelled_contract_is_left_alone(desk: Rehearsal) -> None:
    before = first_issued(desk)
    desk.control("POST", "/by-hand", {"contract_id": before["contract_id"], "act": "cancel"})
    posted = len(mails(desk))
    desk.advance(400)
    assert desk.show(before["contract_id"])["state"] == "cancelled"
    assert kinds(desk) == ["new"]
    assert len(mails(desk)) == posted


def test_a_person_renews_in_a_browser(desk: Rehearsal) -> None:
    before = first_issued(desk)
    by_hand = {"contract_id": before["contract_id"], "act": "renew"}
    assert desk.call("POST", "/rehearsal/by-hand", by_hand, token=desk.control_token).status_code == 409
    to(desk, before, "opens_at", plus=DAY)
    desk.control("POST", "/by-hand", by_hand)
    procedure = desk.show(before["contract_id"])["procedure"]
    assert (procedure["opened_by"], procedure["client_reference"]) == ("order", None)
    to(desk, before, "update_by", plus=-DAY)
    assert kinds(desk) == ["new", "renewal"]


@pytest.mark.parametrize(
    ("body", "refused"),
    [
        ({"act": "renew"}, ("contract_id", "required")),
        ({"contract_id": "rsc00000001"}, ("act", "required")),
        ({"contract_id": "rsc00000001", "act": "burn"}, ("act", "invalid")),
        ({"contract_id": "rsc00000001", "act": "renew"}, ("contract_id", "window")),
    ],
)
def test_what_nobody_can_do_by_hand(desk: Rehearsal, body: Body, refused: tuple[str, str]) -> None:
    desk.place()
    answer = desk.call("POST", "/rehearsal/by-hand", body, token=desk.control_token)
    assert complaints(answer.json()) == {refused}


def test_a_desk_on_which_silence_does_nothing(database: str) -> None:
    with served(settings_for(database, habits=Habits(silence_renews=False))) as desk:
        before = first_issued(desk)
        desk.advance(400)
        shown = desk.show(before["contract_id"])
        assert (shown["state"], shown["procedure"], shown["renewal"]["decision"]) == ("expired", None, "undecided")
        assert kinds(desk) == ["new"]


def test_a_desk_on_which_silence_comes_early(database: str) -> None:
    with served(settings_for(database, habits=Habits(silence_early=2 * DAY))) as desk:
        contract_id = first_issued(desk)["contract_id"]
        window = desk.show(contract_id)["renewal"]
        order_by = dt.datetime.fromisoformat(window["order_by"])
        desk.set_clock((order_by - dt.timedelta(days=2, minutes=1)).isoformat())
        assert desk.show(contract_id)["procedure"] is None
        desk.set_clock((order_by - dt.timedelta(days=2)).isoformat())
        assert desk.show(contract_id)["procedure"]["opened_by"] == "silence"
        assert kinds(desk) == ["new", "silence"]


def test_a_ca_that_works_by_itself(desk: Rehearsal, p_256: ec.EllipticCurvePrivateKey) -> None:
    desk.set_clock(START)
    told = desk.control("POST", "/ca/auto", {"on": True, "ov": 5})
    assert told == {"on": True, "dv": 1, "ov": 5, "ev": 10}
    contract_id = desk.place(product="secure_server_id")["contract_id"]
    csr = csr_of(p_256, **TOKYO)
    approval = {"approval_email": "admin@example.jp", "certificate_transparency": True}
    desk.register(contract_id, csr_origin="customer", csr=csr, subject=None, **approval)
    seen = []
    for _ in range(6):
        seen.append(desk.show(contract_id)["state"])
        desk.advance(1)
    assert seen == ["applied", *["awaiting_confirmation"] * 4, "issued"]
    assert desk.show(contract_id)["issued_at"].startswith("2026-12-06T12:0")
    desk.control("POST", "/ca/auto", {"on": False})
    other = desk.place(client_reference="default/other/1")["contract_id"]
    desk.register(other)
    desk.advance(30)
    assert desk.show(other)["state"] == "applied"
    desk.control("POST", "/ca/auto", {"on": True})
    assert desk.show(other)["state"] == "issued"


@pytest.mark.parametrize(
    ("body", "refused"),
    [({}, "on"), ({"ov": 3}, "on"), ({"on": False, "ov": -1}, "ov"), ({"on": True, "ev": 10_000}, "ev")],
)
def test_a_ca_is_told_what_its_document_asks_for(desk: Rehearsal, body: dict[str, t.Any], refused: str) -> None:
    answer = desk.call("POST", "/rehearsal/ca/auto", body, token=desk.control_token)
    assert (answer.status_code, [field for field, _code in complaints(answer.json())]) == (400, [refused])
