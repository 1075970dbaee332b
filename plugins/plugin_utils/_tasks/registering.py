# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""Keys and CSRs made on a host, and registrations: of its orders, or of all with the CSRs that hosts handed back."""

from __future__ import annotations

import typing as t

from ...module_utils._core.phrases import Phrase, translate
from .._planning.observe import Listing
from .._values.order import CsrOrigin
from .asked_orders import accept_orders, judge_asked_orders, list_names_of_host, read_today
from .beside import list_beside_on
from .leg import is_lost
from .looks import read_work, write_answer
from .memory_file import remember_registrations
from .passphrases import require_names
from .planned import Held, plan_orders
from .registrations import (
    collect_csrs,
    list_ready,
    list_to_buy,
    list_to_register,
    make_answer,
    make_host_orders,
    make_preparation_result,
    make_registration_result,
)

if t.TYPE_CHECKING:
    from collections.abc import Mapping

    from .._desk.desk import Desk
    from .._planning.entry import Entry
    from .._planning.outcome import Outcome
    from .._planning.used_keys import UsedKeys
    from .asked_orders import Options
    from .leg import Leg, Result

_MANY: t.Final = 10  # orders of a host whose keys may take a while
_MAKING: t.Final = Phrase(
    "keys and CSRs of {0} orders: what is missing is made now, on all cores of the host",
    "オーダー{0}件の鍵とCSR: ないものをホストの全コアで作成しています",
)
_MADE: t.Final = Phrase(
    "made for {0} orders: {1} keys, {2} CSRs", "オーダー{0}件のうち、鍵{1}件とCSR{2}件を作成しました"
)


def prepare_orders(leg: Leg) -> Result:
    """Make keys and CSRs alone, for orders that may not be bought yet; leave the answer for the task that buys."""
    work, keys = read_work(leg.options, leg.inventory_host), None
    if work:
        entries, beside = work.entries, work.beside
    else:
        _desk, entries, beside, keys = _look(leg, planned=True)
    result = _ask_host(leg, entries, beside)
    if is_lost(result):
        return result
    if keys is not None:  # nobody judges what the host has made before the order is bought, unless a look does
        result = _add_failures(result, _find_unfit(entries, result, keys), leg)
    if not leg.check_mode:
        write_answer(leg.options, make_answer(leg.inventory_host, entries, result))
    return make_preparation_result(entries, result, planned=leg.check_mode)


def register_orders(leg: Leg) -> Result:
    """Register what waits for it; with the answers of all hosts at hand no host is asked."""
    options, planned = leg.options, leg.check_mode
    desk, entries, beside, _keys = _look(leg, planned=planned)
    match = {} if options["look"] else _ask_host(leg, entries, beside)
    if is_lost(match):
        return match
    csrs, problems = _read_csrs(options, entries, match)
    match = _add_failures(match, problems, leg)
    todo = () if planned else list_ready(entries, csrs)
    outcomes: tuple[Outcome, ...] = ()
    keys: dict[str, str] = {}
    if todo:
        # Imported late: Ansible recompiles collection code at every start, and most runs find nothing to do.
        from .preparations import list_keys
        from .spender import make_performer

        # Before anything is registered: a mistake in here must not hide that it was.
        keys = list_keys({entry.order.name: csrs[entry.order.name] for entry in todo if entry.order.name in csrs})
        performer = make_performer(options, desk, len(todo), say=leg.say_of_host, lang=leg.lang)
        outcomes = performer.perform_registrations(todo, csrs)
    warnings = remember_registrations(options, outcomes, keys, lang=leg.lang)
    how = {"planned": planned, "by_people": desk.by_people}
    result = make_registration_result(entries, match, outcomes, lang=leg.lang, **how)
    return {**result, "warnings": warnings} if warnings else result


def _add_failures(result: Result, problems: Mapping[str, Phrase], leg: Leg) -> Result:
    failures = [{"name": name, "message": translate(problem, leg.lang)} for name, problem in problems.items()]
    return {**result, "failures": [*result.get("failures", ()), *failures]} if failures else result


def _find_unfit(entries: tuple[Entry, ...], result: Result, keys: UsedKeys) -> dict[str, Phrase]:
    """Find the orders that would be bought in vain: what the host has made, or would by its key, is not registered."""
    rows = {row["name"]: row for row in result.get("csrs", ())}
    on_host = [entry for entry in list_to_buy(entries) if entry.order.csr_origin is CsrOrigin.TARGET]
    if not rows or not on_host:
        return {}
    # Imported late: Ansible recompiles collection code at every start, and most runs find nothing to do.
    from .preparations import find_unfit_csr, find_unfit_key

    csrs, problems = collect_csrs(on_host, result), dict[str, Phrase | None]()
    for entry in on_host:
        name = entry.order.name
        key = rows.get(name, {}).get("public_key_fingerprint")
        if name in csrs:
            problems[name] = find_unfit_csr(entry, csrs, keys)
        elif key:
            problems[name] = find_unfit_key(entry, key, keys)
    return {name: problem for name, problem in problems.items() if problem}


def _look(leg: Leg, *, planned: bool) -> tuple[Desk, tuple[Entry, ...], tuple[Result, ...], UsedKeys]:
    """List the orders that wait for their registration: those of this host, or with all hosts' answers all.

    And what lies beside them, and the keys of all contracts.
    """
    desk = leg.open_desk()
    listing = Listing(desk)
    judged = judge_asked_orders(leg.options, leg.commands_of, today=read_today())
    orders = accept_orders(judged, leg.options)
    require_names(leg.options, judged, leg.warn)
    held = Held(leg.commands_of, leg.warn)
    plan = plan_orders(leg.options, desk, orders, listing, outlines=judged.outlines, offers=False, held=held)
    everybody = leg.options["look"] and leg.options["state"] == "registered"
    names = (
        {order.name for order in orders}
        if everybody
        else list_names_of_host(orders, leg.inventory_host, leg.inventory_hosts)
    )
    entries = list_to_register(plan, names, planned=planned)
    return desk, entries, list_beside_on(leg.inventory_host, judged, entries), plan.keys


def _read_csrs(options: Options, entries: tuple[Entry, ...], match: Result) -> tuple[dict[str, str], dict[str, Phrase]]:
    """Read the CSRs to register, and what is wrong with those that hosts have made and that are not to be."""
    csrs = collect_csrs(entries, match)
    on_hosts = [entry for entry in entries if entry.order.csr_origin is CsrOrigin.TARGET]
    if not on_hosts:
        return csrs, {}
    # Imported late: Ansible recompiles collection code at every start, and most runs find nothing to do.
    from .preparations import judge_csr, read_csrs

    if options["look"]:
        created, problems = read_csrs(options, on_hosts)
        return {**csrs, **created}, problems
    judged = {entry.order.name: judge_csr(entry.order, csrs) for entry in on_hosts if entry.order.name in csrs}
    problems = {name: csr for name, csr in judged.items() if isinstance(csr, Phrase)}
    sound = {name: csr for name, csr in judged.items() if not isinstance(csr, Phrase)}
    return {**{name: csr for name, csr in csrs.items() if name not in judged}, **sound}, problems


def _ask_host(leg: Leg, entries: tuple[Entry, ...], beside: tuple[Result, ...]) -> Result:
    """Have the host make what is missing; of many keys people are told, for a host shows nothing while it works."""
    wanted = make_host_orders(entries)
    if not wanted:
        return {}
    created_there = [order["name"] for order in wanted if order["csr_origin"] == CsrOrigin.TARGET]
    keys = len(created_there)
    many = keys > _MANY and not leg.check_mode
    if many:
        leg.say_of_host(translate(_MAKING.filled(keys), leg.lang))
    result = leg.run_on_host("orders", wanted, beside=beside, answered=created_there)
    if many and not is_lost(result):
        actions = [action for row in result.get("csrs", ()) for action in row.get("actions", ())]
        created = sum(action in ("create_key", "stage_key") for action in actions)
        leg.say_of_host(translate(_MADE.filled(keys, created, actions.count("create_csr")), leg.lang))
    return result


__all__ = ("prepare_orders", "register_orders")
