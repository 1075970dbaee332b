# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What apply and collect cost at the desk: requests grow with what changes, and never with hosts times orders."""

from __future__ import annotations

import dataclasses as dc
import pathlib
import typing as t

import pytest
import yaml
from ansible_collections.iij.server_certificate.plugins.module_utils import _argspec
from ansible_collections.iij.server_certificate.plugins.plugin_utils._tasks import installing, registering
from ansible_collections.iij.server_certificate.plugins.plugin_utils._tasks.progress import count_portal_requests
from ansible_collections.iij.server_certificate.tests import runs_of_tasks
from ansible_collections.iij.server_certificate.tests.contract.counted_runs import Counted, Hosts, counting, tasks_of

if t.TYPE_CHECKING:
    from ansible_collections.iij.server_certificate.tests.contract.desk_process import DeskControl

PLAYBOOKS: t.Final = pathlib.Path(__file__).resolve().parents[2] / "playbooks"
SMALL: t.Final = ((6, 6), (12, 12), (12, 2))
LARGE: t.Final = ((30, 30), (300, 300), (300, 5))


@pytest.fixture
def count(monkeypatch: pytest.MonkeyPatch, tmp_path: pathlib.Path) -> t.Callable[[t.Callable[[], object]], Counted]:
    """Counts what is sent while something runs."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))

    def counted(work: t.Callable[[], object]) -> Counted:
        with counting() as found:
            work()
        return found

    return counted


@dc.dataclass(frozen=True)
class Way:
    """The requests of a whole way, playbook by playbook, and the visits of hosts in its last one."""

    apply: Counted
    apply_again: Counted
    collect: Counted
    collect_again: Counted
    visits: int


def walk(desk: DeskControl, folder: pathlib.Path, count: t.Any, adapter: str, size: tuple[int, int]) -> Way:
    """Order, register, install, and run both playbooks once more, for (orders, hosts)."""
    hosts = Hosts()
    tasks = tasks_of(desk, folder, adapter, hosts, *size)
    apply, again = count(tasks.apply), count(tasks.apply)
    desk.ca_work()
    collect = count(tasks.collect)
    hosts.executions = 0
    way = Way(apply, again, collect, count(tasks.collect), hosts.executions)
    assert not [result["msg"] for result in tasks.results if result.get("failed")]
    assert len(desk.purchases()) == size[0]
    return way


# What a run costs beside what changes: four looks for apply, two of them with what the desk offers; else one look.
FIXED: t.Final = {
    "api": {"apply": 4 + 2, "look": 1},
    "portal": {"apply": 4 * 8 + 2 * 13, "first look": 8 + 13, "look": 8},
}
# What an order costs: the purchase and the registration; over the portal a look at the list before the one, and one at
# the contract before and after the other. And what an issued certificate costs.
EACH: t.Final = {"api": {"apply": 2, "collect": 1}, "portal": {"apply": 11 + 5 + 1 + 8 + 1, "collect": 4}}


def hold(way: Way, adapter: str, size: tuple[int, int]) -> None:
    """Fail where a playbook asks more than its looks and what changes; each further page of a list is one request."""
    orders, machines = size
    fixed, each = FIXED[adapter], EACH[adapter]
    assert plain(way.apply) <= fixed["apply"] + each["apply"] * orders
    assert plain(way.collect) <= fixed["look"] + each["collect"] * orders
    if adapter == "portal":
        work = {"purchases": orders, "registrations": orders, "certificates": 0, "pages": 1}
        asked = plain(way.apply) - fixed["first look"]
        assert count_portal_requests(None, **work) == pytest.approx(asked, rel=0.1), "the estimate before the run"
    assert plain(way.apply_again) <= fixed["look"]
    assert plain(way.collect_again) <= fixed["look"]
    assert way.visits == machines


def plain(counted: Counted) -> int:
    """The requests without those for further pages of lists."""
    return counted.total - counted.by_path["further page"]


@pytest.mark.parametrize("adapter", ["api", "portal"])
@pytest.mark.parametrize("size", SMALL, ids=str)
def test_requests_grow_with_what_changes(
    desk: DeskControl, tmp_path: pathlib.Path, count: t.Any, adapter: str, size: tuple[int, int]
) -> None:
    hold(walk(desk, tmp_path, count, adapter, size), adapter, size)


@pytest.mark.long
@pytest.mark.parametrize("adapter", ["api", "portal"])
@pytest.mark.parametrize("size", LARGE, ids=str)
def test_requests_of_many_hosts(
    desk: DeskControl, tmp_path: pathlib.Path, count: t.Any, adapter: str, size: tuple[int, int]
) -> None:
    hold(walk(desk, tmp_path, count, adapter, size), adapter, size)


@pytest.mark.parametrize("leg", [registering, installing], ids=lambda leg: leg.__name__.rpartition(".")[2])
def test_a_second_look_is_found(
    desk: DeskControl, tmp_path: pathlib.Path, count: t.Any, monkeypatch: pytest.MonkeyPatch, leg: t.Any
) -> None:
    """Planted: hosts that do not use the look that they are handed."""
    monkeypatch.setattr(leg, "read_work", lambda *_given: None)
    way = walk(desk, tmp_path, count, "api", SMALL[0])
    with pytest.raises(AssertionError):
        hold(way, "api", SMALL[0])


@pytest.mark.parametrize(("playbook", "tasks"), [("apply", runs_of_tasks.APPLY), ("collect", runs_of_tasks.COLLECT)])
def test_what_is_counted_is_what_the_playbook_calls(playbook: str, tasks: t.Any) -> None:
    plays = yaml.safe_load((PLAYBOOKS / f"{playbook}.yml").read_text(encoding="utf-8"))
    ours = [
        (name.rpartition(".")[2], options.get("state"), "look" in options)
        for play in plays
        for task in play["tasks"]
        for name, options in task.items()
        if name.startswith("iij.server_certificate.")
    ]
    assert tuple(ours) == tasks


def test_every_task_of_a_run_plans_the_same() -> None:
    """Each may have to look itself: a look that is handed on holds no vaulted value, and grows old."""
    for playbook in ("apply", "collect"):
        plays = yaml.safe_load((PLAYBOOKS / f"{playbook}.yml").read_text(encoding="utf-8"))
        tasks = [options for play in plays for task in play["tasks"] for name, options in task.items() if "iij" in name]
        for name in ("order_files", "portfolio", "slice", *_argspec.planned()):
            assert {options.get(name) for options in tasks} == {tasks[0][name]}, (playbook, name)
