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

JAPAN: t.Final = dt.timezone(dt.timedelta(hours=9))


@dc.dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """What happens how many days before the expiry's date and time (有効期限日時) of an agency item (取次品目)."""

    notice: Fact[int]  # IIJ's mail in advance
    addresses: Fact[int]  # addresses and DNS are ready for the CA's questions
    opens: Fact[int]  # the renewal can be ordered
    order_by: Fact[int]  # afterwards IIJ takes the renewal for ordered, unless it is cancelled
    update_by: Fact[int]  # afterwards IIJ applies with the information of last time, and with a CSR of its own


AGENCY: t.Final = Calendar(
    notice=Fact(35, "M:2261088, M:2261126", Confidence.PARTLY),
    addresses=Fact(31, "M:2261088, M:84710795", Confidence.PARTLY),
    opens=Fact(30, "M:2261088, M:2261126", Confidence.PARTLY),
    order_by=Fact(26, "M:2261088, M:3473591", Confidence.PARTLY),
    update_by=Fact(21, "M:2261088", Confidence.PARTLY),
)
# That silence renews is written; that the renewal is charged is our own conclusion.
SILENCE_RENEWS: t.Final = Fact(True, "M:2261088, M:3473591", Confidence.DEDUCED)
# Days that the whole way from the order to the issue takes, by the product's level: ours, on the safe side.
LEADS: t.Final = Fact(
    {"DV": 7, "OV": 14, "EV": 14}, "ours; M:2261096 says 1 to 2 weeks, M:2261100 1 week", Confidence.DEDUCED
)

__all__ = ("AGENCY", "JAPAN", "LEADS", "SILENCE_RENEWS", "Calendar")
