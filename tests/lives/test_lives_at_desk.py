# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A short life of a small portfolio; `run.py` has the long ones."""

from __future__ import annotations

import datetime as dt
import itertools
import os
import pathlib
import typing as t

import postgres
import pytest
from ansible_collections.iij.server_certificate.plugins.plugin_utils._tasks import asked_orders
from ansible_collections.iij.server_certificate.tests.contract.desk_process import DeskControl, running_desk
from ansible_collections.iij.server_certificate.tests.lives.desk_lives import Life, Trouble
from ansible_collections.iij.server_certificate.tests.lives.unchanged import Orders, keep_unchanged
from ansible_collections.iij.server_certificate.tests.runs_of_tasks import Tasks


@pytest.fixture
def desk(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> t.Iterator[DeskControl]:
    for variable in ("XDG_CACHE_HOME", "XDG_STATE_HOME"):
        monkeypatch.setenv(variable, str(tmp_path / variable))
    with running_desk(tmp_path) as control:
        yield control


def test_a_portfolio_lives_on(desk: DeskControl, tmp_path: pathlib.Path) -> None:
    lived = Life(desk, tmp_path, orders=3).live(215, begin_within=10)
    assert lived.wrong == []
    assert lived.purchases == {"new": 3, "renewal": 2, "silence": 1}, "one order leaves it to IIJ"
    assert lived.installed == sum(lived.purchases.values()) - under_way(desk)


def under_way(desk: DeskControl) -> int:
    return sum(row["procedure"] is not None for row in desk.list_applications().values())


@pytest.mark.long
def test_a_portfolio_lives_on_in_trouble(desk: DeskControl, tmp_path: pathlib.Path) -> None:
    trouble = Trouble(seed=5, dead_days=12, by_hand=0.1, down=0.1, forgets=0.02, ca_days=5)
    lived = Life(desk, tmp_path, orders=5, trouble=trouble).live(400, begin_within=20)
    assert lived.wrong == []


@pytest.mark.long
def test_a_portfolio_lives_alike_at_a_desk_of_two_workers_on_postgresql(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    binaries = postgres.programs()
    if binaries is None:
        pytest.fail("PostgreSQL is missing") if os.environ.get("CI") else pytest.skip("PostgreSQL is missing")
    for variable in ("XDG_CACHE_HOME", "XDG_STATE_HOME"):
        monkeypatch.setenv(variable, str(tmp_path / variable))
    with (
        postgres.cluster(binaries) as cluster,
        running_desk(tmp_path, postgresql=cluster.new_database()) as desk,
    ):
        lived = Life(desk, tmp_path, orders=3).live(215, begin_within=10)
    assert lived.wrong == []
    assert lived.purchases == {"new": 3, "renewal": 2, "silence": 1}


@pytest.mark.parametrize("planted", ["another key", "a purchase behind one's back", "a line less", "no more runs"])
def test_what_is_wrong_is_found(
    desk: DeskControl, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch, planted: str
) -> None:
    life = Life(desk, tmp_path, orders=2)
    life.live(30, begin_within=2)
    ledger = tmp_path / "ledger.jsonl"
    if planted == "another key":
        certificates = [tmp_path / "hosts" / host / "www.pem" for host in ("web0", "web1")]
        certificates[0].write_bytes(certificates[1].read_bytes())
        life._look_at_hosts()
    elif planted == "a purchase behind one's back":
        order = {"client_reference": None, "customer_code": "SG00000001", "common_name": "www.example.jp"}
        desk.api("POST", "/applications", {
            **order, "product": "quick_ssl", "term": "6 months", "usage": "other", "terms_agreed": True,
        })  # fmt: skip
        life._settle_accounts()
    elif planted == "a line less":
        ledger.write_text("".join(ledger.read_text(encoding="utf-8").splitlines(keepends=True)[:-2]), encoding="utf-8")
        life._settle_accounts()
    else:
        monkeypatch.setattr(Tasks, "renew", lambda _self: {})
        life.live(200)
    assert life.lived.wrong


def test_the_same_orders_are_judged_once_and_others_anew(desk: DeskControl, tmp_path: pathlib.Path) -> None:
    fields = Life(desk, tmp_path, orders=2)._fields
    with keep_unchanged():
        first, again, other = (judged(Orders(orders)) for orders in (fields, fields, fields[:1]))
    assert again is first
    assert len(first.orders) == 2
    assert other == judged(Orders(fields[:1])), "as without"


def test_what_is_not_the_same_each_time_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each value is made once more now and then."""
    values = itertools.count()
    monkeypatch.setattr(asked_orders, "read_inline", lambda _orders: next(values))
    orders = Orders([{}])
    with keep_unchanged(), pytest.raises(AssertionError, match="the same makes the same"):
        for _time in range(100):
            asked_orders.read_inline(orders)


def judged(orders: Orders) -> t.Any:
    options = {"portfolio": "default", "orders": orders}
    return asked_orders.judge_asked_orders(options, lambda _host: {}, today=dt.date(2026, 12, 1))
