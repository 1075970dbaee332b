# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The one form of answers: paging, filters, and failures of every kind."""

from __future__ import annotations

import re
import typing as t

import pytest
import requests
from rehearsed import Rehearsal, complaints, order, registration


def references(answer: dict[str, t.Any]) -> list[str]:
    return [row["client_reference"] for row in answer["results"]]


def test_pages_are_stable_and_oldest_first(desk: Rehearsal) -> None:
    expected = [f"default/{number}/1" for number in range(25)]
    for reference in expected:
        desk.place(client_reference=reference)
    seen: list[str] = []
    for offset in (0, 10, 20):
        _, answer = desk.api("GET", f"/applications?offset={offset}&limit=10")
        assert (answer["total"], answer["offset"], answer["limit"]) == (25, offset, 10)
        seen += references(answer)
    assert seen == expected
    _, answer = desk.api("GET", "/applications?offset=100")
    assert (answer["results"], answer["total"], answer["limit"]) == ([], 25, 100)


def test_the_reference_filter_repeats(desk: Rehearsal) -> None:
    for number in range(4):
        desk.place(client_reference=f"default/{number}/1")
    desk.place(client_reference=None)
    query = "client_reference=default/3/1&client_reference=default/1/1&client_reference=default/9/1"
    _, answer = desk.api("GET", f"/applications?{query}")
    assert references(answer) == ["default/1/1", "default/3/1"]
    assert answer["total"] == 2
    assert desk.api("GET", "/applications")[1]["total"] == 5


@pytest.mark.parametrize(
    ("query", "attribute"),
    [
        ("limit=0", "limit"),
        ("limit=1001", "limit"),
        ("limit=many", "limit"),
        ("offset=-1", "offset"),
        ("offset=99999999999999999999", "offset"),
    ],
)
def test_bad_paging_is_a_bad_parameter(shared_desk: Rehearsal, query: str, attribute: str) -> None:
    status, answer = shared_desk.api("GET", f"/applications?{query}")
    assert (status, answer["error_type"], complaints(answer)) == (400, "ParameterError", {(attribute, "invalid")})


@pytest.mark.parametrize(
    "body",
    [b"{", b"[]", b'"text"', b"\xff\xfe", b"[" * 100_000, b"null", b'"' + b"x" * 2_000_000 + b'"'],
    ids=["cut", "array", "text", "bytes", "deep", "null", "huge"],
)
def test_a_body_that_is_no_json_object(shared_desk: Rehearsal, body: bytes) -> None:
    answer = requests.post(
        f"{shared_desk.url}/api/v1/applications",
        data=body,
        headers={"Authorization": f"Bearer {shared_desk.order_token}"},
        timeout=10,
    )
    assert answer.status_code == 400
    assert answer.json()["error_type"] == "ParameterError"


def test_lone_surrogates_do_no_harm(shared_desk: Rehearsal) -> None:
    for body in (b'{"customer_code": "\\ud800"}', b'{"\\ud800": 1}'):
        answer = requests.post(
            f"{shared_desk.url}/api/v1/applications",
            data=body,
            headers={"Authorization": f"Bearer {shared_desk.order_token}"},
            timeout=10,
        )
        assert answer.status_code == 400


@pytest.mark.parametrize("text", ["\0", "\ud800", "a\nb"])
def test_text_that_no_store_can_hold_is_refused(desk: Rehearsal, text: str) -> None:
    body = order(usage="linked_service", linked_contract_id=text)
    status, answer = desk.api("POST", "/applications", body)
    assert (status, complaints(answer)) == (400, {("linked_contract_id", "invalid")})


def test_a_refusal_has_every_detail_and_a_request_id(shared_desk: Rehearsal) -> None:
    status, answer = shared_desk.api("POST", "/applications", order(customer_code="x", term="x", colour="red"))
    assert status == 400
    assert set(answer) == {"request_id", "error_type", "error_message", "error_details"}
    assert complaints(answer) == {("customer_code", "invalid"), ("term", "invalid"), ("colour", "unknown")}
    assert all(detail["message"] for detail in answer["error_details"])


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/api/v1/nothing", None),
        ("GET", "/api/v1/applications?limit=x", None),
        ("GET", "/api/v1/applications/rsc99999999", None),
        ("POST", "/api/v1/applications", {"colour": "red", "usage": "linked_service", "term": 7}),
        ("POST", "/api/v1/applications", []),
        ("PUT", "/api/v1/applications/rsc99999999/registration", {}),
    ],
)
def test_sentences_follow_the_language_that_is_accepted(
    shared_desk: Rehearsal, method: str, path: str, body: object
) -> None:
    answers = {}
    for language in ("en", "ja"):
        answer = requests.request(
            method,
            shared_desk.url + path,
            json=body,
            headers={"Authorization": f"Bearer {shared_desk.order_token}", "Accept-Language": language},
            timeout=10,
        )
        assert answer.status_code in (400, 404)
        assert (answer.headers["Content-Language"], answer.headers["Vary"]) == (language, "Accept-Language")
        answers[language] = answer.json()
    # Programs read the same in both.
    assert answers["en"]["error_type"] == answers["ja"]["error_type"]
    assert complaints(answers["en"]) == complaints(answers["ja"])
    for language, japanese in (("en", False), ("ja", True)):
        refusal = answers[language]
        for sentence in (refusal["error_message"], *(detail["message"] for detail in refusal["error_details"])):
            assert bool(re.search("[ぁ-んァ-ヶ一-龠]", sentence)) is japanese, sentence


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/api/v1/nothing"),
        ("DELETE", "/api/v1/applications"),
        ("GET", "/"),
        ("GET", "/docs"),
    ],
)
def test_what_is_not_there(shared_desk: Rehearsal, method: str, path: str) -> None:
    answer = shared_desk.call(method, path)
    assert (answer.status_code, answer.json()["error_type"]) == (404, "NotFound")


@pytest.mark.parametrize("contract_id", ["rsc00000007", "rsc1", "xyz00000001", "rsc999999999999"])
def test_unknown_contracts(shared_desk: Rehearsal, contract_id: str) -> None:
    calls: tuple[tuple[str, str, t.Any], ...] = (
        ("GET", "", None),
        ("GET", "/certificate", None),
        ("PUT", "/registration", registration()),
        ("POST", "/cancellation", {"contract_id": contract_id}),
    )
    for method, tail, body in calls:
        assert shared_desk.api(method, f"/applications/{contract_id}{tail}", body)[0] == 404


@pytest.mark.parametrize(
    ("path", "method", "body", "attribute"),
    [
        ("/clock", "PUT", {}, "now"),
        ("/clock", "PUT", {"now": "yesterday"}, "now"),
        ("/clock", "PUT", {"now": "2026-11-22T05:00:00"}, "now"),
        ("/clock", "PUT", {"now": "1999-01-01T00:00:00Z"}, "now"),
        ("/clock", "PUT", {"advance_days": 1_000_000_000_000}, "advance_days"),
        ("/clock", "PUT", {"advance_days": True}, "advance_days"),
        ("/ca/work", "POST", {"contract_ids": [1]}, "contract_ids"),
        ("/ca/work", "POST", {"contract_ids": "rsc00000001"}, "contract_ids"),
        ("/ca/reject", "POST", {"contract_id": "rsc00000001"}, "reason"),
        ("/faults", "PUT", {}, "faults"),
        ("/faults", "PUT", {"faults": ["drop"]}, "faults"),
        ("/faults", "PUT", {"faults": [{"name": "x", "method": "POST", "path": "/quotes"}]}, "faults.0.name"),
        ("/faults", "PUT", {"faults": [{"name": "server_error", "method": "POST", "path": "q"}]}, "faults.0.path"),
        (
            "/faults",
            "PUT",
            {"faults": [{"name": "server_error", "method": "POST", "path": "/q", "count": 0}]},
            "faults.0.count",
        ),
    ],
)
def test_bad_controls_are_refused(shared_desk: Rehearsal, path: str, method: str, body: object, attribute: str) -> None:
    answer = shared_desk.call(method, f"/rehearsal{path}", body, token=shared_desk.control_token)
    assert answer.status_code == 400
    assert {name for name, _code in complaints(answer.json())} == {attribute}


def test_the_clock_runs_on_from_where_it_is_set(desk: Rehearsal) -> None:
    set_to = desk.control("PUT", "/clock", {"now": "2027-03-15T09:00:00+09:00"})
    assert set_to["now"].startswith("2027-03-15T00:00:0")
    desk.advance(3)
    assert desk.control("GET", "/clock")["now"].startswith("2027-03-18T00:00:0")
    desk.advance(-3)
    assert desk.control("GET", "/clock")["now"].startswith("2027-03-15T00:00:")
