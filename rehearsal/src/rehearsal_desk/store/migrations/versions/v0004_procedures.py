# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Contracts that live on: what led to the one certificate of an application becomes its first procedure.

Revision ID: 0004
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)

_MOVED = (
    "state",
    "reason",
    "register_by",
    "registered_at",
    "contacted_at",
    "answered",
    "issued_at",
    "installed_at",
    "downloaded_at",
    "csr_origin",
    "public_key_fingerprint",
    "certificate_fingerprint",
    "serial_number",
    "not_before",
    "not_after",
    "registration",
    "csr",
    "certificate",
    "chain",
)


def upgrade() -> None:
    """Split the table of applications; nothing that is remembered is lost."""
    _procedures()
    for column in ("cancelled_at", "lapsed_at", "lapse_at"):
        op.add_column("applications", sa.Column(column, MOMENT))
    op.create_index("ix_applications_lapse_at", "applications", ["lapse_at"])
    _move()
    _begin_to_lapse()
    _private_keys()
    _approval_links()
    op.add_column("purchases", sa.Column("kind", sa.String(16), nullable=False, server_default="new"))


def _procedures() -> None:
    op.create_table(
        "procedures",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("application_id", sa.Integer, sa.ForeignKey("applications.id"), nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("replaces", sa.String(64)),
        sa.Column("customer_code", sa.String(10), nullable=False),
        sa.Column("client_reference", sa.String(255)),
        sa.Column("opened_by", sa.String(16), nullable=False),
        sa.Column("opened_at", MOMENT, nullable=False),
        sa.Column("term", sa.String(16), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("reason", sa.String(255)),
        sa.Column("register_by", sa.Date),
        sa.Column("registered_at", MOMENT),
        sa.Column("contacted_at", MOMENT),
        sa.Column("asked", sa.String(64)),
        sa.Column("answered", sa.String(64)),
        sa.Column("issued_at", MOMENT),
        sa.Column("installed_at", MOMENT),
        sa.Column("downloaded_at", MOMENT),
        sa.Column("revoke_on", sa.Date),
        sa.Column("csr_origin", sa.String(16)),
        sa.Column("public_key_fingerprint", sa.String(64)),
        sa.Column("certificate_fingerprint", sa.String(64)),
        sa.Column("serial_number", sa.String(40)),
        sa.Column("not_before", MOMENT),
        sa.Column("not_after", MOMENT),
        sa.Column("registration", sa.Text),
        sa.Column("csr", sa.Text),
        sa.Column("certificate", sa.Text),
        sa.Column("chain", sa.Text),
        sa.UniqueConstraint("application_id", "number"),
        sa.UniqueConstraint("customer_code", "client_reference"),
        sa.UniqueConstraint("application_id", "kind", "replaces"),
    )
    op.create_index("ix_procedures_public_key_fingerprint", "procedures", ["public_key_fingerprint"])
    op.create_index("ix_procedures_state", "procedures", ["state"])


def _move() -> None:
    moved = ", ".join(_MOVED)
    op.execute(
        "INSERT INTO procedures"
        f" (application_id, number, kind, customer_code, client_reference, opened_by, opened_at, term, {moved})"
        f" SELECT id, 1, 'new', customer_code, client_reference, 'order', ordered_at, term, {moved} FROM applications"
    )
    # When it was cancelled was not remembered; a certificate that was there goes on as a cancelled contract.
    op.execute("UPDATE applications SET cancelled_at = ordered_at WHERE state = 'cancelled'")
    op.execute("UPDATE procedures SET state = 'issued' WHERE state = 'cancelled' AND issued_at IS NOT NULL")
    op.drop_index("ix_applications_public_key_fingerprint", "applications")
    for column in _MOVED:
        op.drop_column("applications", column)


def _begin_to_lapse() -> None:
    # What would have happened by the last moment of which this database knows has not: it happens then, and the rest at
    # its own moment, as at a desk that was stopped. The present is the desk's, which may begin at any other one.
    applications = sa.table(
        "applications", sa.column("id"), sa.column("lapsed_at", MOMENT), sa.column("lapse_at", MOMENT)
    )
    moments = [sa.column(name, MOMENT) for name in ("opened_at", "registered_at", "issued_at")]
    procedures = sa.table("procedures", sa.column("application_id"), *moments)
    issued = sa.select(procedures.c.application_id).where(procedures.c.issued_at.is_not(None))
    found = op.get_bind().execute(sa.select(*(sa.func.max(moment) for moment in moments))).one()
    if last := max(filter(None, found), default=None):
        op.execute(applications.update().where(applications.c.id.in_(issued)).values(lapsed_at=last, lapse_at=last))


def _private_keys() -> None:
    op.create_table(
        "private_keys_next",
        sa.Column("procedure_id", sa.Integer, sa.ForeignKey("procedures.id"), primary_key=True),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
    )
    _take_over("private_keys", "procedures.id, sealed")


def _approval_links() -> None:
    op.create_table(
        "approval_links_next",
        sa.Column("token_digest", sa.String(64), primary_key=True),
        sa.Column("procedure_id", sa.Integer, sa.ForeignKey("procedures.id"), nullable=False),
    )
    _take_over("approval_links", "token_digest, procedures.id")


def _take_over(table: str, columns: str) -> None:
    """Let the next table take the place of this one, whose rows belonged to applications."""
    op.execute(
        f"INSERT INTO {table}_next SELECT {columns} FROM {table}"
        f" JOIN procedures ON procedures.application_id = {table}.application_id"
    )
    op.drop_table(table)
    op.rename_table(f"{table}_next", table)
