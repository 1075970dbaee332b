# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""The key that a path shows, and the one that waits beside it until its certificate is there."""

from __future__ import annotations

import dataclasses as dc
import typing as t

from .._core import errors
from .._pki import keys
from . import door, files

if t.TYPE_CHECKING:
    from .._pki.keys import KeyFacts
    from .accesses import Access


@dc.dataclass(frozen=True)
class LiveKey:
    """A private key as it lies there; its content never shows."""

    path: str
    facts: KeyFacts
    access: Access
    content: bytes = dc.field(repr=False)


def staged_path(key_path: str) -> str:
    """Return where the next key waits: hidden, so that no server that reads whole folders trips over it."""
    place = door.place_of(key_path)
    return str(place.with_name(f".{place.name}.next"))


def clear_left_behind(key_path: str) -> None:
    """Clear away what a killed run was writing at this path or beside it."""
    for path in (key_path, staged_path(key_path)):
        files.clear_left_behind(path)


def read(path: str, *, passphrase: str | None, owner: int | None = None) -> LiveKey | None:
    """Read the key at this path, or None where there is no file, or no folder for it.

    `owner` is whose it may be too.
    """
    try:
        snapshot = files.read_key(path, owner=owner)
    except errors.FolderMissing:
        return None
    if snapshot is None:
        return None
    return LiveKey(
        path, keys.facts(snapshot.content, path=path, passphrase=passphrase), snapshot.access, snapshot.content
    )


def staged(key_path: str, *, passphrase: str | None, owner: int | None = None) -> LiveKey | None:
    """Return the key that waits beside this path, if there is one."""
    return read(staged_path(key_path), passphrase=passphrase, owner=owner)


__all__ = ("LiveKey", "clear_left_behind", "read", "staged", "staged_path")
