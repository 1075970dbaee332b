# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""The service's calendar of a renewal, in days before the certificate's expiry, weekends and holidays included."""

from __future__ import annotations

import dataclasses as dc
import datetime as dt
import typing as t

from .fact import Confidence, Fact
from .products import NO_LEVEL

if t.TYPE_CHECKING:
    from .products import Product

JAPAN: t.Final = dt.timezone(dt.timedelta(hours=9))


@dc.dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """What happens how many days before a certificate expires: its date and time (有効期限日時), or only its day.

    `silence_renews`: whether IIJ takes a renewal for ordered that nobody has ordered or cancelled. `run_begins`: how
    many days before the expiry, and at most a third of the life, a run orders; None: as soon as the window opens.
    """

    notice: Fact[int]  # IIJ's mail in advance
    addresses: Fact[int | None]  # addresses and DNS are ready for the CA's questions; None: no CA asks any
    opens: Fact[int]  # the renewal can be ordered
    order_by: Fact[int]  # the last day of the order
    update_by: Fact[int]  # the last day of CSR and information, or of the upload
    silence_renews: Fact[bool]
    run_begins: Fact[int | None]


# That silence renews is written; that the renewal is charged is our own conclusion.
SILENCE_RENEWS: t.Final = Fact(True, "M:2261088, M:3473591", Confidence.DEDUCED)
AGENCY: t.Final = Calendar(
    notice=Fact(35, "M:2261088, M:2261126", Confidence.PARTLY),
    addresses=Fact(31, "M:2261088, M:84710795", Confidence.PARTLY),
    opens=Fact(30, "M:2261088, M:2261126", Confidence.PARTLY),
    order_by=Fact(26, "M:2261088, M:3473591", Confidence.PARTLY),
    update_by=Fact(21, "M:2261088", Confidence.PARTLY),
    silence_renews=SILENCE_RENEWS,
    run_begins=Fact(None, "ours: the window is short", Confidence.DEDUCED),
)
BROUGHT_CALENDAR: t.Final = Calendar(
    notice=Fact(90, "M:9049881, M:2261126", Confidence.PARTLY),
    addresses=Fact(None, "no CA is asked through IIJ", Confidence.DEDUCED),
    opens=Fact(90, "M:9049881, M:2261126", Confidence.PARTLY),
    order_by=Fact(1, "M:9049881, M:2261126: by the day before the expiry", Confidence.PARTLY),
    update_by=Fact(0, "ours: the deadline of an upload comes by mail, its length is not published", Confidence.DEDUCED),
    # What becomes of a contract that nobody renews is not published, so nothing is said to happen by itself.
    silence_renews=Fact(False, "not published for brought certificates", Confidence.DEDUCED),
    run_begins=Fact(30, "ours: 90 days are longer than some lives", Confidence.DEDUCED),
)
# Days that the whole way from the order to the issue takes, by the product's level: ours, on the safe side.
LEADS: t.Final = Fact(
    {"DV": 7, "OV": 14, "EV": 14, NO_LEVEL: 0},
    "ours; M:2261096 says 1 to 2 weeks, M:2261100 1 week; no CA is asked for a brought certificate",
    Confidence.DEDUCED,
)


def find_calendar(product: Product | None) -> Calendar:
    """Find the calendar of a product; of one that is not known here that of the agency items, whose days come first."""
    return BROUGHT_CALENDAR if product is not None and product.brought else AGENCY


__all__ = ("AGENCY", "BROUGHT_CALENDAR", "JAPAN", "LEADS", "SILENCE_RENEWS", "Calendar", "find_calendar")
