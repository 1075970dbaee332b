# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the mere passing of time does to a contract, and when; pure."""

from __future__ import annotations

import dataclasses as dc
import datetime as dt
import typing as t

from rehearsal_desk.desk import life
from rehearsal_desk.rules import catalogue
from rehearsal_desk.store.store import Application

NOTICE: t.Final = "notice"
OPENING: t.Final = "opening"
SILENCE: t.Final = "silence"
IIJ_MAKES_CSR: t.Final = "iij_makes_csr"
CONTACT: t.Final = "contact"
ISSUE: t.Final = "issue"

_BEFORE_ALL: t.Final = dt.datetime.min.replace(tzinfo=dt.UTC)


@dc.dataclass(frozen=True, slots=True)
class Lapse:
    """Something that is due at a moment."""

    at: dt.datetime
    kind: str


@dc.dataclass(frozen=True, slots=True, kw_only=True)
class Habits:
    """How the other side goes about it: whether and when silence renews, and the days that a CA needs by itself."""

    silence_renews: bool = True
    silence_early: dt.timedelta = dt.timedelta()  # before the moment that is told
    ca_days: t.Mapping[str, int] | None = None  # by level; None: the CA works when it is told to
    ca_since: dt.datetime = _BEFORE_ALL


def next_lapse(application: Application, *, habits: Habits) -> Lapse | None:
    """Return what time does next to this contract."""
    after = application.lapsed_at or _BEFORE_ALL
    window = (lapse for lapse in _of_window(application, habits=habits) if lapse.at > after)
    return min((*window, *_of_ca(application, habits=habits)), key=lambda lapse: lapse.at, default=None)


def _of_window(application: Application, *, habits: Habits) -> t.Iterator[Lapse]:
    renewal = life.renewal_of(application)
    if renewal is None or renewal.decision == life.CANCEL:
        return
    latest = application.latest
    if catalogue.PRODUCTS[application.product].brought:
        # Whether silence renews a brought certificate is not published.
        if renewal.decision == life.UNDECIDED:
            yield Lapse(renewal.opens_at, OPENING)
    elif renewal.decision == life.UNDECIDED:
        yield Lapse(renewal.notice_at, NOTICE)
        yield Lapse(renewal.opens_at, OPENING)
        # One procedure is open at a time (ours), so silence waits for a reissue.
        if habits.silence_renews and (latest.kind != life.REISSUE or latest.issued_at is not None):
            yield Lapse(renewal.order_by - habits.silence_early, SILENCE)
    elif habits.silence_renews and (latest.kind, latest.state) == (life.RENEWAL, life.AWAITING_REGISTRATION):
        yield Lapse(renewal.update_by, IIJ_MAKES_CSR)


def _of_ca(application: Application, *, habits: Habits) -> t.Iterator[Lapse]:
    latest = application.latest
    if habits.ca_days is None or latest.registered_at is None or latest.state not in life.WITH_THE_CA:
        return
    days = habits.ca_days[catalogue.PRODUCTS[application.product].level]
    if latest.state == life.APPLIED and days > 1 and life.open_confirmations(latest, product=application.product):
        yield Lapse(max(latest.registered_at + dt.timedelta(days=1), habits.ca_since), CONTACT)
    yield Lapse(max(latest.registered_at + dt.timedelta(days=days), habits.ca_since), ISSUE)
