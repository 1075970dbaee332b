# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""What people have to know of contracts that go on: told from the first day on, not when a window opens."""

from __future__ import annotations

import dataclasses as dc
import datetime as dt
import typing as t

from ...module_utils._core.phrases import Phrase
from .._catalogue.industry import find_lifetime
from .._catalogue.renewals import LEADS
from .._complaints.complaints import Complaint, Place, list_names, shorten
from .._values.order import ReissueReason, Wanted
from .csr_remarks import find_csr_remarks
from .lifecycle import (
    CERTIFIED,
    DAY,
    Phase,
    day_in_japan,
    find_track,
    is_reissue_late,
    is_reissuing,
    is_term_refused,
    knows_serial,
    last_day_before,
    list_lacking_fields,
    wants_reissue,
)
from .links import is_link_shown, unnamed_links
from .steps import Standing, Step

if t.TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from .._values.order import Order
    from .entry import Entry
    from .lifecycle import Track
    from .plan import Plan


_ITS_DAY: t.Final = Phrase("its day", "日時")
_EXPIRIES: t.Final = Phrase("when they expire", "有効期限")
_NO_DAY: t.Final = Phrase("the end of its period", "契約期間の終わり")
_MADE_BY_IIJ: t.Final = Phrase(
    "Afterwards IIJ renews with what was registered last time, and makes the key itself.",
    "期日を過ぎると、前回の情報とIIJが作成する鍵で更新されます。",
)
_UNPUBLISHED: t.Final = Phrase(
    "What IIJ does afterwards with a certificate that is brought is not published.",
    "持ち込み証明書の契約が期日を過ぎるとどうなるかは、公開されていません。",
)
_CANCELLED_LATER: t.Final = Phrase(
    "It is cancelled as soon as that is possible.", "解約できるようになり次第、解約します。"
)
_CANCEL_IN_PERSON: t.Final = Phrase(
    "No run of this collection can cancel it: cancel it in the portal in its next window.",
    "このコレクションからは解約できません。次の受付期間にポータルで解約してください。",
)
# A certificate is applied for now.
_APPLIED_FOR = {Standing.TO_ORDER, Standing.TO_RENEW, Standing.TO_REGISTER, Standing.TO_REISSUE}


def find_remarks(plan: Plan) -> Iterator[Complaint]:
    """Find what the orders' contracts will need, lose or cost."""
    for entry in plan.entries:
        yield from _of_replaced(entry)
        yield from _of_links(entry)
        yield from _of_ending(entry)
        yield from _of_unreissued(entry)
        track, application = entry.track, entry.application
        if track is None or application is None or entry.order.state is not Wanted.PRESENT:
            continue
        order, facts = entry.order, {"contract_id": application.contract_id}
        yield from _of_lacking(order, track, facts)
        if order.is_renewed_here and track.undecided_until and is_term_refused(order, track.window):
            day, terms = last_day_before(track.window.order_by), " / ".join(track.window.terms)
            yield _remark("RENEWAL-TERM", order, {**facts, "value": order.renewal_term, "terms": terms, "day": day})
        yield from _of_brought(entry, track)
        yield from _of_reissue(entry, track)
        if track.phase is Phase.CLOSED and application.live and not order.product.brought:
            end, day = day_in_japan(track.certificate.not_after), last_day_before(track.window.order_by)
            yield _remark("RENEWAL-UNSEEN", order, {**facts, "day": day, "end": end})
        yield from find_csr_remarks(entry, track, facts)
        if _is_late(entry, track):
            end, days = day_in_japan(track.certificate.not_after), LEADS.value[order.product.level.value]
            yield _remark("WINDOW-SHORT", order, {**facts, "end": end, "days": days})
    yield from _find_duplicates(plan)
    yield from _find_shorter_lives(plan)
    yield from _find_unknown_windows(plan)


def _find_shorter_lives(plan: Plan) -> Iterator[Complaint]:
    """Find certificates that live shorter if their CA takes its time: a life is judged by the day of issue."""
    if plan.as_of is None:
        return
    day = day_in_japan(plan.as_of)
    for entry in plan.entries:
        if not {entry.standing, entry.ahead} & _APPLIED_FOR:
            continue
        late = day + dt.timedelta(days=LEADS.value[entry.order.product.level.value])
        now, then = find_lifetime(day), find_lifetime(late)
        if then.days < now.days:
            facts = {"day": then.since - dt.timedelta(days=1), "days": now.days - 1, "less": then.days - 1}
            yield _remark("STEP-DOWN", entry.order, facts, "term")


def _find_unknown_windows(plan: Plan) -> Iterator[Complaint]:
    """Find contracts that go on, and would be renewed by nobody but silence, since nothing is known of their days."""
    unknown = [entry for entry in plan.entries if entry.track is None and _is_certified(entry)]
    if unknown:
        contracts = list_names(entry.application.contract_id for entry in unknown if entry.application)
        what = _EXPIRIES if plan.as_of else _ITS_DAY
        first = _remark("WINDOW-UNKNOWN", unknown[0].order, {"contracts": contracts, "what": what})
        yield dc.replace(first, order=list_names(entry.order.name for entry in unknown))


def _is_certified(entry: Entry) -> bool:
    application = entry.application
    if application is None or entry.order.state is not Wanted.PRESENT:
        return False
    return application.live and application.state in CERTIFIED


def _of_lacking(order: Order, track: Track, facts: Mapping[str, object]) -> Iterator[Complaint]:
    """Find what an order lacks for a renewal that is to come."""
    lacking = list_lacking_fields(order)
    if lacking and track.phase is not Phase.CANCELLED:
        day, then = day_in_japan(track.window.update_by), _UNPUBLISHED if order.product.brought else _MADE_BY_IIJ
        more = {"fields": ", ".join(lacking), "day": day, "then": then}
        yield _remark("RENEWAL-INCOMPLETE", order, {**facts, **more})


def _of_brought(entry: Entry, track: Track) -> Iterator[Complaint]:
    """Find the end of a brought certificate's contract that nobody has decided about."""
    order, application = entry.order, entry.application
    if application is None or not order.product.brought or order.is_renewed_here or not track.is_near():
        return
    facts = {"contract_id": application.contract_id, "day": last_day_before(track.window.order_by)}
    yield _remark("BROUGHT-UNDECIDED", order, facts)


def _of_links(entry: Entry) -> Iterator[Complaint]:
    """Yield what nobody knows of a change of the linked service, and what people have to do for it."""
    application, wanted = entry.application, entry.relinking
    if application is None:
        return
    facts = {"contract_id": application.contract_id}
    if unnamed := unnamed_links(entry.order, application):
        yield _remark("LINK-UNNAMED", entry.order, {**facts, "value": ", ".join(unnamed)}, "linked_contract")
    if wanted is None or application.link_change is not None:
        return
    facts["value"] = wanted.contract_id
    yield _remark("LINK-COST", entry.order, facts, "linked_contract")
    if entry.by_mail:
        yield _remark("LINK-BY-MAIL", entry.order, facts, "linked_contract")
        if not is_link_shown(application):
            yield _remark("LINK-UNSEEN", entry.order, facts, "linked_contract")


def _of_reissue(entry: Entry, track: Track) -> Iterator[Complaint]:
    """Yield what a wanted reissue costs beside money, and what it does not do."""
    order, application = entry.order, entry.application
    unseen = track.certificate.serial_number is None
    if order.reissue is None or application is None:
        return
    facts = {"contract_id": application.contract_id, "serial": order.reissue.serial}
    if not (unseen or _is_reissue(entry)):
        if not knows_serial(application, order.reissue.serial):
            shown = track.certificate.serial_number
            yield _remark("REISSUE-UNKNOWN", order, {**facts, "found": shown}, "reissue")
        return
    if order.reissue.reason is ReissueReason.KEY_COMPROMISED:
        yield _remark("KEY-COMPROMISED", order, facts, "reissue")
    if is_reissuing(application):
        return
    if unseen:
        yield _remark("REISSUE-UNSEEN", order, facts, "reissue")
    elif is_reissue_late(order, track):
        window = {"opens": day_in_japan(track.window.opens_at), "day": day_in_japan(track.window.order_by)}
        yield _remark("REISSUE-IN-WINDOW", order, {**facts, **window}, "reissue")
    elif track.as_of + dt.timedelta(days=find_lifetime(track.as_of.date()).days - 1) < track.certificate.not_after:
        days = find_lifetime(track.as_of.date()).days - 1
        end = day_in_japan(track.certificate.not_after)
        yield _remark("REISSUE-SHORTENS", order, {**facts, "days": days, "end": end}, "reissue")


def _of_unreissued(entry: Entry) -> Iterator[Complaint]:
    """Yield which certificate has to go and is valid to its end, since its order cancels the contract."""
    order, application, track = entry.order, entry.application, entry.track
    if application is None or track is None or not application.live:
        return
    if order.state is Wanted.PRESENT or order.reissue is None:
        return
    if track.certificate.serial_number is not None and not _is_reissue(entry):
        return
    facts = {"contract_id": application.contract_id, "serial": order.reissue.serial}
    if order.reissue.reason is ReissueReason.KEY_COMPROMISED:
        yield _remark("KEY-COMPROMISED", order, facts, "reissue")
    if not is_reissuing(application):
        facts["day"] = f"{day_in_japan(track.certificate.not_after)}"
        yield _remark("REISSUE-CANCELLED", order, facts, "reissue")


def _of_ending(entry: Entry) -> Iterator[Complaint]:
    """Yield what ends though its order keeps it, and what goes on though its order cancels it."""
    order, application, track = entry.order, entry.application, entry.track
    if application is None or track is None or not application.live:
        return
    facts = {"contract_id": application.contract_id, "day": day_in_japan(track.certificate.not_after)}
    if order.state is Wanted.PRESENT and track.phase is Phase.CANCELLED:
        yield _remark("CONTRACT-GIVEN-UP", order, {**facts, "generation": order.generation + 1}, "state")
    elif order.state is not Wanted.PRESENT and track.phase in (Phase.CLOSED, Phase.RENEWED):
        yield _remark("CANCEL-TOO-LATE", order, facts, "state")


def _of_replaced(entry: Entry) -> Iterator[Complaint]:
    """Yield what becomes of the contract that an order replaces, while it goes on."""
    old = entry.replaced
    if old is None or not old.goes_on or old.cancels:
        return
    silent_on = old.track.silent_on if old.track else None
    day = day_in_japan(silent_on) if silent_on else _NO_DAY
    facts = {"value": shorten(entry.order.name), "contract_id": old.application.contract_id, "day": day}
    if old.is_too_late:
        then = _CANCEL_IN_PERSON if old.in_person else _CANCELLED_LATER
        yield _remark("REPLACED-RENEWED", entry.order, {**facts, "then": then}, "replaces")
    elif old.in_person:
        what = {**facts, "common_name": shorten(old.application.common_name)}
        yield _remark("REPLACED-IN-PERSON", entry.order, what, "replaces")
    elif old.track is not None and old.track.is_near():
        yield _remark("REPLACED-GOES-ON", entry.order, facts, "replaces")


def _is_reissue(entry: Entry) -> bool:
    return wants_reissue(entry.order, entry.application) or is_reissuing(entry.application)


def find_clock_difference(plan: Plan, here: dt.datetime) -> tuple[Complaint, ...]:
    """Compare the desk's clock with the controller's, before a renewal is ordered by the desk's."""
    renewing = any(step is Step.RENEW for _entry, step in plan.list_steps())
    if plan.as_of is None or not renewing or abs(plan.as_of - here) < DAY:
        return ()
    facts = {"here": f"{here:%Y-%m-%d %H:%M} UTC", "there": f"{plan.as_of:%Y-%m-%d %H:%M} UTC"}
    return (Complaint(rule="CLOCK-DIFFERS", place=Place(file="desk"), facts=facts),)


def _is_late(entry: Entry, track: Track) -> bool:
    """Check whether the next certificate, which nobody has applied for yet, would come after the end of this one."""
    lead = dt.timedelta(days=LEADS.value[entry.order.product.level.value])
    not_applied = entry.ahead in (Standing.TO_RENEW, Standing.TO_REGISTER, Standing.HELD)
    return (
        not_applied
        and track.phase is not Phase.CANCELLED
        and track.as_of < track.certificate.not_after < track.as_of + lead
    )


def _find_duplicates(plan: Plan) -> Iterator[Complaint]:
    """Find contracts that an order has replaced by another purchase, and that go on all the same."""
    left = {application.contract_id: application for application in plan.unmanaged}
    for order in (entry.order for entry in plan.entries):
        replaced = left.get(order.duplicate_of or "")
        track = find_track(replaced, plan.as_of)
        if replaced is not None and track is not None and track.silent_on is not None:
            facts = {"value": shorten(order.name), "contract_id": replaced.contract_id}
            yield _remark("DUPLICATE-RENEWS", order, {**facts, "day": day_in_japan(track.silent_on)}, "duplicate_of")


def _remark(rule: str, order: Order, facts: Mapping[str, object], field: str = "renewal") -> Complaint:
    return Complaint(rule=rule, place=order.locate((field,)), order=order.name, path=(field,), facts=facts)


__all__ = ("find_clock_difference", "find_remarks")
