# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A living desk at which everything can be asked for; it writes down what no run may ever ask for."""

from __future__ import annotations

import contextlib
import dataclasses as dc
import datetime as dt
import typing as t

from ansible_collections.iij.server_certificate.plugins.plugin_utils._desk.desk import (
    AccessRefused,
    OutcomeUnknown,
    ReferenceTaken,
    StateConflict,
)
from ansible_collections.iij.server_certificate.plugins.plugin_utils._values.observed import (
    Application,
    Decision,
    Kind,
    OfferedProduct,
    Procedure,
    SeenContract,
    State,
)
from living_desk import DAY, LivingDesk, proved, window_of
from portfolios import booked, link_change

if t.TYPE_CHECKING:
    from collections.abc import Iterator

    from ansible_collections.iij.server_certificate.plugins.plugin_utils._values.links import Relinking
    from ansible_collections.iij.server_certificate.plugins.plugin_utils._values.order import Order

PRODUCTS: t.Final = ("sureserver_cloud", "sureserver_ev_cloud", "quick_ssl", "secure_server_id_cloud")
LINKS: t.Final = tuple(f"gca0000000{number}" for number in range(1, 4))
_SERVICE: t.Final = "gio_content_acceleration"


@dc.dataclass
class ChangingDesk(LivingDesk):
    """A reissue keeps the end of what it replaces and waits before silence does, as at the rehearsal desk."""

    reissue_lead: dt.timedelta = 7 * DAY  # about five business days [M:2261110]
    link_lead: dt.timedelta = 5 * DAY
    contracts: tuple[SeenContract, ...] = tuple(
        SeenContract(contract_id=link, service=_SERVICE, name="delivery", customer_code="SG00000001") for link in LINKS
    )
    reissued: dict[tuple[str, str], str] = dc.field(default_factory=dict)  # by contract and serial number: whose
    cancelled: list[str] = dc.field(default_factory=list)  # contracts, each time that one ends by a call
    relinked: list[str] = dc.field(default_factory=list)  # references
    certified: dict[str, str] = dc.field(default_factory=dict)  # the contract of each key that was registered
    compromised: set[str] = dc.field(default_factory=set)  # keys, by their fingerprints

    def list_products(self) -> tuple[OfferedProduct, ...]:
        return tuple(OfferedProduct(product=product, terms=("6 months",)) for product in PRODUCTS)

    def find_application(self, client_reference: str) -> Application | None:
        return next((row for row in self.by_id.values() if row.client_reference == client_reference), None)

    def lead_of(self, row: Application) -> dt.timedelta:
        is_reissue = row.procedure is not None and row.procedure.kind is Kind.REISSUE
        return self.reissue_lead if is_reissue else self.lead

    def _live(self, row: Application, now: dt.datetime) -> None:
        change, procedure = row.link_change, row.procedure
        if change is not None and change.requested_at is not None and now >= change.requested_at + self.link_lead:
            row = self.put(dc.replace(row, linked_contract_id=change.linked_contract_id, link_change=None,
                                      linked_since=change.requested_at + self.link_lead))  # fmt: skip
        if row.renewal is not None and row.renewal.decision is Decision.CANCEL:
            if row.not_after is not None and now >= row.not_after and row.live:
                self.put(dc.replace(row, state=State.CANCELLED))
        elif procedure is not None and procedure.kind is not Kind.RENEWAL:
            applied = procedure.registered_at if procedure.state is State.APPLIED else None
            if applied is not None and now >= applied + self.lead_of(row):
                self.issue(row, applied + self.lead_of(row))
        elif row.live:
            super()._live(row, now)

    def issue(self, row: Application, at: dt.datetime) -> Application:
        made, before = row.procedure, (row.current, *row.previous)
        row = super().issue(row, at)
        current = row.current
        assert made is not None and current is not None
        previous = tuple(one for one in before if one is not None)
        if made.kind is Kind.REISSUE:
            current = dc.replace(current, not_after=min(current.not_after, previous[0].not_after))
        state = State.INSTALLED if row.linked_contract_id else State.ISSUED
        return self.put(dc.replace(row, current=current, previous=previous, not_after=current.not_after, state=state,
                                   renewal=window_of(current)))  # fmt: skip

    def register(self, application: Application, order: Order, csr: str | None, agree: t.Any = None) -> Application:
        assert self.as_of is not None
        row = self.by_id[application.contract_id]
        if row.procedure is None or row.procedure.state is not State.AWAITING_REGISTRATION:
            raise proved(StateConflict("nothing to register"))
        key = csr or f"iij {row.contract_id} {self.issued}"
        row = self._applied(row, origin="customer" if csr else "service", key=key, at=self.as_of)
        if row.current is None:
            row = self.put(dc.replace(row, state=State.APPLIED))
        fingerprint = row.procedure.public_key_fingerprint if row.procedure else None
        assert fingerprint is not None
        if fingerprint in self.compromised:
            self.wrong.append(f"{order.name}: a compromised key was certified again on {self.as_of:%Y-%m-%d}")
        if before := self.certified.get(fingerprint):
            self.wrong.append(f"{order.name}: a key of {before} was certified again on {self.as_of:%Y-%m-%d}")
        self.certified[fingerprint] = row.contract_id
        return row

    @contextlib.contextmanager
    def _answering(self) -> Iterator[None]:
        """Take a spending call: it may be lost on its way, refused for its role, and its answer may be lost."""
        loss = next(self.losses, None)
        if not self.may_order:
            raise proved(AccessRefused("the token lacks the role"))
        if loss == "before":
            raise OutcomeUnknown("lost before it was booked")
        yield
        if loss == "after":
            raise OutcomeUnknown("booked, and the answer was lost")

    def place(self, order: Order, client_reference: str) -> Application:
        with self._answering():
            found = self.find_application(client_reference)
            if found is None:
                self.purchases.append(client_reference)
                made = Procedure(id="new", kind=Kind.NEW, state=State.AWAITING_REGISTRATION, opened_at=self.as_of)
                row = booked(order, client_reference, number=len(self.purchases))
                found = self.put(dc.replace(row, procedure=made, ordered_at=self.as_of))
            elif found.common_name != order.common_name:
                raise proved(ReferenceTaken("the reference belongs to another order"))
        return found

    def reissue(self, application: Application, order: Order, client_reference: str, reason: str) -> Application:
        with self._answering():
            row = self.by_id[application.contract_id]
            open_now = row.procedure
            if open_now is None or open_now.client_reference != client_reference:
                if open_now is not None or row.current != application.current:
                    raise proved(StateConflict("replaced already"))
                row = self._open_reissue(row, client_reference)
        return row

    def _open_reissue(self, row: Application, client_reference: str) -> Application:
        serial = (row.contract_id, row.serial_number or "")
        if serial in self.reissued:
            self.wrong.append(f"{serial} was reissued twice")
        self.reissued[serial] = client_reference
        made = Procedure(id=f"{row.contract_id}-r{len(self.reissued)}", kind=Kind.REISSUE, opened_by="order",
                         state=State.AWAITING_REGISTRATION, replaces=row.certificate_fingerprint,
                         client_reference=client_reference, opened_at=self.as_of)  # fmt: skip
        return self.put(dc.replace(row, procedure=made))

    def relink(self, application: Application, asked: Relinking, client_reference: str) -> Application:
        with self._answering():
            row = self.by_id[application.contract_id]
            if client_reference not in self.relinked:
                if row.link_change is not None or row.linked_contract_id != asked.was:
                    raise proved(StateConflict("linked otherwise already"))
                self.relinked.append(client_reference)
                change = dc.replace(link_change(asked, client_reference), requested_at=self.as_of)
                row = self.put(dc.replace(row, link_change=change))
        return row

    def cancel(self, application: Application) -> Application:
        with self._answering():
            row = self.by_id[application.contract_id]
            window = row.renewal
            if window is None or self.as_of is None or window.decision is Decision.CANCEL:
                return row
            if row.procedure is not None or self.as_of >= window.order_by:
                raise proved(StateConflict("renewed already"))
            self.cancelled.append(row.contract_id)
            return self.put(dc.replace(row, renewal=dc.replace(window, decision=Decision.CANCEL)))
