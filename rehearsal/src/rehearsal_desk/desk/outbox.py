# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The outbox: every mail that the workflow has caused, written in the transaction that causes it."""

from __future__ import annotations

import datetime as dt
import secrets
import typing as t

from sqlalchemy import ForeignKey, String, Text, event, exists, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from rehearsal_desk.desk import life, mail
from rehearsal_desk.desk.habits import Habits
from rehearsal_desk.desk.mail import Letter
from rehearsal_desk.rules.admins import Admin, digest
from rehearsal_desk.store.clock import Clock
from rehearsal_desk.store.store import Application, Base, Procedure, Store

APPROVAL_PATH: t.Final = "/ca/approval"


class OutboxMail(Base):
    """One mail, and what became of it."""

    __tablename__ = "outbox_mails"

    id: Mapped[int] = mapped_column(primary_key=True)
    application_id: Mapped[int] = mapped_column(ForeignKey(Application.id), index=True)
    contract_id: Mapped[str] = mapped_column(String(16))
    kind: Mapped[str] = mapped_column(String(32))
    sender: Mapped[str] = mapped_column(String(320))
    recipients: Mapped[str] = mapped_column(Text)  # addresses with a comma between them
    subject: Mapped[str] = mapped_column(String(255))
    body: Mapped[str] = mapped_column(Text)
    written_at: Mapped[dt.datetime]
    tried_at: Mapped[dt.datetime | None]  # set before the attempt, so that a mail never goes out twice
    sent_at: Mapped[dt.datetime | None]
    failure: Mapped[str | None] = mapped_column(String(255))


class ApprovalLink(Base):
    """Whoever knows the token may approve the domain of one procedure."""

    __tablename__ = "approval_links"

    token_digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    procedure_id: Mapped[int] = mapped_column(ForeignKey(Procedure.id))


class Outbox:
    """Writes the mails of the workflow and lets them be read; sending is somebody else's work."""

    def __init__(self, store: Store, *, clock: Clock, admins: tuple[Admin, ...], url: str, habits: Habits) -> None:
        self._store = store
        self._clock = clock
        self._admins = admins
        self._url = url
        self._habits = habits
        self._on_post: t.Callable[[], None] | None = None

    def tell(self, on_post: t.Callable[[], None]) -> None:
        """Call this after each transaction that has posted mails."""
        self._on_post = on_post

    def post_order(self, session: Session, procedure: Procedure) -> None:
        """Write the mail of an order that was placed."""
        self._post(
            session, procedure, mail.registration_deadline(procedure, service_admins=self._service_admins(procedure))
        )

    def post_registration(self, session: Session, procedure: Procedure) -> None:
        """Write the mail of CSR and application information that were given."""
        if mail.has_order_id(procedure):
            self._post(session, procedure, mail.order_id_notice(procedure))

    def post_contact(self, session: Session, procedure: Procedure) -> None:
        """Write the mail in which the CA asks for the approval of the domain."""
        token = secrets.token_urlsafe(24)
        session.add(ApprovalLink(token_digest=digest(token), procedure_id=procedure.id))
        self._post(session, procedure, mail.domain_approval(procedure, link=f"{self._url}{APPROVAL_PATH}/{token}"))

    def post_issue(self, session: Session, procedure: Procedure) -> None:
        """Write the mail of an issue."""
        self._post(session, procedure, mail.issue_notice(procedure, service_admins=self._service_admins(procedure)))

    def post_rejection(self, session: Session, procedure: Procedure) -> None:
        """Write the mail of a rejection."""
        self._post(session, procedure, mail.rejection_notice(procedure, service_admins=self._service_admins(procedure)))

    def post_window(self, session: Session, procedure: Procedure, *, opens: bool) -> None:
        """Write the mail before the window of this certificate opens, or when it does."""
        if (renewal := life.renewal_of(procedure.application, habits=self._habits)) is not None:
            admins = self._admins_of(procedure, scope="order")
            self._post(
                session, procedure, mail.renewal_notice(procedure, renewal=renewal, opens=opens, group_admins=admins)
            )

    def post_silence(self, session: Session, procedure: Procedure) -> None:
        """Write the mail of a renewal that silence has ordered."""
        admins = self._admins_of(procedure, scope="order") + self._service_admins(procedure)
        self._post(session, procedure, mail.silence_notice(procedure, admins=tuple(dict.fromkeys(admins))))

    def post_continuation(self, session: Session, procedure: Procedure) -> None:
        """Write the mail that asks for the CSR of another certificate inside the paid period."""
        letter = mail.continuation_notice(procedure, service_admins=self._service_admins(procedure))
        self._post(session, procedure, letter)

    def catch_up(self) -> None:
        """Write the mails that time alone has made due: those of installations that are done by now."""
        told = exists().where(
            OutboxMail.kind == mail.INSTALLED,
            OutboxMail.application_id == Procedure.application_id,
            OutboxMail.written_at >= Procedure.issued_at,
        )
        due = (Procedure.state == life.ISSUED, Procedure.installed_at <= self._clock.now(), ~told)
        with self._store.reading() as session:
            if not session.scalar(select(exists().where(*due))):
                return
        with self._store.writing() as session:
            for procedure in session.scalars(select(Procedure).where(*due).with_for_update()):
                letter = mail.installation_notice(procedure, service_admins=self._service_admins(procedure))
                self._post(session, procedure, letter)

    def list_mails(self) -> tuple[OutboxMail, ...]:
        """List every mail, newest first."""
        self.catch_up()
        with self._store.reading() as session:
            return tuple(session.scalars(select(OutboxMail).order_by(OutboxMail.id.desc())))

    def read_mail(self, number: int) -> OutboxMail | None:
        """Read one mail."""
        with self._store.reading() as session:
            return session.get(OutboxMail, number)

    def procedure_of(self, token: str) -> Procedure | None:
        """Return the procedure whose domain this token lets approve."""
        with self._store.reading() as session:
            link = session.get(ApprovalLink, digest(token))
            return None if link is None else session.get(Procedure, link.procedure_id)

    def next_unsent(self) -> OutboxMail | None:
        """Take a mail that nobody has tried to send, now marked as tried."""
        with self._store.writing() as session:
            untried = select(OutboxMail).where(OutboxMail.tried_at.is_(None)).order_by(OutboxMail.id).limit(1)
            found = session.scalar(untried.with_for_update(skip_locked=True))
            if found is not None:
                found.tried_at = self._clock.now()
            return found

    def note(self, number: int, *, failure: str | None) -> None:
        """Remember how the attempt ended; no failure means sent."""
        with self._store.writing() as session:
            found = session.get(OutboxMail, number)
            if found is not None:
                found.sent_at = self._clock.now() if failure is None else None
                found.failure = failure and failure[:255]

    def _service_admins(self, procedure: Procedure) -> tuple[str, ...]:
        return self._admins_of(procedure, scope="register")

    def _admins_of(self, procedure: Procedure, *, scope: str) -> tuple[str, ...]:
        return tuple(
            mail.address_of(admin.master_id)
            for admin in self._admins
            if scope in admin.scopes and procedure.application.customer_code in admin.customer_codes
        )

    def _post(self, session: Session, procedure: Procedure, letter: Letter) -> None:
        session.add(
            OutboxMail(
                application_id=procedure.application_id,
                contract_id=procedure.contract_id,
                kind=letter.kind,
                sender=letter.sender,
                recipients=", ".join(letter.recipients),
                subject=letter.subject,
                body=letter.body,
                written_at=self._clock.now(),
            )
        )
        if self._on_post is not None:
            event.listen(session, "after_commit", self._committed, once=True)

    def _committed(self, _session: Session) -> None:
        if self._on_post is not None:
            self._on_post()
