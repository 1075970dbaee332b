# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The desk's own time: real time plus an offset that a rehearsal may set."""

from __future__ import annotations

import contextlib
import contextvars
import datetime as dt
import typing as t

from rehearsal_desk.store.blackboard import Blackboard

# The life of the rehearsal root bounds the times that make sense (see authority.py).
EARLIEST: t.Final = dt.datetime(2021, 1, 1, tzinfo=dt.UTC)
LATEST: t.Final = dt.datetime(2048, 12, 31, tzinfo=dt.UTC)


_OFFSET: t.Final = "clock_offset_us"


class Clock:
    """A running clock that can be set and advanced, for all workers at once; nothing ever sleeps on it."""

    def __init__(
        self,
        real: t.Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC),
        *,
        board: Blackboard | None = None,
    ) -> None:
        self._real = real
        self._moment: contextvars.ContextVar[dt.datetime | None] = contextvars.ContextVar("moment", default=None)
        self._board = board or Blackboard()

    def now(self) -> dt.datetime:
        """Return the present moment in UTC, in whole seconds."""
        if (moment := self._moment.get()) is not None:
            return moment
        offset = dt.timedelta(microseconds=self._board.read().get(_OFFSET, 0))
        return (self._real() + offset).replace(microsecond=0)

    @contextlib.contextmanager
    def at(self, moment: dt.datetime) -> t.Iterator[None]:
        """Let this be the present for whoever does what was due then."""
        before = self._moment.set(moment)
        try:
            yield
        finally:
            self._moment.reset(before)

    def set(self, moment: dt.datetime) -> None:
        """Go on from this moment."""
        with self._board.changing() as words:
            words[_OFFSET] = (moment - self._real()) // dt.timedelta(microseconds=1)


def business_days_after(moment: dt.datetime, *, days: int) -> dt.datetime:
    """Return the same time of day so many working days later.

    Saturdays and Sundays do not count, holidays do (ours).
    """
    while days:
        moment += dt.timedelta(days=1)
        days -= moment.weekday() < 5
    return moment
