# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The other side of the desk: the CA's and IIJ's work, done when the rehearsal says so."""

from __future__ import annotations

import dataclasses as dc
import typing as t

from sqlalchemy import select
from sqlalchemy.orm import Session, undefer

from rehearsal_desk.desk import life
from rehearsal_desk.desk.authority import CertificationAuthority
from rehearsal_desk.desk.desk import Shown, find
from rehearsal_desk.desk.mishaps import Mishaps
from rehearsal_desk.desk.outbox import Outbox
from rehearsal_desk.rules import catalogue
from rehearsal_desk.rules.problems import Conflict
from rehearsal_desk.store.clock import Clock, business_days_after
from rehearsal_desk.store.store import Application, AuditEntry, Purchase, Store

_DOCUMENTS: t.Final = "documents"
_WITH_THE_CA: t.Final = (life.APPLIED, life.AWAITING_CONFIRMATION)


@dc.dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """One application that went from a state to another."""

    contract_id: str
    before: str
    after: str


class BackOffice:
    """Lets the CA contact, issue and reject, and counts purchases."""

    def __init__(
        self, store: Store, *, clock: Clock, authority: CertificationAuthority, outbox: Outbox, mishaps: Mishaps
    ) -> None:
        self._store = store
        self._clock = clock
        self._outbox = outbox
        self._authority = authority
        self._mishaps = mishaps

    def contact(self, contract_ids: t.Sequence[str] | None) -> tuple[Move, ...]:
        """The CA contacts the applicants of what has been applied for, nothing more."""
        return self._move(contract_ids, states=(life.APPLIED,), act=self._contact)

    def work(self, contract_ids: t.Sequence[str] | None) -> tuple[Move, ...]:
        """The CA contacts, the applicants answer everything, the CA issues; linked ones start installing."""
        return self._move(contract_ids, states=_WITH_THE_CA, act=self._confirm_and_issue)

    def answer(self, contract_id: str, *, confirmation: str) -> Move:
        """The applicant answers one confirmation; with the last one answered the CA issues."""

        def answer(application: Application) -> None:
            still_open = life.open_confirmations(application)
            if confirmation not in still_open:
                raise Conflict("state", "This confirmation is not open.", attribute="confirmation")
            if confirmation == _DOCUMENTS and self._mishaps.refuse_documents(application):
                return
            application.answered = " ".join(filter(None, (application.answered, confirmation)))
            if still_open == (confirmation,):
                self._issue(application)

        moves = self._move([contract_id], states=(life.AWAITING_CONFIRMATION,), act=answer)
        if not moves:
            raise Conflict("state", "The CA is not waiting for an answer.", attribute="contract_id")
        return moves[0]

    def reject(self, contract_id: str, *, reason: str) -> Move:
        """The CA rejects this application."""

        def reject(application: Application) -> None:
            application.state = life.REJECTED
            application.reason = reason

        moves = self._move([contract_id], states=_WITH_THE_CA, act=reject)
        if not moves:
            raise Conflict("state", "This application is not with the CA.", attribute="contract_id")
        return moves[0]

    def read_application(self, contract_id: str) -> Shown:
        """Read one application of any admin."""
        with self._store.reading() as session:
            return self._show(find(session, contract_id))

    def list_at_ca(self) -> tuple[Shown, ...]:
        """List the applications that are with the CA, oldest first."""
        with self._store.reading() as session:
            rows = session.scalars(
                select(Application).where(Application.state.in_(_WITH_THE_CA)).order_by(Application.id)
            )
            return tuple(map(self._show, rows))

    def list_purchases(self) -> tuple[Purchase, ...]:
        """List every purchase ever made, oldest first."""
        with self._store.reading() as session:
            return tuple(session.scalars(select(Purchase).order_by(Purchase.id)))

    def list_audit(self) -> tuple[AuditEntry, ...]:
        """List every spend and every download, oldest first."""
        with self._store.reading() as session:
            return tuple(session.scalars(select(AuditEntry).order_by(AuditEntry.id)))

    def _move(
        self,
        contract_ids: t.Sequence[str] | None,
        *,
        states: tuple[str, ...],
        act: t.Callable[[Application], None],
    ) -> tuple[Move, ...]:
        with self._store.writing() as session:
            chosen = _chosen(session, contract_ids, states=states)
            return tuple(self._moved(session, application, act=act) for application in chosen)

    def _moved(self, session: Session, application: Application, *, act: t.Callable[[Application], None]) -> Move:
        before, known = self._state(application), application.contacted_at is not None
        act(application)
        if application.contacted_at is not None and not known:
            self._outbox.post_contact(session, application)
        if application.state == life.ISSUED:
            self._outbox.post_issue(session, application)
        elif application.state == life.REJECTED:
            self._outbox.post_rejection(session, application)
        return Move(contract_id=application.contract_id, before=before, after=self._state(application))

    def _show(self, application: Application) -> Shown:
        return Shown(application, life.standing(application, now=self._clock.now()))

    def _state(self, application: Application) -> str:
        return life.standing(application, now=self._clock.now()).state

    def _contact(self, application: Application) -> None:
        application.state = life.AWAITING_CONFIRMATION
        application.contacted_at = self._clock.now()

    def _confirm_and_issue(self, application: Application) -> None:
        if _DOCUMENTS in life.open_confirmations(application) and self._mishaps.refuse_documents(application):
            application.contacted_at = application.contacted_at or self._clock.now()
            application.state = life.AWAITING_CONFIRMATION
            application.answered = " ".join(
                kind for kind in catalogue.confirmations_for(application.product) if kind != _DOCUMENTS
            )
            return
        self._issue(application)

    def _issue(self, application: Application) -> None:
        now = self._clock.now()
        if application.csr is None:  # pragma: no cover
            raise TypeError("contract broken: an application reached the CA without a CSR")
        issued = self._authority.issue(
            application.csr,
            common_name=application.common_name,
            product=catalogue.PRODUCTS[application.product],
            term=application.term,
            now=now,
        )
        application.state = life.ISSUED
        application.contacted_at = application.contacted_at or now
        application.issued_at = now
        application.certificate = issued.certificate
        application.chain = issued.chain
        application.certificate_fingerprint = issued.fingerprint
        application.serial_number = issued.serial_number
        application.not_before = issued.not_before
        application.not_after = issued.not_after
        if application.linked_service is not None:
            service = catalogue.LINKED_SERVICES[application.linked_service]
            application.installed_at = business_days_after(now, days=service.installation_days)


def _chosen(
    session: Session, contract_ids: t.Sequence[str] | None, *, states: tuple[str, ...]
) -> tuple[Application, ...]:
    bulky = (undefer(Application.csr),)
    if contract_ids is None:
        query = select(Application).where(Application.state.in_(states)).order_by(Application.id).with_for_update()
        return tuple(session.scalars(query.options(*bulky)))
    named = (find(session, contract_id, options=bulky, lock=True) for contract_id in dict.fromkeys(contract_ids))
    return tuple(application for application in named if application.state in states)
