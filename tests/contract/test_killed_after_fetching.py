# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Fetched is not installed: a run that is killed anywhere between the two leaves the certificate open, told by name."""

from __future__ import annotations

import dataclasses as dc
import functools
import os
import pathlib
import typing as t

import pytest
from ansible_collections.iij.server_certificate.tests.contract.counted_runs import Hosts, Json, order, tasks_of
from ansible_collections.iij.server_certificate.tests.contract.desk_process import DeskControl, running_desk
from ansible_collections.iij.server_certificate.tests.runs_of_tasks import Tasks

# A collect, or its module in a playbook of one's own, is killed before each task, and before and after each visit of
# the host. The portal's list shows no fingerprint: there the certificate is fetched before its host is asked.
MOMENTS: t.Final = {
    "api": (
        "nothing is done", "the desk was asked", "the host is to be asked", "the host lacks it", "that is written down",
        "it is fetched", "the host is to be given it", "the host has it",
    ),
    "portal": ("nothing is done", "it is fetched", "the host is to be given it", "the host has it"),
    "module": ("nothing is done", "the host is to be asked", "the host lacks it", "it is fetched", "the host has it"),
}  # fmt: skip


class Disks(Hosts):
    """Hosts whose disks outlive the process that writes to them; `reach` is called at each moment."""

    def __init__(self, folder: pathlib.Path) -> None:
        super().__init__()
        self.folder = folder
        self.reach: t.Callable[[], None] = lambda: None

    def __call__(self, host: str, module: str, arguments: Json) -> Json:
        self.reach()
        self.disks = {(host, file.name): file.read_text() for file in self.folder.iterdir()}
        answer = super().__call__(host, module, arguments)
        for (_host, name), fingerprint in self.disks.items():
            (self.folder / name).write_text(fingerprint)
        self.reach()
        return answer


@dc.dataclass(frozen=True, kw_only=True)
class Watched(Tasks):
    """Tasks that reach a moment before each of them."""

    execute: Disks

    def run(self, module: str, host: str = "localhost", *, check: bool = False, **options: t.Any) -> Json:
        self.execute.reach()
        return super().run(module, host, check=check, **options)


def kill_at(moment: int, disks: Disks, collect: t.Callable[[], object]) -> bool:
    """Collect in a process that ends at this moment with nothing cleaned up; returns whether it came that far."""
    passed: list[int] = []

    def reach() -> None:
        if len(passed) == moment:
            os._exit(9)
        passed.append(1)

    child = os.fork()
    if child == 0:
        disks.reach = reach
        try:
            collect()
        finally:
            os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9


@pytest.fixture(scope="module")
def used_desk(tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[DeskControl]:
    with running_desk(tmp_path_factory.mktemp("desk")) as control:
        yield control


@pytest.mark.parametrize(
    ("way", "moment"), [(way, moment) for way, moments in MOMENTS.items() for moment in [*moments, "never"]]
)
def test_killed_between_fetching_and_installing_it_is_open(
    used_desk: DeskControl, tmp_path: pathlib.Path, way: str, moment: str
) -> None:
    number = [*MOMENTS[way], "never"].index(moment)
    name, place = f"{way}-{number}", tmp_path / "disk"
    place.mkdir()
    reached = tasks_of(used_desk, tmp_path, "portal" if way == "portal" else "api", Hosts(), 0, 0).desk
    options = {"orders": [order(name, "web0")], "portfolio": name}
    hosts = ("localhost", "web0")
    tasks = Watched(desk=reached, options=options, folder=tmp_path, execute=Disks(place), inventory=hosts)
    collect = functools.partial(tasks.run, "certificate_install", "web0") if way == "module" else tasks.collect
    tasks.apply()
    used_desk.ca_work()
    was_killed = kill_at(number, tasks.execute, collect)
    plan = tasks.run("cert_portfolio", state="planned")
    assert was_killed == (moment != "never")
    assert plan["counts"]["to_collect"] == was_killed, plan["text"]
    assert was_killed == (f"{name}.example.jp" in plan["text"].split()), "an order that is open is told"
    collect()
    assert (place / name).exists()
    assert tasks.run("cert_portfolio", state="planned")["counts"]["done"] == 1
