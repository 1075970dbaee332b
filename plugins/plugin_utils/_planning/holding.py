# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""Which renewals and reissues are held until somebody has looked, though their turn has come. Pure."""

from __future__ import annotations

import dataclasses as dc
import typing as t

from .lifecycle import day_in_japan, is_term_refused, list_lacking_fields
from .rivals import find_rivals_of_renewal
from .steps import Standing

if t.TYPE_CHECKING:
    from collections.abc import Mapping

    from .._complaints.complaints import Complaint
    from .._values.observed import Application, Observed
    from .entry import Entry
    from .memory import Memory


def hold_where_unclear(
    entry: Entry, observed: Observed, claims: Mapping[str, Application], portfolio: str, memory: Memory
) -> tuple[Entry, tuple[Complaint, ...]]:
    """Hold a renewal or reissue that lacks something, has a rival or is for a term of its own; returns the rivals."""
    if entry.ahead not in (Standing.TO_RENEW, Standing.TO_REISSUE):
        return entry, ()
    renews = entry.ahead is Standing.TO_RENEW
    rivals = _find_rivals_of(entry, observed, claims, portfolio, memory) if renews else ()
    refused = renews and is_term_refused(entry.order, entry.track.window if entry.track else None)
    held = bool(rivals or list_lacking_fields(entry.order)) or refused
    return (dc.replace(entry, ahead=Standing.HELD) if held else entry), rivals


def _find_rivals_of(
    entry: Entry, observed: Observed, claims: Mapping[str, Application], portfolio: str, memory: Memory
) -> tuple[Complaint, ...]:
    order, application, track = entry.order, entry.application, entry.track
    if application is None or track is None:
        return ()
    others, day = observed.applications, day_in_japan(track.window.order_by)
    rivals = find_rivals_of_renewal(order, application, others, claims, day=day, portfolio=portfolio, memory=memory)
    return tuple(rivals)


__all__ = ("hold_where_unclear",)
