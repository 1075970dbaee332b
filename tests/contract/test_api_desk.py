# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The adapter against the rehearsal desk over HTTP: every method of the Desk protocol does what it says."""

from __future__ import annotations

import concurrent.futures
import dataclasses as dc
import datetime as dt
import sqlite3
import typing as t

import pytest
from ansible_collections.iij.server_certificate.plugins.plugin_utils._desk.api.adapter import ApiDesk
from ansible_collections.iij.server_certificate.plugins.plugin_utils._desk.api.transport import ApiConnection
from ansible_collections.iij.server_certificate.plugins.plugin_utils._desk.desk import ReferenceTaken, StateConflict
from ansible_collections.iij.server_certificate.plugins.plugin_utils._values.observed import State
from ansible_collections.iij.server_certificate.tests.contract import sample_orders as sample

if t.TYPE_CHECKING:
    import pathlib

    from ansible_collections.iij.server_certificate.tests.contract.desk_process import DeskControl


def test_an_application_as_the_desk_tells_it(desk: DeskControl, api: ApiDesk) -> None:
    placed = api.place(sample.linked_order(), "default/cdn/1")
    assert (placed.state, placed.usage, placed.linked_service, placed.linked_contract_id) == (
        State.AWAITING_REGISTRATION, "linked_service", "gio_content_acceleration", "rga00000001",
    )  # fmt: skip
    assert placed.ordered_at is not None
    assert placed.ordered_at.utcoffset() == dt.timedelta(0)
    assert placed.deadline == placed.ordered_at.date() + dt.timedelta(days=30)
    assert (placed.next_action, placed.next_action_by) == ("register", "service_admin")
    assert api.list_applications() == (placed,)
    told = desk.application("default/cdn/1")
    # What is unclear is said of the portal's screens only, and what is given up, without a window, of a register.
    assert {field.name for field in dc.fields(placed)} - {"unclear", "given_up"} == set(told)


def test_the_same_reference_buys_once(desk: DeskControl, api: ApiDesk) -> None:
    order = sample.order()
    first = api.place(order, "default/www/1")
    assert api.place(order, "default/www/1") == first
    assert api.find_application("default/www/1") == first
    assert api.find_application("default/www/2") is None
    with pytest.raises(ReferenceTaken, match=first.contract_id):
        api.place(sample.order(common_name="other.example.jp"), "default/www/1")
    assert desk.purchases() == ["default/www/1"]


def test_the_same_reference_at_the_same_moment_buys_once(desk: DeskControl) -> None:
    order = sample.order()
    desks = [ApiDesk(ApiConnection(url=desk.url, token=desk.order_token)) for _ in range(8)]
    with concurrent.futures.ThreadPoolExecutor(len(desks)) as pool:
        placed = list(pool.map(lambda each: each.place(order, "default/www/1"), desks))
    assert len({application.contract_id for application in placed}) == 1
    assert desk.purchases() == ["default/www/1"]


def test_registering_again_changes_nothing(shared_desk: DeskControl, shared_api: ApiDesk) -> None:
    order = sample.target_order(**sample.fresh())
    csr = sample.csr_of(sample.new_key(), order.common_name)
    placed = shared_api.place(order, order.client_reference("again"))
    applied = shared_api.register(placed, order, csr)
    assert (applied.state, applied.csr_origin) == (State.APPLIED, "customer")
    assert shared_api.register(placed, order, csr) == applied
    with pytest.raises(StateConflict):
        shared_api.register(placed, order, sample.csr_of(sample.new_key(), order.common_name))
    shared_desk.ca_work(placed.contract_id)
    issued = shared_api.register(placed, order, csr)
    assert (issued.state, issued.registered_at) == (State.ISSUED, applied.registered_at)
    assert issued.public_key_fingerprint == applied.public_key_fingerprint


def test_cancelling_again_changes_nothing(shared_desk: DeskControl, shared_api: ApiDesk) -> None:
    kept, rejected = (sample.order(**sample.fresh()) for _ in range(2))
    placed = shared_api.place(kept, kept.client_reference("cancel"))
    cancelled = shared_api.cancel(placed)
    assert cancelled.state is State.CANCELLED
    assert shared_api.cancel(placed) == cancelled
    ended = shared_api.place(rejected, rejected.client_reference("cancel"))
    shared_api.register(ended, rejected, None)
    shared_desk.ca_reject(ended.contract_id, reason="The organization was not found.")
    with pytest.raises(StateConflict, match="rejected"):
        shared_api.cancel(ended)


def test_more_applications_than_a_page_holds(desk: DeskControl, api: ApiDesk) -> None:
    first = api.place(sample.order(), "default/www/1")
    clone_rows(desk.database, count=2200)
    found = api.list_applications()
    assert len(found) == 2201
    assert found[0] == first
    assert [app.client_reference for app in found[1:]] == [f"bulk/n{number}/1" for number in range(2200)]
    pages = [line for line in desk.log.read_text(encoding="utf-8").splitlines() if "GET /api/v1/applications?" in line]
    assert len(pages) == 3, "one listing page per 1,000 applications"
    assert api.find_application("bulk/n2199/1") == found[-1]


def clone_rows(database: pathlib.Path, *, count: int) -> None:
    """Many more rows like the first application; ordering them one by one would take a minute."""
    with sqlite3.connect(database) as connection:
        for table in ("applications", "procedures"):
            own = {"id": "?2", "application_id": "?2", "client_reference": "?1"}
            names = columns(connection, table)
            values = ", ".join(own.get(name, name) for name in names)
            connection.executemany(
                f"INSERT INTO {table} ({', '.join(names)}) SELECT {values} FROM {table} WHERE id = 1",
                [(f"bulk/n{number}/1", number + 2) for number in range(count)],
            )


def columns(connection: sqlite3.Connection, table: str) -> list[str]:
    return [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
