# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""Orders and applications as rows of JSON-ready data: what results, saved plans and reports are made of.

A row holds chosen fields only. Nothing of the applicant, no address and no credential is among them.
"""

from __future__ import annotations

import typing as t

from .._planning.digests import order_digest
from .._planning.lifecycle import day_in_japan, last_day_before, renews
from .._planning.schedule import find_next_deadline
from .._planning.silence import find_silent, tell_silence
from .._planning.steps import CALL_CLASSES, Step
from .._values.observed import Kind
from .deadlines import deadline_rows, lateness_row
from .moments import write_moment
from .offline_forms import write_relinking_mail
from .reasons import explain_standing
from .standing import next_action

if t.TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Collection, Iterable

    from ...module_utils._core.phrases import Language
    from .._planning.entry import Entry
    from .._planning.plan import Plan
    from .._planning.prices import PriceTable
    from .._values.observed import Application

Row = dict[str, t.Any]

# Who alone opens what is no renewal, where the desk does not tell.
_OPENERS: t.Final = {Kind.REISSUE: "order", Kind.CONTINUATION: "iij"}


def order_row(
    entry: Entry, lang: Language, prices: PriceTable | None = None, *, as_of: dt.datetime | None = None
) -> Row:
    """Return one order: where it stands, what is done for it, what has to happen next, by whom and until when."""
    order, application = entry.order, entry.application
    action, actor = next_action(entry, lang)
    until = find_next_deadline(entry)
    return {
        "name": str(order.name),
        "common_name": order.common_name,
        "product": order.product.id,
        "term": order.term,
        "usage": order.usage.value,
        "host": order.host,
        "contract_id": application.contract_id if application else None,
        "linked_service": order.linked_contract.service if order.linked_contract else None,
        "linked_contract_id": _linked_contract_id(entry),
        "relinking": relinking_row(entry),
        "mail": write_relinking_mail(entry) if entry.relinking and entry.by_mail else None,
        "adopted": entry.adopts,
        "state": application.state.value if application else "planned",
        "standing": entry.shown.value,
        "steps": [_step(entry, step, prices) for step in entry.steps],
        "order_digest": order_digest(order),
        "reason": explain_standing(entry, lang),
        "next_action": action,
        "next_action_by": actor,
        "deadline": until.isoformat() if until else None,
        "deadlines": deadline_rows(entry, lang, prices),
        "late": lateness_row(entry, as_of),
        "not_before": write_moment(application.not_before) if application else None,
        "not_after": write_moment(application.not_after) if application else None,
        "serial_number": application.serial_number if application else None,
        "replaces": entry.replaces,
        "renew_by": write_moment(entry.renew_by),
        "replaced": _replaced(entry),
        "renewal": _renewal(entry),
    }


def _replaced(entry: Entry) -> Row | None:
    """Return the contract that the order replaces, and the last day to cancel it before it is renewed."""
    replaced = entry.replaced
    if replaced is None:
        return None
    silent_on = replaced.track.silent_on if replaced.track and replaced.goes_on else None
    return {
        "contract_id": replaced.application.contract_id,
        "common_name": replaced.application.common_name,
        "state": replaced.application.state.value,
        "goes_on": replaced.goes_on,
        "not_after": write_moment(replaced.application.not_after),
        "cancel_by": last_day_before(silent_on).isoformat() if silent_on else None,
    }


def _renewal(entry: Entry) -> Row | None:
    """Return where the contract is in its period, in days of Japan, and what is under way for the next one."""
    track, application = entry.track, entry.application
    if track is None or application is None:
        return None
    procedure = application.procedure if renews(application) else None
    window = track.window
    days = {
        "notice_on": window.notice_at,
        "opens_on": window.opens_at,
        "order_by": window.order_by,
        "update_by": window.update_by,
    }
    return {
        "phase": track.phase.value,
        "state": procedure.state.value if procedure else None,
        "opened_by": procedure.opened_by or _OPENERS.get(procedure.kind) if procedure else None,
        "term": entry.order.renewal_term,
        **{name: day_in_japan(moment).isoformat() for name, moment in days.items()},
    }


def relinking_row(entry: Entry) -> Row | None:
    """Return the next change or addition of a linked service that the order asks for, whoever makes it."""
    wanted = entry.relinking
    if wanted is None or entry.application is None:
        return None
    return {
        "work": wanted.work.value,
        "was": wanted.was,
        "linked_service": wanted.service,
        "linked_contract_id": wanted.contract_id,
        "since": write_moment(wanted.since) if Step.RELINK in entry.steps else None,
        "under_way": entry.application.link_change is not None,
    }


def result_rows(rows: Iterable[Row]) -> list[Row]:
    """Return rows as a task's result has them: without what only a saved plan is compared by."""
    return [{field: value for field, value in row.items() if field != "on_host"} for row in rows]


def application_row(application: Application) -> Row:
    """Return one application of the desk."""
    return {
        "contract_id": application.contract_id,
        "client_reference": application.client_reference,
        "customer_code": application.customer_code,
        "common_name": application.common_name,
        "product": application.product,
        "term": application.term,
        "usage": application.usage,
        "linked_contract_id": application.linked_contract_id,
        "state": application.state.value,
        "confirmations": list(application.confirmations),
        "next_action": application.next_action,
        "next_action_by": application.next_action_by,
        "deadline": application.deadline.isoformat() if application.deadline else None,
        "serial_number": application.serial_number,
        "certificate_fingerprint": application.certificate_fingerprint,
        "not_before": write_moment(application.not_before),
        "not_after": write_moment(application.not_after),
    }


def unmanaged_rows(plan: Plan, prices: PriceTable | None) -> list[Row]:
    """Return the applications that no order names, each with what it costs by itself unless somebody acts, and when."""
    rows = []
    for application in plan.unmanaged:
        silence = tell_silence(application, plan.as_of, prices)
        silent = {"day": silence[0].isoformat(), "yen": silence[1]} if silence else None
        rows.append({**application_row(application), "silent": silent})
    return rows


def price_row(plan: Plan, prices: PriceTable | None) -> Row | None:
    """Return what the plan's purchases come to; None without a price table."""
    if prices is None:
        return None
    cost = prices.sum_cost(plan)
    return {
        "currency": "JPY",
        "total": cost.total,
        "new": cost.new,
        "renewals": cost.renewals,
        "links": cost.links,
        "unpriced": list(cost.unpriced),
    }


def silent_rows(plan: Plan, prices: PriceTable | None, *, undone: Collection[str] = ()) -> list[Row]:
    """Return what IIJ renews by itself, since nobody has ordered or cancelled it."""
    return [
        {
            "contract_id": silent.application.contract_id,
            "common_name": silent.application.common_name,
            "order": silent.order and str(silent.order),
            "product": silent.application.product,
            "day": silent.day.isoformat(),
            "at": write_moment(silent.moment),
            "update_by": silent.update_by.isoformat(),
            "yen": silent.yen,
        }
        for silent in find_silent(plan, prices, undone=undone)
    ]


def _step(entry: Entry, step: Step, prices: PriceTable | None) -> Row:
    price = prices.price_step(entry.order, step) if prices else None
    return {"step": step.value, "call_class": CALL_CLASSES[step].value, "price": price}


def _linked_contract_id(entry: Entry) -> str | None:
    if entry.application:
        return entry.application.linked_contract_id
    return entry.order.linked_contract.contract_id if entry.order.linked_contract else None


__all__ = (
    "Row",
    "application_row",
    "order_row",
    "price_row",
    "relinking_row",
    "result_rows",
    "silent_rows",
    "unmanaged_rows",
)
