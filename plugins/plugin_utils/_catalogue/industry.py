# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""Rules of the CA/Browser Forum by date, and the portal's own limits of what may be typed."""

from __future__ import annotations

import dataclasses as dc
import datetime as dt
import typing as t

from .fact import Fact


@dc.dataclass(frozen=True, slots=True, kw_only=True)
class Lifetime:
    """For certificates issued from `since` on: their longest life, and how long checks may be reused, in days."""

    since: dt.date
    days: int
    domain_reuse: int
    organization_reuse: int


LIFETIMES: t.Final = Fact(
    (
        Lifetime(since=dt.date(2020, 9, 1), days=398, domain_reuse=398, organization_reuse=825),
        Lifetime(since=dt.date(2026, 3, 15), days=200, domain_reuse=200, organization_reuse=398),
        Lifetime(since=dt.date(2027, 3, 15), days=100, domain_reuse=100, organization_reuse=398),
        Lifetime(since=dt.date(2029, 3, 15), days=47, domain_reuse=10, organization_reuse=398),
    ),
    "BR 6.3.2, 4.2.1; ballot SC-081v3",
)

WHOIS_FORBIDDEN_SINCE: t.Final = Fact(dt.date(2025, 7, 15), "BR 3.2.2.4.2, .15; ballot SC-080; M:79159429")
EMAIL_VALIDATION_FORBIDDEN_SINCE: t.Final = Fact(dt.date(2028, 3, 15), "BR 3.2.2.4.4, .13, .14; ballot SC-090")

# Local parts that a CA may construct; the same five on the CAs' own pages.
APPROVAL_LOCAL_PARTS: t.Final = Fact(
    ("admin", "administrator", "hostmaster", "postmaster", "webmaster"), "BR 3.2.2.4.4; GS:approvere-email-change.html"
)

RSA_SMALLEST: t.Final = Fact(2048, "BR 6.1.5")
CURVES: t.Final = Fact(("P-256", "P-384", "P-521"), "BR 6.1.5, 7.1.3.1.2")

# Printable ASCII without " $ < > \ ~, in every DN field of the portal.
DN_CHARACTERS: t.Final = Fact(frozenset(map(chr, range(0x20, 0x7F))) - frozenset('"$<>\\~'), "M:2261096")
DN_LENGTHS: t.Final = Fact({"state_or_province_name": 128, "locality_name": 128, "organization_name": 64}, "BR 7.1.4.2")


def find_lifetime(day: dt.date) -> Lifetime:
    """Find what holds for a certificate issued on this day; rules are judged by the day of issue, not of the order."""
    return max(
        (row for row in LIFETIMES.value if row.since <= day), key=lambda row: row.since, default=LIFETIMES.value[0]
    )


__all__ = (
    "APPROVAL_LOCAL_PARTS",
    "CURVES",
    "DN_CHARACTERS",
    "DN_LENGTHS",
    "EMAIL_VALIDATION_FORBIDDEN_SINCE",
    "LIFETIMES",
    "RSA_SMALLEST",
    "WHOIS_FORBIDDEN_SINCE",
    "Lifetime",
    "find_lifetime",
)
