# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where a contract and its procedures stand at a given moment, and what comes next; the names are the project's own."""

from __future__ import annotations

import dataclasses as dc
import datetime as dt
import typing as t

from rehearsal_desk.desk import links
from rehearsal_desk.desk.habits import NO_SECOND, Habits
from rehearsal_desk.rules import calendars, catalogue
from rehearsal_desk.rules.catalogue import confirmations_for
from rehearsal_desk.rules.wording import say
from rehearsal_desk.store.store import Application, Procedure

AWAITING_REGISTRATION: t.Final = "awaiting_registration"
APPLIED: t.Final = "applied"
AWAITING_CONFIRMATION: t.Final = "awaiting_confirmation"
ISSUED: t.Final = "issued"
INSTALLING: t.Final = "installing"
INSTALLED: t.Final = "installed"
WITHDRAWN: t.Final = "withdrawn"
REJECTED: t.Final = "rejected"
CANCELLED: t.Final = "cancelled"
EXPIRED: t.Final = "expired"
REVOKED: t.Final = "revoked"

STATES: t.Final = (
    AWAITING_REGISTRATION,
    APPLIED,
    AWAITING_CONFIRMATION,
    ISSUED,
    INSTALLING,
    INSTALLED,
    WITHDRAWN,
    REJECTED,
    CANCELLED,
    EXPIRED,
    REVOKED,
)
EXITS: t.Final = frozenset({WITHDRAWN, REJECTED, CANCELLED, EXPIRED, REVOKED})

NEW: t.Final = "new"
RENEWAL: t.Final = "renewal"
REISSUE: t.Final = "reissue"
CONTINUATION: t.Final = "continuation"

UNDECIDED: t.Final = "undecided"
RENEW: t.Final = "renew"
CANCEL: t.Final = "cancel"

ORDER: t.Final = "order"
SILENCE: t.Final = "silence"
IIJ: t.Final = "iij"

PAID: t.Final = (NEW, RENEWAL)
WITH_THE_CA: t.Final = (APPLIED, AWAITING_CONFIRMATION)

# In which a procedure is over; one that was rejected, except the first, may be registered once more (ours).
_OVER: t.Final = frozenset({ISSUED, WITHDRAWN, CANCELLED})
REGISTRABLE: t.Final = {
    NEW: (AWAITING_REGISTRATION,),
    RENEWAL: (AWAITING_REGISTRATION, REJECTED),
    REISSUE: (AWAITING_REGISTRATION, REJECTED),
    CONTINUATION: (AWAITING_REGISTRATION, REJECTED),
}

# A CA's random values live at most 30 days [BR 3.2.2.4.4, GS:domain-confirmation].
_DAYS_TO_ANSWER: t.Final = 30

# Ours: what IIJ does with an agency order that nobody registers is not published.
_DEADLINE_MISSED: t.Final = say(
    "The registration deadline passed without CSR and application information.",
    "期限までに、CSRと申請情報が登録されませんでした。",
)

_NEXT: t.Final = {
    AWAITING_REGISTRATION: ("register", "service_admin"),
    APPLIED: ("wait_for_ca", "ca"),
    AWAITING_CONFIRMATION: ("answer_ca", "applicant"),
    ISSUED: ("collect", "service_admin"),
    INSTALLING: ("wait_for_installation", "iij"),
}
_NOTHING: t.Final = ("none", "nobody")


@dc.dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """State, open confirmations and next step of a contract at one moment."""

    state: str
    confirmations: tuple[str, ...]
    reason: str | None
    next_action: str
    next_action_by: str
    deadline: dt.date | None


@dc.dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """Where the procedure that is under way stands at one moment."""

    state: str
    confirmations: tuple[str, ...]
    deadline: dt.date | None


@dc.dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """A paid period; that it begins with the issue of its certificate is ours."""

    number: int
    begins: dt.datetime
    ends: dt.datetime
    term: str


@dc.dataclass(frozen=True, slots=True, kw_only=True)
class Renewal:
    """The window around the end of what is paid for, and what was decided in it."""

    notice_at: dt.datetime
    addresses_at: dt.datetime
    opens_at: dt.datetime
    order_by: dt.datetime
    update_by: dt.datetime
    terms: tuple[str, ...]
    decision: str


def standing(application: Application, *, now: dt.datetime) -> Standing:
    """Return where this contract stands now; nothing is written."""
    state, speaks = state_of(application, now=now), application.shown_first
    action, actor = _NEXT.get(state, _NOTHING)
    if state == ISSUED and speaks.downloaded_at is not None:
        action, actor = _NOTHING
    return Standing(
        state=state,
        confirmations=open_confirmations(speaks, product=application.product) if state == AWAITING_CONFIRMATION else (),
        reason=_DEADLINE_MISSED if state == WITHDRAWN else speaks.reason,
        next_action=action,
        next_action_by=actor,
        deadline=_deadline(speaks, state=state),
    )


def state_of(application: Application, *, now: dt.datetime) -> str:
    """Return the state of the contract.

    That of its certificate in use, before its issue that of its first procedure.
    """
    current = application.current
    if current is None or current.not_after is None:
        return _state_of(application.procedures[0], now=now)
    if now > current.not_after:
        return EXPIRED if application.cancelled_at is None else CANCELLED
    if current.installed_at is None:
        return ISSUED
    is_there = now >= current.installed_at and links.change_under_way(application, now=now) is None
    return INSTALLED if is_there else INSTALLING


def open_procedure(application: Application, *, now: dt.datetime) -> Procedure | None:
    """Return the procedure that is under way; only one can be."""
    latest = application.latest
    return None if _is_over(latest, state=_state_of(latest, now=now)) else latest


def is_under_way(procedure: Procedure) -> bool:
    """Check whether this procedure, which is not the first, still leads to a certificate."""
    return not _is_over(procedure, state=procedure.state)


def _is_over(procedure: Procedure, *, state: str) -> bool:
    return state in _OVER or (state == REJECTED and state not in REGISTRABLE[procedure.kind])


def step_of(procedure: Procedure, *, product: str, now: dt.datetime) -> Step:
    """Return where this procedure stands now."""
    state = _state_of(procedure, now=now)
    return Step(
        state=state,
        confirmations=open_confirmations(procedure, product=product) if state == AWAITING_CONFIRMATION else (),
        deadline=_deadline(procedure, state=state),
    )


def open_confirmations(procedure: Procedure, *, product: str) -> tuple[str, ...]:
    """List what the applicant has not answered to the CA so far."""
    answered = (procedure.answered or "").split()
    return tuple(kind for kind in _asked(procedure, product=product) if kind not in answered)


def to_be_asked(application: Application, *, now: dt.datetime) -> tuple[str, ...]:
    """Return what the CA asks the applicant this time: whatever it was not told lately for this contract."""
    return tuple(
        kind
        for kind in confirmations_for(application.product)
        if (told := _last_told(application, kind)) is None
        or now - told > dt.timedelta(days=catalogue.reusable_days(kind, now.date()))
    )


def _asked(procedure: Procedure, *, product: str) -> tuple[str, ...]:
    return confirmations_for(product) if procedure.asked is None else tuple(procedure.asked.split())


def _last_told(application: Application, kind: str) -> dt.datetime | None:
    told = (each for each in application.certificates if kind in _asked(each, product=application.product))
    return max((each.issued_at for each in told if each.issued_at), default=None)


def period_of(application: Application) -> Period | None:
    """Return the paid period of the certificate in use."""
    paid = [procedure for procedure in application.certificates if procedure.kind in PAID]
    if not paid or paid[-1].issued_at is None:
        return None
    begins, term = paid[-1].issued_at, paid[-1].term
    return Period(number=len(paid), begins=begins, ends=catalogue.term_later(begins, term=term), term=term)


def renewal_of(application: Application, *, habits: Habits) -> Renewal | None:
    """Return the window in which the next period is decided: around the end of the last certificate of this one."""
    current = application.current
    if current is None or current.not_after is None:
        return None
    return _window(
        application, current, end=_paid_beyond(application, habits=habits) or current.not_after, habits=habits
    )


def continuation_of(application: Application, *, habits: Habits) -> Renewal | None:
    """Return the window of another certificate inside the paid period; None where none follows."""
    current = application.current
    if current is None or current.not_after is None or _paid_beyond(application, habits=habits) is None:
        return None
    return _window(application, current, end=current.not_after, habits=habits)


def _paid_beyond(application: Application, *, habits: Habits) -> dt.datetime | None:
    """Return the end of the paid period, where that is a day or more behind the end of the certificate in use."""
    current, period = application.current, period_of(application)
    brought = catalogue.PRODUCTS[application.product].brought
    if habits.second_certificate == NO_SECOND or brought or period is None or current is None:
        return None
    if current.not_after is None or period.ends - current.not_after < dt.timedelta(days=1):
        return None
    return period.ends


def _window(application: Application, current: Procedure, *, end: dt.datetime, habits: Habits) -> Renewal:
    issued_at, product = current.issued_at or current.opened_at, catalogue.PRODUCTS[application.product]
    earliest = issued_at + dt.timedelta(days=1)
    calendar = calendars.BROUGHT if product.brought else calendars.in_force(habits.calendars, issued_at.date())

    def before_end(days: int) -> dt.datetime:
        return max(end - dt.timedelta(days=days), earliest)

    return Renewal(
        notice_at=before_end(calendar.notice),
        addresses_at=before_end(calendar.addresses),
        opens_at=before_end(calendar.opens),
        order_by=before_end(calendar.order_by),
        update_by=before_end(calendar.update_by),
        terms=product.terms,
        decision=_decision(application, current),
    )


def _decision(application: Application, current: Procedure) -> str:
    if application.cancelled_at is not None:
        return CANCEL
    renewal = successor(application, kind=RENEWAL, replaces=current.certificate_fingerprint)
    return RENEW if renewal else UNDECIDED


def successor(application: Application, *, kind: str, replaces: str | None) -> Procedure | None:
    """Return the procedure of this kind that replaces this certificate."""
    found = (each for each in application.procedures if (each.kind, each.replaces) == (kind, replaces))
    return next(found, None)


def _state_of(procedure: Procedure, *, now: dt.datetime) -> str:
    missed = procedure.register_by is not None and now.date() > procedure.register_by
    if procedure.kind == NEW and procedure.state == AWAITING_REGISTRATION and missed:
        return WITHDRAWN
    return procedure.state


def _deadline(procedure: Procedure, *, state: str) -> dt.date | None:
    if state == AWAITING_REGISTRATION:
        return procedure.register_by
    if state == AWAITING_CONFIRMATION and procedure.contacted_at is not None:
        return (procedure.contacted_at + dt.timedelta(days=_DAYS_TO_ANSWER)).date()
    return None
