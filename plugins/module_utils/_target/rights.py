# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""What the account of this task may write, judged before anything is written, so that check mode foresees it."""

from __future__ import annotations

import errno
import grp
import os
import pwd
import stat
import typing as t

from .._core import errors, file_errors
from .._core.system_errors import reason_for
from . import accesses, door, files

if t.TYPE_CHECKING:
    from .._core.phrases import Phrase


def require_folder(path: str) -> None:
    """Refuse a path where this account could put no file; a folder that is missing is reported by who reads there."""
    with door.refusing(path):
        folder = door.place_of(path).parent
        if folder.is_dir() and not os.access(folder, os.W_OK | os.X_OK):
            is_read_only = os.statvfs(folder).f_flag & os.ST_RDONLY
            raise errors.FileRefused(path=path, reason=reason_for(errno.EROFS if is_read_only else errno.EACCES))


def require_writable(path: str, *, access: accesses.Access, holds_key: bool) -> None:
    """Refuse a path where this account could not write a new file that belongs to whom the order says."""
    require_folder(path)
    with door.refusing(path):
        folder = door.place_of(path).parent
        inherited = folder.stat().st_gid if folder.is_dir() and folder.stat().st_mode & stat.S_ISGID else os.getegid()
        accounts = files.inheriting(access, path, holds_key=holds_key)
        _require_giving(accounts, path=path, uid=os.geteuid(), gid=inherited)


def require_repairable(path: str, *, access: accesses.Access) -> None:
    """Refuse a file whose mode and accounts this account could not set."""
    with door.refusing(path):
        status = door.file_of(path).stat()
        if os.geteuid() not in (0, status.st_uid):
            raise errors.FileRefused(path=path, reason=reason_for(errno.EPERM))
        _require_giving(access, path=path, uid=status.st_uid, gid=status.st_gid)


def _require_giving(access: accesses.Access, *, path: str, uid: int, gid: int) -> None:
    """Refuse accounts that only root can give a file to; `uid` and `gid` are those that it has."""
    if os.geteuid() == 0:
        return
    if access.uid not in (None, uid):
        raise _refuse_giving(path, accesses.OWNER, access.uid, look_up=pwd.getpwuid)
    if access.gid not in (None, gid, os.getegid(), *os.getgroups()):
        raise _refuse_giving(path, accesses.GROUP, access.gid, look_up=grp.getgrgid)


def _refuse_giving(path: str, kind: Phrase, number: t.Any, *, look_up: t.Callable[[int], t.Any]) -> errors.Fault:
    try:
        name = look_up(number)[0]
    except KeyError:
        name = str(number)
    return file_errors.OnlyRootGives(path=path, kind=kind, account=name)


__all__ = ("require_folder", "require_repairable", "require_writable")
