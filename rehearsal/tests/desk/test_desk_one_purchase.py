# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One reference, one purchase: under repetition, in parallel, and with a line that fails."""

from __future__ import annotations

import collections
import concurrent.futures

import pytest
import requests
from rehearsal_desk.store.store import open_engine
from rehearsed import Rehearsal, complaints, order, registration, served, settings_for
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError


def test_a_repeated_order_buys_once(desk: Rehearsal) -> None:
    placed = desk.place()
    status, answer = desk.api("POST", "/applications", order(common_name="WWW.example.jp"))
    assert (status, answer["result"]["contract_id"]) == (200, placed["contract_id"])
    status, answer = desk.api("POST", "/applications", order(common_name="shop.example.jp"))
    assert (status, answer["error_type"], complaints(answer)) == (
        409,
        "Conflict",
        {("client_reference", "client_reference")},
    )
    assert desk.purchases() == 1


def test_orders_without_reference_are_all_bought(desk: Rehearsal) -> None:
    for _ in range(2):
        desk.place(client_reference=None)
    assert desk.purchases() == 2


def test_a_reference_is_the_customers_own(desk: Rehearsal) -> None:
    desk.place()
    neighbour = order(customer_code="SG00000002")
    assert desk.api("POST", "/applications", neighbour, token="neighbour-token")[0] == 201
    assert desk.purchases() == 2


def test_sixteen_at_once_buy_once(desk: Rehearsal) -> None:
    def post(_: int) -> tuple[int, str]:
        status, answer = desk.api("POST", "/applications", order())
        return status, answer["result"]["contract_id"]

    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(post, range(16)))
    assert collections.Counter(status for status, _contract in answers) == {201: 1, 200: 15}
    assert len({contract for _status, contract in answers}) == 1
    assert desk.purchases() == 1


def test_sixteen_different_orders_for_one_reference_buy_once(desk: Rehearsal) -> None:
    def post(number: int) -> int:
        return desk.api("POST", "/applications", order(common_name=f"www{number}.example.jp"))[0]

    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        statuses = collections.Counter(pool.map(post, range(16)))
    assert statuses == {201: 1, 409: 15}
    assert desk.purchases() == 1


def test_sixteen_registrations_at_once_register_once(desk: Rehearsal) -> None:
    contract_id = desk.place()["contract_id"]

    def put(_: int) -> tuple[int, str]:
        status, answer = desk.api("PUT", f"/applications/{contract_id}/registration", registration())
        return status, answer["result"]["public_key_fingerprint"]

    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        answers = set(pool.map(put, range(16)))
    assert len(answers) == 1
    assert answers.pop()[0] == 200


def test_a_reply_lost_after_the_purchase(desk: Rehearsal) -> None:
    desk.fault("drop_after_commit", "POST", "/applications")
    with pytest.raises(requests.ConnectionError):
        desk.api("POST", "/applications", order())
    assert desk.purchases() == 1
    assert desk.api("POST", "/applications", order())[0] == 200
    assert desk.purchases() == 1


def test_a_request_lost_before_the_purchase(desk: Rehearsal) -> None:
    desk.fault("drop_before_commit", "POST", "/applications", count=2)
    for _ in range(2):
        with pytest.raises(requests.ConnectionError):
            desk.api("POST", "/applications", order())
    assert desk.purchases() == 0
    assert desk.api("POST", "/applications", order())[0] == 201


def test_a_server_error_before_the_handler(desk: Rehearsal) -> None:
    contract_id = desk.place()["contract_id"]
    desk.fault("server_error", "PUT", "/applications/*/registration")
    path = f"/applications/{contract_id}/registration"
    status, answer = desk.api("PUT", path, registration())
    assert (status, answer["error_type"], answer["error_details"]) == (500, "SystemError", [])
    assert desk.show(contract_id)["state"] == "awaiting_registration"
    assert desk.api("PUT", path, registration())[0] == 200


def test_faults_meet_only_their_own_requests(desk: Rehearsal) -> None:
    desk.fault("server_error", "POST", "/applications")
    assert desk.api("GET", "/applications")[0] == 200
    assert desk.purchases() == 0
    desk.control("PUT", "/faults", {"faults": []})
    assert desk.api("POST", "/applications", order())[0] == 201


def test_purchases_and_audit_are_only_ever_added(desk: Rehearsal) -> None:
    desk.place()
    engine = open_engine(desk.database)
    statements = [f"DELETE FROM {table}" for table in ("purchases", "audit")]
    statements += ["UPDATE purchases SET common_name = 'x'", "UPDATE audit SET master_id = 'x'"]
    statements += ["TRUNCATE purchases", "TRUNCATE audit"] if engine.dialect.name == "postgresql" else []
    for statement in statements:
        with pytest.raises(IntegrityError, match="only ever added"), engine.begin() as connection:
            connection.execute(text(statement))
    engine.dispose()


def test_a_desk_of_the_same_database_remembers(desk: Rehearsal) -> None:
    placed = desk.place()
    with served(settings_for(desk.database)) as second:
        status, answer = second.api("POST", "/applications", order())
        assert (status, answer["result"]["contract_id"]) == (200, placed["contract_id"])
        assert second.root() != desk.root()
