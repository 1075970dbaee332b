# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Rows of a list that are made once and shown until their contract changes, or time changes what is shown of it.

A daily run lists every contract several times, and from one list to the next hardly any of them has changed.
"""

from __future__ import annotations

import dataclasses as dc
import datetime as dt
import typing as t

from sqlalchemy import select
from sqlalchemy.orm import Session

from rehearsal_desk.desk.habits import Habits
from rehearsal_desk.desk.showing import Shown, list_turns, show
from rehearsal_desk.rules.wording import Language, language_here
from rehearsal_desk.store.store import Application

_MOST: t.Final = 20_000  # rows in memory, of some kilobytes each

Row = t.TypeVar("Row")


@dc.dataclass(frozen=True, slots=True)
class _Made(t.Generic[Row]):
    row: Row
    revision: int
    after: dt.datetime
    before: dt.datetime

    def holds(self, revision: int, *, now: dt.datetime) -> bool:
        return self.revision == revision and self.after < now < self.before


class RememberedRows(t.Generic[Row]):
    """What `make` has made of each contract, for one face of the desk; `make` looks at nothing else that changes."""

    def __init__(self, make: t.Callable[[Shown], Row]) -> None:
        self._make = make
        self._made: dict[tuple[int, Language], _Made[Row]] = {}

    def read(
        self, session: Session, revisions: t.Sequence[tuple[int, int]], *, now: dt.datetime, habits: Habits
    ) -> list[Row]:
        """Return the rows of these contracts, each given by its key and revision as this session sees it."""
        lang, rows = language_here(), dict[int, Row]()
        for key, revision in revisions:
            if (made := self._made.get((key, lang))) is not None and made.holds(revision, now=now):
                rows[key] = made.row
        missing = [key for key, _revision in revisions if key not in rows]
        for application in session.scalars(select(Application).where(Application.id.in_(missing))) if missing else ():
            row = rows[application.id] = self._make(show(application, now=now, habits=habits))
            self._keep(application, row, lang=lang, now=now)
        return [rows[key] for key, _revision in revisions]

    def _keep(self, application: Application, row: Row, *, lang: Language, now: dt.datetime) -> None:
        if len(self._made) >= _MOST:
            self._made.clear()
        turns = list_turns(application)
        # At the very moment of a turn, what is shown holds for this moment only.
        if now not in turns:
            self._made[application.id, lang] = _Made(
                row,
                revision=application.revision,
                after=max((turn for turn in turns if turn < now), default=dt.datetime.min.replace(tzinfo=dt.UTC)),
                before=min((turn for turn in turns if turn > now), default=dt.datetime.max.replace(tzinfo=dt.UTC)),
            )
