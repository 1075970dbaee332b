# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Row "place 1,000 new orders": what an apply does for them, against the same POSTs from a bare keep-alive client.

Prints a JSON row. Each side has a new desk of its own; the sides take turns, and the fastest of each counts. Ours reads
and judges the order files, looks at the desk, plans, and places with a fsynced line of the ledger before and after each
call. What Ansible itself takes to start is in the rows "nothing to do"; beside the ratio stand the seconds of a whole
ansible-playbook.
"""

from __future__ import annotations

import concurrent.futures
import datetime as dt
import http.client
import json
import pathlib
import sys
import tempfile
import threading
import time
import typing as t
import urllib.parse

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "collections"))

from ansible_collections.iij.server_certificate.plugins.plugin_utils._desk.api.adapter import ApiDesk  # noqa: E402
from ansible_collections.iij.server_certificate.plugins.plugin_utils._desk.api.transport import ApiConnection  # noqa: E402
from ansible_collections.iij.server_certificate.plugins.plugin_utils._orders.files import Reader  # noqa: E402
from ansible_collections.iij.server_certificate.plugins.plugin_utils._orders.portfolio import judge_order_files  # noqa: E402
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.observe import Listing, observe  # noqa: E402
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.plan import make_plan  # noqa: E402
from ansible_collections.iij.server_certificate.plugins.plugin_utils._spending.ledger import Ledger  # noqa: E402
from ansible_collections.iij.server_certificate.plugins.plugin_utils._spending.perform import Performer  # noqa: E402
from ansible_collections.iij.server_certificate.plugins.plugin_utils._tasks.asked_orders import read_clock  # noqa: E402
from nothing_to_do import environment, tell, timed_play  # noqa: E402
from served import PATIENCE, PORTFOLIO, fill, running_desk, write_inventory, write_orders  # noqa: E402

ORDERS: t.Final = 1_000
ROUNDS: t.Final = 3
TARGET: t.Final = 1.2
CONCURRENCY: t.Final = 4
PLAIN: t.Final = Reader(render=str, decrypt=str)
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
        rounds = [(bare(folder, f"b{n}"), ours(folder, f"o{n}")) for n in range(ROUNDS)]
        whole = playbook(folder, "p")
    theirs, own = (min(side) for side in zip(*rounds, strict=True))
    more = {
        "seconds": round(own, 2),
        "held_against_seconds": round(theirs, 2),
        "whole_playbook_seconds": round(whole, 2),
    }
    tell("place 1,000 new orders", own / theirs, TARGET, **more)
    return 0


def bodies() -> list[bytes]:
    """What an apply posts, as the order files say."""
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


def playbook(folder: pathlib.Path, name: str) -> float:
    with desk(folder, name) as told:
        hosts = write_inventory(folder, ORDERS)
        return timed_play([str(folder / "apply.yml"), "-i", hosts], folder, environment(folder, told))


def ours(folder: pathlib.Path, name: str) -> float:
    """Seconds from order files to 1,000 outcomes."""
    with desk(folder, name) as told:
        started = time.perf_counter()
        window = ApiDesk(ApiConnection(url=told["url"], token=told["order_token"]))
        listing = Listing(window)
        orders = judge_order_files(str(folder / "orders"), PLAIN, day=dt.datetime.now(dt.UTC).date()).accept()
        made = make_plan(orders, observe(window, orders, portfolio=PORTFOLIO, listing=listing), portfolio=PORTFOLIO)
        performer = Performer(
            desk=window,
            ledger=Ledger(folder / f"{name}.ledger.jsonl", now=read_clock),
            portfolio=PORTFOLIO,
            sleep=time.sleep,
            now=read_clock,
            progress=lambda _outcome: None,
            concurrency=CONCURRENCY,
        )
        outcomes = performer.perform_contracts(made.list_steps())
        passed = time.perf_counter() - started
    if len(outcomes) != ORDERS or any(outcome.error for outcome in outcomes):
        raise RuntimeError("not every order was placed")
    return passed


def bare(folder: pathlib.Path, name: str) -> float:
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
            list(pool.map(post, bodies()))
        return time.perf_counter() - started


def desk(folder: pathlib.Path, name: str) -> t.Any:
    database = f"sqlite:///{folder / name}.sqlite3"
    fill(database, 0)
    return running_desk(database, folder=folder)


if __name__ == "__main__":
    sys.exit(main())
