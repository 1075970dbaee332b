# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The customer's side of the desk: what an admin can see and do, however the request came in."""

from __future__ import annotations

import datetime as dt
import typing as t

from sqlalchemy import ColumnElement, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from rehearsal_desk.desk import entering, life, links, refusals, reissues, renewals
from rehearsal_desk.desk.habits import Habits
from rehearsal_desk.desk.mishaps import Mishaps
from rehearsal_desk.desk.outbox import Outbox
from rehearsal_desk.desk.pages import Page, is_ordered_by, read_page, read_revisions, storable
from rehearsal_desk.desk.remembered import RememberedRows, Row
from rehearsal_desk.desk.showing import Shown, label_of, show
from rehearsal_desk.rules import names
from rehearsal_desk.rules.admins import Admin
from rehearsal_desk.rules.catalogue import PRODUCTS, Product
from rehearsal_desk.rules.forms import LinkForm, OrderForm, QuoteForm, ReissueForm, RenewalForm, RenewalQuote
from rehearsal_desk.rules.link_rules import link_breaches
from rehearsal_desk.rules.order_rules import OTHER, Counter, order_breaches
from rehearsal_desk.rules.problems import Breach, Conflict, NotFound, refuse_if_any
from rehearsal_desk.rules.registration_rules import SERVICE
from rehearsal_desk.rules.renewal_rules import reissue_breaches, renewal_breaches
from rehearsal_desk.rules.wording import say
from rehearsal_desk.store.clock import Clock
from rehearsal_desk.store.store import (
    Application,
    AuditEntry,
    LinkedContract,
    PrivateKey,
    Procedure,
    Purchase,
    Store,
    row_id,
)
from rehearsal_desk.store.vault import CannotOpen, Vault

_ACTS: t.Final = {life.NEW: "purchase", life.RENEWAL: "renewal", life.REISSUE: "reissue"}

Quoted = t.TypeVar("Quoted", bound=QuoteForm)


class Desk:
    """Reads, orders and cancellations."""

    def __init__(
        self,
        store: Store,
        *,
        clock: Clock,
        outbox: Outbox,
        mishaps: Mishaps,
        vault: Vault,
        habits: Habits,
        not_offered: frozenset[str] = frozenset(),
        registration_days: int,
    ) -> None:
        self._store = store
        self._clock = clock
        self._outbox = outbox
        self._mishaps = mishaps
        self._vault = vault
        self._habits = habits
        self._registration_days = registration_days
        self.offer: t.Final[dict[str, Product]] = {
            product_id: product for product_id, product in PRODUCTS.items() if product_id not in not_offered
        }

    def list_linked_contracts(
        self, admin: Admin, *, service: str | None, offset: int, limit: int
    ) -> Page[LinkedContract]:
        """List the admin's contracts of linked services."""
        mine: list[ColumnElement[bool]] = [LinkedContract.customer_code.in_(admin.customer_codes)]
        if service is not None:
            mine.append(LinkedContract.service == storable(service))
        with self._store.reading() as session:
            return read_page(
                session, LinkedContract, where=mine, by=LinkedContract.contract_id, offset=offset, limit=limit
            )

    def list_applications(self, admin: Admin, *, offset: int, limit: int) -> tuple[tuple[Shown, ...], int]:
        """List the admin's applications, oldest first, and count all of them."""
        mine = [Application.customer_code.in_(admin.customer_codes)]
        with self._store.reading() as session:
            page = read_page(session, Application, where=mine, by=Application.id, offset=offset, limit=limit)
        return tuple(self.show(row) for row in page.rows), page.total

    def list_rows(
        self, admin: Admin, rows: RememberedRows[Row], *, references: t.Collection[str] | None, offset: int, limit: int
    ) -> tuple[list[Row], int]:
        """List the same as rows that are remembered; of some references, only what they have ordered."""
        mine: list[ColumnElement[bool]] = [Application.customer_code.in_(admin.customer_codes)]
        if references is not None:
            mine.append(is_ordered_by(references))
        with self._store.reading() as session:
            revisions, total = read_revisions(session, where=mine, offset=offset, limit=limit)
            return rows.read(session, revisions, now=self.now(), habits=self._habits), total

    def read_application(self, admin: Admin, contract_id: str) -> Shown:
        """Read one application of the admin."""
        with self._store.reading() as session:
            return self.show(find(session, contract_id, admin=admin))

    def quote(self, admin: Admin, form: Quoted, *, misread: tuple[Breach, ...] = ()) -> Quoted:
        """Do everything but the purchase, and return the order in its normal form."""
        admin.must_have("order")
        self._judge(admin, form, misread=misread)
        return form.model_copy(update={"common_name": names.normal(form.common_name)})

    def place(self, admin: Admin, form: OrderForm, *, misread: tuple[Breach, ...] = ()) -> tuple[Shown, bool]:
        """Buy what this order asks for; return its application, and whether it was bought just now.

        Simultaneous requests with one reference are told apart by the database's unique constraint alone; whoever
        loses reads what the winner bought.
        """
        admin.must_have("order")
        linked_service = self._judge(admin, form, misread=misread)
        try:
            with self._store.writing() as session:
                application = self._new_application(form, linked_service=linked_service)
                session.add(application)
                session.flush()
                self._book(session, admin, application.procedures[0])
        except IntegrityError:
            return self.show(self._bought_before(form)), False
        return self.show(application), True

    def renew(
        self, admin: Admin, contract_id: str, form: RenewalForm, *, misread: tuple[Breach, ...] = ()
    ) -> tuple[Shown, bool]:
        """Renew what this certificate belongs to; return the contract, and whether it was renewed just now.

        The lock on the contract keeps simultaneous requests apart, for each of which the one before is already there.
        """
        admin.must_have("order")
        try:
            with self._store.writing() as session:
                application = find(session, contract_id, admin=admin, lock=True)
                self._judge_renewal(application, form, misread=misread)
                if renewals.is_repeated(application, form=form):
                    return self.show(application), False
                renewals.refuse_unless_due(application, form=form, now=self.now(), habits=self._habits)
                renewal = renewals.opened(
                    application, by=life.ORDER, term=form.term, now=self.now(), habits=self._habits
                )
                renewal.client_reference = form.client_reference
                session.flush()
                self._book(session, admin, renewal)
        except IntegrityError:
            raise refusals.reference_used() from None
        return self.show(application), True

    def quote_renewal(
        self, admin: Admin, contract_id: str, form: RenewalQuote, *, misread: tuple[Breach, ...] = ()
    ) -> RenewalQuote:
        """Do everything but the renewal, and return what would be renewed."""
        admin.must_have("order")
        with self._store.reading() as session:
            application = find(session, contract_id, admin=admin)
        self._judge_renewal(application, form, misread=misread)
        renewals.refuse_unless_due(application, form=form, now=self.now(), habits=self._habits)
        return form

    def reissue(
        self, admin: Admin, contract_id: str, form: ReissueForm, *, misread: tuple[Breach, ...] = ()
    ) -> tuple[Shown, bool]:
        """Reissue this certificate, which costs nothing; return the contract, and whether it was ordered just now."""
        admin.must_have("order")
        refuse_if_any(reissue_breaches(form, contract_id=contract_id, misread=misread))
        try:
            with self._store.writing() as session:
                application = find(session, contract_id, admin=admin, lock=True)
                if reissues.is_repeated(application, form=form):
                    return self.show(application), False
                reissues.refuse_unless_possible(application, form=form, now=self.now())
                reissue = reissues.opened(application, now=self.now())
                reissue.client_reference = form.client_reference
                session.flush()
                session.add(self._entry(admin, application, act=_ACTS[reissue.kind]))
                if not self._habits.reissue_asks_csr:
                    entering.repeat(session, reissue, keeps_csr=True, now=self.now(), vault=self._vault)
                    self._outbox.post_registration(session, reissue)
        except IntegrityError:
            raise refusals.reference_used() from None
        return self.show(application), True

    def relink(
        self, admin: Admin, contract_id: str, form: LinkForm, *, misread: tuple[Breach, ...] = ()
    ) -> tuple[Shown, bool]:
        """Change or add a linked service; return the contract, and whether it was asked for just now."""
        admin.must_have("order")
        service = self._linked_service(admin, form.linked_contract_id or None)
        try:
            with self._store.writing() as session:
                application = find(session, contract_id, admin=admin, lock=True)
                product = application.product
                breaches = link_breaches(
                    form, contract_id=contract_id, product=product, service=service, misread=misread
                )
                refuse_if_any(breaches)
                if links.is_repeated(application, form=form):
                    return self.show(application), False
                state = life.state_of(application, now=self.now())
                links.refuse_unless_possible(
                    application, form=form, state=state, over=state in life.EXITS, now=self.now()
                )
                links.requested(application, form=form, service=service or "", now=self.now())
                session.add(self._entry(admin, application, act="link_change"))
        except IntegrityError:
            raise refusals.reference_used() from None
        return self.show(application), True

    def cancel(self, admin: Admin, contract_id: str) -> Shown:
        """Cancel the contract: at once before its certificate is issued, else as of the end of the certificate."""
        admin.must_have("order")
        with self._store.writing() as session:
            application = find(session, contract_id, admin=admin, lock=True)
            renewals.cancel(application, now=self.now(), habits=self._habits)
        return self.show(application)

    def download_certificate(self, admin: Admin, contract_id: str, *, serial_number: str | None = None) -> Procedure:
        """Hand out a certificate with its chain, the one in use unless told; the first call counts as the download."""
        with self._store.writing() as session:
            application = find(session, contract_id, admin=admin, lock=True)
            wanted = _certificate_of(application, serial_number=serial_number)
            session.refresh(wanted, ["application", "certificate", "chain"])
            wanted.downloaded_at = wanted.downloaded_at or self.now()
            session.add(self._entry(admin, application, act="certificate"))
        # It belongs to no session any more, so what befalls it now is not kept.
        self._mishaps.befall(wanted)
        return wanted

    def download_private_key(self, admin: Admin, contract_id: str) -> tuple[Application, str]:
        """Hand out the private key that the service made, in PEM, with its contract [M:2261110, M:2261100]."""
        admin.must_have("register")
        with self._store.writing() as session:
            application = find(session, contract_id, admin=admin, lock=True)
            speaks = application.shown_first
            if speaks.csr_origin != SERVICE or application.usage != OTHER:
                raise _no_key(refusals.NO_KEY)
            if speaks.issued_at is None:
                raise _no_key(refusals.KEY_LATER)
            kept = session.get(PrivateKey, speaks.id)
            pem = None if kept is None else self._opened(kept, speaks)
            if pem is None:
                raise _no_key(refusals.KEY_SEALED)
            session.add(self._entry(admin, application, act="private_key"))
        return application, pem

    def show(self, application: Application) -> Shown:
        """Return the application as it is now."""
        return show(application, now=self.now(), habits=self._habits)

    def now(self) -> dt.datetime:
        """Return the desk's moment."""
        return self._clock.now()

    def _book(self, session: Session, admin: Admin, procedure: Procedure) -> None:
        session.add(purchase_of(procedure))
        session.add(self._entry(admin, procedure.application, act=_ACTS[procedure.kind]))
        self._outbox.post_order(session, procedure)

    def _judge_renewal(self, application: Application, form: RenewalQuote, *, misread: tuple[Breach, ...]) -> None:
        terms = self.offer[application.product].terms if application.product in self.offer else ()
        refuse_if_any(renewal_breaches(form, contract_id=application.contract_id, terms=terms, misread=misread))

    def _opened(self, kept: PrivateKey, procedure: Procedure) -> str | None:
        try:
            return self._vault.open(kept.sealed, label=label_of(procedure)).decode("ascii")
        except CannotOpen:
            return None

    def _entry(self, admin: Admin, application: Application, *, act: str) -> AuditEntry:
        return AuditEntry(
            at=self.now(),
            master_id=admin.master_id,
            act=act,
            application_id=application.id,
            contract_id=application.contract_id,
        )

    def _judge(self, admin: Admin, form: QuoteForm, *, misread: tuple[Breach, ...]) -> str | None:
        """Refuse an order that breaks rules; otherwise return the linked service of its linked contract."""
        linked_service = self._linked_service(admin, form.linked_contract_id)
        counter = Counter(customer_codes=admin.customer_codes, offer=self.offer, linked_service=linked_service)
        refuse_if_any(order_breaches(form, counter=counter, misread=misread))
        return linked_service

    def _linked_service(self, admin: Admin, linked_contract_id: str | None) -> str | None:
        """Return the service of this linked contract; None where the admin has no such contract."""
        if linked_contract_id is None:
            return None
        with self._store.reading() as session:
            contract = session.get(LinkedContract, storable(linked_contract_id))
        return contract.service if contract and contract.customer_code in admin.customer_codes else None

    def _new_application(self, form: OrderForm, *, linked_service: str | None) -> Application:
        now = self.now()
        first = Procedure(
            number=1,
            kind=life.NEW,
            customer_code=form.customer_code,
            client_reference=form.client_reference,
            opened_by=life.ORDER,
            opened_at=now,
            term=form.term,
            state=life.AWAITING_REGISTRATION,
            register_by=now.date() + dt.timedelta(days=self._registration_days),
        )
        return Application(
            customer_code=form.customer_code,
            client_reference=form.client_reference,
            common_name=names.normal(form.common_name),
            product=form.product,
            term=form.term,
            usage=form.usage,
            linked_contract_id=form.linked_contract_id,
            linked_service=linked_service,
            ordered_at=now,
            procedures=[first],
            link_changes=[],
        )

    def _bought_before(self, form: OrderForm) -> Application:
        """Return what this reference has bought; raises `Conflict` when that was another order."""
        same_reference = (
            Application.customer_code == form.customer_code,
            Application.client_reference == form.client_reference,
        )
        with self._store.reading() as session:
            winner = session.scalars(select(Application).where(*same_reference)).one_or_none()
        if winner is None:
            raise refusals.reference_used()
        if _order_of(winner) != _order_of(self._new_application(form, linked_service=winner.linked_service)):
            raise refusals.reference_used(winner.contract_id)
        return winner


def purchase_of(procedure: Procedure) -> Purchase:
    """Return what the opening of this procedure has bought."""
    return Purchase(
        application_id=procedure.application_id,
        contract_id=procedure.contract_id,
        client_reference=procedure.client_reference,
        common_name=procedure.application.common_name,
        ordered_at=procedure.opened_at,
        kind=procedure.kind if procedure.opened_by == life.ORDER else procedure.opened_by,
    )


def find(
    session: Session,
    contract_id: str,
    *,
    admin: Admin | None = None,
    lock: bool = False,
) -> Application:
    """Find the application of this contract ID, of this admin where one is named; raises `NotFound`."""
    key = row_id(contract_id)
    application = None if key is None else session.get(Application, key, with_for_update=lock)
    if application is None or (admin is not None and application.customer_code not in admin.customer_codes):
        raise NotFound(say("There is no such application.", "このお申し込みはありません。"))
    return application


def _certificate_of(application: Application, *, serial_number: str | None) -> Procedure:
    current = application.current
    if current is None:
        raise Conflict("certificate", refusals.NOT_ISSUED, attribute="contract_id")
    if serial_number is None:
        latest = application.latest
        if latest.kind == life.REISSUE and latest.issued_at is None:
            raise Conflict("procedure", refusals.UNDER_REISSUE, attribute="contract_id")
        return current
    found = (each for each in application.certificates if each.serial_number == serial_number)
    if (wanted := next(found, None)) is None:
        raise NotFound(say("There is no such certificate.", "この証明書はありません。"))
    return wanted


def _no_key(message: str) -> Conflict:
    return Conflict("private_key", message, attribute="contract_id")


def _order_of(application: Application) -> tuple[object, ...]:
    return (
        application.common_name,
        application.product,
        application.term,
        application.usage,
        application.linked_contract_id,
    )
