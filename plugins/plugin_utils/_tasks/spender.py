# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""What performs the steps of a task: the desk, the ledger, and a line for each step that is done."""

from __future__ import annotations

import contextlib
import pathlib
import time
import typing as t

from ...module_utils._core.paths import expand_home
from ...module_utils._core.phrases import translate
from .._complaints.complaints import Complaint, Place
from .._desk.desk import AccessRefused
from .._desk.private_files import find_state_folder
from .._planning.steps import OPENING, Step
from .._spending.ledger import Ledger
from .._spending.ledger_file import LedgerUnusable, find_default_ledger, find_ledgers, name_origin, read_lines
from .._spending.perform import Performer
from .._spending.seen import note_purchases_found, note_renewals_of_others
from .._spending.unsettled import find_open_elsewhere, find_unsettled
from .asked_orders import check_portfolio_name, read_clock
from .contracts import count_contract_steps, perform_contracts, progress_line
from .preparations import hold_back
from .progress import Progress

if t.TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from ...module_utils._core.phrases import Language, Phrase
    from .._desk.desk import Desk
    from .._planning.entry import Entry
    from .._planning.outcome import Outcome
    from .._planning.plan import Plan
    from .._spending.ledger_file import Line
    from .asked_orders import Options

_MANY: t.Final = 20


def perform_plan(
    options: Options, desk: Desk, plan: Plan, *, say: Callable[[str], None], lang: Language
) -> tuple[Plan, tuple[Outcome, ...]]:
    """Place and cancel what the plan says; returns the plan as the desk shows it afterwards, and the outcomes.

    An order whose host is not ready is not placed; that is its outcome.
    """
    held_back = hold_back(options, plan)
    performer = make_performer(options, desk, count_contract_steps(plan) - len(held_back), say=say, lang=lang)
    after, outcomes = perform_contracts(plan, performer, without={outcome.entry.order.name for outcome in held_back})
    if options.get("due_only"):
        outcomes = tuple(outcome for outcome in outcomes if not _is_for_somebody_else(outcome))
    return after, (*held_back, *outcomes)


def _is_for_somebody_else(outcome: Outcome) -> bool:
    """Check whether a daily run has a log-in that may only register.

    What it may not order stays open for the group admin.
    """
    return outcome.step in OPENING and isinstance(outcome.error, AccessRefused)


def make_performer(
    options: Options, desk: Desk, steps: int, *, say: Callable[[str], None], lang: Language
) -> Performer:
    """Make what performs so many steps, and shows each one that is done."""
    shown = Progress(steps, say=say, lang=lang)

    def progress(outcome: Outcome) -> None:
        # Of very many, whatever was bought or failed has a line; that all were registered is told in the end.
        seldom = steps > _MANY and outcome.step is Step.REGISTER and not outcome.error
        shown.tell(progress_line(outcome, lang=lang), seldom=seldom)

    return Performer(
        desk=desk,
        ledger=open_ledger_of(options),
        portfolio=check_portfolio_name(options),
        sleep=time.sleep,
        now=read_clock,
        progress=progress,
        concurrency=options.get("concurrency", 1),
        listing_lag=options["listing_lag"],
        not_booked=frozenset(options.get("not_booked") or ()),
        settle_after=options["settle_after"],
        tell=lambda phrase: say(translate(phrase, lang)),
    )


def open_ledger_of(options: Options) -> Ledger:
    """Make the ledger of this portfolio and desk; no file is opened before its first line."""
    return Ledger(find_ledger_path(options), now=read_clock, desk=name_origin(options.get("desk_url")))


def note_seen(
    options: Options, renewed: Collection[Entry], bought: Collection[Entry], warn: Callable[[Phrase], None]
) -> None:
    """Record what others have renewed, and what runs have `bought` that did not live to write it down.

    Without a ledger work goes on, for a deadline counts more than an account.
    """
    try:
        if renewed:
            note_renewals_of_others(open_ledger_of(options), renewed)
        if bought:
            note_purchases_found(open_ledger_of(options), bought)
    except LedgerUnusable as error:
        warn(error.phrase)


def find_held_back(options: Options, plan: Plan) -> tuple[Complaint, ...]:
    """Find the orders that a run will not press for, since the ledger knows more than the desk's list; for people."""
    not_booked = options.get("not_booked") or ()
    portfolio = check_portfolio_name(options)
    try:
        entries = find_unsettled(plan, open_ledger_of(options), portfolio=portfolio, not_booked=not_booked)
    except LedgerUnusable as error:
        return (_word_unusable(options, error),)
    return tuple(Complaint(rule="LEDGER-HOLDS", place=one.order.place, order=one.order.name) for one in entries)


def find_attempts_elsewhere(options: Options, plan: Plan) -> tuple[Complaint, ...]:
    """Find the orders with an open attempt at another desk, in the ledgers of this portfolio; for people.

    A desk is known by its address alone, so the same one by another address would be asked to sell once more.
    """
    here, portfolio = name_origin(options.get("desk_url")), check_portfolio_name(options)
    ledgers = (
        [find_ledger_path(options)] if options.get("ledger_path") else find_ledgers(find_state_folder(), portfolio)
    )
    lines: list[Line] = []
    for ledger in ledgers:
        with contextlib.suppress(LedgerUnusable):  # this desk's own is judged apart
            lines += (line for line in read_lines(ledger) if line.get("desk") not in (None, here))
    not_booked = options.get("not_booked") or ()
    return tuple(
        Complaint(
            rule="LEDGER-ELSEWHERE",
            place=entry.order.place,
            order=entry.order.name,
            facts={"at": line["at"], "desk": line["desk"], "here": here},
        )
        for entry, line in find_open_elsewhere(plan, lines, portfolio=portfolio, not_booked=not_booked)
    )


def find_unusable_ledger(options: Options) -> tuple[Complaint, ...]:
    """Find whether a run could write no line, and so would buy nothing; only its end counts where a desk decides."""
    try:
        open_ledger_of(options).read_end()
    except LedgerUnusable as error:
        return (_word_unusable(options, error),)
    return ()


def _word_unusable(options: Options, error: LedgerUnusable) -> Complaint:
    place = Place(file=str(find_ledger_path(options)))
    return Complaint(rule="LEDGER-UNUSABLE", place=place, facts={"problem": error.phrase})


def find_cancellations(plan: Plan) -> tuple[Complaint, ...]:
    """Find the cancellations that a run at the portal refuses; those of replaced contracts are a person's anyway."""
    cancelled = [(entry.order, entry.application) for entry, step in plan.list_steps() if step is Step.CANCEL]
    return tuple(
        Complaint(
            rule="CANCEL-IN-BROWSER",
            place=order.place,
            order=order.name,
            facts={"contract_id": application.contract_id},
        )
        for order, application in cancelled
        if application is not None
    )


def find_ledger_path(options: Options) -> pathlib.Path:
    """Find where the ledger of this portfolio and desk is on the controller."""
    chosen = options.get("ledger_path")
    if chosen:
        return expand_home(chosen)
    return find_default_ledger(find_state_folder(), check_portfolio_name(options), name_origin(options.get("desk_url")))


__all__ = (
    "find_attempts_elsewhere",
    "find_cancellations",
    "find_held_back",
    "find_ledger_path",
    "find_unusable_ledger",
    "make_performer",
    "note_seen",
    "open_ledger_of",
    "perform_plan",
)
