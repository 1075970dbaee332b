# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The service admin's side of the desk: CSR and application information, given once."""

from __future__ import annotations

import dataclasses as dc
import json
import typing as t

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from rehearsal_desk.desk import entering, life
from rehearsal_desk.desk.desk import find
from rehearsal_desk.desk.habits import Habits
from rehearsal_desk.desk.outbox import Outbox
from rehearsal_desk.desk.showing import Shown, show
from rehearsal_desk.rules.admins import Admin
from rehearsal_desk.rules.catalogue import PRODUCTS
from rehearsal_desk.rules.csrs import Csr, UnreadableCsr, make_csr, read_csr
from rehearsal_desk.rules.forms import RegistrationForm
from rehearsal_desk.rules.problems import Breach, Conflict, refuse_if_any
from rehearsal_desk.rules.registration_rules import CUSTOMER, SERVICE, Case, registration_breaches
from rehearsal_desk.rules.wording import say
from rehearsal_desk.store.clock import Clock
from rehearsal_desk.store.store import Procedure, Store
from rehearsal_desk.store.vault import Vault

_UPLOADED: t.Final = say(
    "A person uploads this certificate with its key; nothing is registered for it.",
    "証明書と鍵は担当者がポータルで登録するため、申請情報の登録はありません。",
)


@dc.dataclass(frozen=True, slots=True)
class _Reading:
    """The customer's CSR, or why it cannot be read."""

    csr: Csr | None = None
    fault: str | None = None


class Registrar:
    """Takes registrations."""

    def __init__(self, store: Store, *, clock: Clock, outbox: Outbox, vault: Vault, habits: Habits) -> None:
        self._store = store
        self._clock = clock
        self._outbox = outbox
        self._vault = vault
        self._habits = habits

    def register(
        self, admin: Admin, contract_id: str, form: RegistrationForm, *, misread: tuple[Breach, ...] = ()
    ) -> Shown:
        """Register the application; the same registration again changes nothing."""
        admin.must_have("register")
        reading = _read(form)
        with self._store.reading() as session:
            procedure = _procedure(session, contract_id, admin=admin, form=form)
            self._judge(session, procedure, form=form, reading=reading, misread=misread)
            if self._is_settled(procedure, form=form, csr=reading.csr):
                return show(procedure.application, now=self._clock.now(), habits=self._habits)
        # Making a key takes long, so it is done outside the transaction that holds the lock.
        common_name = procedure.application.common_name
        csr, key = (reading.csr, None) if reading.csr is not None else _make(common_name, form)
        with self._store.writing() as session:
            procedure = _procedure(session, contract_id, admin=admin, form=form, lock=True)
            self._judge(session, procedure, form=form, reading=reading, misread=misread)
            if not self._is_settled(procedure, form=form, csr=csr):
                record, now = _record(form, csr=csr), self._clock.now()
                entering.enter(procedure, origin=form.csr_origin, record=record, csr=csr, now=now)
                entering.keep_key(session, procedure, key=key, vault=self._vault)
                self._outbox.post_registration(session, procedure)
        return show(procedure.application, now=self._clock.now(), habits=self._habits)

    def repeat(self, session: Session, procedure: Procedure, *, keeps_csr: bool = False) -> None:
        """Register as last time what nobody registers, with a CSR that IIJ makes unless it is kept [M:2261088]."""
        entering.repeat(session, procedure, keeps_csr=keeps_csr, now=self._clock.now(), vault=self._vault)
        self._outbox.post_registration(session, procedure)

    def check(self, admin: Admin, contract_id: str, form: RegistrationForm) -> Csr | None:
        """Do everything but the registration, and return the customer's CSR as it was read."""
        admin.must_have("register")
        reading = _read(form)
        with self._store.reading() as session:
            procedure = _procedure(session, contract_id, admin=admin, form=form)
            self._judge(session, procedure, form=form, reading=reading)
            self._is_settled(procedure, form=form, csr=reading.csr)
        return reading.csr

    def _judge(
        self,
        session: Session,
        procedure: Procedure,
        *,
        form: RegistrationForm,
        reading: _Reading,
        misread: tuple[Breach, ...] = (),
    ) -> None:
        application = procedure.application
        if PRODUCTS[application.product].brought:
            raise Conflict("product", _UPLOADED, attribute="contract_id")
        case = Case(
            product=PRODUCTS[application.product],
            common_name=application.common_name,
            usage=application.usage,
            csr=reading.csr,
            csr_fault=reading.fault,
            key_used_elsewhere=_is_used_elsewhere(session, procedure, csr=reading.csr),
        )
        refuse_if_any(registration_breaches(form, case=case, misread=misread))

    def _is_settled(self, procedure: Procedure, *, form: RegistrationForm, csr: Csr | None) -> bool:
        """Check whether this very registration was made before; raises `Conflict` when it can no longer be made."""
        now, latest = self._clock.now(), procedure.application.latest
        if procedure.registration is not None and procedure.registration == _record(form, csr=csr):
            return True
        if procedure is not latest:
            raise Conflict(
                "procedure",
                say("Another procedure is open, {}.", "別のお手続き ({}) が進行中です。", latest.public_id),
                attribute="procedure_id",
            )
        state = life.step_of(procedure, product=procedure.application.product, now=now).state
        if state not in life.REGISTRABLE[procedure.kind]:
            told = life.state_of(procedure.application, now=now) if state == life.ISSUED else state
            raise Conflict(
                "state",
                say(
                    "The application is {}; its registration is closed.",
                    "状態が {} のため、申請情報は登録できません。",
                    told,
                ),
                attribute="contract_id",
            )
        return False


def _procedure(
    session: Session, contract_id: str, *, admin: Admin, form: RegistrationForm, lock: bool = False
) -> Procedure:
    """Return the procedure that this registration speaks of: the one that it names, else the latest."""
    application = find(session, contract_id, admin=admin, lock=lock)
    if form.procedure_id is None:
        return application.latest
    found = (procedure for procedure in application.procedures if procedure.public_id == form.procedure_id)
    if (procedure := next(found, None)) is None:
        raise Conflict(
            "procedure",
            say("This application has no such procedure.", "このお申し込みに、そのお手続きはありません。"),
            attribute="procedure_id",
        )
    return procedure


def _read(form: RegistrationForm) -> _Reading:
    if form.csr_origin != CUSTOMER or not form.csr:
        return _Reading()
    try:
        return _Reading(csr=read_csr(form.csr))
    except UnreadableCsr as error:
        return _Reading(fault=error.fault)


def _make(common_name: str, form: RegistrationForm) -> tuple[Csr, bytes]:
    subject = form.subject
    if subject is None:  # pragma: no cover
        raise TypeError("contract broken: the rules let a registration without subject through")
    return make_csr(
        common_name,
        subject={short: getattr(subject, name) for name, short in entering.SHORTS.items()},
    )


def _is_used_elsewhere(session: Session, procedure: Procedure, *, csr: Csr | None) -> bool:
    """Check whether another contract has this key.

    In the same contract the CA takes it again for the same DN [GS:renew].
    """
    if csr is None:
        return False
    same_key = Procedure.public_key_fingerprint == csr.public_key_fingerprint
    elsewhere = Procedure.application_id != procedure.application_id
    return bool(session.scalar(select(exists().where(same_key, elsewhere))))


def _record(form: RegistrationForm, *, csr: Csr | None) -> str:
    """Return what makes two registrations the same.

    Origin, key and subject of a customer's CSR, and every other value.
    """
    brought = csr if form.csr_origin != SERVICE else None
    entries = {
        "csr_origin": form.csr_origin,
        "csr": brought and {"subject": sorted(brought.subject), "public_key": brought.public_key_fingerprint},
        "subject": form.subject and form.subject.model_dump(),
        "applicant": form.applicant and form.applicant.model_dump(),
        "approval_email": form.approval_email.lower(),
        "certificate_transparency": form.certificate_transparency,
    }
    return json.dumps(entries, sort_keys=True, ensure_ascii=False)
