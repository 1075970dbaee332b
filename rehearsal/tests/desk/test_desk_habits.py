# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where nobody outside knows how IIJ goes about it: other calendars, further certificates, reissues without a CSR."""

from __future__ import annotations

import datetime as dt
import typing as t

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from rehearsal_desk.desk.habits import NEW_CSR, SAME_CSR, Habits
from rehearsal_desk.rules.calendars import Calendar
from rehearsed import TOKYO, Body, Rehearsal, complaints, csr_of, parsed, served, settings_for

START: t.Final = "2026-03-20T12:00:00Z"
DAY: t.Final = dt.timedelta(days=1)
APPROVED: t.Final = {"approval_email": "admin@example.jp", "certificate_transparency": True}


def issued(desk: Rehearsal, key: rsa.RSAPrivateKey | None = None, *, term: str = "1 year") -> Body:
    """A contract whose period is longer than its certificate, unless the term is short; with a CSR of its own."""
    desk.set_clock(START)
    contract_id = desk.place(product="secure_server_id", term=term)["contract_id"]
    desk.register(contract_id, **APPROVED, **({} if key is None else given(key)))
    desk.control("POST", "/ca/work")
    return desk.show(contract_id)


def given(key: rsa.RSAPrivateKey) -> Body:
    return {"csr_origin": "customer", "csr": csr_of(key, **TOKYO), "subject": None}


def before_end(desk: Rehearsal, shown: Body, days: float) -> Body:
    """Go to so many days before the end of the certificate; the contract then."""
    desk.set_clock((parsed(shown["not_after"]) - days * DAY).isoformat())
    return desk.show(shown["contract_id"])


def kinds(desk: Rehearsal) -> list[str]:
    return [row["kind"] for row in desk.control("GET", "/purchases")["results"]]


def test_a_calendar_counts_for_what_is_issued_in_its_time(database: str) -> None:
    row = Calendar(since=dt.date(2026, 3, 21), notice=20, addresses=17, opens=16, order_by=12, update_by=8)
    with served(settings_for(database, habits=Habits(calendars=(row,)))) as desk:
        first = issued(desk, term="6 months")
        desk.advance(1)
        second = desk.place(client_reference="default/b/1", product="secure_server_id")["contract_id"]
        desk.register(second, **APPROVED)
        desk.control("POST", "/ca/work")
        for shown, days in ((first, [35, 30, 26, 21]), (desk.show(second), [20, 16, 12, 8])):
            moments = ("notice_at", "opens_at", "order_by", "update_by")
            assert [(parsed(shown["not_after"]) - parsed(shown["renewal"][name])).days for name in moments] == days
        later = before_end(desk, desk.show(second), 11.9)
        assert later["procedure"]["opened_by"] == "silence"
        assert (parsed(later["not_after"]) - parsed(later["procedure"]["opened_at"])).days == 12
        notice = next(mail for mail in desk.control("GET", "/outbox")["results"] if mail["kind"] == "renewal_notice")
        assert (parsed(later["not_after"]) - 17 * DAY).astimezone(dt.timezone(9 * DAY / 24)).date().isoformat() in (
            notice["body"]
        )


def test_without_the_knob_each_certificate_is_renewed(desk: Rehearsal) -> None:
    shown = issued(desk)
    assert (parsed(shown["not_after"]) - parsed(shown["renewal"]["opens_at"])).days == 30
    assert before_end(desk, shown, 25)["procedure"]["kind"] == "renewal"
    assert kinds(desk) == ["new", "silence"]


def test_a_second_certificate_comes_by_itself_with_the_same_csr(database: str, rsa_2048: rsa.RSAPrivateKey) -> None:
    with served(settings_for(database, habits=Habits(second_certificate=SAME_CSR))) as desk:
        first = issued(desk, rsa_2048)
        window = first["renewal"]
        assert parsed(first["period"]["ends"]) - parsed(window["opens_at"]) == 30 * DAY, "the period is what is renewed"
        assert before_end(desk, first, 30.1)["procedure"] is None
        open_one = before_end(desk, first, 29.9)["procedure"]
        assert (open_one["kind"], open_one["opened_by"], open_one["state"]) == ("continuation", "iij", "applied")
        assert open_one["replaces"] == first["certificate_fingerprint"]
        desk.control("POST", "/ca/work")
        second = desk.show(first["contract_id"])
        assert second["public_key_fingerprint"] == first["public_key_fingerprint"]
        assert (second["period"], second["procedure"]) == (first["period"], None)
        assert parsed(second["not_after"]) > parsed(first["period"]["ends"]) - DAY
        assert parsed(second["not_after"]) - parsed(second["renewal"]["opens_at"]) == 30 * DAY
        assert kinds(desk) == ["new"], "the period has paid for both"
        assert before_end(desk, second, 25.9)["procedure"]["kind"] == "renewal"
        assert kinds(desk) == ["new", "silence"]


def test_a_second_certificate_may_want_a_csr(database: str, rsa_2048: rsa.RSAPrivateKey) -> None:
    with served(settings_for(database, habits=Habits(second_certificate=NEW_CSR))) as desk:
        first = issued(desk, rsa_2048)
        contract_id = first["contract_id"]
        waits = before_end(desk, first, 29.9)
        assert (waits["procedure"]["kind"], waits["procedure"]["state"]) == ("continuation", "awaiting_registration")
        assert parsed(first["not_after"]).date() - dt.date.fromisoformat(waits["procedure"]["deadline"]) == 21 * DAY
        assert desk.control("GET", "/outbox")["results"][0]["kind"] == "continuation"
        assert desk.show(contract_id)["renewal"]["decision"] == "undecided"
        body = {
            "contract_id": contract_id, "client_reference": None, "replaces": first["certificate_fingerprint"],
            "term": "1 year", "terms_agreed": True,
        }  # fmt: skip
        status, answer = desk.api("POST", f"/applications/{contract_id}/renewals", body)
        assert (status, complaints(answer)) == (409, {("contract_id", "procedure")})
        # What nobody registers in time is registered with a CSR that IIJ makes, as at a renewal (ours).
        taken = before_end(desk, first, 20.9)["procedure"]
        assert (taken["state"], taken["csr_origin"]) == ("applied", "service")
        assert kinds(desk) == ["new"]


@pytest.mark.parametrize(
    ("term", "cancel"), [("6 months", False), ("1 year", True)], ids=["no_longer_than_its_certificate", "cancelled"]
)
def test_where_no_second_certificate_comes(database: str, term: str, cancel: bool) -> None:
    with served(settings_for(database, habits=Habits(second_certificate=SAME_CSR, silence_renews=False))) as desk:
        first = issued(desk, term=term)
        if cancel:
            desk.control("POST", "/by-hand", {"contract_id": first["contract_id"], "act": "cancel"})
        assert before_end(desk, first, 1)["procedure"] is None


def test_years_of_periods_with_certificates_inside(database: str) -> None:
    """Lives get shorter on the way [BR 6.3.2], periods do not: a year is paid once, whatever its certificates."""
    with served(settings_for(database, habits=Habits(second_certificate=SAME_CSR))) as desk:
        desk.set_clock("2026-12-01T03:00:00Z")
        desk.control("POST", "/ca/auto", {"on": True})
        contract_id = issued(desk)["contract_id"]
        desk.advance(3 * 365)
        shown = desk.show(contract_id)
        assert kinds(desk) == ["new", "silence", "silence"]
        assert len(shown["previous"]) >= 10
        assert shown["state"] == "issued"


@pytest.mark.parametrize("own", [True, False], ids=["own_csr", "csr_of_the_service"])
def test_a_reissue_may_take_what_was_registered_last(database: str, rsa_2048: rsa.RSAPrivateKey, own: bool) -> None:
    with served(settings_for(database, habits=Habits(reissue_asks_csr=False))) as desk:
        first = issued(desk, rsa_2048 if own else None)
        contract_id = first["contract_id"]
        body = {
            "contract_id": contract_id, "client_reference": "default/www/1/reissue:0", "reason": "key_lost",
            "replaces": first["certificate_fingerprint"], "notes_agreed": True,
        }  # fmt: skip
        status, answer = desk.api("POST", f"/applications/{contract_id}/reissues", body)
        assert (status, answer["result"]["procedure"]["state"]) == (201, "applied")
        desk.control("POST", "/ca/work")
        second = desk.show(contract_id)
        assert second["not_after"] == first["not_after"]
        assert second["certificate_fingerprint"] != first["certificate_fingerprint"]
        # A key that IIJ makes is a new one each time [M:2261110].
        assert (second["public_key_fingerprint"] == first["public_key_fingerprint"]) is own


def test_silence_that_waited_for_a_reissue_renews_after_it(desk: Rehearsal) -> None:
    """Whatever the reissue took: also where its own issue came about by time alone."""
    first = issued(desk, term="6 months")
    contract_id = first["contract_id"]
    before_end(desk, first, 28)
    body = {
        "contract_id": contract_id, "client_reference": "default/www/1/reissue:0", "reason": "key_lost",
        "replaces": first["certificate_fingerprint"], "notes_agreed": True,
    }  # fmt: skip
    assert desk.api("POST", f"/applications/{contract_id}/reissues", body)[0] == 201
    before_end(desk, first, 24)
    desk.register(contract_id, **APPROVED)
    desk.control("POST", "/ca/auto", {"on": True, "ov": 3})
    renewed = before_end(desk, first, 20)
    assert kinds(desk) == ["new", "silence"]
    assert parsed(renewed["procedure"]["opened_at"]) >= parsed(renewed["current"]["issued_at"])


def test_a_desk_that_is_started_in_another_way_goes_on_in_that_way(database: str) -> None:
    """What comes next was written down by the desk before."""
    with served(settings_for(database, habits=Habits(silence_renews=False))) as desk:
        first = issued(desk, term="6 months")
        before_end(desk, first, 27)
    with served(settings_for(database)) as desk:  # whose clock is back at the real time, which is later
        assert kinds(desk) == ["new", "silence"]
