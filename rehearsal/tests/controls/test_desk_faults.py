# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every fault of the line, over real HTTP: what the client sees, what the desk has done, and how often."""

from __future__ import annotations

import collections
import concurrent.futures
import json
import os
import time
import typing as t

import pytest
import requests
from rehearsal_desk.store.blackboard import Blackboard
from rehearsal_desk.store.faults import KINDS, Fault, FaultList
from rehearsed import Rehearsal, complaints, order, registration, served, settings_for

pytestmark = pytest.mark.xdist_group("faults")  # one desk for all of them

APPLICATIONS: t.Final = "/api/v1/applications"


@pytest.fixture(scope="module")
def line(tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[Rehearsal]:
    """One desk for all faults, in which a few applications stand already; faults know nothing of the store."""
    with served(settings_for(tmp_path_factory.mktemp("desk") / "desk.sqlite3")) as rehearsal:
        for number in range(6):
            rehearsal.place(client_reference=f"default/old{number}/1")
        yield rehearsal


@pytest.fixture
def desk(line: Rehearsal) -> t.Iterator[Rehearsal]:
    yield line
    line.control("PUT", "/faults", {"faults": []})


def quoted(desk: Rehearsal) -> requests.Response:
    body = {key: value for key, value in order().items() if key != "client_reference"}
    return desk.call("POST", "/api/v1/quotes", body)


def listed(desk: Rehearsal, query: str = "limit=1000") -> dict[str, t.Any]:
    return desk.api("GET", f"/applications?{query}")[1]


def references(answer: dict[str, t.Any]) -> list[str]:
    return [row["client_reference"] for row in answer["results"]]


def test_all_kinds_are_listed_with_what_they_do(desk: Rehearsal) -> None:
    answer = desk.control("GET", "/faults")
    kinds = {kind["name"]: kind for kind in answer["kinds"]}
    assert set(kinds) == set(KINDS)
    assert len([kind for kind in kinds.values() if kind["stage"] != "portal"]) >= 20
    assert all(kind["does"] and kind["methods"] and kind["path"].startswith("/") for kind in kinds.values())
    assert all(setting["does"] for kind in kinds.values() for setting in kind["settings"])
    assert answer["faults"] == []


def test_a_fault_needs_no_more_than_its_name(desk: Rehearsal) -> None:
    for name, kind in KINDS.items():
        (fault,) = desk.control("PUT", "/faults", {"faults": [{"name": name}]})["faults"]
        assert (fault["method"], fault["path"], fault["count"]) == (kind.methods[0], kind.path, 1)


@pytest.mark.parametrize(
    ("status", "name"),
    [(500, "error_500"), (500, "server_error"), (502, "error_502"), (503, "error_503"), (504, "error_504")],
)
def test_server_errors_before_and_after_the_work(desk: Rehearsal, status: int, name: str) -> None:
    before = desk.purchases()
    desk.fault(name, "POST", "/applications")
    reference = f"default/{name}/1"
    answer = desk.call("POST", APPLICATIONS, order(client_reference=reference))
    assert (answer.status_code, desk.purchases()) == (status, before)
    desk.fault(name, "POST", "/applications", settings={"after_commit": True})
    answer = desk.call("POST", APPLICATIONS, order(client_reference=reference))
    assert (answer.status_code, desk.purchases()) == (status, before + 1)
    assert answer.headers["content-type"].startswith("application/json" if status == 500 else "text/html")


def test_503_may_say_when_to_come_back(desk: Rehearsal) -> None:
    desk.fault("error_503", "GET", "/products", settings={"retry_after": 7})
    assert desk.call("GET", "/api/v1/products").headers["retry-after"] == "7"


def test_too_many_requests(desk: Rehearsal) -> None:
    desk.fault("too_many_requests", "POST", "/applications", settings={"retry_after": 2})
    answer = desk.call("POST", APPLICATIONS, order())
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "2")
    assert answer.json()["error_type"] == "TooManyRequests"


def test_the_maintenance_page_has_status_200(desk: Rehearsal) -> None:
    desk.fault("maintenance_page", "GET", "/products")
    answer = desk.call("GET", "/api/v1/products")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert "メンテナンス" in answer.text


@pytest.mark.parametrize(
    ("name", "bought"), [("drop_before_commit", 0), ("drop_after_commit", 1), ("reset_mid_body", 1)]
)
def test_connections_that_break(desk: Rehearsal, name: str, bought: int) -> None:
    before = desk.purchases()
    desk.fault(name, "POST", "/applications")
    with pytest.raises((requests.ConnectionError, requests.exceptions.ChunkedEncodingError)):
        desk.call("POST", APPLICATIONS, order(client_reference=f"default/{name}/1"))
    assert desk.purchases() == before + bought


def test_a_slow_drip_is_whole_in_the_end(desk: Rehearsal) -> None:
    whole = desk.call("GET", "/api/v1/products").json()["results"]
    desk.fault("slow_drip", "GET", "/products", settings={"bytes": 400, "pause_ms": 30})
    started = time.monotonic()
    assert desk.call("GET", "/api/v1/products").json()["results"] == whole
    assert time.monotonic() - started > 0.2


def test_truncated_json_is_complete_as_http_goes(desk: Rehearsal) -> None:
    bodies = set()
    for seed in (1, 1, 2):
        desk.fault("truncated_json", "GET", "/products", seed=seed)
        answer = desk.call("GET", "/api/v1/products")
        assert (answer.status_code, int(answer.headers["content-length"])) == (200, len(answer.content))
        with pytest.raises(ValueError):
            json.loads(answer.content)
        bodies.add(len(answer.content))
    assert len(bodies) == 2, "the same seed cuts at the same place"
    desk.fault("truncated_json", "GET", "/products", settings={"length": 9})
    assert len(desk.call("GET", "/api/v1/products").content) == 9


def test_altered_json_differs_in_one_field(desk: Rehearsal) -> None:
    true = listed(desk)["results"]
    for fields in ({"seed": 3}, {"settings": {"field": "state", "value": "issued"}}):
        desk.fault("altered_json", "GET", "/applications", **t.cast("dict[str, t.Any]", fields))
        rows = listed(desk)["results"]
        differing = [name for row, was in zip(rows, true, strict=True) for name in row if row[name] != was[name]]
        assert len(differing) == 1
    assert listed(desk)["results"] == true


def test_an_echo_that_differs(desk: Rehearsal) -> None:
    desk.fault("echo_differs", "POST", "/quotes")
    assert quoted(desk).json()["result"]["common_name"] == "other-www.example.jp"
    desk.fault("echo_differs", "POST", "/quotes", settings={"field": "term", "value": "1 year"})
    assert quoted(desk).json()["result"]["term"] == "1 year"
    assert quoted(desk).json()["result"]["term"] == "6 months"


def test_a_wrong_content_type_with_the_right_body(desk: Rehearsal) -> None:
    desk.fault("wrong_content_type", "GET", "/products", settings={"content_type": "text/plain"})
    answer = desk.call("GET", "/api/v1/products")
    assert answer.headers["content-type"] == "text/plain"
    assert answer.json()["total"] == 15


def test_a_stale_read_knows_nothing_after_the_order(desk: Rehearsal) -> None:
    contract_id = desk.place(client_reference="default/stale/1")["contract_id"]
    desk.register(contract_id)
    desk.fault("stale_read", "GET", f"/applications/{contract_id}")
    stale = desk.show(contract_id)
    assert (stale["state"], stale["csr_origin"], stale["registered_at"]) == ("awaiting_registration", None, None)
    assert desk.show(contract_id)["state"] == "applied"


def test_a_listing_lags_behind(desk: Rehearsal) -> None:
    whole = listed(desk)
    desk.fault("listing_lags", "GET", "/applications", count=2, settings={"rows": 2})
    for query, start in (("limit=1000", 0), ("offset=1&limit=1000", 1)):
        lagging = listed(desk, query)
        assert references(lagging) == references(whole)[start:-2]
        assert lagging["total"] == whole["total"] - 2
    caught_up = listed(desk)
    assert [caught_up[key] for key in ("results", "total")] == [whole[key] for key in ("results", "total")]


def test_a_listing_repeats_a_row_across_pages(desk: Rehearsal) -> None:
    expected = references(listed(desk))
    desk.control("PUT", "/faults", {"faults": [{"name": "listing_repeats_row", "every": True}]})
    seen: list[str] = []
    offset, total = 0, 1
    while offset < total:
        page = listed(desk, f"offset={offset}&limit=3")
        assert page["offset"] == offset
        seen += references(page)
        offset, total = offset + 3, page["total"]
    assert seen.count(expected[2]) == 2
    assert list(dict.fromkeys(seen)) == expected


def test_a_token_revoked_in_the_middle_of_a_run(desk: Rehearsal) -> None:
    desk.fault("token_revoked", "GET", "/products", skip=1)
    assert desk.api("GET", "/products")[0] == 200
    for path in ("/products", "/applications", "/linked-contracts"):
        status, answer = desk.api("GET", path)
        assert (status, complaints(answer)) == (400, {("access_token", "invalid")})
    assert desk.api("GET", "/applications", token=desk.register_token)[0] == 200
    desk.control("PUT", "/faults", {"faults": []})
    assert desk.api("GET", "/applications")[0] == 200


def test_count_skip_and_every(desk: Rehearsal) -> None:
    def statuses(calls: int) -> list[int]:
        return [desk.call("GET", "/api/v1/products").status_code for _ in range(calls)]

    desk.fault("error_500", "GET", "/products", count=2, skip=1)
    assert statuses(5) == [200, 500, 500, 200, 200]
    assert desk.control("GET", "/faults")["faults"] == []
    desk.control("PUT", "/faults", {"faults": [{"name": "error_502", "method": "GET", "path": "/*", "every": True}]})
    assert statuses(4) == [502] * 4
    assert desk.control("GET", "/faults")["faults"][0]["seen"] == 4


def test_chance_is_the_same_for_the_same_seed(desk: Rehearsal) -> None:
    def run(seed: int) -> list[int]:
        fault = {"name": "error_503", "method": "GET", "path": "/products", "every": True, "percent": 50, "seed": seed}
        desk.control("PUT", "/faults", {"faults": [fault]})
        return [desk.call("GET", "/api/v1/products").status_code for _ in range(24)]

    first = run(1)
    assert set(collections.Counter(first)) == {200, 503}
    assert run(1) == first
    assert run(2) != first


@pytest.mark.parametrize(
    ("fault", "attribute"),
    [
        ({"name": "listing_lags", "method": "POST"}, "method"),
        ({"name": "error_500", "skip": -1}, "skip"),
        ({"name": "error_500", "percent": 0}, "percent"),
        ({"name": "error_500", "seed": 10**12}, "seed"),
        ({"name": "error_500", "settings": {"colour": "red"}}, "settings.colour"),
        ({"name": "error_500", "settings": {"after_commit": 1}}, "settings.after_commit"),
        ({"name": "slow_drip", "settings": {"bytes": -1}}, "settings.bytes"),
        ({"name": "altered_json", "settings": {"field": "x" * 300}}, "settings.field"),
        ({"name": "truncated_json", "settings": {"length": "9"}}, "settings.length"),
    ],
)
def test_faults_that_make_no_sense_are_refused(desk: Rehearsal, fault: dict[str, t.Any], attribute: str) -> None:
    answer = desk.call("PUT", "/rehearsal/faults", {"faults": [fault]}, token=desk.control_token)
    assert answer.status_code == 400
    assert {name for name, _code in complaints(answer.json())} == {f"faults.0.{attribute}"}


def test_threads_share_a_count() -> None:
    faults = FaultList()
    faults.replace((Fault(name="error_500", method="GET", path="/products", count=50),))
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        taken = list(pool.map(lambda _: faults.take("line", method="GET", path="/products"), range(200)))
    assert sum(fault is not None for fault in taken) == 50
    assert faults.current() == ()


def test_what_one_worker_writes_its_siblings_read() -> None:
    board = Blackboard()
    child = os.fork()
    if child == 0:
        with board.changing() as words:
            words["said"] = "by the child"
        os._exit(0)
    os.waitpid(child, 0)
    assert board.read() == {"said": "by the child"}


def test_a_registration_can_meet_faults_too(desk: Rehearsal) -> None:
    contract_id = desk.place(client_reference="default/late/1")["contract_id"]
    desk.fault("error_504", "PUT", "/applications/*/registration", settings={"after_commit": True})
    path = f"/applications/{contract_id}/registration"
    assert desk.call("PUT", f"/api/v1{path}", registration()).status_code == 504
    assert desk.show(contract_id)["state"] == "applied"
