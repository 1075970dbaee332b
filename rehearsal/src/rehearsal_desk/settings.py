# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a rehearsal desk is started with."""

from __future__ import annotations

import dataclasses as dc

from rehearsal_desk.admins import Admin


@dc.dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything that `create_app` needs to know; tokens only as digests."""

    database: str  # SQLAlchemy URL
    admins: tuple[Admin, ...]
    control_digest: str = dc.field(repr=False)
    registration_days: int = 30  # ours: the length of the real deadline is not published
    not_offered: frozenset[str] = frozenset()  # product ids taken off the offer
