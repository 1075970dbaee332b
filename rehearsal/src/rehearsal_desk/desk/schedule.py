# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the mere passing of time does to a contract, and when; pure."""

from __future__ import annotations

import dataclasses as dc
import datetime as dt
import typing as t

from rehearsal_desk.desk import life
from rehearsal_desk.desk.habits import Habits
from rehearsal_desk.rules import catalogue
from rehearsal_desk.store.store import Application

NOTICE: t.Final = "notice"
OPENING: t.Final = "opening"
SILENCE: t.Final = "silence"
IIJ_MAKES_CSR: t.Final = "iij_makes_csr"
CONTINUATION: t.Final = "continuation"
CONTACT: t.Final = "contact"
ISSUE: t.Final = "issue"

# For a reissue IIJ waits (ours).
_WITH_DEADLINE: t.Final = (life.RENEWAL, life.CONTINUATION)
_BEFORE_ALL: t.Final = dt.datetime.min.replace(tzinfo=dt.UTC)


@dc.dataclass(frozen=True, slots=True)
class Lapse:
    """Something that is due at a moment."""

    at: dt.datetime
    kind: str


def next_lapse(application: Application, *, habits: Habits) -> Lapse | None:
    """Return what time does next to this contract."""
    after, ended = application.lapsed_at or _BEFORE_ALL, application.latest.issued_at or _BEFORE_ALL
    mails = (lapse for lapse in _mails(application, habits=habits) if lapse.at > after)
    # What had to wait for another procedure happens once that is over.
    acts = (Lapse(max(each.at, after, ended), each.kind) for each in _acts(application, habits=habits))
    return min((*mails, *acts, *_of_ca(application, habits=habits)), key=lambda lapse: lapse.at, default=None)


def _mails(application: Application, *, habits: Habits) -> t.Iterator[Lapse]:
    renewal = life.renewal_of(application, habits=habits)
    if renewal is None or renewal.decision != life.UNDECIDED:
        return
    if not catalogue.PRODUCTS[application.product].brought:
        yield Lapse(renewal.notice_at, NOTICE)
    yield Lapse(renewal.opens_at, OPENING)


def _acts(application: Application, *, habits: Habits) -> t.Iterator[Lapse]:
    """Yield what silence does, and what IIJ does by itself; one procedure is open at a time (ours), so both wait."""
    renewal, latest = life.renewal_of(application, habits=habits), application.latest
    further = life.continuation_of(application, habits=habits)
    # Whether silence renews a brought certificate is not published.
    if renewal is None or application.cancelled_at is not None or catalogue.PRODUCTS[application.product].brought:
        return
    if not life.is_under_way(latest):
        if further is not None:
            yield Lapse(further.opens_at, CONTINUATION)
        elif habits.silence_renews:
            yield Lapse(renewal.order_by - habits.silence_early, SILENCE)
    elif habits.silence_renews and latest.state == life.AWAITING_REGISTRATION and latest.kind in _WITH_DEADLINE:
        yield Lapse((further or renewal).update_by, IIJ_MAKES_CSR)


def _of_ca(application: Application, *, habits: Habits) -> t.Iterator[Lapse]:
    latest = application.latest
    if habits.ca_days is None or latest.registered_at is None or latest.state not in life.WITH_THE_CA:
        return
    days = habits.ca_days[catalogue.PRODUCTS[application.product].level]
    if latest.state == life.APPLIED and days > 1 and life.open_confirmations(latest, product=application.product):
        yield Lapse(max(latest.registered_at + dt.timedelta(days=1), habits.ca_since), CONTACT)
    yield Lapse(max(latest.registered_at + dt.timedelta(days=days), habits.ca_since), ISSUE)
