# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""Until when hosts can do with the certificate of before, where the next one is not known to be in its place. Pure."""

from __future__ import annotations

import typing as t

from .._values.observed import State
from .keys import find_installed_before
from .lifecycle import DAY, current_certificate, last_day_before
from .steps import Standing

if t.TYPE_CHECKING:
    import datetime as dt

    from .._values.observed import Application
    from .entry import Entry

NOT_INSTALLED: t.Final = (Standing.TO_COLLECT, Standing.ESTRANGED)
UNHEARD: t.Final = 3 * DAY  # before and after an end, when people hear of what no host was heard to have; ours


def find_installation_day(entry: Entry, application: Application) -> dt.date | None:
    """Find the last day of the certificate that the host has, where the one in use at the desk is not there yet.

    Where no host was heard, one that was fetched is most likely there, though nobody knows: it has its day until soon
    after it. Where the desk shows no certificates of before, the host's own last answer counts.
    """
    awaited = (entry.left_to_hands, entry.is_left_over, application.state is State.INSTALLING, entry.unconfirmed)
    if entry.standing not in NOT_INSTALLED and not any(awaited):
        return None
    replaced = current_certificate(entry.replaced.application) if entry.replaced else None
    before = find_installed_before(entry.order, application) or replaced
    until = before.not_after if before else entry.on_host_until
    if until is None or (entry.unconfirmed and _is_long_over(until, entry)):
        return None
    return last_day_before(until)


def _is_long_over(until: dt.datetime, entry: Entry) -> bool:
    """Check whether an end is so long ago that people have heard of it; also where the desk does not tell its day."""
    return entry.track is None or entry.track.as_of >= until + UNHEARD


__all__ = ("NOT_INSTALLED", "UNHEARD", "find_installation_day")
