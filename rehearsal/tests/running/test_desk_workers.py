# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Several workers on PostgreSQL are one desk: one clock, one root, one list of faults, one purchase a reference."""

from __future__ import annotations

import os
import pathlib
import re
import signal
import subprocess
import time
import typing as t

import postgres
import pytest
import requests
from crowd import WORKERS, crowd, desk_of_workers
from rehearsal_desk.running.workers import terminate_workers
from rehearsed import Rehearsal

pytestmark = pytest.mark.xdist_group("workers")  # one desk for all of them


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    return tmp_path_factory.mktemp("workers")


@pytest.fixture(scope="module")
def workers(cluster: postgres.Cluster, folder: pathlib.Path) -> t.Iterator[Rehearsal]:
    with desk_of_workers(cluster.new_database(), folder=folder) as desk:
        yield desk


def test_sixteen_orderers_at_four_workers_buy_once(workers: Rehearsal, folder: pathlib.Path) -> None:
    """The short run; `crowd.py` as a script makes 10,000 attempts."""
    assert len(children_of(pid_of(folder))) == WORKERS
    figures = crowd(workers, attempts=320)
    print(figures)
    assert figures.wrong == []
    assert (figures.purchases, figures.statuses[201]) == (figures.references, figures.references)


def test_clock_root_and_tokens_are_the_same_at_every_worker(workers: Rehearsal) -> None:
    for day in (1, 2, 3):
        workers.set_clock(f"2027-01-0{day}T00:00:00Z")
        # Each call opens a connection of its own, which any worker may take.
        assert {workers.control("GET", "/clock")["now"][:10] for _ in range(12)} == {f"2027-01-0{day}"}
    assert len({workers.root() for _ in range(12)}) == 1
    assert {workers.api("GET", "/products")[0] for _ in range(12)} == {200}


def test_a_fault_is_used_up_once_for_all_workers(workers: Rehearsal) -> None:
    workers.fault("error_503", "GET", "/products", count=3)
    statuses = [workers.call("GET", "/api/v1/products").status_code for _ in range(16)]
    assert statuses == [503] * 3 + [200] * 13
    workers.fault("token_revoked", "GET", "/products")
    assert {workers.call("GET", "/api/v1/products").status_code for _ in range(12)} == {400}
    workers.control("PUT", "/faults", {"faults": []})
    assert {workers.call("GET", "/api/v1/products").status_code for _ in range(12)} == {200}


def test_no_secret_in_the_log(workers: Rehearsal, folder: pathlib.Path) -> None:
    contract_id = workers.place(client_reference="default/log/1")["contract_id"]
    workers.register(contract_id)
    workers.control("POST", "/ca/work")
    key = workers.api("GET", f"/applications/{contract_id}/private-key")[1]["result"]["private_key"]
    log = (folder / "log").read_text(encoding="utf-8")
    assert "/private-key" in log, "the requests are logged"
    # What the start prints for its user ends with the words on how to stop.
    requests_alone = log.partition("Stop with Ctrl-C.")[2]
    for secret in (workers.order_token, workers.register_token, workers.control_token, *key.splitlines()[1:-1]):
        assert secret not in requests_alone


def test_workers_end_with_a_parent_that_is_killed(cluster: postgres.Cluster, tmp_path: pathlib.Path) -> None:
    with desk_of_workers(cluster.new_database(), folder=tmp_path, workers=2) as desk:
        children = children_of(pid_of(tmp_path))
        assert len(children) == 2
        os.kill(pid_of(tmp_path), signal.SIGKILL)
        gone(children)
        with pytest.raises(requests.ConnectionError):
            desk.call("GET", "/api/v1/products")


def test_a_lost_worker_ends_the_desk_with_a_word(cluster: postgres.Cluster, tmp_path: pathlib.Path) -> None:
    with desk_of_workers(cluster.new_database(), folder=tmp_path, workers=2):
        children = children_of(pid_of(tmp_path))
        os.kill(children[0], signal.SIGKILL)
        gone(children)
    log = (tmp_path / "log").read_text(encoding="utf-8")
    assert "worker ended unexpectedly" in log
    assert "Traceback" not in log


def test_a_worker_that_has_just_ended_does_not_keep_the_others_from_being_stopped() -> None:
    """A signal may come between the end of a worker and the moment at which its parent strikes it off."""
    ended = 2**22 + 1  # larger than any process ID of Linux
    with subprocess.Popen(["sleep", "60"]) as running:
        terminate_workers([ended, running.pid])
        assert running.wait(15) == -signal.SIGTERM


def pid_of(folder: pathlib.Path) -> int:
    found = re.search(r'"pid": (\d+)', (folder / "ready.json").read_text(encoding="utf-8"))
    assert found
    return int(found[1])


def children_of(parent: int) -> list[int]:
    listed = subprocess.run(["ps", "-o", "pid=", "--ppid", str(parent)], capture_output=True, text=True, check=True)
    return [int(pid) for pid in listed.stdout.split()]


def gone(processes: list[int]) -> None:
    deadline = time.monotonic() + 15
    while any(is_running(process) for process in processes):
        assert time.monotonic() < deadline, "a worker has outlived its parent"
        time.sleep(0.05)


def is_running(process: int) -> bool:
    try:
        state = pathlib.Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"
