# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How CSR and application information get into a procedure: as a registration gives them, or as last time."""

from __future__ import annotations

import datetime as dt
import json
import typing as t

from sqlalchemy.orm import Session

from rehearsal_desk.desk import life
from rehearsal_desk.desk.showing import label_of
from rehearsal_desk.rules.csrs import Csr, make_csr, read_csr
from rehearsal_desk.rules.forms import SubjectForm
from rehearsal_desk.rules.order_rules import OTHER
from rehearsal_desk.rules.registration_rules import CUSTOMER, SERVICE
from rehearsal_desk.store.store import PrivateKey, Procedure
from rehearsal_desk.store.vault import Vault

SHORTS: t.Final = {"state_or_province_name": "ST", "locality_name": "L", "organization_name": "O"}


def enter(procedure: Procedure, *, origin: str, record: str, csr: Csr, now: dt.datetime) -> None:
    """Put a registration into this procedure, which goes to the CA with it."""
    procedure.state = life.APPLIED
    procedure.reason = procedure.answered = procedure.contacted_at = None  # it may have been rejected before
    procedure.registered_at = now
    procedure.asked = " ".join(life.to_be_asked(procedure.application, now=now))
    procedure.registration = record
    procedure.csr_origin = origin
    procedure.csr = csr.pem
    procedure.public_key_fingerprint = csr.public_key_fingerprint


def keep_key(session: Session, procedure: Procedure, *, key: bytes | None, vault: Vault) -> None:
    """Keep the key that the service has made, where a customer will ask for it."""
    # Of a linked service only IIJ needs the key, and a rehearsal installs nothing: it is forgotten.
    if key is not None and procedure.application.usage == OTHER:
        session.merge(PrivateKey(procedure_id=procedure.id, sealed=vault.seal(key, label=label_of(procedure))))


def repeat(session: Session, procedure: Procedure, *, keeps_csr: bool, now: dt.datetime, vault: Vault) -> None:
    """Register the information of last time; a CSR of the customer's is made by IIJ from now on unless it is kept."""
    before = procedure.application.shown_first
    record: dict[str, t.Any] = json.loads(before.registration or "{}")
    if keeps_csr and before.csr is not None and before.csr_origin == CUSTOMER:
        enter(procedure, origin=CUSTOMER, record=before.registration or "{}", csr=read_csr(before.csr), now=now)
        return
    subject = _subject_of(record)
    csr, key = make_csr(procedure.application.common_name, subject=subject)
    record |= {"csr_origin": SERVICE, "csr": None, "subject": _as_form(subject)}
    text = json.dumps(record, sort_keys=True, ensure_ascii=False)
    enter(procedure, origin=SERVICE, record=text, csr=csr, now=now)
    keep_key(session, procedure, key=key, vault=vault)


def _subject_of(record: dict[str, t.Any]) -> dict[str, str]:
    """Return the subject of a registration as attributes, wherever its CSR came from."""
    if record.get("csr"):
        return {short: value for short, value in record["csr"]["subject"] if short in SHORTS.values()}
    return {short: record["subject"][name] for name, short in SHORTS.items()} if record.get("subject") else {}


def _as_form(subject: dict[str, str]) -> dict[str, str]:
    return SubjectForm(**{name: subject.get(short, "") for name, short in SHORTS.items()}).model_dump()
