# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Row "place 1,000 new orders": one apply of cert_portfolio, against the same POSTs from a bare keep-alive client.

Prints a JSON row. Each side has a new desk of its own; the sides take turns, and the fastest of each counts. The apply
is a whole run of ansible-playbook: files read and judged, the desk's list, a fsynced ledger line before and after each
call.
"""

from __future__ import annotations

import concurrent.futures
import http.client
import json
import pathlib
import sys
import tempfile
import threading
import time
import typing as t
import urllib.parse

from nothing_to_do import environment, tell, timed_play
from served import PATIENCE, PORTFOLIO, fill, running_desk, write_orders

ORDERS: t.Final = 1_000
ROUNDS: t.Final = 3
TARGET: t.Final = 1.3
CONCURRENCY: t.Final = 4
PLAYBOOK: t.Final = """\
- hosts: localhost
  gather_facts: false
  tasks:
    - iij.server_certificate.cert_portfolio:
        order_files: orders/
        portfolio: bench
        state: applied
        concurrency: {0}
"""


def main() -> int:
    with tempfile.TemporaryDirectory() as scratch:
        folder = pathlib.Path(scratch)
        write_orders(folder / "orders", ORDERS)
        (folder / "apply.yml").write_text(PLAYBOOK.format(CONCURRENCY), encoding="utf-8")
        bodies = recorded(folder)
        rounds = [(bare(folder, bodies, f"b{n}"), ours(folder, f"o{n}")) for n in range(ROUNDS)]
    seconds = [min(side) for side in zip(*rounds, strict=True)]
    tell("place 1,000 new orders", seconds[1] / seconds[0], TARGET, seconds=round(seconds[1], 2))
    return 0


def recorded(folder: pathlib.Path) -> list[bytes]:
    """The bodies that an apply posts, as the order files say."""
    kinds = ("sureserver_cloud", "quick_ssl", "secure_server_id")
    common = {"customer_code": "SG00000001", "term": "6 months", "usage": "other", "terms_agreed": True}
    return [
        json.dumps(
            {
                "client_reference": f"{PORTFOLIO}/www{number}/1",
                "common_name": f"www{number}.example.jp",
                "product": kinds[number % 3],
                **common,
            }
        ).encode()
        for number in range(ORDERS)
    ]


def ours(folder: pathlib.Path, name: str) -> float:
    with desk(folder, name) as told:
        return timed_play([str(folder / "apply.yml")], folder, environment(folder, told))


def bare(folder: pathlib.Path, bodies: list[bytes], name: str) -> float:
    """Seconds for the same POSTs, one keep-alive connection for each of so many threads."""
    with desk(folder, name) as told:
        address = urllib.parse.urlsplit(told["url"])
        own = threading.local()
        headers = {"Authorization": f"Bearer {told['order_token']}", "Content-Type": "application/json"}

        def post(body: bytes) -> None:
            if not hasattr(own, "line"):
                own.line = http.client.HTTPConnection(str(address.hostname), address.port, timeout=PATIENCE)
            own.line.request("POST", "/api/v1/applications", body, headers)
            answer = own.line.getresponse()
            answer.read()
            if answer.status != 201:
                raise RuntimeError(f"the desk answered {answer.status}")

        started = time.perf_counter()
        with concurrent.futures.ThreadPoolExecutor(CONCURRENCY) as pool:
            list(pool.map(post, bodies))
        return time.perf_counter() - started


def desk(folder: pathlib.Path, name: str) -> t.Any:
    database = f"sqlite:///{folder / name}.sqlite3"
    fill(database, 0)
    return running_desk(database, folder=folder)


if __name__ == "__main__":
    sys.exit(main())
