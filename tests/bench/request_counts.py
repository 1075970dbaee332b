# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Rows of requests: what apply and collect ask the desk, against what changes; the code of the actions, no hosts.

Prints a JSON line a row. Counts do not depend on the machine, so one round is enough.
"""

from __future__ import annotations

import os
import pathlib
import sys
import tempfile
import types
import typing as t

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "collections"))

from ansible_collections.iij.server_certificate.plugins.plugin_utils._desk.portal.adapter import PortalDesk  # noqa: E402
from ansible_collections.iij.server_certificate.plugins.plugin_utils._desk.portal.transport import PortalConnection  # noqa: E402
from ansible_collections.iij.server_certificate.tests.contract import sample_orders as sample  # noqa: E402
from ansible_collections.iij.server_certificate.tests.contract.counted_runs import (  # noqa: E402
    Hosts,
    counting,
    csr_for,
    tasks_of,
)
from ansible_collections.iij.server_certificate.tests.contract.desk_process import DeskControl, running_desk  # noqa: E402
from nothing_to_do import tell  # noqa: E402

PAGE: t.Final = 100  # rows of a page of the portal's list
FEW, MANY = 30, 300


def main() -> int:
    with tempfile.TemporaryDirectory() as scratch:
        folder = pathlib.Path(scratch)
        os.environ.update(XDG_STATE_HOME=str(folder / "state"), XDG_CACHE_HOME=str(folder / "cache"))
        sys.stdout, told = sys.stderr, sys.stdout  # what the tasks show is for people
        rows = [*over_portal(folder / "few"), *with_many_orders(folder / "many"), *over_api(folder / "api")]
        sys.stdout = told
    for name, asked, allowed, target in rows:
        tell(name, asked / allowed, target, requests=asked, allowed=allowed)
    return 0


def over_portal(folder: pathlib.Path) -> t.Iterator[tuple[str, int, int, float]]:
    with a_desk(folder) as desk:
        a_list, a_purchase, a_registration = single_walks(desk, folder)
        tasks = tasks_of(desk, folder, "portal", Hosts(), FEW, FEW)
        lists_of = a_list + pages(FEW + 1) - 1
        allowed = FEW * (a_purchase + lists_of + a_registration) + 3 * lists_of
        yield "portal: order and register 30 orders on 30 hosts, requests", count(tasks.apply), allowed, 1.1
        desk.ca_work()
        tasks.collect()
        asked = count(tasks.collect)
        yield "portal: collect with nothing to do, 30 orders on 30 hosts, requests", asked, pages(FEW + 1) + 10, 1.0


def with_many_orders(folder: pathlib.Path) -> t.Iterator[tuple[str, int, int, float]]:
    """Ordered over the API, which is faster, and looked at over the portal."""
    with a_desk(folder) as desk:
        tasks_of(desk, folder, "api", Hosts(), MANY, MANY).apply()
        tasks = tasks_of(desk, folder, "portal", Hosts(), MANY, MANY)
        tasks.apply()
        yield "portal: nothing to do, 300 orders, second run", count(tasks.apply), pages(MANY) + 10, 1.0


def over_api(folder: pathlib.Path) -> t.Iterator[tuple[str, int, int, float]]:
    with a_desk(folder) as desk:
        tasks = tasks_of(desk, folder, "api", Hosts(), MANY, MANY)
        asked = count(tasks.apply)
        desk.ca_work()
        asked += count(tasks.collect)
        # A purchase, a registration and a certificate for each order; one look, which is one page, for each playbook.
        yield "API: requests of apply and collect, 300 hosts", asked, 3 * MANY + 2, 1.1


def single_walks(desk: DeskControl, folder: pathlib.Path) -> tuple[int, int, int]:
    """The requests of one look at the list, one purchase and one registration, logged in."""
    user, password = desk.group_admin
    state, cache = folder / "state", folder / "cache"
    portal = PortalDesk(PortalConnection(url=desk.portal_url, user=user, password=password, state=state, cache=cache))
    order = sample.target_order(name="one", common_name="one.example.jp")
    csr = csr_for({"common_name": order.common_name, "subject": sample.SUBJECT})
    portal.list_applications()
    a_list = count(portal.list_applications)
    bought = types.SimpleNamespace(application=None)

    def buy() -> None:
        portal.quote(order)
        bought.application = portal.place(order, "")

    a_purchase = count(buy)
    portal.list_applications()
    return a_list, a_purchase, count(lambda: portal.register(bought.application, order, csr))


def count(work: t.Callable[[], object]) -> int:
    with counting() as found:
        work()
    return found.total


def pages(rows: int) -> int:
    return -(-rows // PAGE)


def a_desk(folder: pathlib.Path) -> t.Any:
    folder.mkdir()
    return running_desk(folder)


if __name__ == "__main__":
    sys.exit(main())
