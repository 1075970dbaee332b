# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""When a contract can be renewed, and on which day of that an order begins."""

from __future__ import annotations

import datetime as dt
import hashlib
import typing as t

from .._values.observed import Renewal

if t.TYPE_CHECKING:
    from .._catalogue.renewals import Calendar
    from .._values.observed import Certificate

DAY: t.Final = dt.timedelta(days=1)
_LONG_AGO: t.Final = dt.datetime.min.replace(tzinfo=dt.UTC)
SPREAD_DAYS: t.Final = 3  # an order begins on one of the first days of the window; the last one is kept free


def compute_window(certificate: Certificate, calendar: Calendar) -> Renewal:
    """Compute the window of a certificate for a desk that tells none."""
    end = certificate.not_after
    opens = end - calendar.opens.value * DAY + DAY
    notice = end - calendar.notice.value * DAY
    begun = certificate.issued_at or certificate.not_before
    if begun is not None:  # a life that is shorter than the calendar opens no window before it has begun
        opens, notice = max(opens, begun + DAY), max(notice, begun + DAY)
    order_by = max(opens, end - calendar.order_by.value * DAY - DAY)
    update_by = max(order_by, end - calendar.update_by.value * DAY - DAY)
    return Renewal(notice_at=min(notice, opens), opens_at=opens, order_by=order_by, update_by=update_by)


def begin_of(name: str, window: Renewal, certificate: Certificate, calendar: Calendar, *, spread: bool) -> dt.datetime:
    """Return when an order of this name begins: equal expiry days of many orders do not meet one person at once."""
    opens, last = max(window.opens_at, _begin_of_last_part(certificate, calendar)), window.order_by - DAY
    if not spread:
        return opens
    return min(opens + count_delay(name) * DAY, max(opens, last))


def _begin_of_last_part(certificate: Certificate, calendar: Calendar) -> dt.datetime:
    """Return when the last part of a life begins: a window of 90 days would buy again as soon as 46 days are paid."""
    days = calendar.run_begins.value
    if days is None:
        return _LONG_AGO
    end, begun = certificate.not_after, certificate.not_before or certificate.issued_at
    return end - min(days * DAY, (end - begun) / 3 if begun else days * DAY)


def count_delay(name: str) -> int:
    """Count the days after the opening on which an order of this name is renewed, where orders are spread."""
    return hashlib.sha256(name.encode()).digest()[0] % SPREAD_DAYS


__all__ = ("DAY", "SPREAD_DAYS", "begin_of", "compute_window", "count_delay")
