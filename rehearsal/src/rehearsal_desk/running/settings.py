# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a rehearsal desk is started with."""

from __future__ import annotations

import dataclasses as dc
import datetime as dt

from rehearsal_desk.desk.habits import Habits
from rehearsal_desk.desk.postman import SmtpServer
from rehearsal_desk.rules.admins import Admin
from rehearsal_desk.store.vault import Vault, make_vault


@dc.dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything that `create_app` needs to know; tokens only as digests."""

    database: str  # SQLAlchemy URL
    admins: tuple[Admin, ...]
    control_digest: str = dc.field(repr=False)
    url: str = "http://127.0.0.1:8440"  # where the desk is reached: mails link to it
    smtp: SmtpServer | None = None  # mails stay in the outbox without it
    registration_days: int = 30  # ours: the length of the real deadline is not published
    habits: Habits = dc.field(default_factory=Habits)
    vault: Vault = dc.field(default_factory=make_vault, repr=False)
    now: dt.datetime | None = None  # where the clock begins; None: at the real time
    variant: str = ""  # of the portal's screens, by name
    not_offered: frozenset[str] = frozenset()  # product ids taken off the offer
