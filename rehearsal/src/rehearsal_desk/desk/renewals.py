# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The end of a period: whether it may be renewed or cancelled, and what a renewal opens."""

from __future__ import annotations

import datetime as dt

from rehearsal_desk.desk import life
from rehearsal_desk.desk.habits import Habits
from rehearsal_desk.desk.refusals import reference_used
from rehearsal_desk.rules.forms import RenewalForm, RenewalQuote
from rehearsal_desk.rules.problems import Conflict
from rehearsal_desk.rules.wording import say
from rehearsal_desk.store.store import Application, Procedure


def is_repeated(application: Application, *, form: RenewalForm) -> bool:
    """Check whether this reference has renewed this before; raises `Conflict` when it has done something else."""
    reference = form.client_reference
    found = (each for each in application.procedures if reference and each.client_reference == reference)
    if (before := next(found, None)) is None:
        return False
    if (before.kind, before.replaces, before.term) != (life.RENEWAL, form.replaces, form.term):
        raise reference_used(before.public_id)
    return True


def refuse_unless_due(application: Application, *, form: RenewalQuote, now: dt.datetime, habits: Habits) -> None:
    """Raise `Conflict` unless this certificate can be replaced by a renewal now."""
    renewal, current = life.renewal_of(application, habits=habits), application.current
    if renewal is None or current is None or form.replaces != current.certificate_fingerprint:
        raise Conflict(
            "replaces",
            say("This is not the certificate in use.", "使用中の証明書ではありません。"),
            attribute="replaces",
        )
    if before := life.successor(application, kind=life.RENEWAL, replaces=form.replaces):
        raise Conflict(
            "replaces",
            say(
                "A renewal of it has been ordered, see {}.",
                "この証明書の更新は申し込み済みです ({})。",
                before.public_id,
            ),
            attribute="replaces",
        )
    if (procedure := life.open_procedure(application, now=now)) is not None:
        raise Conflict(
            "procedure",
            say("Another procedure is open, {}.", "別のお手続き ({}) が進行中です。", procedure.public_id),
            attribute="contract_id",
        )
    if application.cancelled_at is not None:
        raise Conflict(
            "state", say("The contract has been cancelled.", "このご契約は解約されています。"), attribute="contract_id"
        )
    if not renewal.opens_at <= now < renewal.order_by:
        message = say(
            "It can be renewed from {:%Y-%m-%d %H:%M} to {:%Y-%m-%d %H:%M} UTC.",
            "更新を申し込めるのは、{:%Y-%m-%d %H:%M} から {:%Y-%m-%d %H:%M} (UTC) までです。",
            renewal.opens_at,
            renewal.order_by,
        )
        raise Conflict("window", message, attribute="contract_id")


def opened(application: Application, *, by: str, term: str, now: dt.datetime, habits: Habits) -> Procedure:
    """Return a new renewal of the certificate in use."""
    window = life.renewal_of(application, habits=habits)
    return _opened(application, kind=life.RENEWAL, window=window, by=by, term=term, now=now)


def continued(application: Application, *, now: dt.datetime, habits: Habits) -> Procedure:
    """Return a new procedure for another certificate inside the paid period, which IIJ opens and nobody pays."""
    window, period = life.continuation_of(application, habits=habits), life.period_of(application)
    term = "" if period is None else period.term
    return _opened(application, kind=life.CONTINUATION, window=window, by=life.IIJ, term=term, now=now)


def _opened(
    application: Application, *, kind: str, window: life.Renewal | None, by: str, term: str, now: dt.datetime
) -> Procedure:
    current = application.current
    if window is None or current is None:  # pragma: no cover
        raise TypeError("contract broken: a contract without a certificate went on")
    procedure = Procedure(
        number=len(application.procedures) + 1,
        kind=kind,
        replaces=current.certificate_fingerprint,
        customer_code=application.customer_code,
        opened_by=by,
        opened_at=now,
        term=term,
        state=life.AWAITING_REGISTRATION,
        register_by=window.update_by.date(),
    )
    application.procedures.append(procedure)
    return procedure


def cancel(application: Application, *, now: dt.datetime, habits: Habits) -> None:
    """Cancel at once what has no certificate, else as of the end of the certificate; again: nothing."""
    state, renewal = life.state_of(application, now=now), life.renewal_of(application, habits=habits)
    if application.cancelled_at is not None:
        return
    if state in life.EXITS:
        raise Conflict(
            "state",
            say("An application that is {} cannot be cancelled.", "状態が {} のお申し込みは解約できません。", state),
            attribute="contract_id",
        )
    if renewal is None:
        application.latest.state = life.CANCELLED
    elif renewal.decision == life.RENEW or now >= renewal.order_by:
        message = say(
            "A renewal is ordered, or would be by now: the last moment was {:%Y-%m-%d %H:%M} UTC.",
            "更新が申し込まれたか、申し込まれたとみなされています。期限は {:%Y-%m-%d %H:%M} (UTC) でした。",
            renewal.order_by,
        )
        raise Conflict("window", message, attribute="contract_id")
    application.cancelled_at = now
