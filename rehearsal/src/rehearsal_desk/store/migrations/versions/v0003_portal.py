# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Log-ins of the portal, and the slips of its confirm screens.

Revision ID: 0003
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the tables of the portal."""
    op.create_table(
        "portal_sessions",
        sa.Column("token_digest", sa.String(64), primary_key=True),
        sa.Column("master_id", sa.String(16), nullable=False),
        sa.Column("form_key", sa.String(64), nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
    )
    op.create_table(
        "portal_order_slips",
        sa.Column("token_digest", sa.String(64), primary_key=True),
        sa.Column(
            "session_digest",
            sa.String(64),
            sa.ForeignKey("portal_sessions.token_digest", ondelete="CASCADE"),
            nullable=False,
        ),
        sa.Column("order_form", sa.Text, nullable=False),
        sa.Column("taken_at", MOMENT),
        sa.Column("contract_id", sa.String(16)),
    )
