# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The other side of the desk: the CA's and IIJ's work, done when the rehearsal says so."""

from __future__ import annotations

import dataclasses as dc
import datetime as dt
import typing as t

from sqlalchemy import select
from sqlalchemy.orm import Session

from rehearsal_desk.desk import life, links
from rehearsal_desk.desk.authority import CertificationAuthority
from rehearsal_desk.desk.desk import find
from rehearsal_desk.desk.habits import Habits
from rehearsal_desk.desk.mishaps import Mishaps
from rehearsal_desk.desk.outbox import Outbox
from rehearsal_desk.desk.showing import Shown, show
from rehearsal_desk.rules import catalogue
from rehearsal_desk.rules.csrs import make_csr
from rehearsal_desk.rules.problems import Conflict
from rehearsal_desk.rules.registration_rules import CUSTOMER
from rehearsal_desk.rules.wording import say, spoken_here
from rehearsal_desk.store.clock import Clock, business_days_after
from rehearsal_desk.store.store import Application, AuditEntry, Procedure, Purchase, Store

_DOCUMENTS: t.Final = "documents"
_DOMAIN: t.Final = "domain"

# Ours: what a CA does then is not published.
_NOTHING_LEFT: t.Final = say(
    "The certificate that was to be reissued has ended.", "再発行の対象の証明書は、有効期限が切れています。"
)


@dc.dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """One application that went from a state to another."""

    contract_id: str
    before: str
    after: str


class BackOffice:
    """Lets the CA contact, issue and reject, and counts purchases."""

    def __init__(
        self,
        store: Store,
        *,
        clock: Clock,
        authority: CertificationAuthority,
        outbox: Outbox,
        mishaps: Mishaps,
        habits: Habits,
    ) -> None:
        self._store = store
        self._clock = clock
        self._outbox = outbox
        self._authority = authority
        self._mishaps = mishaps
        self._habits = habits

    def contact(self, contract_ids: t.Sequence[str] | None) -> tuple[Move, ...]:
        """Let the CA contact the applicants of what has been applied for, nothing more."""
        return self._move(contract_ids, states=(life.APPLIED,), act=self._contact)

    def work(self, contract_ids: t.Sequence[str] | None) -> tuple[Move, ...]:
        """Let the CA contact, the applicants answer everything, and the CA issue; linked ones start installing."""
        return self._move(contract_ids, states=life.WITH_THE_CA, act=self._confirm_and_issue)

    def contact_one(self, session: Session, procedure: Procedure) -> None:
        """Let the CA contact the applicant of this procedure."""
        self._moved(session, procedure, act=self._contact)

    def issue_one(self, session: Session, procedure: Procedure) -> None:
        """Let the CA contact, the applicant answer everything, and the CA issue for this procedure."""
        self._moved(session, procedure, act=self._confirm_and_issue)

    def waiting(self) -> t.Any:
        """Choose the contracts for which the CA has something to do."""
        return _waiting(life.WITH_THE_CA)

    def answer(self, contract_id: str, *, confirmation: str) -> Move:
        """Let the applicant answer one confirmation; with the last one answered the CA issues."""

        def answer(procedure: Procedure) -> None:
            still_open = life.open_confirmations(procedure, product=procedure.application.product)
            if confirmation not in still_open:
                raise Conflict(
                    "state",
                    say("This confirmation is not open.", "この確認は、回答待ちではありません。"),
                    attribute="confirmation",
                )
            if confirmation == _DOCUMENTS and self._mishaps.refuse_documents(procedure.application):
                return
            procedure.answered = " ".join(filter(None, (procedure.answered, confirmation)))
            if still_open == (confirmation,):
                self._issue(procedure)

        moves = self._move([contract_id], states=(life.AWAITING_CONFIRMATION,), act=answer)
        if not moves:
            raise Conflict(
                "state",
                say("The CA is not waiting for an answer.", "認証局は回答を待っていません。"),
                attribute="contract_id",
            )
        return moves[0]

    def reject(self, contract_id: str, *, reason: str) -> Move:
        """Let the CA reject what it was asked for this contract."""

        def reject(procedure: Procedure) -> None:
            procedure.state = life.REJECTED
            procedure.reason = reason

        moves = self._move([contract_id], states=life.WITH_THE_CA, act=reject)
        if not moves:
            raise Conflict(
                "state",
                say("This application is not with the CA.", "このお申し込みは、認証局で処理中ではありません。"),
                attribute="contract_id",
            )
        return moves[0]

    def upload(self, contract_id: str) -> Move:
        """Let a person upload a certificate from elsewhere with its key, which nobody keeps here [M:9049881]."""

        def upload(procedure: Procedure) -> None:
            application = procedure.application
            if not catalogue.PRODUCTS[application.product].brought:
                raise Conflict(
                    "product",
                    say("This certificate is not brought by the customer.", "持ち込み証明書品目ではありません。"),
                    attribute="contract_id",
                )
            csr, _key = make_csr(application.common_name, subject={})
            procedure.registered_at = self._clock.now()
            procedure.csr, procedure.csr_origin = csr.pem, CUSTOMER
            procedure.public_key_fingerprint = csr.public_key_fingerprint
            self._issue(procedure)

        moves = self._move([contract_id], states=(life.AWAITING_REGISTRATION,), act=upload)
        if not moves:
            raise Conflict(
                "state",
                say("No certificate is waited for.", "証明書の登録待ちではありません。"),
                attribute="contract_id",
            )
        return moves[0]

    def read_application(self, contract_id: str) -> Shown:
        """Read one application of any admin."""
        with self._store.reading() as session:
            return self._show(find(session, contract_id))

    def list_at_ca(self) -> tuple[Shown, ...]:
        """List the applications that are with the CA, oldest first."""
        with self._store.reading() as session:
            return tuple(self._show(row) for row in session.scalars(_waiting(life.WITH_THE_CA)))

    def list_purchases(self) -> tuple[Purchase, ...]:
        """List every purchase ever made, oldest first."""
        with self._store.reading() as session:
            return tuple(session.scalars(select(Purchase).order_by(Purchase.id)))

    def list_audit(self) -> tuple[AuditEntry, ...]:
        """List every spend and every download, oldest first."""
        with self._store.reading() as session:
            return tuple(session.scalars(select(AuditEntry).order_by(AuditEntry.id)))

    def _show(self, application: Application) -> Shown:
        return show(application, now=self._clock.now(), habits=self._habits)

    def _move(
        self,
        contract_ids: t.Sequence[str] | None,
        *,
        states: tuple[str, ...],
        act: t.Callable[[Procedure], None],
    ) -> tuple[Move, ...]:
        with self._store.writing() as session:
            chosen = _chosen(session, contract_ids, states=states)
            return tuple(self._moved(session, procedure, act=act) for procedure in chosen)

    def _moved(self, session: Session, procedure: Procedure, *, act: t.Callable[[Procedure], None]) -> Move:
        before, known = procedure.state, procedure.contacted_at is not None
        wanted = life.open_confirmations(procedure, product=procedure.application.product)
        act(procedure)
        if procedure.contacted_at is not None and not known and _DOMAIN in wanted:
            self._outbox.post_contact(session, procedure)
        if procedure.state == life.ISSUED:
            self._outbox.post_issue(session, procedure)
        elif procedure.state == life.REJECTED:
            self._outbox.post_rejection(session, procedure)
        application, after = procedure.application, procedure.state
        if after == life.ISSUED:
            after = life.state_of(application, now=self._clock.now())
        return Move(contract_id=application.contract_id, before=before, after=after)

    def _contact(self, procedure: Procedure) -> None:
        if not life.open_confirmations(procedure, product=procedure.application.product):
            return  # the CA has nothing to ask, and issues without a word
        procedure.state = life.AWAITING_CONFIRMATION
        procedure.contacted_at = self._clock.now()

    def _confirm_and_issue(self, procedure: Procedure) -> None:
        application = procedure.application
        still_open = life.open_confirmations(procedure, product=application.product)
        if _DOCUMENTS in still_open and self._mishaps.refuse_documents(application):
            procedure.contacted_at = procedure.contacted_at or self._clock.now()
            procedure.state = life.AWAITING_CONFIRMATION
            procedure.answered = " ".join(kind for kind in still_open if kind != _DOCUMENTS)
            return
        self._issue(procedure)

    def _issue(self, procedure: Procedure) -> None:
        now, application, before = self._clock.now(), procedure.application, procedure.application.current
        if procedure.csr is None:  # pragma: no cover
            raise TypeError("contract broken: a procedure reached the CA without a CSR")
        if procedure.kind == life.REISSUE and before is not None and before.not_after and before.not_after <= now:
            procedure.state, procedure.reason = life.REJECTED, str(spoken_here(_NOTHING_LEFT))
            return
        issued = self._authority.issue(
            procedure.csr,
            common_name=application.common_name,
            product=catalogue.PRODUCTS[application.product],
            term=procedure.term,
            now=now,
            **_span(procedure, before),
        )
        if procedure.kind == life.REISSUE and before is not None:
            before.revoke_on = now.date() + dt.timedelta(days=self._mishaps.days_to_revocation(application))
        procedure.state = life.ISSUED
        procedure.contacted_at = procedure.contacted_at or now
        procedure.issued_at = now
        procedure.certificate = issued.certificate
        procedure.chain = issued.chain
        procedure.certificate_fingerprint = issued.fingerprint
        procedure.serial_number = issued.serial_number
        procedure.not_before = issued.not_before
        procedure.not_after = issued.not_after
        if (linked := links.link_to_be(application, now=now).service) is not None:
            service = catalogue.LINKED_SERVICES[linked]
            procedure.installed_at = business_days_after(now, days=service.installation_days)


def _span(procedure: Procedure, before: Procedure | None) -> dict[str, dt.datetime | None]:
    """Return when the life of a new certificate begins or ends, by the one before.

    A reissue keeps its end [M:2261110], and another certificate inside the period has a whole life [GS:199certificate].
    """
    end = None if before is None else before.not_after
    return {"until": end} if procedure.kind == life.REISSUE else {"after": end if procedure.kind in life.PAID else None}


def _chosen(
    session: Session, contract_ids: t.Sequence[str] | None, *, states: tuple[str, ...]
) -> tuple[Procedure, ...]:
    """Return the procedures in these states, each with its contract locked."""
    if contract_ids is None:
        found = tuple(session.scalars(_waiting(states).with_for_update(of=Application)))
    else:
        found = tuple(find(session, contract_id, lock=True) for contract_id in dict.fromkeys(contract_ids))
    return tuple(application.latest for application in found if application.latest.state in states)


def _waiting(states: tuple[str, ...]) -> t.Any:
    """Choose the contracts with a procedure in one of these states, oldest first."""
    waiting = select(Procedure.application_id).where(Procedure.state.in_(states))
    return select(Application).where(Application.id.in_(waiting)).order_by(Application.id)
