# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where an application stands at a given moment, and what happens next; the names are the project's own."""

from __future__ import annotations

import dataclasses as dc
import datetime as dt
import typing as t

from rehearsal_desk.rules.catalogue import confirmations_for
from rehearsal_desk.store.store import Application

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

# A CA's random values live at most 30 days [BR 3.2.2.4.4, GS:domain-confirmation].
_DAYS_TO_ANSWER: t.Final = 30

# Ours: what IIJ does with an agency order that nobody registers is not published.
_DEADLINE_MISSED: t.Final = "The registration deadline passed without CSR and application information."

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
    """State, open confirmations and next step at one moment."""

    state: str
    confirmations: tuple[str, ...]
    reason: str | None
    next_action: str
    next_action_by: str
    deadline: dt.date | None


def standing(application: Application, *, now: dt.datetime) -> Standing:
    """Where this application stands now; nothing is written, so the clock may go back as well."""
    state = _state(application, now=now)
    action, actor = _NEXT.get(state, _NOTHING)
    if state == ISSUED and application.downloaded_at is not None:
        action, actor = _NOTHING
    return Standing(
        state=state,
        confirmations=open_confirmations(application) if state == AWAITING_CONFIRMATION else (),
        reason=_DEADLINE_MISSED if state == WITHDRAWN else application.reason,
        next_action=action,
        next_action_by=actor,
        deadline=_deadline(application, state=state),
    )


def open_confirmations(application: Application) -> tuple[str, ...]:
    """What the applicant has not answered to the CA so far."""
    answered = (application.answered or "").split()
    return tuple(kind for kind in confirmations_for(application.product) if kind not in answered)


def _state(application: Application, *, now: dt.datetime) -> str:
    if application.state == AWAITING_REGISTRATION and now.date() > application.register_by:
        return WITHDRAWN
    if application.state != ISSUED:
        return application.state
    if application.not_after is not None and now > application.not_after:
        return EXPIRED
    if application.installed_at is None:
        return ISSUED
    return INSTALLED if now >= application.installed_at else INSTALLING


def _deadline(application: Application, *, state: str) -> dt.date | None:
    if state == AWAITING_REGISTRATION:
        return application.register_by
    if state == AWAITING_CONFIRMATION and application.contacted_at is not None:
        return (application.contacted_at + dt.timedelta(days=_DAYS_TO_ANSWER)).date()
    return None
