# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Changes and additions of linked services.

Revision ID: 0005
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the table of link changes."""
    op.create_table(
        "link_changes",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("application_id", sa.Integer, sa.ForeignKey("applications.id"), nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("customer_code", sa.String(10), nullable=False),
        sa.Column("client_reference", sa.String(255)),
        sa.Column("work", sa.String(16), nullable=False),
        sa.Column("was", sa.String(16)),
        sa.Column("linked_contract_id", sa.String(16), nullable=False),
        sa.Column("linked_service", sa.String(64), nullable=False),
        sa.Column("requested_at", MOMENT, nullable=False),
        sa.Column("done_at", MOMENT, nullable=False),
        sa.UniqueConstraint("application_id", "number"),
        sa.UniqueConstraint("customer_code", "client_reference"),
    )
