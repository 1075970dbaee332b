# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""Steps of which an earlier attempt has no known outcome: done last, and by nobody's hand, for it may be done."""

from __future__ import annotations

import dataclasses as dc
import typing as t

from .._planning.steps import CALL_CLASSES, CallClass, Step
from .attempts import find_bought_or_open, would_buy
from .ledger import name_attempt
from .ledger_file import LedgerUnusable
from .relinking import describe_relinking
from .renewals import describe_renewal, describe_renewed

if t.TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from .._planning.entry import Entry
    from .._planning.plan import Plan
    from .ledger import Ledger
    from .ledger_file import Line

Json = dict[str, t.Any]

_SAME: t.Final = ("contract_id", "expires", "linked_contract_id")


def leave_unsettled(plan: Plan, ledger: Ledger, *, portfolio: str) -> Plan:
    """Leave out the orders with a step that the ledger does not know to be undone; raises LedgerUnusable."""
    unsettled = {entry.order.name for entry in find_unsettled(plan, ledger, portfolio=portfolio)}
    return dc.replace(plan, entries=tuple(entry for entry in plan.entries if entry.order.name not in unsettled))


def find_unsettled(
    plan: Plan, ledger: Ledger, *, portfolio: str, not_booked: Collection[str] = ()
) -> tuple[Entry, ...]:
    """Find the orders with a step that was done, or may have been, as the ledger says; raises LedgerUnusable.

    `not_booked`: attempts that the user says have booked nothing.
    """
    lines = tuple(ledger.read_lines())
    unsettled = {
        entry.order.name: entry
        for entry, step in plan.list_steps()
        if CALL_CLASSES[step] is CallClass.SPEND
        for line in find_bought_or_open(lines, step)
        if _holds(line, entry, step, plan, portfolio=portfolio)
        and (line.get("attempt") or name_attempt(line)) not in not_booked
    }
    return tuple(unsettled.values())


def find_open_elsewhere(
    plan: Plan, lines: Iterable[Line], *, portfolio: str, not_booked: Collection[str] = ()
) -> Iterator[tuple[Entry, Line]]:
    """Find the orders of which an attempt at another desk is open: it may be this one by another address."""
    lines = tuple(lines)
    for entry, step in plan.list_steps():
        if CALL_CLASSES[step] is CallClass.SPEND:
            for line in find_bought_or_open(lines, step):
                is_open = not line.get("booked") and (line.get("attempt") or name_attempt(line)) not in not_booked
                if is_open and _is_about(line, entry, step, portfolio=portfolio):
                    yield entry, line
                    break


def put_unsettled_last(
    todo: Sequence[tuple[Entry, Step]], ledger: Ledger, *, portfolio: str
) -> list[tuple[Entry, Step]]:
    """Put those steps last: two of them in a row end a run, and would end each one before others had their turn."""
    if len(todo) < 2:
        return list(todo)
    try:
        lines = tuple(ledger.read_lines())
    except LedgerUnusable:  # the first step says so
        return list(todo)
    still = {
        step: [line for line in find_bought_or_open(lines, step) if not line.get("booked")]
        for step in {step for _entry, step in todo}
    }
    return sorted(todo, key=lambda task: any(_is_about(line, *task, portfolio=portfolio) for line in still[task[1]]))


def _holds(line: Mapping[str, t.Any], entry: Entry, step: Step, plan: Plan, *, portfolio: str) -> bool:
    """Check whether what this line tells of keeps the step from being done: each generation of an order buys once."""
    if not _is_about(line, entry, step, portfolio=portfolio):
        return False
    own = step is Step.PLACE and line.get("client_reference") == entry.order.client_reference(portfolio)
    return own or line.get("booked") not in plan.listed - _own(entry)


def _own(entry: Entry) -> set[str]:
    """Return the contract of the order: that a renewal was booked for it does not say that its list shows it."""
    return {entry.application.contract_id} if entry.application else set()


def _is_about(line: Mapping[str, t.Any], entry: Entry, step: Step, *, portfolio: str) -> bool:
    order = entry.order
    if step is Step.PLACE:
        return would_buy(line, order) or line.get("client_reference") == order.client_reference(portfolio)
    if step in (Step.CANCEL, Step.CANCEL_REPLACED):
        return False  # a cancellation is no harm twice
    of = describe_relinking(entry) if step is Step.RELINK else describe_renewal(entry, describe_renewed(entry))
    return all(line.get(name) == of.get(name) for name in _SAME)


__all__ = ("find_open_elsewhere", "find_unsettled", "leave_unsettled", "put_unsettled_last")
