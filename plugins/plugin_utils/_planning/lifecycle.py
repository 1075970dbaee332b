# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""A contract that lives on: its window, who acts first, and what silence will do. Pure; the day is the desk's.

The desk's own dates count where it tells them. Otherwise they follow from the calendar and the certificate's expiry, a
day inside the window at both ends: a list may show the day of an expiry without its hour.
"""

from __future__ import annotations

import dataclasses as dc
import datetime as dt
import enum
import typing as t

from .._catalogue.products import find_product
from .._catalogue.renewals import JAPAN, Calendar, find_calendar
from .._values.observed import Certificate, Decision, Kind, Renewal, State
from .._values.order import ReissueReason, Wanted
from .windows import DAY, begin_of, compute_window

if t.TYPE_CHECKING:
    from collections.abc import Collection

    from .._values.observed import Application
    from .._values.order import Order

CERTIFIED: t.Final = frozenset({State.ISSUED, State.INSTALLING, State.INSTALLED, State.EXPIRED, State.UNCLEAR})


class Phase(enum.StrEnum):
    """Where a contract is in the period of its current certificate."""

    RESTING = "resting"
    NOTICE = "notice"
    OPEN = "open"  # the renewal can be ordered, and nothing was decided
    CLOSED = "closed"  # nothing was decided in time, so silence has renewed or is about to
    RENEWED = "renewed"  # a renewal was ordered, by whomever
    CANCELLED = "cancelled"


@dc.dataclass(frozen=True, slots=True, kw_only=True)
class Track:
    """Where a contract is at one moment, and by when what has to be done."""

    certificate: Certificate
    window: Renewal
    phase: Phase
    as_of: dt.datetime
    calendar: Calendar

    @property
    def undecided_until(self) -> dt.datetime | None:
        """By when somebody has to decide; None where somebody has, or it is too late."""
        return self.window.order_by if self.phase in (Phase.RESTING, Phase.NOTICE, Phase.OPEN) else None

    @property
    def silent_on(self) -> dt.datetime | None:
        """When silence renews this contract; None where somebody has decided, silence has, or it is not known to."""
        return self.undecided_until if self.calendar.silence_renews.value else None

    def begins_at(self, name: str, *, spread: bool) -> dt.datetime:
        """Return when a run orders the renewal of an order of this name."""
        return begin_of(name, self.window, self.certificate, self.calendar, spread=spread)

    def is_near(self) -> bool:
        """Check whether the notice of the renewal is due, and nobody has decided yet."""
        return self.phase in (Phase.NOTICE, Phase.OPEN)


def find_track(application: Application | None, as_of: dt.datetime | None) -> Track | None:
    """Find where a contract is; None before its first certificate, and at a desk that does not tell its day."""
    certificate = current_certificate(application)
    if application is None or certificate is None or as_of is None:
        return None
    calendar = find_calendar(find_product(application.product))
    window = application.renewal or compute_window(certificate, calendar)
    phase = _phase(application, window, as_of)
    return Track(certificate=certificate, window=window, phase=phase, as_of=as_of, calendar=calendar)


def current_certificate(application: Application | None) -> Certificate | None:
    """Return the certificate in use, made of the flat fields where a desk shows no more."""
    if application is None:
        return None
    if application.current is not None:
        return application.current
    if application.not_after is None or application.state not in CERTIFIED:
        return None
    return Certificate(
        serial_number=application.serial_number,
        certificate_fingerprint=application.certificate_fingerprint,
        public_key_fingerprint=application.public_key_fingerprint,
        csr_origin=application.csr_origin,
        not_before=application.not_before,
        not_after=application.not_after,
        issued_at=application.issued_at,
        downloaded_at=application.downloaded_at,
    )


def renews(application: Application) -> bool:
    """Check whether the next certificate is under way, also one that was rejected and can be registered once more."""
    return application.procedure is not None and application.procedure.kind is not Kind.NEW


def is_renewing(application: Application) -> bool:
    """Check whether a renewal is under way, whose period is paid; one inside the paid period is a certificate only."""
    return application.procedure is not None and application.procedure.kind is Kind.RENEWAL


def is_given_up(application: Application) -> bool:
    """Check whether a contract was cancelled, also where it goes on to the end of its certificate."""
    decided = application.renewal is not None and application.renewal.decision is Decision.CANCEL
    return application.given_up or decided


def is_due(order: Order, track: Track | None, *, spread: bool) -> bool:
    """Check whether a run of ours orders the renewal now."""
    if track is None or track.phase is not Phase.OPEN or not order.is_renewed_here:
        return False
    return order.state is Wanted.PRESENT and track.as_of >= track.begins_at(order.name, spread=spread)


def wants_reissue(order: Order, application: Application | None) -> bool:
    """Check whether the certificate in use is the one that has to go; with another one the wish is fulfilled."""
    current = current_certificate(application)
    return current is not None and is_unwanted(order, current)


def is_unwanted(order: Order, certificate: Certificate) -> bool:
    """Check whether this certificate is the one that the order wants reissued."""
    if order.reissue is None or certificate.serial_number is None:
        return False
    return _plain_serial(certificate) == order.reissue.serial


def is_key_lost(order: Order, application: Application | None) -> bool:
    """Check whether the certificate in use has to go because its key is lost: no host can be given it any more."""
    reissue = order.reissue
    return reissue is not None and reissue.reason is ReissueReason.KEY_LOST and wants_reissue(order, application)


def knows_serial(application: Application, serial: str) -> bool:
    """Check whether a certificate of this contract, as far as the desk shows them, has or had this serial number."""
    current = current_certificate(application)
    certificates = (*((current,) if current else ()), *application.previous)
    return any(_plain_serial(one) == serial for one in certificates)


def _plain_serial(certificate: Certificate) -> str | None:
    """Return the serial number as orders have it."""
    return certificate.serial_number and certificate.serial_number.lower().lstrip("0")


def is_reissue_late(order: Order, track: Track | None) -> bool:
    """Check whether the renewal is near, which gives a new key and a longer life for the same work.

    From its notice on: while a reissue is under way nobody can renew, and it would last until the window closes.
    """
    if track is None or order.reissue is None or order.reissue.reason is ReissueReason.KEY_COMPROMISED:
        return False
    return track.phase in (Phase.NOTICE, Phase.OPEN, Phase.CLOSED)


def is_reissuing(application: Application | None) -> bool:
    """Check whether a reissue is under way."""
    procedure = application.procedure if application else None
    return procedure is not None and procedure.kind is Kind.REISSUE


def list_lacking_fields(order: Order) -> tuple[str, ...]:
    """List what the order lacks to renew its contract and to register for it."""
    return order.missing or (() if order.terms_agreed else ("terms_agreed",))


def is_term_refused(order: Order, window: Renewal | None) -> bool:
    """Check whether the desk shows for which terms it renews, and the order's is none of them."""
    terms = window.terms if window else ()
    return bool(terms) and order.renewal_term not in terms


def name_predecessor(application: Application | None) -> str | None:
    """Name the certificate that a renewal replaces: by its fingerprint, or else by its contract and expiry day."""
    names = list_certificate_names(application)
    return names[0] if names else None


def is_replaced(application: Application, predecessor: Collection[str]) -> bool:
    """Check whether a renewal has replaced this certificate, or is about to, whoever ordered it.

    `predecessor` are all the names that it had (list_certificate_names), for this look may lack the best of them.
    """
    names = list_certificate_names(application)
    decided = application.renewal is not None and application.renewal.decision is Decision.RENEW
    is_same = not set(predecessor).isdisjoint(names)
    if is_renewing(application) or (decided and not is_reissuing(application)):
        return is_same
    if application.current is None:  # a desk that shows no certificates of before shows another one in their place
        return bool(names) and not is_same
    return not {one.certificate_fingerprint for one in application.previous}.isdisjoint(predecessor)


def is_reissued(application: Application, predecessor: str) -> bool:
    """Check whether a reissue has replaced this certificate, or is about to."""
    procedure = application.procedure
    if procedure is not None and is_reissuing(application):
        return procedure.replaces == predecessor
    return predecessor in {one.certificate_fingerprint for one in application.previous}


def list_certificate_names(application: Application | None) -> list[str]:
    """List the names of the certificate in use, the best first: not every look at a desk shows its fingerprint."""
    certificate = current_certificate(application)
    if application is None or certificate is None:
        return []
    shown = application.procedure.replaces if application.procedure else None
    by_day = f"{application.contract_id} {certificate.not_after:%Y-%m-%d}"
    return [name for name in (shown, certificate.certificate_fingerprint, by_day) if name]


def day_in_japan(moment: dt.datetime) -> dt.date:
    """Return the day of a moment where the service is."""
    return moment.astimezone(JAPAN).date()


def last_day_before(moment: dt.datetime) -> dt.date:
    """Return the last whole day in Japan before a moment: what is done then is done in time."""
    return day_in_japan(moment) - DAY


def _phase(application: Application, window: Renewal, as_of: dt.datetime) -> Phase:
    if is_renewing(application) or window.decision is Decision.RENEW:
        return Phase.RENEWED
    if is_given_up(application):
        return Phase.CANCELLED
    if as_of >= window.order_by:
        return Phase.CLOSED
    if as_of >= window.opens_at:
        return Phase.OPEN
    return Phase.NOTICE if as_of >= window.notice_at else Phase.RESTING


__all__ = (
    "CERTIFIED",
    "DAY",
    "Phase",
    "Track",
    "current_certificate",
    "day_in_japan",
    "find_track",
    "is_due",
    "is_given_up",
    "is_key_lost",
    "is_reissue_late",
    "is_reissued",
    "is_reissuing",
    "is_renewing",
    "is_replaced",
    "is_term_refused",
    "is_unwanted",
    "knows_serial",
    "last_day_before",
    "list_certificate_names",
    "list_lacking_fields",
    "name_predecessor",
    "renews",
    "wants_reissue",
)
