# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tasks of several hosts look at the desk at once: what one of them buys, another one sees before it buys."""

from __future__ import annotations

import concurrent.futures
import pathlib
import threading
import typing as t

import pytest
from ansible_collections.iij.server_certificate.plugins.action import cert_application
from ansible_collections.iij.server_certificate.plugins.plugin_utils._spending.turns import take_turn
from ansible_collections.iij.server_certificate.tests.contract import sample_orders as sample
from ansible_collections.iij.server_certificate.tests.runs_of_tasks import Tasks

if t.TYPE_CHECKING:
    from ansible_collections.iij.server_certificate.tests.contract.desk_process import DeskControl


@pytest.fixture
def tasks(desk: DeskControl, tmp_path: pathlib.Path) -> Tasks:
    options = {"desk_url": desk.url, "desk_token": desk.order_token}
    return Tasks(desk=lambda _role: options, options={}, folder=tmp_path)


def test_an_order_that_was_bought_since_the_look_is_not_bought_twice(
    desk: DeskControl, tasks: Tasks, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two hosts of one play, each with an order of its own for the same common name."""
    count, others = cert_application.count_contract_steps, iter(["www-web2"])

    def count_after_another(plan: t.Any) -> int:
        for name in others:
            tasks.run("cert_application", "web2", order=sample.fields(name=name))
        return count(plan)

    monkeypatch.setattr(cert_application, "count_contract_steps", count_after_another)
    result = tasks.run("cert_application", "web1", order=sample.fields(name="www-web1"))
    assert [complaint["rule"] for complaint in result["complaints"]] == ["ALREADY-ORDERED"]
    assert desk.purchases() == ["default/www-web2/1"]


def test_the_same_order_is_bought_once(desk: DeskControl, tasks: Tasks, monkeypatch: pytest.MonkeyPatch) -> None:
    count, others = cert_application.count_contract_steps, iter(["www"])

    def count_after_another(plan: t.Any) -> int:
        for name in others:
            tasks.run("cert_application", "web2", order=sample.fields(name=name))
        return count(plan)

    monkeypatch.setattr(cert_application, "count_contract_steps", count_after_another)
    result = tasks.run("cert_application", "web1", order=sample.fields())
    assert not result.get("failed") and not result["changed"]
    assert desk.purchases() == ["default/www/1"]


def test_one_turn_ends_before_another_begins(tmp_path: pathlib.Path) -> None:
    ledger, moments = tmp_path / "state" / "default.ledger.jsonl", list[str]()
    entered = threading.Event()

    def work() -> None:
        with take_turn(ledger):
            moments.append("begin")
            entered.wait(0.2)
            moments.append("end")

    with concurrent.futures.ThreadPoolExecutor() as pool:
        list(pool.map(lambda _number: work(), range(3)))
    assert moments == ["begin", "end"] * 3


def test_a_ledger_that_cannot_be_written_buys_nothing(desk: DeskControl, tasks: Tasks, tmp_path: pathlib.Path) -> None:
    (tmp_path / "file").write_text("")
    result = tasks.run("cert_application", order=sample.fields(), ledger_path=str(tmp_path / "file" / "x.jsonl"))
    assert result["failed"] and "Nothing is bought without it" in result["msg"]
    assert desk.purchases() == []
