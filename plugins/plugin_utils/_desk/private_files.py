# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""Files that may be deleted at any time: in folders of this user that nobody else can enter."""

from __future__ import annotations

import contextlib
import json
import os
import pathlib
import secrets
import stat
import typing as t

_LARGEST: t.Final = 1 << 28  # bytes that are read


def cache_home() -> pathlib.Path:
    """Find where the collection keeps what it can do without."""
    # A relative path, "~" included, is to be ignored (XDG Base Directory Specification).
    chosen = pathlib.Path(os.environ.get("XDG_CACHE_HOME", ""))
    cache = chosen if chosen.is_absolute() else pathlib.Path.home() / ".cache"
    return cache / "iij.server_certificate"


def read_private(path: pathlib.Path) -> t.Any:
    """Read a file of JSON; None where there is none, where others may write it, and where it is no JSON."""
    if not _is_private(path.parent):
        return None
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        with os.fdopen(descriptor, "rb") as file:
            found = os.fstat(descriptor)
            return json.loads(file.read(_LARGEST)) if _is_ours(found) and stat.S_ISREG(found.st_mode) else None
    except (OSError, ValueError, RecursionError):
        return None


def write_private(path: pathlib.Path, content: object) -> None:
    """Replace a file as a whole, so that a reader finds the old one or the new one; raises OSError."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not _is_private(path.parent):
        raise PermissionError(13, os.strerror(13), str(path.parent))
    beside = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(content, file, ensure_ascii=False)
        beside.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            beside.unlink()
        raise


def _is_private(folder: pathlib.Path) -> bool:
    try:
        found = os.lstat(folder)
    except OSError:
        return False
    return stat.S_ISDIR(found.st_mode) and _is_ours(found) and not found.st_mode & 0o077


def _is_ours(found: os.stat_result) -> bool:
    return found.st_uid == os.geteuid()


__all__ = ("cache_home", "read_private", "write_private")
