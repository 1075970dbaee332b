# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Time that passes: what silence, IIJ and a CA that works by itself do is written once, each at its moment."""

from __future__ import annotations

import dataclasses as dc
import datetime as dt
import heapq
import typing as t

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from rehearsal_desk.desk import life, renewals, schedule
from rehearsal_desk.desk.back_office import BackOffice
from rehearsal_desk.desk.desk import purchase_of
from rehearsal_desk.desk.habits import NEW_CSR, Habits
from rehearsal_desk.desk.outbox import Outbox
from rehearsal_desk.desk.registrar import Registrar
from rehearsal_desk.desk.schedule import Lapse
from rehearsal_desk.rules.problems import Conflict
from rehearsal_desk.rules.wording import say
from rehearsal_desk.store.blackboard import Blackboard
from rehearsal_desk.store.clock import Clock
from rehearsal_desk.store.store import Application, Store

_CA: t.Final = "ca_auto"


class Lapses:
    """Settles what has become due, before anybody looks; and sets the clock, which cannot go back behind that."""

    def __init__(
        self,
        store: Store,
        *,
        clock: Clock,
        board: Blackboard,
        outbox: Outbox,
        registrar: Registrar,
        back_office: BackOffice,
        habits: Habits,
    ) -> None:
        self._store = store
        self._clock = clock
        self._board = board
        self._outbox = outbox
        self._registrar = registrar
        self._back_office = back_office
        self._habits = habits
        store.tell(self._reckon)

    def settle(self) -> None:
        """Let everything happen that is due by now, in order of time."""
        now = self._clock.now()
        with self._store.reading() as session:
            if not session.scalar(select(exists().where(Application.lapse_at <= now))):
                return
        with self._store.writing() as session:
            due = select(Application).where(Application.lapse_at <= now).order_by(Application.id)
            self._pass(session, list(session.scalars(due.with_for_update(of=Application))), until=now)

    def set_clock(self, moment: dt.datetime) -> None:
        """Go on from this moment; raises `Conflict` when something is written already that happens later."""
        self.settle()
        with self._store.reading() as session:
            last = session.scalar(select(func.max(Application.lapsed_at)))
        if last is not None and moment < last:
            message = say(
                "Something has happened already by {:%Y-%m-%dT%H:%M:%SZ} that only time has brought about.",
                "{:%Y-%m-%dT%H:%M:%SZ} までに、時間の経過による変化がすでに起きています。それより前には戻せません。",
                last,
            )
            raise Conflict("clock", message, attribute="now")
        self._clock.set(moment)
        self.settle()

    def let_ca_work(self, days: t.Mapping[str, int] | None) -> None:
        """Let the CA issue by itself so many days after the registration, by level; None: only when it is told to."""
        now = self._clock.now()
        with self._board.changing() as words:
            words[_CA] = None if days is None else {"days": dict(days), "since": now.isoformat()}
        with self._store.writing() as session:
            for application in session.scalars(self._back_office.waiting().with_for_update(of=Application)):
                self._reckon(application)
        self.settle()

    def _pass(self, session: Session, applications: list[Application], *, until: dt.datetime) -> None:
        coming: list[tuple[dt.datetime, int, str]] = []
        by_id = {application.id: application for application in applications}

        def foresee(application: Application) -> None:
            self._reckon(application)
            lapse = self._next(application)
            if lapse is not None and lapse.at <= until:
                heapq.heappush(coming, (lapse.at, application.id, lapse.kind))

        for application in applications:
            foresee(application)
        while coming:
            at, key, kind = heapq.heappop(coming)
            application = by_id[key]
            with self._clock.at(at):
                self._happen(session, application, kind=kind)
            application.lapsed_at = at
            foresee(application)

    def _happen(self, session: Session, application: Application, *, kind: str) -> None:
        latest, now = application.latest, self._clock.now()
        if kind == schedule.SILENCE:
            self._renew(session, application, now=now)
        elif kind == schedule.CONTINUATION:
            self._go_on(session, application, now=now)
        elif kind == schedule.IIJ_MAKES_CSR:
            self._registrar.repeat(session, latest)
        elif kind == schedule.CONTACT:
            self._back_office.contact_one(session, latest)
        elif kind == schedule.ISSUE:
            self._back_office.issue_one(session, latest)
        else:
            self._outbox.post_window(session, application.shown_first, opens=kind == schedule.OPENING)

    def _renew(self, session: Session, application: Application, *, now: dt.datetime) -> None:
        paid = [each for each in application.certificates if each.kind in life.PAID]
        renewal = renewals.opened(application, by=life.SILENCE, term=paid[-1].term, now=now, habits=self._habits)
        session.flush()
        session.add(purchase_of(renewal))
        self._outbox.post_silence(session, renewal)

    def _go_on(self, session: Session, application: Application, *, now: dt.datetime) -> None:
        further = renewals.continued(application, now=now, habits=self._habits)
        session.flush()
        if self._habits.second_certificate == NEW_CSR:
            self._outbox.post_continuation(session, further)
        else:
            self._registrar.repeat(session, further, keeps_csr=True)

    def _reckon(self, application: Application) -> None:
        lapse = self._next(application)
        application.lapse_at = None if lapse is None else lapse.at

    def _next(self, application: Application) -> Lapse | None:
        found = self._board.read().get(_CA)
        if found is None:
            return schedule.next_lapse(application, habits=self._habits)
        since = dt.datetime.fromisoformat(found["since"])
        habits = dc.replace(self._habits, ca_days=found["days"], ca_since=since)
        return schedule.next_lapse(application, habits=habits)


def reckon_all(store: Store, *, habits: Habits) -> None:
    """Foresee for each contract what comes next: a desk with other habits may have kept this database before."""
    with store.writing() as session:
        for application in session.scalars(select(Application).execution_options(yield_per=500)):
            lapse = schedule.next_lapse(application, habits=habits)
            if application.lapse_at != (moment := None if lapse is None else lapse.at):
                application.lapse_at = moment
