# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Slips and sessions, where two screens cannot easily be brought to meet."""

from __future__ import annotations

import concurrent.futures
import datetime as dt
import pathlib
import typing as t

import pytest
from rehearsal_desk.portal.sessions import LIFETIME, Sessions, Visit
from rehearsal_desk.rules.forms import OrderForm
from rehearsal_desk.store import schema
from rehearsal_desk.store.clock import Clock
from rehearsal_desk.store.store import Store

ORDER: t.Final = OrderForm(customer_code="SG00000001", common_name="www.example.jp", product="quick_ssl", usage="other")


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def sessions(tmp_path: pathlib.Path, clock: Clock) -> t.Iterator[Sessions]:
    database = f"sqlite:///{tmp_path / 'desk.sqlite3'}"
    schema.migrate(database)
    store = Store(database)
    yield Sessions(store, clock=clock)
    store.close()


def visit(sessions: Sessions) -> Visit:
    found = sessions.visit(sessions.open("RHS0000001"))
    assert found is not None
    return found


def test_a_slip_is_fresh_for_one_of_many(sessions: Sessions) -> None:
    who = visit(sessions)
    slip = sessions.write_slip(who, ORDER)
    with concurrent.futures.ThreadPoolExecutor(8) as threads:
        takes = [threads.submit(sessions.take_slip, who, slip) for _ in range(16)]
    taken = [take.result() for take in takes]
    assert sum(slip is not None and slip.fresh for slip in taken) == 1
    assert all(slip is not None and slip.order == ORDER and slip.contract_id is None for slip in taken)


def test_a_slip_whose_order_was_refused_is_fresh_again(sessions: Sessions) -> None:
    who = visit(sessions)
    slip = sessions.write_slip(who, ORDER)
    sessions.take_slip(who, slip)
    sessions.return_slip(slip)
    again = sessions.take_slip(who, slip)
    assert again is not None
    assert again.fresh


def test_a_slip_remembers_what_it_bought(sessions: Sessions) -> None:
    who = visit(sessions)
    slip = sessions.write_slip(who, ORDER)
    sessions.take_slip(who, slip)
    sessions.note_purchase(slip, "rsc00000001")
    again = sessions.take_slip(who, slip)
    assert again is not None
    assert (again.fresh, again.contract_id) == (False, "rsc00000001")


def test_a_slip_goes_with_its_session(sessions: Sessions) -> None:
    mine, other = visit(sessions), visit(sessions)
    slip = sessions.write_slip(mine, ORDER)
    assert sessions.read_slip(other, slip) is None
    assert sessions.take_slip(other, slip) is None
    sessions.close(mine.digest)
    assert sessions.read_slip(mine, slip) is None


def test_a_new_log_in_sweeps_away_what_has_expired(sessions: Sessions, clock: Clock) -> None:
    token = sessions.open("RHS0000001")
    old = sessions.visit(token)
    assert old is not None
    slip = sessions.write_slip(old, ORDER)
    clock.set(clock.now() + LIFETIME + dt.timedelta(seconds=1))
    assert sessions.visit(token) is None
    sessions.open("RHS0000002")
    clock.set(clock.now() - LIFETIME)
    assert sessions.visit(token) is None
    assert sessions.read_slip(old, slip) is None


def test_form_tokens_are_of_one_session_and_one_path(sessions: Sessions) -> None:
    mine, other = visit(sessions), visit(sessions)
    assert mine.accepts(mine.form_token("/portal/a"), action="/portal/a")
    assert not mine.accepts(mine.form_token("/portal/b"), action="/portal/a")
    assert not mine.accepts(other.form_token("/portal/a"), action="/portal/a")
    assert not mine.accepts("鍵", action="/portal/a")
    assert mine.form_key not in repr(mine)
