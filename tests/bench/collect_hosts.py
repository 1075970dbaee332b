# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Row "collect with nothing to do, 60 hosts, 600 orders", against ansible.builtin.stat on the same hosts.

Prints a JSON row. Both sides are whole runs of ansible-playbook over the same local connections with the same forks, in
turns; the fastest of each counts. The hosts are folders of this machine, made ready by the code of the modules alone.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import pathlib
import sys
import tempfile
import typing as t

import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "collections"))

from ansible_collections.iij.server_certificate.plugins.module_utils._target import (  # noqa: E402
    ensure_certificate,
    ensure_key_csr,
)
from ansible_collections.iij.server_certificate.tests.contract import sample_orders as sample  # noqa: E402
from ansible_collections.iij.server_certificate.tests.contract.desk_process import DeskControl, running_desk  # noqa: E402
from ansible_collections.iij.server_certificate.tests.runs_of_tasks import Tasks  # noqa: E402
from nothing_to_do import environment, tell, timed_play  # noqa: E402

HOSTS, ORDERS, ROUNDS, TARGET = 60, 600, 2, 1.3
FORKS: t.Final = "10"
STAT: t.Final = """\
- hosts: all:!localhost
  gather_facts: false
  tasks:
    - ansible.builtin.stat:
        path: "{{ folder }}"
"""
Json = dict[str, t.Any]


def main() -> int:
    with tempfile.TemporaryDirectory() as scratch:
        folder = pathlib.Path(scratch)
        (folder / "desk").mkdir()
        with running_desk(folder / "desk") as desk:
            make_ready(desk, folder)
            ours, theirs = measure(desk, folder)
    tell(f"collect with nothing to do, {HOSTS} hosts, {ORDERS} orders", ours / theirs, TARGET, seconds=round(ours, 2))
    return 0


def make_ready(desk: DeskControl, folder: pathlib.Path) -> None:
    """Order, register and install everything, by the code of the tasks and of the modules."""
    names = [f"web{number}" for number in range(HOSTS)]
    entries = [order(folder, f"n{number}", names[number % HOSTS]) for number in range(ORDERS)]
    (folder / "orders.yml").write_text(json.dumps({"version": 1, "orders": entries}), encoding="utf-8")
    hosts = {name: {"ansible_connection": "local", "folder": str(folder / name)} for name in names}
    inventory = {"all": {"hosts": hosts, "vars": {"ansible_python_interpreter": sys.executable}}}
    (folder / "inventory.yml").write_text(yaml.safe_dump(inventory), encoding="utf-8")
    for name in names:
        (folder / name).mkdir()
    os.environ.update(places(folder))

    def reached(role: str) -> Json:
        return {"desk_url": desk.url, "desk_token": desk.order_token if role == "order" else desk.register_token}

    sys.stdout, told = sys.stderr, sys.stdout  # what the tasks show is for people
    options = {"order_files": str(folder / "orders.yml")}
    tasks = Tasks(desk=reached, options=options, folder=folder, execute=on_host, inventory=("localhost", *names))
    tasks.apply()
    desk.ca_work()
    tasks.collect()
    sys.stdout = told
    failed = [result["msg"] for result in tasks.results if result.get("failed")]
    if failed:
        raise RuntimeError(f"the hosts could not be made ready: {failed[0]}")


def order(folder: pathlib.Path, name: str, host: str) -> Json:
    place = str(folder / host / name)
    return sample.fields(
        name=name, common_name=f"{name}.example.jp", product="quick_ssl", approval_email="admin@example.jp",
        csr_origin="target", host=host, key={"type": "ECDSA", "path": f"{place}.key"},
        install={"certificate": f"{place}.pem", "chain": f"{place}-chain.pem"}, subject=None,
    )  # fmt: skip


def on_host(_host: str, module: str, arguments: Json) -> Json:
    """What the modules answer; every host is this machine."""
    if module == "csr_register":
        return ensure_key_csr.result(ensure_key_csr.ensure_all(arguments["orders"], check=False), lang="en")
    handover = ensure_certificate.Handover(certificates=arguments.get("certificates") or {})
    now = dt.datetime.now(tz=dt.UTC)
    harvest = ensure_certificate.ensure_all(arguments["orders"], handover=handover, now=now, check=False)
    return ensure_certificate.result(harvest, check=False, lang="en")


def measure(desk: DeskControl, folder: pathlib.Path) -> tuple[float, float]:
    """The fastest collect and the fastest stat, in seconds."""
    stat = folder / "stat.yml"
    stat.write_text(STAT, encoding="utf-8")
    told = {"url": desk.url, "order_token": desk.order_token, "register_token": desk.register_token}
    variables = {**environment(folder, told), **places(folder), "ANSIBLE_FORKS": FORKS, "ANSIBLE_PIPELINING": "true"}
    hosts = ["-i", str(folder / "inventory.yml")]
    collect = ["iij.server_certificate.collect", *hosts, "-e", f"certificate_orders={folder / 'orders.yml'}"]
    timed_play(collect, folder, variables)
    rounds = [
        (timed_play([str(stat), *hosts], folder, variables), timed_play(collect, folder, variables))
        for _ in range(ROUNDS)
    ]
    return min(ours for _stat, ours in rounds), min(theirs for theirs, _ours in rounds)


def places(folder: pathlib.Path) -> dict[str, str]:
    return {"XDG_STATE_HOME": str(folder / "state"), "XDG_CACHE_HOME": str(folder / "cache")}


if __name__ == "__main__":
    sys.exit(main())
