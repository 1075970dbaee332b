# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A desk in memory on which days pass: silence renews, IIJ makes CSRs, and the CA issues."""

from __future__ import annotations

import dataclasses as dc
import datetime as dt
import hashlib
import typing as t

from ansible_collections.iij.server_certificate.plugins.plugin_utils._desk.desk import (
    AccessRefused,
    OutcomeUnknown,
    StateConflict,
)
from ansible_collections.iij.server_certificate.plugins.plugin_utils._values.observed import (
    Application,
    Certificate,
    Kind,
    Period,
    Procedure,
    Renewal,
    State,
)
from portfolios import DeskInMemory

if t.TYPE_CHECKING:
    from ansible_collections.iij.server_certificate.plugins.plugin_utils._values.order import Order

DAY: t.Final = dt.timedelta(days=1)
START: t.Final = dt.datetime(2026, 12, 1, 3, tzinfo=dt.UTC)
# The desk's own calendar and caps: what the collection says of them is judged by these.
DAYS: t.Final = {"notice_at": 35, "opens_at": 30, "order_by": 26, "update_by": 21}
CAPS: t.Final = ((dt.date(2029, 3, 15), 46), (dt.date(2027, 3, 15), 99), (dt.date(2026, 3, 15), 199))


def life_of(issued: dt.datetime) -> dt.timedelta:
    return next(days for since, days in CAPS if issued.date() >= since) * DAY


def window_of(certificate: Certificate) -> Renewal:
    begun = (certificate.issued_at or START) + DAY
    moments = {name: max(begun, certificate.not_after - days * DAY) for name, days in DAYS.items()}
    return Renewal(**moments, terms=("6 months",))


@dc.dataclass
class LivingDesk(DeskInMemory):
    """A desk on which days pass: silence renews, IIJ makes CSRs, the CA issues `lead` days after the registration."""

    lead: dt.timedelta = 14 * DAY
    may_order: bool = True
    bought: list[tuple[str, str, str]] = dc.field(default_factory=list)  # contract, replaced certificate, by whom
    issued: int = 0
    by_id: dict[str, Application] = dc.field(default_factory=dict)
    wrong: list[str] = dc.field(default_factory=list)  # what no run may ask for: an error here is a lost answer there

    def list_applications(self) -> tuple[Application, ...]:
        return tuple(self.by_id.values())

    def put(self, row: Application) -> Application:
        self.by_id[row.contract_id] = row
        return row

    def pass_days(self, now: dt.datetime) -> None:
        """Do what is due up to this moment, contract by contract in order of time."""
        self.as_of = now
        for row in list(self.by_id.values()):
            self._live(row, now)

    def _live(self, row: Application, now: dt.datetime) -> None:
        window, procedure = row.renewal, row.procedure
        if window is None:
            return
        if procedure is None and now >= window.order_by:
            row = self.open(row, by="silence", at=window.order_by, reference=None)
            procedure = row.procedure
        if procedure is None:
            if now >= window.opens_at or row.state is State.ISSUED:
                return
        elif procedure.state is State.AWAITING_REGISTRATION and now >= window.update_by:
            row = self._applied(row, origin="service", key=f"iij {row.contract_id} {self.issued}", at=window.update_by)
            procedure = row.procedure
        registered = procedure.registered_at if procedure and procedure.state is State.APPLIED else None
        if registered is not None and now >= registered + self.lead_of(row):
            self.issue(row, registered + self.lead_of(row))

    def lead_of(self, row: Application) -> dt.timedelta:
        """How long the CA takes for what is under way."""
        return self.lead

    def open(self, row: Application, *, by: str, at: dt.datetime, reference: str | None) -> Application:
        replaces = row.certificate_fingerprint or ""
        self.bought.append((row.contract_id, replaces, by))
        procedure = Procedure(
            id=f"{row.contract_id}-{len(self.bought)}",
            kind=Kind.RENEWAL,
            state=State.AWAITING_REGISTRATION,
            replaces=replaces,
            client_reference=reference,
            opened_by="silence" if by == "silence" else "order",
            opened_at=at,
        )
        return self.put(dc.replace(row, procedure=procedure))

    def issue(self, row: Application, at: dt.datetime) -> Application:
        self.issued += 1
        made = row.procedure
        assert made is not None
        number = hashlib.sha256(f"{row.contract_id} {self.issued}".encode()).hexdigest()
        certificate = Certificate(
            serial_number=number[:16],
            certificate_fingerprint=number,
            public_key_fingerprint=made.public_key_fingerprint,
            csr_origin=made.csr_origin,
            not_before=at,
            not_after=at + life_of(at),
            issued_at=at,
        )
        fields = {
            field.name: getattr(certificate, field.name)
            for field in dc.fields(certificate)
            if field.name not in ("installed_at", "revoke_on")
        }
        before = (row.current, *row.previous) if row.current else ()
        period = Period(number=1 if row.period is None else row.period.number + 1, begins=at,
                        ends=certificate.not_after, term="6 months")  # fmt: skip
        return self.put(
            dc.replace(row, **fields, state=State.ISSUED, current=certificate, previous=before, procedure=None,
                       period=period, renewal=window_of(certificate))
        )  # fmt: skip

    def _applied(self, row: Application, *, origin: str, key: str, at: dt.datetime) -> Application:
        assert row.procedure is not None
        procedure = dc.replace(
            row.procedure,
            state=State.APPLIED,
            csr_origin=origin,
            public_key_fingerprint=hashlib.sha256(key.encode()).hexdigest(),
            registered_at=at,
        )
        return self.put(dc.replace(row, procedure=procedure))

    def register(self, application: Application, order: Order, csr: str | None, agree: t.Any = None) -> Application:
        assert csr is not None and self.as_of is not None
        row = self.by_id[application.contract_id]
        if row.procedure is None or row.procedure.state is not State.AWAITING_REGISTRATION:
            raise proved(StateConflict("nothing to register"))
        return self._applied(row, origin="customer", key=csr, at=self.as_of)

    def renew(self, application: Application, order: Order, client_reference: str) -> Application:
        assert self.as_of is not None
        loss = next(self.losses, None)
        if not self.may_order:
            raise proved(AccessRefused("the token lacks the role"))
        if loss == "before":
            raise OutcomeUnknown("lost")
        row = self.by_id[application.contract_id]
        wanted = application.certificate_fingerprint
        if row.procedure is not None and row.procedure.client_reference == client_reference:
            return row
        if row.procedure is not None or row.certificate_fingerprint != wanted:
            raise proved(StateConflict("replaced already"))
        window = row.renewal
        assert window is not None
        if not window.opens_at <= self.as_of < window.order_by:
            self.wrong.append(f"{row.contract_id} was renewed outside its window, on {self.as_of:%Y-%m-%d}")
        row = self.open(row, by="run", at=self.as_of, reference=client_reference)
        if loss == "after":
            raise OutcomeUnknown("booked, and the answer was lost")
        return row


def proved(error: t.Any) -> t.Any:
    error.nothing_done = True
    return error
