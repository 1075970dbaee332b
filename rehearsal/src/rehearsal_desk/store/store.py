# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the desk remembers, and how it is read and written."""

from __future__ import annotations

import contextlib
import datetime as dt
import re
import secrets
import typing as t

from sqlalchemy import (
    BigInteger,
    Date,
    DateTime,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
    create_engine,
    event,
    make_url,
)
from sqlalchemy.engine import URL, Connection, Dialect, Engine
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, relationship
from sqlalchemy.types import TypeDecorator

from rehearsal_desk.rules.wording import say

_POSTGRESQL_CONNECTIONS: t.Final = 16  # of each worker
_REVISION_BITS: t.Final = 63

_CONTRACT_ID: t.Final = re.compile(r"rsc([0-9]{8,12})")


class UtcMoment(TypeDecorator[dt.datetime]):
    """A moment in UTC, also in databases that forget time zones."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:  # noqa: ARG002
        return None if value is None else value.astimezone(dt.UTC)

    def process_result_value(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:  # noqa: ARG002
        if value is None or value.tzinfo is not None:
            return value
        return value.replace(tzinfo=dt.UTC)


class Base(DeclarativeBase):
    """The tables of the desk."""

    type_annotation_map: t.ClassVar = {dt.datetime: UtcMoment, dt.date: Date}


class LinkedContract(Base):
    """A customer's contract of a linked service."""

    __tablename__ = "linked_contracts"

    contract_id: Mapped[str] = mapped_column(String(16), primary_key=True)
    service: Mapped[str] = mapped_column(String(64))
    name: Mapped[str] = mapped_column(String(255))
    customer_code: Mapped[str] = mapped_column(String(10), index=True)


class Application(Base):
    """A contract; what happens to it are its procedures, what the mere passing of time has changed is in `life`."""

    __tablename__ = "applications"
    __table_args__ = (
        # The promise "one reference, one purchase" rests on this line.
        UniqueConstraint("customer_code", "client_reference"),
        Index("applications_in_order", "customer_code", "id"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    customer_code: Mapped[str] = mapped_column(String(10))
    client_reference: Mapped[str | None] = mapped_column(String(255))
    common_name: Mapped[str] = mapped_column(String(64))
    product: Mapped[str] = mapped_column(String(64))
    term: Mapped[str] = mapped_column(String(16))
    usage: Mapped[str] = mapped_column(String(16))
    linked_contract_id: Mapped[str | None] = mapped_column(ForeignKey(LinkedContract.contract_id))
    linked_service: Mapped[str | None] = mapped_column(String(64))
    ordered_at: Mapped[dt.datetime]
    cancelled_at: Mapped[dt.datetime | None]
    lapsed_at: Mapped[dt.datetime | None]  # when time alone last did something to it
    lapse_at: Mapped[dt.datetime | None] = mapped_column(index=True)  # when it will do so next
    # Another one with each change of the contract and of what belongs to it. Drawn and not counted: two changes at
    # once could count to the same number, and whoever had seen the first would take the second for it.
    revision: Mapped[int] = mapped_column(BigInteger, server_default="0")

    procedures: Mapped[list[Procedure]] = relationship(
        order_by="Procedure.number", back_populates="application", lazy="selectin"
    )
    link_changes: Mapped[list[LinkChange]] = relationship(
        order_by="LinkChange.number", back_populates="application", lazy="selectin"
    )

    @property
    def contract_id(self) -> str:
        """The service code."""
        return _contract_id(self.id)

    @property
    def certificates(self) -> list[Procedure]:
        """The procedures that have led to a certificate, oldest first."""
        return [procedure for procedure in self.procedures if procedure.issued_at is not None]

    @property
    def current(self) -> Procedure | None:
        """The procedure that has led to the certificate in use."""
        return next((procedure for procedure in reversed(self.procedures) if procedure.issued_at is not None), None)

    @property
    def latest(self) -> Procedure:
        """The procedure that was opened last."""
        return self.procedures[-1]

    @property
    def shown_first(self) -> Procedure:
        """The procedure that speaks for the contract: that of the certificate in use, before its issue the first."""
        return self.current or self.procedures[0]


class Procedure(Base):
    """One way to one certificate, from its opening to its issue and beyond; the certificate is part of it."""

    __tablename__ = "procedures"
    __table_args__ = (
        UniqueConstraint("application_id", "number"),
        # One reference, one purchase; one renewal and one reissue for each certificate.
        UniqueConstraint("customer_code", "client_reference"),
        UniqueConstraint("application_id", "kind", "replaces"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    application_id: Mapped[int] = mapped_column(ForeignKey(Application.id))
    number: Mapped[int]
    kind: Mapped[str] = mapped_column(String(16))
    replaces: Mapped[str | None] = mapped_column(String(64))  # fingerprint of the certificate before
    customer_code: Mapped[str] = mapped_column(String(10))
    client_reference: Mapped[str | None] = mapped_column(String(255))
    opened_by: Mapped[str] = mapped_column(String(16))
    opened_at: Mapped[dt.datetime]
    term: Mapped[str] = mapped_column(String(16))
    state: Mapped[str] = mapped_column(String(32), index=True)
    reason: Mapped[str | None] = mapped_column(String(255))
    register_by: Mapped[dt.date | None]
    registered_at: Mapped[dt.datetime | None]
    contacted_at: Mapped[dt.datetime | None]
    asked: Mapped[str | None] = mapped_column(String(64))  # confirmations that the CA wants; None: all of the product
    answered: Mapped[str | None] = mapped_column(String(64))  # confirmations given so far, space between them
    issued_at: Mapped[dt.datetime | None]
    installed_at: Mapped[dt.datetime | None]  # set at issue: when IIJ will have installed it
    downloaded_at: Mapped[dt.datetime | None]
    revoke_on: Mapped[dt.date | None]
    csr_origin: Mapped[str | None] = mapped_column(String(16))
    public_key_fingerprint: Mapped[str | None] = mapped_column(String(64), index=True)
    certificate_fingerprint: Mapped[str | None] = mapped_column(String(64))
    serial_number: Mapped[str | None] = mapped_column(String(40))
    not_before: Mapped[dt.datetime | None]
    not_after: Mapped[dt.datetime | None]
    # The bulky ones stay out of listings.
    registration: Mapped[str | None] = mapped_column(Text, deferred=True)
    csr: Mapped[str | None] = mapped_column(Text, deferred=True)
    certificate: Mapped[str | None] = mapped_column(Text, deferred=True)
    chain: Mapped[str | None] = mapped_column(Text, deferred=True)

    application: Mapped[Application] = relationship(back_populates="procedures")

    @property
    def contract_id(self) -> str:
        """The service code of its contract."""
        return _contract_id(self.application_id)

    @property
    def public_id(self) -> str:
        """The name of the procedure; its form is ours."""
        return f"{self.contract_id}-{self.number}"


class LinkChange(Base):
    """A change or addition of a linked service; until `done_at` IIJ is at work."""

    __tablename__ = "link_changes"
    __table_args__ = (
        UniqueConstraint("application_id", "number"),
        UniqueConstraint("customer_code", "client_reference"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    application_id: Mapped[int] = mapped_column(ForeignKey(Application.id))
    number: Mapped[int]
    customer_code: Mapped[str] = mapped_column(String(10))
    client_reference: Mapped[str | None] = mapped_column(String(255))
    work: Mapped[str] = mapped_column(String(16))
    was: Mapped[str | None] = mapped_column(String(16))
    linked_contract_id: Mapped[str] = mapped_column(String(16))
    linked_service: Mapped[str] = mapped_column(String(64))
    requested_at: Mapped[dt.datetime]
    done_at: Mapped[dt.datetime]

    application: Mapped[Application] = relationship(back_populates="link_changes")


class Purchase(Base):
    """One purchase; rows are only ever added, which triggers of the database see to."""

    __tablename__ = "purchases"

    id: Mapped[int] = mapped_column(primary_key=True)
    application_id: Mapped[int] = mapped_column(ForeignKey(Application.id))
    contract_id: Mapped[str] = mapped_column(String(16))
    client_reference: Mapped[str | None] = mapped_column(String(255))
    common_name: Mapped[str] = mapped_column(String(64))
    ordered_at: Mapped[dt.datetime]
    kind: Mapped[str] = mapped_column(String(16), server_default="new")  # of the procedure, or `silence`


class AuditEntry(Base):
    """A spend or a download: who, what and when; rows are only ever added."""

    __tablename__ = "audit"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[dt.datetime]
    master_id: Mapped[str] = mapped_column(String(32))
    act: Mapped[str] = mapped_column(String(32))
    application_id: Mapped[int] = mapped_column(ForeignKey(Application.id))
    contract_id: Mapped[str] = mapped_column(String(16))


class PrivateKey(Base):
    """A private key that the service made, sealed by `vault`."""

    __tablename__ = "private_keys"

    procedure_id: Mapped[int] = mapped_column(ForeignKey(Procedure.id), primary_key=True)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)


Base.registry.configure()  # here, where it is done once: processes that are forked from this one have it


def _contract_id(key: int) -> str:
    """Return the service code of this row; the prefix is invented, IIJ's for this service is not known."""
    return f"rsc{key:08d}"


def row_id(contract_id: str) -> int | None:
    """Return the primary key that a contract ID stands for; None when it has not the form of one."""
    match = _CONTRACT_ID.fullmatch(contract_id)
    return int(match[1]) if match else None


class Store:
    """Transactions on one database, whose tables `schema` has prepared."""

    def __init__(self, database: str) -> None:
        self._writer = open_engine(database)
        self._engine = _reader(self._writer)
        self._on_change: t.Callable[[Application], None] | None = None

    def tell(self, on_change: t.Callable[[Application], None]) -> None:
        """Call this for each contract that has changed, before it is written."""
        self._on_change = on_change

    @contextlib.contextmanager
    def reading(self) -> t.Iterator[Session]:
        """Yield one consistent view."""
        with Session(self._engine, expire_on_commit=False) as session:
            yield session

    @contextlib.contextmanager
    def writing(self) -> t.Iterator[Session]:
        """Write all or nothing: commits at the end, rolls back on any exception."""
        with Session(self._writer, expire_on_commit=False) as session, session.begin():
            event.listen(session, "before_flush", self._before_flush)
            yield session

    def _before_flush(self, session: Session, _context: object, _instances: object) -> None:
        changed = (
            row for row in (*session.new, *session.dirty) if isinstance(row, Application | Procedure | LinkChange)
        )
        contracts = (row if isinstance(row, Application) else row.application for row in changed)
        for application in dict.fromkeys(contracts):
            application.revision = secrets.randbits(_REVISION_BITS)
            if self._on_change is not None:
                self._on_change(application)

    def close(self) -> None:
        """Let go of the database."""
        self._engine.dispose()


def is_sqlite(database: str) -> bool:
    """Check whether this URL names a SQLite file, which one worker can serve."""
    return make_url(database).get_backend_name() == "sqlite"


def open_engine(database: str) -> Engine:
    """Open an engine that writes; its error messages do not quote values that customers typed."""
    url = make_url(database)
    if url.get_backend_name() == "sqlite":
        return _sqlite_engine(url).execution_options(writes=True)
    if url.get_backend_name() != "postgresql":
        raise ValueError(say("the desk keeps its memory in SQLite or PostgreSQL", "使えるのはSQLiteかPostgreSQLです"))
    driver = url.set(drivername="postgresql+psycopg")
    return create_engine(driver, hide_parameters=True, pool_size=_POSTGRESQL_CONNECTIONS, max_overflow=0)


def _reader(writer: Engine) -> Engine:
    # Two statements of one view must agree, which PostgreSQL promises only when it is asked to.
    if writer.dialect.name == "postgresql":
        return writer.execution_options(isolation_level="REPEATABLE READ")
    return writer.execution_options(writes=False)


def _sqlite_engine(url: URL) -> Engine:
    if url.database in (None, "", ":memory:"):
        raise ValueError(
            say(
                "the desk's threads need a database file, such as sqlite:///desk.sqlite3",
                "sqlite:///desk.sqlite3 のように、データベースのファイルを指定してください",
            )
        )
    # As many connections as the server has threads, so that none waits for another's.
    engine = create_engine(url, hide_parameters=True, pool_size=10, max_overflow=40)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: t.Any, _record: object) -> None:
    connection.isolation_level = None  # transactions begin in _begin_sqlite, not behind our back
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "busy_timeout=30000", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    # A writer takes its lock at once: upgrading a read lock later fails instead of waiting.
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
