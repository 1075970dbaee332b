# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""Perform contract orders, one or a whole portfolio, and tell what came of it."""

from __future__ import annotations

import dataclasses as dc
import typing as t

from ...module_utils._core.phrases import Phrase, translate
from .._complaints.complaints import OptionsWrong, OrdersRefused
from .._desk.private_files import find_state_folder
from .._guards.hosts import find_missing_hosts, require_hosts, warn_of_unready_hosts
from .._guards.limits import Limits, judge_limits
from .._guards.quotes import quote_purchases
from .._guards.writable import require_writable
from .._planning.judgement import find_standing, find_standing_ahead
from .._planning.lifecycle import find_track, renews
from .._planning.links import link_standing, relinking_of
from .._planning.schedule import What
from .._planning.steps import CONTRACT_STEPS, Standing, Step
from .._reports.rows import result_rows
from .._reports.text import render_text
from .._values.observed import State
from .planned import require_reviewed

if t.TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from ...module_utils._core.phrases import Language
    from .._complaints.complaints import Complaint
    from .._desk.desk import Desk
    from .._planning.entry import Entry
    from .._planning.outcome import Outcome
    from .._planning.plan import Plan
    from .._reports.document import Frame
    from .._reports.rows import Row
    from .._spending.perform import Performer
    from .._values.observed import Application
    from .asked_orders import Options

DOING: t.Final = ("prepared", "applied")  # the states of a task that leads to changes at the desk
_UNDER_WAY: t.Final = {Step.RENEW: "renewal", Step.REISSUE: "reissue"}
_DID: t.Final = {
    Step.PLACE: Phrase("ordered", "注文しました"),
    Step.RENEW: Phrase("renewed", "更新を申し込みました"),
    Step.REISSUE: Phrase("reissue ordered", "再発行を申し込みました"),
    Step.RELINK: Phrase("other linked service asked for", "連携対応サービスの変更・追加を申し込みました"),
    Step.CANCEL: Phrase("cancelled", "解約しました"),
    Step.CANCEL_REPLACED: Phrase("cancelled what was replaced", "置き換えた契約を解約しました"),
    Step.REGISTER: Phrase("registered", "登録しました"),
}

_ON_SHEETS: t.Final = Phrase(
    "People can do what is left, by these work sheets; the next run finds it at the desk: {0}",
    "残りは作業票に従って手作業でも進められます。結果は次の実行で窓口から見つかります: {0}",
)
_QUOTE_ALONE: t.Final = Phrase(
    "quote (certificate_quote) is for a look, and this run would order. Nothing was ordered: leave it out, "
    "or use plan.yml or apply.yml with --check.",
    "quote (certificate_quote) は確認用の指定ですが、この実行では注文が行われます。注文は行っていません。"
    "指定を外すか、plan.yml または apply.yml --check を使ってください。",
)
_ASSIGNED: t.Final = "(new)"  # in both languages: Ansible shows a diff as JSON in ASCII


def guard_contracts(
    options: Options, plan: Plan, desk: Desk, *, frame: Frame, performs: bool, inventory: frozenset[str]
) -> tuple[Complaint, ...]:
    """Refuse a plan that goes past the limits of this task, or, where it is asked, that the desk would not take.

    A task that only plans shows what goes past them, which is returned.
    """
    if options["quote"] and performs:
        raise OptionsWrong(_QUOTE_ALONE)
    lost = require_hosts(plan, inventory)
    if options.get("buy_before_host"):
        lost = (*lost, *warn_of_unready_hosts(plan))
    if options["quote"] and options["state"] != "prepared":
        lost = (*lost, *quote_purchases(plan, desk))
    past = judge_limits(plan, read_limits(options), prices=frame.prices)
    if options["state"] not in DOING:
        return (*lost, *past)
    if plan.count_changes():
        require_writable({name: options.get(name) for name in ("reports_path", "ledger_path")})
    if count_contract_steps(plan) and not options.get("ledger_path") and not desk.by_people:
        require_writable({"XDG_STATE_HOME": str(find_state_folder())})
    if options["plan_digest"] and not options["plan_file"]:
        require_reviewed(plan, frame, options["plan_digest"])
    if past:
        raise OrdersRefused(past)
    return lost


def read_limits(options: Options) -> Limits:
    """Read what this task may spend."""
    return Limits(**{name: options[name] for name in Limits._fields})


def count_contract_steps(plan: Plan) -> int:
    """Count how many steps of a plan place, renew or cancel."""
    return sum(step in CONTRACT_STEPS for _entry, step in plan.list_steps())


def perform_contracts(
    plan: Plan, performer: Performer, *, without: Collection[str] = ()
) -> tuple[Plan, tuple[Outcome, ...]]:
    """Perform the contract steps of a plan, except for those of some orders; return the plan as the desk is then."""
    steps = ((entry, step) for entry, step in plan.list_steps() if entry.order.name not in without)
    outcomes = performer.perform_contracts(steps, listed=plan.listed)
    return plan_after(plan, outcomes), outcomes


def plan_after(plan: Plan, outcomes: Iterable[Outcome]) -> Plan:
    """Make the plan that follows from the outcomes; an order whose step failed stands where it stood."""
    booked = {(outcome.entry.order.name, outcome.step): outcome.application for outcome in outcomes}
    ended = {name: app for (name, step), app in booked.items() if app and step is Step.CANCEL_REPLACED}
    own = {name: app for (name, step), app in booked.items() if app and step is not Step.CANCEL_REPLACED}
    entries = (_without_replaced(entry, ended.get(entry.order.name)) for entry in plan.entries)
    return dc.replace(plan, entries=tuple(_after(entry, own.get(entry.order.name), plan) for entry in entries))


def _without_replaced(entry: Entry, application: Application | None) -> Entry:
    if application is None or entry.replaced is None:
        return entry
    return dc.replace(entry, replaced=dc.replace(entry.replaced, application=application, cancels=False))


def _after(entry: Entry, application: Application | None, plan: Plan) -> Entry:
    if application is None:
        return entry
    track = find_track(application, plan.as_of)
    unknown, reason = entry.key_unknown, entry.csr_reason
    ahead = find_standing_ahead(
        entry.order, application, track, spread=plan.spread, key_unknown=unknown, csr_reason=reason
    )
    relinking = relinking_of(entry.order, application)
    return dc.replace(
        entry,
        application=application,
        standing=find_standing(entry.order, application, track, on_host=entry.on_host, elsewhere=entry.elsewhere),
        ahead=ahead,
        track=track,
        link=link_standing(relinking, application, ahead=ahead, online=not entry.by_mail),
        relinking=relinking,
        adopts=False,
    )


def make_contract_result(
    document: Row,
    plan: Plan,
    inventory: frozenset[str],
    *,
    before: Plan,
    outcomes: tuple[Outcome, ...],
    repair: bool = True,
    brief: bool = False,
    after: bool = False,
) -> Row:
    """Make the task's result: what the document tells, and whom the remaining work belongs to."""
    lang = document["lang"]
    changing = [entry for entry in before.entries if set(entry.steps) & set(CONTRACT_STEPS)]
    failed, planned = list_failures(outcomes), document["planned"]
    # Finished orders would make thousands of rows that tell nothing; the document counts them.
    document = {**document, "orders": [row for row in document["orders"] if _is_unfinished(row)]}
    result = {
        "changed": bool(changing) if planned else any(not outcome.error for outcome in outcomes),
        **{field: document[field] for field in ("planned", "verdict", "digest", "counts", "price")},
        "orders": result_rows(document["orders"]),
        "unmanaged": [row["contract_id"] for row in document["unmanaged"]],
        "silent": document["silent"],
        "hosts": list_hosts_with_work(plan, repair=repair),
        "without_host": find_missing_hosts(plan, inventory),
        "text": render_text(document, lang, brief=brief, after=after),
        "diff": _diff(before, plan if not planned else None),
    }
    if document["complaints"]:
        result["complaints"] = document["complaints"]
    if failed:
        result.update(failed=True, msg=_failure(tuple(failed.values()), plan, lang))
        if document.get("sheets"):
            result["msg"] += "\n" + translate(_ON_SHEETS.filled(tuple(document["sheets"])), lang)
    return result


def list_failures(outcomes: Iterable[Outcome]) -> dict[str, Outcome]:
    """List the outcomes that are errors, by the order's name."""
    return {outcome.entry.order.name: outcome for outcome in outcomes if outcome.error}


def _is_unfinished(row: Row) -> bool:
    """Check whether something is to be done for an order, at the desk or on its host, by a run or by people."""
    installed_by_hand = any(deadline["what"] == What.INSTALLATION for deadline in row["deadlines"])
    return bool(row["standing"] != Standing.DONE or row["host_changes"] or installed_by_hand)


def list_hosts_with_work(plan: Plan, *, repair: bool = True) -> dict[str, list[str]]:
    """List which inventory hosts have something to register or to collect; the controller goes by localhost.

    Without `repair` a host is left out that was heard to have everything in its places, unless nobody has looked for
    long which certificate a contract has: one that was reissued may look like the one of before.
    """
    steps = {Step.REGISTER: set[str](), Step.COLLECT: set[str]()}
    for entry, step in plan.list_steps():
        if step in steps:
            steps[step].add(entry.order.host or "localhost")
    # Files are checked wherever a certificate was issued, so that one removed from a host is fetched again.
    issued = (entry for entry in plan.entries if entry.installs)
    installed = {entry.order.host or "localhost" for entry in issued if repair or not _is_heard(entry)}
    return {"register": sorted(steps[Step.REGISTER]), "collect": sorted(installed | steps[Step.COLLECT])}


def _is_heard(entry: Entry) -> bool:
    """Check whether its host was heard to have the certificate of this order, and it is known which one that is."""
    return bool(entry.on_host and entry.application and entry.application.certificate_fingerprint)


def progress_line(outcome: Outcome, *, lang: Language) -> str:
    """Return one finished step as a line for people."""
    name = outcome.entry.order.name
    if outcome.error:
        return f"{name}: {translate(outcome.error.phrase, lang)}"
    contract_id = outcome.application.contract_id if outcome.application else ""
    return f"{name}: {translate(_DID[outcome.step], lang)} ({contract_id})"


def _failure(failed: tuple[Outcome, ...], plan: Plan, lang: Language) -> str:
    rest = count_contract_steps(plan)
    words = Phrase(
        "Steps that failed: {0}. Orders still to be ordered, renewed or cancelled: {1}. Run the same again: nothing is "
        "bought twice.",
        "{0}件の処理に失敗しました。未処理の注文・更新・解約が{1}件あります。同じ操作を再実行してください。二重購入にはなりません。",
    )
    return "\n".join(
        [translate(words, lang).format(len(failed), rest), *(progress_line(outcome, lang=lang) for outcome in failed)]
    )


def _diff(before: Plan, plan: Plan | None) -> dict[str, t.Any]:
    """Return what the contract steps change, order by order; predicted where nothing was performed."""
    changing = [entry for entry in before.entries if set(entry.steps) & set(CONTRACT_STEPS)]
    then = {entry.order.name: entry for entry in plan.entries} if plan else {}
    return {
        "before": {entry.order.name: _shown(entry) for entry in changing},
        "after": {
            entry.order.name: _shown(then[entry.order.name]) if then else _predicted(entry) for entry in changing
        },
    }


def _shown(entry: Entry) -> dict[str, t.Any] | None:
    application = entry.application
    if application is None:
        return None
    procedure = application.procedure if renews(application) else None
    under_way = {procedure.kind.value: procedure.state.value} if procedure else {}
    return {"contract_id": application.contract_id, **_bought(entry), "state": application.state.value, **under_way}


def _predicted(entry: Entry) -> dict[str, t.Any]:
    application = entry.application
    for step, name in _UNDER_WAY.items():
        if application is not None and step in entry.steps:
            return {**(_shown(entry) or {}), name: State.AWAITING_REGISTRATION.value}
    state = "cancelled" if entry.standing is Standing.TO_CANCEL else "awaiting_registration"
    contract_id = application.contract_id if application else _ASSIGNED
    return {"contract_id": contract_id, **_bought(entry), "state": state}


def _bought(entry: Entry) -> dict[str, t.Any]:
    order, linked = entry.order, entry.order.linked_contract
    return {
        "common_name": order.common_name,
        "product": order.product.id,
        "term": order.term,
        "usage": order.usage.value,
        "linked_contract_id": linked.contract_id if linked else None,
    }


__all__ = (
    "DOING",
    "count_contract_steps",
    "guard_contracts",
    "list_failures",
    "list_hosts_with_work",
    "make_contract_result",
    "perform_contracts",
    "plan_after",
    "progress_line",
    "read_limits",
)
