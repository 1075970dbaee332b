# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""Locks that other accounts can hold too, since whoever may read a folder may lock it: no wait is without an end."""

from __future__ import annotations

import fcntl
import time

PATIENCE = 60  # seconds
_INTERVAL = 0.1


def lock_within(handle: int, seconds: float) -> bool:
    """Lock an open file or folder for this process alone; False where another one held it all this time.

    Raises OSError where the file system knows no locks.
    """
    end = time.monotonic() + seconds
    while not _is_locked_now(handle):
        if time.monotonic() >= end:
            return False
        time.sleep(_INTERVAL)
    return True


def _is_locked_now(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


__all__ = ("PATIENCE", "lock_within")
