# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Event source for Event-Driven Ansible: what happens to certificate orders, each thing once."""

from __future__ import annotations

import asyncio
import importlib
import logging
import pathlib
import sys
import typing as t

DOCUMENTATION = r"""
short_description: What happens to certificate orders, each thing once
description:
  - Compares the order files with the desk at an interval and tells what is new. Nothing is ordered or changed.
  - The kinds of events are V(expiring), V(deadline) and V(silent_renewal) (IIJ renews by itself, since nobody has ordered or cancelled), once for each
    threshold and date of an order; V(late), once for each threshold and stage of an order's work that should be over; V(waiting), once for each
    state and person that an order waits for; V(rejected), V(withdrawn), V(cancelled) and V(revoked), once for each application.
  - An event has C(kind), C(portfolio), C(order), C(common_name), C(contract_id), C(product), C(host), C(state), C(reason), C(next_action),
    C(next_action_by), C(deadline) and C(not_after); those with a date also have C(what), C(threshold_days) and C(days_left), which is negative when the
    date has passed; V(late) has C(stage), C(threshold_days) and C(days_late).
  - A look that fails is logged, and V(unreadable) once a day, with the problem as C(reason), since a watch that sees nothing looks like one with nothing
    to tell. C(what) is V(all), or V(orders) where only orders with mistakes cannot be seen. The next look follows after the interval.
options:
  order_files:
    description: The folder with the order files, or one order file.
    type: str
    required: true
  portfolio:
    description: The portfolio that the orders' names belong to.
    type: str
    default: default
  slice:
    description: Watch one slice of the orders, as V(2/5).
    type: str
  template_variables:
    description: The values that templates in the order files may name; nothing else is known to them.
    type: dict
  interval:
    description: Seconds between two looks.
    type: int
    default: 3600
  expiring_days:
    description:
      - How many days before a certificate expires this is told, but not before the last third of its life, nor while its renewal is on schedule.
    type: list
    elements: int
    default: [30, 7, 1, 0]
  deadline_days:
    description: How many days before a deadline is over this is told, but not while a daily run is on schedule to meet it.
    type: list
    elements: int
    default: [7, 3, 1, 0]
  silent_renewal_days:
    description: How many days before IIJ renews a contract by itself this is told, also of contracts that no order names.
    type: list
    elements: int
    default: [9, 4, 1]
  late_days:
    description:
      - How many days after a stage (V(order), V(register), V(issue), V(install)) should have been over this is told. A daily run is expected to
        order on the day of an order's turn, to register and install within two days, and the CA to issue within 7 days (DV) or 14 days; these numbers are ours.
    type: list
    elements: int
    default: [1, 3, 7]
  memory_path:
    description: A file that keeps what was told, so that a restart repeats nothing. Without it everything is told once more after a restart.
    type: str
  vault_password_file:
    description: The file with the password of vaulted values in order files, or a script that prints it.
    type: str
  lang:
    description: The language of reasons and next actions, V(en) or V(ja). By default it follows the locale.
    type: str
  desk_url:
    description:
      - The desk's address. This and all other options of the desk (C(desk), C(desk_token), C(desk_ca_path), C(portal_user) and so on) are those of the
        collection's modules, and by default come from the same environment variables (E(IIJ_CERT_DESK_URL), E(IIJ_CERT_TOKEN) and so on).
    type: str
"""

EXAMPLES = r"""
- iij.server_certificate.orders:
    order_files: /srv/certificates/orders
    interval: 3600
    memory_path: /var/lib/certificates/told.json
"""

_PACKAGE = "ansible_collections.iij.server_certificate.plugins.plugin_utils"

_logger = logging.getLogger(__name__)


async def main(queue: asyncio.Queue[t.Any], args: dict[str, t.Any]) -> None:
    """Put what is new into the queue, forever."""
    watching = _collection_module("_tasks.watch")
    # Names like eda_* are the rule engine's own.
    watch = watching.Watch({name: value for name, value in args.items() if not name.startswith("eda_")})
    while True:
        for event in await asyncio.to_thread(watch.look):
            await queue.put(event)
        await asyncio.to_thread(watch.remember)
        if watch.problem:
            _logger.error("iij.server_certificate.orders: %s", watch.problem)
        await asyncio.sleep(watch.interval)


def _collection_module(name: str) -> t.Any:
    """Import a module of the collection of this file: the rule engine runs the file alone, outside its package."""
    folder = str(pathlib.Path(__file__).absolute().parents[7])
    if folder not in sys.path:
        sys.path.append(folder)
    return importlib.import_module(f"{_PACKAGE}.{name}")
