# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Rows "nothing to do, ...": apply.yml where every certificate is there, against an empty playbook; and "nothing due":
the daily renew.yml against apply.yml with nothing to do.

Prints a JSON line a row. All sides are whole runs of ansible-playbook, in turns; the fastest of each counts.
"""

from __future__ import annotations

import dataclasses as dc
import datetime as dt
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time
import typing as t

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "collections"))

from ansible_collections.iij.server_certificate.plugins.plugin_utils._orders.files import Reader  # noqa: E402
from ansible_collections.iij.server_certificate.plugins.plugin_utils._orders.portfolio import judge_order_files  # noqa: E402
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.entry import Entry  # noqa: E402
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.steps import Standing  # noqa: E402
from ansible_collections.iij.server_certificate.plugins.plugin_utils._tasks.memory_file import remember_hosts  # noqa: E402
from ansible_collections.iij.server_certificate.plugins.plugin_utils._values.observed import Application, State  # noqa: E402
from served import PATIENCE, PORTFOLIO, fill, issued, running_desk, write_inventory, write_orders  # noqa: E402

SIZES: t.Final = {1_000: 1.5, 10_000: 4.0}
DAILY: t.Final = 1.1
ROUNDS: t.Final = 5
EMPTY: t.Final = "- hosts: localhost\n  gather_facts: false\n  tasks: []\n"
ISSUED: t.Final = Application(
    contract_id="", client_reference=None, customer_code=None, common_name="", product="", term=None, usage=None,
    linked_contract_id=None, linked_service=None, state=State.ISSUED, certificate_fingerprint="0" * 64,
)  # fmt: skip
BYTES_AN_ORDER: t.Final = 5_000
TOOL: t.Final = str(pathlib.Path(sys.executable).with_name("ansible-playbook"))


def main() -> int:
    peaks = {}
    with tempfile.TemporaryDirectory() as scratch:
        for count, target in SIZES.items():
            folder = pathlib.Path(scratch) / str(count)
            write_orders(folder / "orders", count)
            database = f"sqlite:///{folder / 'desk.sqlite3'}"
            fill(database, count, **issued())
            with running_desk(database, folder=folder) as told:
                ours, empty = measure(folder, told, of("apply", folder), [write_empty(folder)])
                daily = measure_daily(folder, told, count) if count == min(SIZES) else ()
            peaks[count] = peak_of(folder, database)
            tell(f"nothing to do, {count:,} orders", ours / empty, target, seconds=round(ours, 2))
            for renew, apply in [daily] if daily else []:
                tell(f"nothing due, {count:,} orders", renew / apply, DAILY, seconds=round(renew, 2))
    small, large = peaks
    tell("memory of an order, of 5 kB", (peaks[large] - peaks[small]) / (large - small) / BYTES_AN_ORDER, 1.0)
    return 0


def write_empty(folder: pathlib.Path) -> str:
    empty = folder / "empty.yml"
    empty.write_text(EMPTY, encoding="utf-8")
    return str(empty)


def measure_daily(folder: pathlib.Path, told: dict[str, str], count: int) -> list[float]:
    """The daily run and the apply of somebody whose hosts have said that they have everything; none is visited."""
    inventory = write_inventory(folder, count)
    remember_all(folder, told)
    sides = ([*of(playbook, folder), "-i", inventory] for playbook in ("renew", "apply"))
    return measure(folder, told, *sides)


def remember_all(folder: pathlib.Path, told: dict[str, str]) -> None:
    """What the controller has written down of hosts after a collect of everything."""
    os.environ["XDG_STATE_HOME"] = str(folder / "state")
    plain = Reader(render=str, decrypt=str)
    orders = judge_order_files(str(folder / "orders"), plain, day=dt.datetime.now(dt.UTC).date()).accept()
    entries = []
    for order in orders:
        number = int(order.name.removeprefix("www")) + 1
        application = dc.replace(ISSUED, contract_id=f"rsc{number:08}")
        entries.append(Entry(order=order, application=application, standing=Standing.DONE))
    options = {"portfolio": PORTFOLIO, "desk_url": told["url"]}
    remember_hosts(options, entries, {order.name: True for order in orders}, lang="en")


def measure(folder: pathlib.Path, told: dict[str, str], *sides: list[str]) -> list[float]:
    """The fastest run of each side, in seconds."""
    variables = environment(folder, told)
    timed_play(sides[0], folder, variables)
    rounds = [[timed_play(side, folder, variables) for side in sides] for _ in range(ROUNDS)]
    return [min(times) for times in zip(*rounds, strict=True)]


def peak_of(folder: pathlib.Path, database: str) -> int:
    """The most memory that one process of an apply held, in bytes."""
    with running_desk(database, folder=folder) as told:
        code = (
            "import resource, subprocess, sys; subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL);"
            "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
        )
        done = subprocess.run(
            [sys.executable, "-c", code, TOOL, *of("apply", folder)],
            env=environment(folder, told), cwd=folder, capture_output=True, text=True, check=True, timeout=PATIENCE,
        )  # fmt: skip
    return int(done.stdout) * 1024


def of(playbook: str, folder: pathlib.Path) -> list[str]:
    chosen = {"certificate_orders": str(folder / "orders"), "certificate_portfolio": PORTFOLIO}
    return [f"iij.server_certificate.{playbook}", "-e", json.dumps(chosen)]


def timed_play(arguments: list[str], folder: pathlib.Path, variables: dict[str, str]) -> float:
    """Seconds that a whole ansible-playbook takes; it must succeed."""
    started = time.perf_counter()
    done = subprocess.run(
        [TOOL, *arguments], env=variables, cwd=folder, capture_output=True, text=True, check=False, timeout=PATIENCE
    )
    passed = time.perf_counter() - started
    if done.returncode != 0:
        raise RuntimeError(f"the playbook failed:\n{done.stdout}{done.stderr}")
    return passed


def environment(folder: pathlib.Path, told: dict[str, str]) -> dict[str, str]:
    return {
        **os.environ,
        "ANSIBLE_COLLECTIONS_PATH": str(ROOT / "collections"),
        "ANSIBLE_HOME": str(folder / "ansible"),
        "ANSIBLE_LOCALHOST_WARNING": "false",
        "IIJ_CERT_DESK_URL": told["url"],
        "IIJ_CERT_ORDER_TOKEN": told["order_token"],
        "IIJ_CERT_REGISTER_TOKEN": told["register_token"],
        "XDG_CACHE_HOME": str(folder / "cache"),
        "XDG_STATE_HOME": str(folder / "state"),
    }


def tell(name: str, ratio: float, target: float, **more: t.Any) -> None:
    row = {"name": name, "ratio": round(ratio, 3), "target": target, "ok": ratio <= target}
    print(json.dumps({**row, **more}), flush=True)


if __name__ == "__main__":
    sys.exit(main())
