# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""Every day by which somebody has to act for an order, and whether its work is late. Pure; the day is the desk's.

When a stage is expected to be over is ours: a daily run orders on the day of an order's turn, and registers and
installs within two days; the CA needs the lead of the product's level (`LEADS`). Nobody is woken while all is on time.
"""

from __future__ import annotations

import dataclasses as dc
import datetime as dt
import enum
import typing as t

from .._catalogue.renewals import JAPAN, LEADS
from .._values.observed import ENDED, Kind, State
from .._values.order import Usage, Wanted
from .lifecycle import DAY, Phase, current_certificate, is_reissuing, last_day_before
from .steps import Standing
from .succession import NOT_INSTALLED, UNHEARD, find_installation_day

if t.TYPE_CHECKING:
    from collections.abc import Iterator

    from .._values.observed import Application, Procedure
    from .entry import Entry
    from .lifecycle import Track

_NOTICE: t.Final = 7 * DAY  # before a deadline, when nothing is expected to happen by itself; ours
_LAST_CALL: t.Final = DAY / 2  # before a deadline, when people hear of it whatever was expected; ours
_A_RUN: t.Final = 2 * DAY  # within which a daily run does what it can do; ours
_UNREGISTERED: t.Final = (State.AWAITING_REGISTRATION, State.REJECTED)
_AT_CA: t.Final = (State.APPLIED, State.AWAITING_CONFIRMATION)


class What(enum.StrEnum):
    """What has to happen by a deadline."""

    REGISTRATION = "registration"  # CSR and application information of a new contract
    CONFIRMATION = "confirmation"  # the applicant's answer to the CA
    ADDRESSES = "addresses"  # mail addresses and DNS ready for the CA's questions
    RENEWAL = "renewal"  # renew or cancel
    UPDATE = "update"  # CSR and application information of a renewal
    UPLOAD = "upload"  # a person brings certificate and key to the portal
    INSTALLATION = "installation"  # the next certificate, before the one in use runs out
    REVOCATION = "revocation"  # hosts show another certificate than the one that a reissue has replaced
    EXPIRY = "expiry"
    CANCELLATION = "cancellation"  # a contract that nobody wants any more, before it is renewed


class Stage(enum.StrEnum):
    """The part of a procedure that may be late."""

    ORDER = "order"
    REGISTER = "register"
    ISSUE = "issue"
    INSTALL = "install"


@dc.dataclass(frozen=True, slots=True, kw_only=True)
class Deadline:
    """What has to happen by the end of a day in Japan, and by whom (an actor's id); an expiry has its day in UTC.

    `alert_at`: from when on people should hear of it, if it has not happened; not while it is on schedule.
    """

    what: What
    day: dt.date
    by: str
    alert_at: dt.datetime


@dc.dataclass(frozen=True, slots=True, kw_only=True)
class Lateness:
    """A stage that should be over, since how many whole days, and who is at work."""

    stage: Stage
    days: int
    by: str


class _Work(t.NamedTuple):
    """What is being done for an order, who is at it, and by when it should be over."""

    stage: Stage
    by: str
    over_at: dt.datetime


def list_deadlines(entry: Entry) -> tuple[Deadline, ...]:
    """List what still has to happen for an order, the next day first."""
    cancellations = tuple(_of_cancellations(entry))
    application = entry.application
    if application is None or (application.state in ENDED and application.state is not State.EXPIRED):
        return cancellations
    if entry.standing is Standing.TO_CANCEL:
        return tuple(sorted((*cancellations, *_of_installation(entry, application)), key=lambda one: one.day))
    result = (
        *cancellations,
        *_of_procedure(entry, application),
        *(_of_window(entry, entry.track) if entry.track else ()),
        *_of_certificates(entry, application),
    )
    return tuple(sorted(result, key=lambda deadline: (deadline.day, deadline.what)))


def find_next_deadline(entry: Entry) -> dt.date | None:
    """Find the last day for what has to happen next."""
    application, track = entry.application, entry.track
    if application is None or entry.shows_link:
        return None  # of a linked service's change no page names a day
    installation = find_installation_day(entry, application)
    if track is None or entry.ahead is None or entry.shown is not entry.ahead:
        return installation or application.deadline
    procedure = application.procedure
    if entry.ahead is Standing.TO_REISSUE or is_reissuing(application):
        return (procedure.deadline if procedure else None) or installation
    if procedure is None:
        over = track.phase is Phase.CANCELLED  # the contract ends, unless somebody has another one bought before
        return last_day_before(track.certificate.not_after if over else track.window.order_by)
    open_yet = procedure.state in _UNREGISTERED
    return procedure.deadline or last_day_before(track.window.update_by) if open_yet else None


def find_lateness(entry: Entry, as_of: dt.datetime | None) -> Lateness | None:
    """Find the stage of an order's work that should be over at this moment; None where all is on schedule."""
    work = _work_at(entry)
    if work is None or as_of is None:
        return None
    days = (as_of - work.over_at) // DAY
    return Lateness(stage=work.stage, days=days, by=work.by) if days >= 1 else None


def _of_cancellations(entry: Entry) -> Iterator[Deadline]:
    """Yield the last days on which the contract, or the one that it replaces, can be cancelled."""
    old = entry.replaced
    tracks = (entry.track if entry.standing is Standing.TO_CANCEL else None, old.track if old and old.goes_on else None)
    for track in tracks:
        if track is not None and track.silent_on is not None:
            yield _deadline(What.CANCELLATION, last_day_before(track.silent_on), "group_admin", None)


def _of_procedure(entry: Entry, application: Application) -> Iterator[Deadline]:
    """Yield the deadlines of what is under way, the first certificate or the next one."""
    procedure = application.procedure
    if procedure is None or procedure.kind is Kind.NEW:
        state, day = application.state, application.deadline
    else:
        state, day = procedure.state, procedure.deadline
    if entry.order.product.brought:
        yield from _of_upload(entry, state, day)
    elif (
        state is State.AWAITING_REGISTRATION and day is not None and not (procedure and procedure.kind is Kind.RENEWAL)
    ):
        yield _deadline(What.REGISTRATION, day, "service_admin", _work_at(entry))
    if state is State.AWAITING_CONFIRMATION and day is not None:
        yield _deadline(What.CONFIRMATION, day, "applicant", None)


def _of_upload(entry: Entry, state: State, day: dt.date | None) -> Iterator[Deadline]:
    """Yield the day by which a person uploads what is brought: the desk's, or before the one in use ends."""
    end = entry.track.certificate.not_after if entry.track else None
    last = day or (last_day_before(end) if end else None)
    if state is State.AWAITING_REGISTRATION and last is not None:
        yield _deadline(What.UPLOAD, last, "service_admin", None)


def _of_window(entry: Entry, track: Track) -> Iterator[Deadline]:
    """Yield the deadlines of the next period, as long as they can be met or missed."""
    window, procedure = track.window, entry.application.procedure if entry.application else None
    update = last_day_before(window.update_by)
    if track.undecided_until is not None:
        yield from _of_addresses(track)
        yield _renewal_deadline(entry, track)
        if track.is_near() and not entry.order.product.brought:
            yield _quiet(What.UPDATE, update, "service_admin", window.order_by)
    elif entry.order.product.brought:
        return
    elif track.phase is Phase.CLOSED:
        yield _deadline(What.UPDATE, update, "service_admin", None)
    elif procedure is not None and procedure.kind is Kind.RENEWAL and procedure.state in _UNREGISTERED:
        yield _deadline(What.UPDATE, procedure.deadline or update, "service_admin", _work_at(entry))


def _of_addresses(track: Track) -> Iterator[Deadline]:
    days = track.calendar.addresses.value
    # The day before the desk's own opening, where that comes first: no desk tells this day.
    addresses = min(track.certificate.not_after - (days or 0) * DAY, track.window.opens_at - DAY)
    if days is not None and track.as_of < addresses:  # nobody can say that they are ready, so nobody is woken either
        yield _quiet(What.ADDRESSES, last_day_before(addresses), "service_admin", addresses)


def _renewal_deadline(entry: Entry, track: Track) -> Deadline:
    """Make the deadline of the decision; what silence does without a run of ours is announced as such, and once."""
    window = track.window
    day, by = last_day_before(window.order_by), "group_admin"
    if not _renews_here(entry) and track.silent_on is None:
        return _deadline(What.RENEWAL, day, by, None)  # nothing else says that this day comes
    if not _renews_here(entry):
        return _quiet(What.RENEWAL, day, by, window.order_by)
    return _deadline(What.RENEWAL, day, by, _Work(Stage.ORDER, by, track.begins_at(entry.order.name, spread=True)))


def _of_certificates(entry: Entry, application: Application) -> Iterator[Deadline]:
    """Yield the days on which certificates of this contract stop working."""
    current = current_certificate(application)
    for previous in application.previous:
        if previous.revoke_on is not None and (entry.track is None or entry.track.as_of < previous.not_after):
            yield _deadline(What.REVOCATION, previous.revoke_on, "service_admin", None)
    if current is None:
        return
    yield from _of_installation(entry, application)
    yield _deadline(What.EXPIRY, current.not_after.date(), "service_admin", _work_at(entry))


def _of_installation(entry: Entry, application: Application) -> Iterator[Deadline]:
    day = find_installation_day(entry, application)
    if day and entry.unconfirmed:
        yield _quiet(What.INSTALLATION, day, "service_admin", _end_of(day) - UNHEARD)
    elif day:
        by = "iij" if application.state is State.INSTALLING else "service_admin"
        yield _deadline(What.INSTALLATION, day, by, _work_at(entry))


def _deadline(what: What, day: dt.date, by: str, work: _Work | None) -> Deadline:
    """Make a deadline; where the work is expected to be over later than the usual notice, the alert waits for it."""
    over = _end_of(day)
    alert_at = over - _NOTICE
    if work is not None:
        alert_at = min(max(alert_at, work.over_at + DAY), over - _LAST_CALL)
    return Deadline(what=what, day=day, by=by, alert_at=alert_at.astimezone(dt.UTC))


def _end_of(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day + DAY, dt.time(), JAPAN)


def _quiet(what: What, day: dt.date, by: str, until: dt.datetime) -> Deadline:
    """Make a deadline of which nobody needs to hear before a moment."""
    return Deadline(what=what, day=day, by=by, alert_at=until)


def _renews_here(entry: Entry) -> bool:
    return entry.order.is_renewed_here and entry.order.state is Wanted.PRESENT


def _work_at(entry: Entry) -> _Work | None:
    """Say which stage is under way, who is at work, and by when it should be over; None where none is, or unknown."""
    application = entry.application
    if application is None:
        return None
    procedure = application.procedure
    if procedure is not None and procedure.kind is not Kind.NEW:
        return _work_of(entry, procedure.state, procedure.opened_at, _registered_at(entry, procedure))
    if application.state in (State.AWAITING_REGISTRATION, *_AT_CA):
        return _work_of(entry, application.state, application.ordered_at, application.registered_at)
    if entry.standing in NOT_INSTALLED and entry.order.usage is Usage.OTHER:
        return _Work(Stage.INSTALL, "service_admin", application.issued_at + _A_RUN) if application.issued_at else None
    track = entry.track
    if track is not None and track.phase is Phase.OPEN and _renews_here(entry):
        return _Work(Stage.ORDER, "group_admin", track.begins_at(entry.order.name, spread=True))
    return None


def _work_of(
    entry: Entry, state: State, opened_at: dt.datetime | None, registered_at: dt.datetime | None
) -> _Work | None:
    """Say by when a registration, or the CA's work after it, should be over."""
    if state in _UNREGISTERED and entry.order.product.brought:
        return None  # nobody knows when its CA issues, so only the last day of the upload counts
    if state in _UNREGISTERED:
        return _Work(Stage.REGISTER, "service_admin", opened_at + _A_RUN) if opened_at else None
    if state not in _AT_CA or registered_at is None:
        return None
    lead = LEADS.value[entry.order.product.level.value] * DAY
    return _Work(Stage.ISSUE, "ca" if state is State.APPLIED else "applicant", registered_at + lead)


def _registered_at(entry: Entry, procedure: Procedure) -> dt.datetime | None:
    """Return when a procedure was registered: where the desk does not show it, at the latest when that had to be."""
    if procedure.registered_at is None and procedure.kind is Kind.RENEWAL and entry.track is not None:
        return entry.track.window.update_by
    return procedure.registered_at


__all__ = ("Deadline", "Lateness", "Stage", "What", "find_lateness", "find_next_deadline", "list_deadlines")
