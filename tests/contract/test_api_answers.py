# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Answers that are not of the agreed form become a DeskError, never anything else; fields not known are passed over."""

from __future__ import annotations

import dataclasses as dc
import json
import typing as t

import pytest
from ansible_collections.iij.server_certificate.plugins.plugin_utils._desk import patience
from ansible_collections.iij.server_certificate.plugins.plugin_utils._desk.api.adapter import ApiDesk
from ansible_collections.iij.server_certificate.plugins.plugin_utils._desk.api.transport import ApiConnection
from ansible_collections.iij.server_certificate.plugins.plugin_utils._desk.desk import (
    AnswerUnusable,
    DeskError,
    OutcomeUnknown,
    RequestRefused,
)
from ansible_collections.iij.server_certificate.plugins.plugin_utils._values.observed import Application, State
from ansible_collections.iij.server_certificate.tests.contract import sample_orders as sample
from ansible_collections.iij.server_certificate.tests.contract.fake_desk import Answer, Asked, FakeDesk, fake_desk, told

Call = t.Callable[[ApiDesk], object]

ORDER: t.Final = sample.order()
APPLICATION: t.Final[dict[str, t.Any]] = {
    "contract_id": "rsc00000001", "client_reference": "default/www/1", "customer_code": "SG00000001",
    "common_name": "www.example.jp", "product": "sureserver_cloud", "term": "6 months", "usage": "other",
    "linked_contract_id": None, "linked_service": None, "state": "awaiting_registration", "confirmations": [],
    "reason": None, "next_action": "register", "next_action_by": "service_admin", "deadline": "2026-12-22",
    "csr_origin": None, "public_key_fingerprint": None, "certificate_fingerprint": None, "serial_number": None,
    "not_before": None, "not_after": None, "ordered_at": "2026-11-22T05:00:00Z", "registered_at": None,
    "issued_at": None, "downloaded_at": None,
}  # fmt: skip
SEEN: t.Final = Application(
    contract_id="rsc00000001", client_reference="default/www/1", customer_code="SG00000001",
    common_name="www.example.jp", product="sureserver_cloud", term="6 months", usage="other",
    linked_contract_id=None, linked_service=None, state=State.AWAITING_REGISTRATION,
)  # fmt: skip

IN_USE: t.Final = dc.replace(SEEN, current=sample.certificate())
CALLS: dict[str, Call] = {
    "products": lambda api: api.list_products(),
    "linked_contracts": lambda api: api.list_linked_contracts(),
    "applications": lambda api: api.list_applications(),
    "application_of": lambda api: api.find_application("default/www/1"),
    "certificate": lambda api: api.fetch_certificate(SEEN),
    "quote": lambda api: api.quote(ORDER),
    "register": lambda api: api.register(SEEN, ORDER, None),
    "place": lambda api: api.place(ORDER, "default/www/1"),
    "cancel": lambda api: api.cancel(SEEN),
    "renew": lambda api: api.renew(IN_USE, ORDER, "default/www/1/renewal:0"),
}
SPENDING = ("place", "cancel", "renew")
UNSETTLED = (OutcomeUnknown, AnswerUnusable)  # what makes a spending call be settled by its reference

GARBAGE: dict[str, Answer] = {
    "a web page": Answer(body=b"<html><body>Maintenance</body></html>", content_type="text/html"),
    "a web page as JSON": Answer(body=b"<html>"),
    "nothing": Answer(),
    "JSON cut off": Answer(body=b'{"request_id": "r", "result": {"contract_id": "rsc'),
    "a body cut off": Answer(body=b'{"request_id": "r", "resu', claimed_length=5000),
    "not UTF-8": Answer(body=b'{"result": "\xff\xfe"}'),
    "not gzip": Answer(body=b'{"result": {}}', headers=(("Content-Encoding", "gzip"),)),
    "a deep nest": Answer(body=b"[" * 200_000),
    "a list": told([]),
    "null": told(None),
    "a number": told(7),
    "an empty object": told({}),
    "result and results null": told({"result": None, "results": None}),
    "result and results text": told({"result": "rsc00000001", "results": "rsc00000001"}),
    "rows of null": told({"result": [None], "results": [None]}),
    "rows of text": told({"result": ["rsc"], "results": ["rsc"]}),
    "rows of empty objects": told({"result": {}, "results": [{}]}),
    "an error without form": Answer(status=400, body=b"Bad Request", content_type="text/plain"),
    "details of another kind": told({"error_message": 7, "error_details": 7}, status=400),
    "codes of another kind": told({"error_details": [{"code": ["x"], "attribute": {"y": 1}}, 3]}, status=409),
    "a status that nobody knows": told({"result": {}}, status=299),
    "no content": Answer(status=204),
}


def api_of(desk: FakeDesk, *, timeout: float = 5) -> ApiDesk:
    return ApiDesk(ApiConnection(url=desk.url, token="the-token", timeout=timeout))


@pytest.fixture(autouse=True)
def no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a broken body means is learned after the retries; their pauses are not what is tested here."""
    monkeypatch.setattr(patience, "_PAUSE", 0)


@pytest.mark.parametrize("answer", GARBAGE.values(), ids=GARBAGE)
def test_garbage_becomes_a_desk_error(answer: Answer) -> None:
    with fake_desk(lambda _asked: answer) as desk:
        for name, call in CALLS.items():
            with pytest.raises(DeskError) as error:
                call(api_of(desk))
            assert "the-token" not in str(error.value), name
            if name in SPENDING and answer.status < 299:
                assert isinstance(error.value, UNSETTLED), "what was answered with garbage may have been booked"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("contract_id", 7), ("contract_id", None), ("contract_id", {}), ("client_reference", 7),
        ("customer_code", None), ("common_name", []), ("product", 1), ("term", 6), ("usage", True),
        ("linked_contract_id", 3), ("state", "lost"), ("state", None), ("state", []),
        ("confirmations", 3), ("confirmations", [1]),
        ("confirmations", "domain"), ("reason", 4), ("next_action", None), ("next_action_by", 5),
        ("deadline", "soon"), ("deadline", 20261222), ("public_key_fingerprint", 5), ("not_after", "2026"),
        ("not_after", 7), ("ordered_at", "yesterday"), ("serial_number", 255),
    ],
)  # fmt: skip
def test_a_field_of_another_kind(field: str, value: object) -> None:
    row = {**APPLICATION, field: value}
    with fake_desk(lambda _asked: told({"request_id": "r", "result": row, "results": [row], "total": 1})) as desk:
        for call in (CALLS["applications"], CALLS["register"]):
            with pytest.raises(AnswerUnusable):
                call(api_of(desk))
        with pytest.raises(UNSETTLED):
            CALLS["place"](api_of(desk))


@pytest.mark.parametrize("field", [name for name in APPLICATION if name in ("contract_id", "state", "term", "usage")])
def test_a_field_that_is_missing(field: str) -> None:
    row = {name: value for name, value in APPLICATION.items() if name != field}
    with (
        fake_desk(lambda _asked: told({"request_id": "r", "results": [row], "total": 1})) as desk,
        pytest.raises(AnswerUnusable, match=field),
    ):
        api_of(desk).list_applications()


def test_fields_that_are_not_known_are_passed_over() -> None:
    row = {**APPLICATION, "colour": "green", "nested": {"deep": [1]}}
    product = {"product": "quick_ssl", "terms": ["1 year"], "price": 1}
    contract = {"contract_id": "r1", "service": "id_gateway", "name": "n", "customer_code": "SG00000001", "more": 1}
    issued = {"contract_id": "rsc00000001", "certificate": "C", "chain": "D", "more": None}
    rows = {"/products": product, "/linked-contracts": contract, "/applications": row}

    def script(asked: Asked) -> Answer:
        path = asked.path.removeprefix("/api/v1").partition("?")[0]
        echo = {**json.loads(asked.body or b"{}"), "price": 1} if path == "/quotes" else issued
        return told({"request_id": "r", "more": 1, "result": echo, "results": [rows.get(path)], "total": 1})

    with fake_desk(script) as desk:
        api = api_of(desk)
        assert api.list_products()[0].terms == ("1 year",)
        assert api.list_linked_contracts()[0].contract_id == "r1"
        assert api.list_applications()[0].contract_id == "rsc00000001"
        assert api.fetch_certificate(SEEN).chain == "D"
        api.quote(ORDER)


def test_a_row_of_another_reference_is_not_taken() -> None:
    row = {**APPLICATION, "client_reference": "default/other/1"}
    with fake_desk(lambda _asked: told({"request_id": "r", "results": [row], "total": 1})) as desk:
        assert api_of(desk).find_application("default/www/1") is None


def test_a_row_that_two_pages_repeat_counts_once() -> None:
    rows = [{**APPLICATION, "contract_id": f"rsc{number:08}"} for number in range(1001)]

    def script(asked: Asked) -> Answer:
        page = rows[:1000] if "offset=0&" in asked.path else rows[998:]
        return told({"request_id": "r", "results": page, "total": 1001})

    with fake_desk(script) as desk:
        found = api_of(desk).list_applications()
    assert [app.contract_id for app in found] == [row["contract_id"] for row in rows]


def test_a_desk_with_smaller_pages_is_read_to_its_end() -> None:
    rows = [{**APPLICATION, "contract_id": f"rsc{number:08}"} for number in range(25)]

    def script(asked: Asked) -> Answer:
        start = int(asked.path.partition("offset=")[2].partition("&")[0])
        return told({"request_id": "r", "results": rows[start : start + 10], "total": 25})

    with fake_desk(script) as desk:
        assert len(api_of(desk).list_applications()) == 25


@pytest.mark.parametrize("answer", [{"results": [], "total": 3}, {"results": []}, {"total": 0}])
def test_a_list_that_breaks_off_is_no_list(answer: dict[str, object]) -> None:
    with fake_desk(lambda _asked: told({"request_id": "r", **answer})) as desk, pytest.raises(AnswerUnusable):
        api_of(desk).list_applications()


def test_a_desk_that_ignores_the_offset_is_not_asked_for_ever() -> None:
    rows = [{**APPLICATION, "contract_id": f"rsc{number:08}"} for number in range(10)]
    with fake_desk(lambda _asked: told({"request_id": "r", "results": rows, "total": 25})) as desk:
        with pytest.raises(AnswerUnusable, match="25 applications, and its pages hold 10"):
            api_of(desk).list_applications()
        assert len(desk.asked) == 9


@pytest.mark.parametrize("moves", [1, 2, 3])
def test_a_list_whose_rows_move_between_two_pages_is_read_again(moves: int) -> None:
    """What is on neither page is not there for a plan: it would be bought again, or renew itself untold."""
    rows = [{**APPLICATION, "contract_id": f"rsc{number:08}"} for number in range(20)]
    readings = 0

    def script(asked: Asked) -> Answer:
        nonlocal readings
        first = "offset=0&" in asked.path
        readings += first
        shown = rows if first or readings > moves else rows[::-1]
        return told({"request_id": "r", "results": shown[:10] if first else shown[10:], "total": 20})

    with fake_desk(script) as desk:
        if moves < 3:
            assert len(api_of(desk).list_applications()) == 20
        else:
            with pytest.raises(AnswerUnusable):
                api_of(desk).list_applications()
    assert readings == min(moves + 1, 3)


def test_a_row_that_vanishes_between_two_pages_hides_no_other() -> None:
    """With the row that is gone, what was read is as many as the last page counts."""
    rows = [{**APPLICATION, "contract_id": f"rsc{number:08}"} for number in range(20)]

    def script(asked: Asked) -> Answer:
        first, again = "offset=0&" in asked.path, len(desk.asked) > 2
        shown = rows if first and not again else rows[:3] + rows[4:]
        return told({"request_id": "r", "results": shown[:10] if first else shown[10:], "total": len(shown)})

    with fake_desk(script) as desk:
        seen = {app.contract_id for app in api_of(desk).list_applications()}
    assert seen == {row["contract_id"] for row in rows[:3] + rows[4:]}


def test_the_echo_must_be_what_was_asked() -> None:
    def script(asked: Asked) -> Answer:
        body = json.loads(asked.body)
        return told({"request_id": "r", "result": {**body, "term": "1 year", "common_name": "ww.example.jp"}})

    with fake_desk(script) as desk, pytest.raises(RequestRefused, match="common_name, term"):
        api_of(desk).quote(ORDER)


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_is_not_followed_with_the_token(status: int) -> None:
    with fake_desk(lambda _asked: told({})) as elsewhere:
        away = Answer(status=status, headers=(("Location", f"{elsewhere.url}/api/v1/applications"),), body=b"{}")
        with fake_desk(lambda _asked: away) as desk:
            for call in CALLS.values():
                with pytest.raises(DeskError):
                    call(api_of(desk))
    assert elsewhere.asked == []


def test_a_desk_that_never_answers() -> None:
    import threading

    never = threading.Event()

    def script(_asked: Asked) -> Answer:
        never.wait(10)
        return told({})

    with fake_desk(script) as desk:
        with pytest.raises(OutcomeUnknown, match=r"(?i)timed out"):
            api_of(desk, timeout=0.2).place(ORDER, "default/www/1")
        never.set()
    assert len(desk.asked) == 1
