# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""Moments as documents have them, and the one by which their days are counted."""

from __future__ import annotations

import datetime as dt
import typing as t


def write_moment(moment: dt.datetime | None) -> str | None:
    """Write a moment as documents have it: it begins with the day that the desk shows, in UTC or in Japan."""
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z") if moment else None


def read_now(document: dict[str, t.Any]) -> dt.datetime:
    """Read the moment of the look: the desk's own, or the controller's where the desk tells none."""
    return dt.datetime.fromisoformat(document.get("as_of") or document["made_at"])


__all__ = ("read_now", "write_moment")
