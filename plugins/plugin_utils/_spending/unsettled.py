# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""Steps of which an earlier attempt has no known outcome: done last, and by nobody's hand, for it may be done."""

from __future__ import annotations

import dataclasses as dc
import typing as t

from .._complaints.vaulted import HIDDEN
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
    attempts = _Attempts(ledger.read_lines(), portfolio=portfolio)
    unsettled = {
        entry.order.name: entry
        for entry, step in plan.list_steps()
        if CALL_CLASSES[step] is CallClass.SPEND
        for line in attempts.list_about(entry, step)
        if _holds(line, entry, step, plan, portfolio=portfolio)
        and (line.get("attempt") or name_attempt(line)) not in not_booked
    }
    return tuple(unsettled.values())


def find_open_elsewhere(
    plan: Plan, lines: Iterable[Line], *, portfolio: str, not_booked: Collection[str] = ()
) -> Iterator[tuple[Entry, Line]]:
    """Find the orders of which an attempt at another desk is open: it may be this one by another address."""
    attempts = _Attempts(lines, portfolio=portfolio)
    for entry, step in plan.list_steps():
        if CALL_CLASSES[step] is CallClass.SPEND:
            for line in attempts.list_about(entry, step):
                if not line.get("booked") and (line.get("attempt") or name_attempt(line)) not in not_booked:
                    yield entry, line
                    break


def put_unsettled_last(
    todo: Sequence[tuple[Entry, Step]], ledger: Ledger, *, portfolio: str
) -> list[tuple[Entry, Step]]:
    """Put those steps last: two of them in a row end a run, and would end each one before others had their turn."""
    if len(todo) < 2:
        return list(todo)
    try:
        attempts = _Attempts(ledger.read_lines(), portfolio=portfolio)
    except LedgerUnusable:  # the first step says so
        return list(todo)
    return sorted(todo, key=lambda task: any(not line.get("booked") for line in attempts.list_about(*task)))


class _Attempts:
    """The attempts of a ledger that have booked something or are open, found by what they were for.

    An old ledger has as many as there were purchases, and no order may cost a walk through them.
    """

    def __init__(self, lines: Iterable[Line], *, portfolio: str) -> None:
        self._lines = tuple(lines)
        self._portfolio = portfolio
        self._sorted: dict[Step, dict[str | None, list[Line]]] = {}

    def list_about(self, entry: Entry, step: Step) -> list[Line]:
        """List the attempts at this step that may have been for this order."""
        if step not in self._sorted:
            self._sorted[step] = self._sort(step)
        subjects = {entry.order.common_name} if step is Step.PLACE else _own(entry)
        keys = (None, *sorted(subjects | {entry.order.client_reference(self._portfolio)}))
        candidates = {id(line): line for key in keys for line in self._sorted[step].get(key, ())}
        return [line for line in candidates.values() if _is_about(line, entry, step, portfolio=self._portfolio)]

    def _sort(self, step: Step) -> dict[str | None, list[Line]]:
        result: dict[str | None, list[Line]] = {}
        for line in find_bought_or_open(self._lines, step):
            subject = line.get("common_name" if step is Step.PLACE else "contract_id")
            # What is hidden may be anybody's; an order that has another common name by now has its reference.
            for key in {None if subject == HIDDEN else subject, line.get("client_reference") or subject}:
                result.setdefault(key, []).append(line)
        return result


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
