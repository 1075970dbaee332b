# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""Access control lists of POSIX, as Linux keeps them: who may write beside the owner, and one list under a mode.

Where a file has one, the group's bits of its mode are no longer the group's but the most that any entry may allow.
"""

from __future__ import annotations

import dataclasses as dc
import errno
import os
import struct
import typing as t

if t.TYPE_CHECKING:
    import pathlib

ATTRIBUTE = "system.posix_acl_access"
_HEAD, _ENTRY = struct.Struct("<I"), struct.Struct("<HHI")
_OWNER, _USER, _OWNING_GROUP, _GROUP, _MASK, _OTHERS = 1, 2, 4, 8, 16, 32
_WRITE = 2


@dc.dataclass(frozen=True)
class Writers:
    """The accounts beside the owner that may write to a file, and the groups."""

    users: frozenset[int] = frozenset()
    groups: frozenset[int] = frozenset()


def writers(file: int | str | pathlib.Path, *, group: int) -> Writers | None:
    """Return who may write by the list of a file whose group's bits allow that, or None where it has no list."""
    entries = _entries(_read(file))
    if not entries:
        return None
    able = [(tag, account) for tag, rights, account in entries if rights & _WRITE]
    groups = {group if tag == _OWNING_GROUP else account for tag, account in able if tag in (_OWNING_GROUP, _GROUP)}
    return Writers(frozenset(account for tag, account in able if tag == _USER), frozenset(groups))


def under(content: bytes, *, mode: int) -> bytes:
    """Return the same list for a file of this mode: nobody is allowed more than the mode allows its group."""
    owner, group, others = mode >> 6 & 7, mode >> 3 & 7, mode & 7
    entries = _entries(content)
    masked = any(tag == _MASK for tag, _rights, _account in entries)
    laid = {_OWNER: owner, _OTHERS: others, _MASK if masked else _OWNING_GROUP: group}
    return content[: _HEAD.size] + b"".join(
        _ENTRY.pack(tag, laid.get(tag, rights), account) for tag, rights, account in entries
    )


def _read(file: int | str | pathlib.Path) -> bytes:
    if not hasattr(os, "getxattr"):  # only Linux has them
        return b""
    try:
        return os.getxattr(file, ATTRIBUTE)
    except OSError as error:
        if error.errno in (errno.ENODATA, errno.ENOTSUP, errno.ENOSYS):
            return b""
        raise


def _entries(content: bytes) -> list[tuple[int, int, int]]:
    whole = len(content) - (len(content) - _HEAD.size) % _ENTRY.size
    return [t.cast("tuple[int, int, int]", entry) for entry in _ENTRY.iter_unpack(content[_HEAD.size : whole])]


__all__ = ("ATTRIBUTE", "Writers", "under", "writers")
