# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The first tables.

Revision ID: 0001
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)

_REFUSAL = """\
CREATE FUNCTION only_ever_added() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE integrity_constraint_violation USING MESSAGE = TG_TABLE_NAME || ': rows are only ever added';
END $$
"""


def upgrade() -> None:
    """Make the tables of the desk, and let two of them only grow."""
    _linked_contracts()
    _applications()
    _private_keys()
    _purchases()
    _audit()
    if op.get_bind().dialect.name == "postgresql":
        op.execute(_REFUSAL)
    for table in ("purchases", "audit"):
        _only_grows(table)


def _linked_contracts() -> None:
    op.create_table(
        "linked_contracts",
        sa.Column("contract_id", sa.String(16), primary_key=True),
        sa.Column("service", sa.String(64), nullable=False),
        sa.Column("name", sa.String(255), nullable=False),
        sa.Column("customer_code", sa.String(10), nullable=False),
    )
    op.create_index("ix_linked_contracts_customer_code", "linked_contracts", ["customer_code"])


def _applications() -> None:
    op.create_table(
        "applications",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("customer_code", sa.String(10), nullable=False),
        sa.Column("client_reference", sa.String(255)),
        sa.Column("common_name", sa.String(64), nullable=False),
        sa.Column("product", sa.String(64), nullable=False),
        sa.Column("term", sa.String(16), nullable=False),
        sa.Column("usage", sa.String(16), nullable=False),
        sa.Column("linked_contract_id", sa.String(16), sa.ForeignKey("linked_contracts.contract_id")),
        sa.Column("linked_service", sa.String(64)),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("reason", sa.String(255)),
        sa.Column("ordered_at", MOMENT, nullable=False),
        sa.Column("register_by", sa.Date, nullable=False),
        sa.Column("registered_at", MOMENT),
        sa.Column("contacted_at", MOMENT),
        sa.Column("answered", sa.String(64)),
        sa.Column("issued_at", MOMENT),
        sa.Column("installed_at", MOMENT),
        sa.Column("downloaded_at", MOMENT),
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
        sa.UniqueConstraint("customer_code", "client_reference"),
        sqlite_autoincrement=True,
    )
    op.create_index("applications_in_order", "applications", ["customer_code", "id"])
    op.create_index("ix_applications_public_key_fingerprint", "applications", ["public_key_fingerprint"])


def _private_keys() -> None:
    op.create_table(
        "private_keys",
        sa.Column("application_id", sa.Integer, sa.ForeignKey("applications.id"), primary_key=True),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
    )


def _purchases() -> None:
    op.create_table(
        "purchases",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("application_id", sa.Integer, sa.ForeignKey("applications.id"), nullable=False),
        sa.Column("contract_id", sa.String(16), nullable=False),
        sa.Column("client_reference", sa.String(255)),
        sa.Column("common_name", sa.String(64), nullable=False),
        sa.Column("ordered_at", MOMENT, nullable=False),
    )


def _audit() -> None:
    op.create_table(
        "audit",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("master_id", sa.String(32), nullable=False),
        sa.Column("act", sa.String(32), nullable=False),
        sa.Column("application_id", sa.Integer, sa.ForeignKey("applications.id"), nullable=False),
        sa.Column("contract_id", sa.String(16), nullable=False),
    )


def _only_grows(table: str) -> None:
    if op.get_bind().dialect.name == "postgresql":
        refusal = "EXECUTE FUNCTION only_ever_added()"
        op.execute(f"CREATE TRIGGER {table}_stay BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW {refusal}")
        op.execute(f"CREATE TRIGGER {table}_stay_whole BEFORE TRUNCATE ON {table} FOR EACH STATEMENT {refusal}")
        return
    for act in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER {table}_stay_{act.lower()} BEFORE {act} ON {table}"
            f" BEGIN SELECT RAISE(ABORT, '{table}: rows are only ever added'); END"
        )
