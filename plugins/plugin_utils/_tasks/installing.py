# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""Certificates installed on a host: it is asked what it lacks, and given that.

With a look that was handed on the host alone is asked; what it lacks is fetched for all hosts by the play that looked.
"""

from __future__ import annotations

import typing as t

from .._orders.commands import read_commands
from .._planning.observe import Listing
from .asked_orders import accept_orders, judge_asked_orders, list_names_of_host, read_today
from .beside import list_beside, list_beside_on
from .fingerprints import Fingerprinted, fetch_missing_fingerprints
from .installations import (
    fetch_certificates,
    list_installed_lines,
    list_open_and_done,
    list_to_install,
    list_verdicts,
    make_host_orders,
    make_installation_result,
)
from .leg import is_lost
from .looks import read_work
from .memory_file import remember_hosts
from .passphrases import require_names
from .planned import Held, plan_orders

if t.TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from .._desk.desk import Desk
    from .._planning.entry import Entry
    from .leg import Leg, Result

Json = dict[str, t.Any]


def install_certificates(leg: Leg) -> Result:
    """Install what this host is to have, and remember what it answered."""
    (entries, fetched_before, failures), beside, desk = _look(leg)
    if not entries:
        return make_installation_result([], failures, planned=leg.check_mode)
    subjects = [entry.order.subject.filled_fields() for entry in entries]

    def on_host(rows: list[Json], **more: t.Any) -> Result:
        # A later visit is about some of them: the others are there all the same.
        named = {row["name"] for row in rows}
        acted_upon = [entry for entry in entries if entry.order.name in named]
        others = list_beside((entry.order for entry in entries), acted_upon)
        # A cancelled order that gives way to another one has no answer.
        answered = [row["name"] for row in rows if not row["is_cancelled"]]
        return leg.run_on_host("orders", rows, beside=(*beside, *others), shown=subjects, answered=answered, **more)

    orders = make_host_orders(entries, read_commands(leg.options["commands"]))
    first = on_host(orders, certificates={**fetched_before, **(leg.options["certificates"] or {})})
    if is_lost(first):
        return first
    legs, warnings = [first], []
    missing = [] if leg.check_mode else first.get("missing", [])
    if missing:
        # Before anything is fetched: a run that is killed leaves these open.
        warnings = remember_hosts(leg.options, entries, dict.fromkeys(missing, False), lang=leg.lang)
    if missing and desk:
        certificates, refused = fetch_certificates(entries, missing, desk, lang=leg.lang)
        failures = [*failures, *refused]
        legs += [on_host(_named(orders, certificates), certificates=certificates)] if certificates else []
    legs += _prove(leg, legs, entries, orders, on_host)
    result = make_installation_result(legs, failures, planned=leg.check_mode)
    if leg.check_mode:
        return result
    leg.say_of_host(*list_installed_lines(result, lang=leg.lang))
    warnings += remember_hosts(leg.options, entries, list_open_and_done(result, entries), lang=leg.lang)
    return {**result, "warnings": warnings}


def _look(leg: Leg) -> tuple[Fingerprinted, tuple[Json, ...], Desk | None]:
    """Read what this host is to have, and what lies beside it: as the look says that was handed on, or the desk now."""
    work = read_work(leg.options, leg.inventory_host, leg.commands_of)
    if work:
        return Fingerprinted(work.entries, dict(work.certificates), list(work.failures)), work.beside, None
    desk, judged = leg.open_desk(), judge_asked_orders(leg.options, leg.commands_of, today=read_today())
    orders = accept_orders(judged, leg.options)
    require_names(leg.options, judged, leg.warn)
    held = Held(leg.commands_of, leg.warn)
    plan = plan_orders(leg.options, desk, orders, Listing(desk), outlines=judged.outlines, offers=False, held=held)
    names = list_names_of_host(orders, leg.inventory_host, leg.inventory_hosts)
    entries = list_to_install(plan, names)
    beside = list_beside_on(leg.inventory_host, judged, entries)
    return fetch_missing_fingerprints(entries, desk, lang=leg.lang), beside, desk


def _prove(
    leg: Leg, legs: list[Result], entries: tuple[Entry, ...], orders: list[Json], on_host: Callable[..., Result]
) -> list[Result]:
    """Give the host the verdicts on what is to be seen served from the controller."""
    unproved = {name for result in legs for name in result.get("unproved", ())}
    served = list_verdicts(entries, unproved, address=leg.host_address) if unproved else {}
    return [on_host(_named(orders, unproved), served=served)] if unproved else []


def _named(orders: list[Json], names: Collection[str]) -> list[Json]:
    return [order for order in orders if order["name"] in names]


__all__ = ("install_certificates",)
