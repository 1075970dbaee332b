# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""A portfolio compared with the desk: planned, handed on to hosts, or performed."""

from __future__ import annotations

import collections
import datetime as dt
import functools
import typing as t

from ...module_utils._core.phrases import translate
from .._complaints.complaints import OrdersRefused, sort_complaints
from .._desk.desk import NotAllowed
from .._guards.hosts import leave_lost_hosts
from .._guards.limits import judge_limits, leave_past_limits
from .._planning.observe import Listing
from .._planning.remarks import find_clock_difference
from .._planning.schedule import What
from .._planning.silence import find_open_renewals
from .._planning.steps import Standing, Step, Verdict
from .._reports.document import describe_plan
from .._reports.text import render_text, render_work
from . import contracts
from .asked_orders import accept_orders, read_clock
from .compared import add_before
from .doubtful import leave_doubtful, word_doubt
from .left_out import list_left_out
from .planned import Held, make_frame, plan_orders, require_reviewed
from .progress import estimate_portal
from .run_reports import write_run_reports

if t.TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from .._complaints.complaints import Complaint
    from .._desk.desk import Desk
    from .._orders.portfolio import Judged
    from .._planning.outcome import Outcome
    from .._planning.plan import Plan
    from .._reports.document import Frame
    from .asked_orders import Options
    from .leg import Leg, Result


_ROWS: t.Final = 100  # of a page of the portal's list, as far as is known


def run_contracts(leg: Leg, judge: Callable[[], Judged], *, performs: bool) -> Result:
    """Plan, and do what the task's state says; the desk is asked for its list while the order files are judged.

    `performs`: the task is not told to plan alone. One that only prepares refuses as one that buys.
    """
    options, state, desk = leg.options, leg.options["state"], leg.open_desk()
    listing = Listing(desk)
    judged = judge()
    frame = add_before(make_frame(options, leg.lang, leg.commands_of), options)
    held, hosts = Held(leg.commands_of, leg.warn), leg.inventory_hosts
    before = _plan(leg, desk, judged, listing, frame=frame, held=held)
    past = _guard(leg, before, desk, frame=frame, performs=performs)
    past = (*past, *find_clock_difference(before, read_clock()), *_find_unperformed(options, before, desk))
    plan, outcomes = _perform(leg, before, desk) if performs and state == "applied" else (before, ())
    # Hosts come first where something is to be done; the task that buys tells the rest.
    goes_on = state == "prepared" and before.count_changes() > 0
    failed = contracts.list_failures(outcomes)
    after = state == "planned" and bool(options["look"])
    document = describe_plan(
        plan,
        frame,
        planned=goes_on or not performs,
        failed=failed,
        undone=[entry.order.name for entry in plan.entries] if after and not desk.by_people else (),
        finished=options["reports_path"] is not None,
        complaints=sort_complaints((*judged.complaints, *past)),
    )
    handed = {} if goes_on else leg.hand_out(desk, _limit(leg, plan, frame), document, stopped=bool(failed))
    kept = {"repair": options["repair"], "brief": state != "planned" or after, "after": after}
    result = contracts.make_contract_result(document, plan, hosts, before=before, outcomes=outcomes, **kept)
    # A plan is a look: only an apply, real or in check mode, reports a change; people change nothing within a task.
    result["changed"] = result["changed"] and state in ("prepared", "applied") and not goes_on and not desk.by_people
    result.update(handed, **_hand_on(leg, plan, desk, held, hosts=result["hosts"]["collect"], judged=judged))
    result["left_out"] = list_left_out(judged.list_errors(), before, leg.lang) if options["due_only"] else []
    if goes_on:
        return _say_work(leg, before, document, result, performs=performs)
    texts = _list_texts(document, before, result, options, performs=performs)
    for text in (*texts, *(word_doubt(before, judged, leg.lang) if result["text"] in texts else ())):
        leg.say(text)
    return {**result, **write_run_reports(document, options, performed=performs)}


def _plan(leg: Leg, desk: Desk, judged: Judged, listing: Listing, *, frame: Frame, held: Held) -> Plan:
    """Plan the orders; what is due leaves out those of lost hosts, and what would pass a limit."""
    options, orders = leg.options, accept_orders(judged, leg.options)
    offers = options["state"] != "collected" and not options["due_only"]  # neither places anything
    how = functools.partial(plan_orders, options, desk, orders, listing, outlines=judged.outlines, held=held)
    try:
        plan = how(offers=offers)
    except NotAllowed:  # a service admin may plan, and not see what is offered; whoever orders has to
        if options["state"] != "planned":
            raise
        plan = how(offers=False)
    if not options["due_only"]:
        _require_rows(options, plan, desk)
        return plan
    plan = leave_lost_hosts(leave_doubtful(plan, judged), leg.inventory_hosts)
    return _limit(leg, plan, frame) if options["state"] in contracts.DOING else plan


def _require_rows(options: Options, plan: Plan, desk: Desk) -> None:
    """Refuse a plan that would have people buy what seems to be bought; raises OrdersRefused."""
    if desk.by_people and options["state"] != "collected":
        # Imported late: Ansible recompiles collection code at every start, and at most desks people do nothing.
        from .lost_rows import find_unregistered

        if complaints := list(find_unregistered(options, plan)):
            raise OrdersRefused(complaints)


def _limit(leg: Leg, plan: Plan, frame: Frame) -> Plan:
    """Leave out whatever costs money where it would go past a limit of this task."""
    return leave_past_limits(plan, contracts.read_limits(leg.options), prices=frame.prices)


def _guard(leg: Leg, plan: Plan, desk: Desk, *, frame: Frame, performs: bool) -> tuple[Complaint, ...]:
    """Guard as guard_contracts does; where people are the desk, no sheet of before asks for what a limit refuses."""
    options = leg.options
    if options["state"] == "planned" and options["plan_digest"] and not options["plan_file"]:
        require_reviewed(plan, frame, options["plan_digest"])
    how = functools.partial(contracts.guard_contracts, frame=frame, performs=performs, inventory=leg.inventory_hosts)
    try:
        return how(leg.options, plan, desk)
    except OrdersRefused as refusal:
        past = judge_limits(plan, contracts.read_limits(leg.options), prices=frame.prices)
        if desk.by_people and refusal.complaints == sort_complaints(past):
            leg.hand_out(desk, _limit(leg, plan, frame), {"orders": [], "lang": leg.lang})
        raise


def _find_unperformed(options: Options, plan: Plan, desk: Desk) -> tuple[Complaint, ...]:
    """Find what the plan says and no run does: without a ledger, or at the portal, where a list alone tells."""
    if desk.by_people or not contracts.count_contract_steps(plan):
        return ()
    # Imported late: Ansible recompiles collection code at every start, and most runs find nothing to do.
    from .spender import find_attempts_elsewhere, find_cancellations, find_held_back, find_unusable_ledger

    if desk.keeps_references:
        return find_unusable_ledger(options)
    return (*find_held_back(options, plan), *find_attempts_elsewhere(options, plan), *find_cancellations(plan))


def _list_texts(document: Result, before: Plan, result: Result, options: Options, *, performs: bool) -> list[str]:
    """List what this task shows, of several of one run that compare the same orders."""
    state, verdict = options["state"], document["verdict"]
    if options["look"] and state != "collected" and (performs or state == "planned"):
        return [] if state == "applied" else [result["text"]]  # the look after all work tells what is left
    if not options["due_only"]:
        return [result["text"]]
    nothing = verdict == Verdict.NOTHING_TO_DO and not document["silent"] and not result["left_out"]
    if state == "collected" and not nothing:  # the same run goes on with what is due, and tells of it
        return _word_collection(document, result["orders"])
    late = any(_is_urgent(row, before.as_of) for row in document["orders"])
    calm = verdict in (Verdict.NOTHING_TO_DO, Verdict.WAITING) and not (before.remarks or document["silent"] or late)
    return [] if calm and not result["left_out"] else [result["text"]]


def _is_urgent(row: Result, as_of: dt.datetime | None) -> bool:
    """Check whether an order's work is late, or people have to install its certificate before the one before ends."""
    moments = (
        dt.datetime.fromisoformat(one["alert_at"]) for one in row["deadlines"] if one["what"] == What.INSTALLATION
    )
    return bool(row["late"]) or (as_of is not None and any(moment <= as_of for moment in moments))


def _word_collection(document: Result, orders: list[Result]) -> list[str]:
    """Show the orders to collect alone, where there are any."""
    rows = [row for row in orders if row["standing"] == Standing.TO_COLLECT]
    nothing: Result = {field: [] for field in ("silent", "unmanaged", "unconfirmed", "complaints")}
    alone = {**document, **nothing, "planned": False, "orders": rows}
    return [render_text(alone, document["lang"], brief=True)] if rows else []


def _perform(leg: Leg, plan: Plan, desk: Desk) -> tuple[Plan, tuple[Outcome, ...]]:
    """Perform what of a plan concerns contracts; returns the plan as it is after that, and what came of each step."""
    seen = find_open_renewals(plan)
    # Over the list alone purchases settle otherwise (by_list).
    online = plan.entries if desk.keeps_references else ()
    bought = [entry for entry in online if entry.standing is Standing.TO_REGISTER]
    if not contracts.count_contract_steps(plan) and not seen and not bought:
        return plan, ()
    # Imported late: Ansible recompiles collection code at every start, and most runs find nothing to do.
    from .spender import note_seen, perform_plan

    note_seen(leg.options, seen, bought, leg.warn)
    return perform_plan(leg.options, desk, plan, say=leg.say, lang=leg.lang)


def fetch_missing(leg: Leg) -> Result:
    """Fetch what hosts were found to lack, and hand it to them."""
    from .collecting import fetch_for_hosts

    hosts = fetch_for_hosts(leg.options, leg.options["missing"], leg.open_desk(), say=leg.say, lang=leg.lang)
    return {"changed": False, "planned": False, "hosts": {"register": [], "collect": hosts}}


def _say_work(leg: Leg, plan: Plan, document: Result, result: Result, *, performs: bool) -> Result:
    """Say before a run what it is going to do, and over the portal what that will take; returns the result."""
    if performs:
        leg.say(render_work(document, leg.lang))
    steps = collections.Counter(step for _entry, step in plan.list_steps())
    pages = -(-len(plan.listed) // _ROWS) or 1
    message = estimate_portal(leg.options, purchases=steps[Step.PLACE], registrations=steps[Step.REGISTER], pages=pages)
    if message:
        leg.say(translate(message, leg.lang))
    return result


def _hand_on(leg: Leg, plan: Plan, desk: Desk, held: Held, *, hosts: Collection[str], judged: Judged) -> Result:
    """Hand hosts what the tasks after this one ask of them."""
    # Imported late, as above: reading certificates and CSRs takes a library that takes its time.
    if leg.options["state"] == "prepared":
        if not plan.count_changes():
            return {"look": None}
        from .preparations import hand_on_preparations

        return {"look": hand_on_preparations(leg.options, plan, held, among=judged.list_outlined())}
    if leg.options["state"] == "collected":
        from .collecting import hand_on_certificates

        among, lang = judged.list_outlined(), leg.lang
        look = hand_on_certificates(leg.options, plan, desk, held, hosts=hosts, among=among, say=leg.say, lang=lang)
        return {"look": look}
    return {}


__all__ = ("fetch_missing", "run_contracts")
