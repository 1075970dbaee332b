# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""What this process leaves of its memory: private keys and passphrases are in it."""

from __future__ import annotations

import resource


def leave_no_core() -> None:
    """Keep this process, and those that it starts, from writing their memory to a disk when they crash."""
    # The hard limit stays, so that a command that a user names for reloads can set its own.
    _soft, hard = resource.getrlimit(resource.RLIMIT_CORE)
    resource.setrlimit(resource.RLIMIT_CORE, (0, hard))


__all__ = ("leave_no_core",)
