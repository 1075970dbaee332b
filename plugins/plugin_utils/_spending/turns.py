# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""Turns of tasks that buy a single order each: Ansible runs the tasks of several hosts at once on this controller."""

from __future__ import annotations

import contextlib
import fcntl
import os
import typing as t

from .ledger_file import explain_unusable

if t.TYPE_CHECKING:
    import pathlib
    from collections.abc import Iterator


@contextlib.contextmanager
def take_turn(ledger: pathlib.Path) -> Iterator[None]:
    """Keep other tasks that record what they buy in this folder waiting; raises LedgerUnusable.

    Whoever looks at the desk and buys within a turn has seen what was bought in the turns before.
    """
    lock = ledger.with_name(".purchases.lock")
    try:
        ledger.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK, 0o600)
    except OSError as error:
        raise explain_unusable(ledger, error) from None
    with os.fdopen(descriptor, "w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)  # goes with the descriptor, and with the process
        yield


__all__ = ("take_turn",)
