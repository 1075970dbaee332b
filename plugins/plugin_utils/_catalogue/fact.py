# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""A fact with its source and how far it can be trusted; sources are written as in the project's fact sheet.

M = page of the service's manual, BR = CA/Browser Forum TLS Baseline Requirements, EVG = EV Guidelines; DC, GS and CT =
pages of DigiCert, GlobalSign and Cybertrust.
"""

from __future__ import annotations

import dataclasses as dc
import enum
import typing as t

T = t.TypeVar("T")


class Confidence(enum.StrEnum):
    """How well a fact is known: hearsay may warn and never refuse, and what is unknown does neither."""

    WRITTEN = "written"  # the whole page was read
    PARTLY = "partly"  # only the beginning of the page is known
    DEDUCED = "deduced"  # our own deduction from several facts
    HEARSAY = "hearsay"  # an old page, or somebody else's
    UNKNOWN = "unknown"  # nobody says; never a reason to refuse


@dc.dataclass(frozen=True, slots=True)
class Fact(t.Generic[T]):
    """A value, where it comes from, and how far it can be trusted; an unknown fact has no value."""

    value: T
    source: str
    confidence: Confidence = Confidence.WRITTEN


def unknown_fact(source: str) -> Fact[t.Any]:
    """Return what nobody says; the source tells where an answer was looked for."""
    return Fact(None, source, Confidence.UNKNOWN)


__all__ = ("Confidence", "Fact", "unknown_fact")
