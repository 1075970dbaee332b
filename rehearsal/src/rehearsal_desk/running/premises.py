# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What all workers of one start have in common, made once before any of them."""

from __future__ import annotations

import contextlib
import dataclasses as dc
import os

from sqlalchemy import make_url

from rehearsal_desk.desk import lapses
from rehearsal_desk.desk.authority import CertificationAuthority
from rehearsal_desk.running import seeds
from rehearsal_desk.running.settings import Settings
from rehearsal_desk.store import schema
from rehearsal_desk.store.blackboard import Blackboard
from rehearsal_desk.store.clock import Clock
from rehearsal_desk.store.faults import FaultList
from rehearsal_desk.store.store import Store, is_sqlite


@dc.dataclass(frozen=True, slots=True, kw_only=True)
class Premises:
    """One blackboard, one clock, one root with its keys in memory only, one list of faults."""

    board: Blackboard
    clock: Clock
    authority: CertificationAuthority
    faults: FaultList


def prepare_premises(settings: Settings) -> Premises:
    """Prepare and seed the database, and make new premises; raises `OutOfDate` where a user has to migrate first."""
    if is_sqlite(settings.database):
        _keep_private(settings.database)
        schema.migrate(settings.database)
    else:
        # A shared database is changed only by who says so.
        schema.refuse_unless_current(settings.database)
    store = Store(settings.database)
    try:
        seeds.sow(store)
        lapses.reckon_all(store, habits=settings.habits)
    finally:
        store.close()
    board = Blackboard()
    clock = Clock(board=board)
    if settings.now is not None:
        clock.set(settings.now)
    return Premises(board=board, clock=clock, authority=CertificationAuthority(), faults=FaultList(board))


def _keep_private(database: str) -> None:
    """Make the file before SQLite does, for its owner alone: it names applicants, and its side files take its mode."""
    file = make_url(database).database
    if file and file != ":memory:":
        with contextlib.suppress(OSError):  # SQLite says what is wrong with it
            os.close(os.open(file, os.O_WRONLY | os.O_CREAT, 0o600))
