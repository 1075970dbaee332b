# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A reissue (再発行): another certificate for what is left of the period, for nothing [M:2261110].

Ours: that a contract with a customer's CSR asks for a new one unless `Habits` says otherwise, and that a reissue waits
for it without a deadline.
"""

from __future__ import annotations

import datetime as dt

from rehearsal_desk.desk import life
from rehearsal_desk.desk.refusals import reference_used
from rehearsal_desk.rules.forms import ReissueForm
from rehearsal_desk.rules.problems import Conflict
from rehearsal_desk.rules.wording import say
from rehearsal_desk.store.store import Application, Procedure


def is_repeated(application: Application, *, form: ReissueForm) -> bool:
    """Check whether this reference has reissued this before; raises `Conflict` when it has done something else."""
    reference = form.client_reference
    found = (each for each in application.procedures if reference and each.client_reference == reference)
    if (before := next(found, None)) is None:
        return False
    if (before.kind, before.replaces) != (life.REISSUE, form.replaces):
        raise reference_used(before.public_id)
    return True


def refuse_unless_possible(application: Application, *, form: ReissueForm, now: dt.datetime) -> None:
    """Raise `Conflict` unless this certificate can be replaced by a reissue now."""
    current = application.current
    if current is None or form.replaces != current.certificate_fingerprint:
        raise Conflict(
            "replaces",
            say("This is not the certificate in use.", "使用中の証明書ではありません。"),
            attribute="replaces",
        )
    if life.successor(application, kind=life.REISSUE, replaces=form.replaces):
        raise Conflict("replaces", say("It has been reissued.", "この証明書は再発行済みです。"), attribute="replaces")
    if (procedure := life.open_procedure(application, now=now)) is not None:
        raise Conflict(
            "procedure",
            say("Another procedure is open, {}.", "別のお手続き ({}) が進行中です。", procedure.public_id),
            attribute="contract_id",
        )
    state = life.state_of(application, now=now)
    if state in life.EXITS:
        raise Conflict(
            "state",
            say("An application that is {} cannot be reissued.", "状態が {} のお申し込みは再発行できません。", state),
            attribute="contract_id",
        )


def opened(application: Application, *, now: dt.datetime) -> Procedure:
    """Return a new reissue of the certificate in use."""
    current = application.shown_first
    procedure = Procedure(
        number=len(application.procedures) + 1,
        kind=life.REISSUE,
        replaces=current.certificate_fingerprint,
        customer_code=application.customer_code,
        opened_by=life.ORDER,
        opened_at=now,
        term=current.term,
        state=life.AWAITING_REGISTRATION,
    )
    application.procedures.append(procedure)
    return procedure
