# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""Turns of tasks that buy a single order each: Ansible runs the tasks of several hosts at once on this controller."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import pathlib
import typing as t

from ...module_utils._core.phrases import Phrase
from .._desk.private_files import find_state_folder
from .ledger_file import explain_unusable

if t.TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_TURN: t.Final = Phrase(
    "waiting until another task that buys on this machine is done",
    "このマシンで注文中の別のタスクが終わるのを待っています",
)


@contextlib.contextmanager
def take_turn(ledger: pathlib.Path, tell: Callable[[Phrase], None]) -> Iterator[None]:
    """Keep other tasks that record what they buy in this folder waiting; `tell` hears of a wait.

    Whoever looks at the desk and buys within a turn has seen what was bought in the turns before. A turn is one of this
    user's: the folder of the ledger may be somebody else's. Raises LedgerUnusable where no lock can be made at all.
    """
    with os.fdopen(_open_lock(ledger), "w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)  # goes with the descriptor, and with the process
        except BlockingIOError:
            tell(_TURN)
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _open_lock(ledger: pathlib.Path) -> int:
    """Open the lock in this user's state folder, or beside the ledger where that cannot be used."""
    folder = pathlib.Path(os.path.realpath(ledger)).parent
    digest = hashlib.sha256(os.fsencode(folder)).hexdigest()[:16]
    with contextlib.suppress(OSError):
        return _open(find_state_folder() / f"purchases-{digest}.lock")
    try:
        return _open(folder / ".purchases.lock")
    except OSError as error:
        raise explain_unusable(ledger, error) from None


def _open(lock: pathlib.Path) -> int:
    lock.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    return os.open(lock, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK, 0o600)


__all__ = ("take_turn",)
