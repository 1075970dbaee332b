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
    from ansible_collections.iij.server_certificate.plugins.module_utils._core.phrases import Phrase
    from ansible_collections.iij.server_certificate.tests.contract.desk_process import DeskControl


@pytest.fixture
def tasks(desk: DeskControl, tmp_path: pathlib.Path) -> Tasks:
    options = {"desk_url": desk.url, "desk_token": desk.order_token}
    return Tasks(desk=lambda _role: options, options={}, folder=tmp_path)


def buy_meanwhile(tasks: Tasks, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """Have a task of another host buy an order of this name once the next task has looked at the desk."""
    count, others = cert_application.count_contract_steps, iter([name])

    def count_after_another(plan: t.Any) -> int:
        for other in others:
            tasks.run("cert_application", "web2", order=sample.fields(name=other))
        return count(plan)

    monkeypatch.setattr(cert_application, "count_contract_steps", count_after_another)


def test_an_order_that_was_bought_since_the_look_is_not_bought_twice(
    desk: DeskControl, tasks: Tasks, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two hosts of one play, each with an order of its own for the same common name."""
    buy_meanwhile(tasks, monkeypatch, "www-web2")
    result = tasks.run("cert_application", "web1", order=sample.fields(name="www-web1"))
    assert [complaint["rule"] for complaint in result["complaints"]] == ["ALREADY-ORDERED"]
    assert desk.purchases() == ["default/www-web2/1"]


def test_the_same_order_is_bought_once(desk: DeskControl, tasks: Tasks, monkeypatch: pytest.MonkeyPatch) -> None:
    buy_meanwhile(tasks, monkeypatch, "www")
    result = tasks.run("cert_application", "web1", order=sample.fields())
    assert not result.get("failed") and not result["changed"]
    assert desk.purchases() == ["default/www/1"]


def take_turns(ledger: pathlib.Path, tell: t.Callable[[Phrase], None]) -> list[str]:
    """Take three turns at once; returns when each began and ended."""
    moments, entered = list[str](), threading.Event()

    def work() -> None:
        with take_turn(ledger, tell):
            moments.append("begin")
            entered.wait(0.2)
            moments.append("end")

    with concurrent.futures.ThreadPoolExecutor() as pool:
        list(pool.map(lambda _number: work(), range(3)))
    return moments


@pytest.mark.parametrize("has_state", [True, False])
def test_one_turn_ends_before_another_begins(tmp_path: pathlib.Path, has_state: bool) -> None:
    """Where this user has no folder for a state, the turn is taken beside the ledger."""
    if not has_state:
        (tmp_path / "XDG_STATE_HOME").write_text("")
    waits: list[Phrase] = []
    ledger = tmp_path / "ledgers" / "default.ledger.jsonl"
    assert take_turns(ledger, waits.append) == ["begin", "end"] * 3
    assert [wait.en for wait in waits] == ["waiting until another task that buys on this machine is done"] * 2
    assert ledger.parent.exists() is not has_state


@pytest.mark.parametrize("name", ["purchases.jsonl", "link.jsonl", "other/../purchases.jsonl", "of-another-host.jsonl"])
def test_a_turn_needs_nothing_of_the_ledgers_folder(tmp_path: pathlib.Path, name: str) -> None:
    """This user may write the ledger, and make no file beside it; one folder has one turn, however it is named."""
    (tmp_path / "ours").mkdir()
    (tmp_path / "ours" / "link.jsonl").symlink_to("purchases.jsonl")
    (tmp_path / "way").symlink_to("ours")
    waits: list[Phrase] = []

    def work() -> None:
        with take_turn(tmp_path / "ours" / name, waits.append):
            pass

    with concurrent.futures.ThreadPoolExecutor() as pool:
        with take_turn(tmp_path / "way" / "purchases.jsonl", lambda _wait: None):
            waiting = pool.submit(work)
            with pytest.raises(TimeoutError):
                waiting.result(0.2)
        waiting.result(5)
    assert [path.name for path in (tmp_path / "ours").iterdir()] == ["link.jsonl"]
    assert len(waits) == 1


def test_a_ledger_that_cannot_be_written_buys_nothing(desk: DeskControl, tasks: Tasks, tmp_path: pathlib.Path) -> None:
    (tmp_path / "file").write_text("")
    result = tasks.run("cert_application", order=sample.fields(), ledger_path=str(tmp_path / "file" / "x.jsonl"))
    assert result["failed"] and "Nothing is bought without it" in result["msg"]
    assert desk.purchases() == []
