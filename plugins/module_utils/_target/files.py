# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""The only file I/O on hosts: read, publish where nothing is yet, replace in one step.

A reader sees the whole old file or the whole new one, never a part, also after a crash; and what is published
exclusively never replaces anything, whoever else is writing.
"""

from __future__ import annotations

import contextlib
import dataclasses as dc
import errno
import grp
import os
import pathlib
import pwd
import re
import stat
import tempfile
import typing as t

from .._core import errors

if t.TYPE_CHECKING:
    from collections.abc import Iterator

_LARGEST = 1 << 20  # no key, request or chain comes near; a path by mistake may lead to a log file
_MODE = re.compile(r"0?[0-7]{3,4}")
# Kept when a file is replaced. Other extended attributes (IMA signatures, for one) would be false for new content.
_KEPT_ATTRIBUTES = ("security.selinux", "system.posix_acl_access")


@dc.dataclass(frozen=True)
class Access:
    """Who may do what with a file; None leaves an account as it is."""

    mode: int
    uid: int | None = None
    gid: int | None = None

    @property
    def mode_text(self) -> str:
        return f"{self.mode:04o}"

    def allows(self, other: Access) -> bool:
        """Whether the other access is just what is asked for here."""
        return self.mode == other.mode and self.uid in (None, other.uid) and self.gid in (None, other.gid)


@dc.dataclass(frozen=True)
class Snapshot:
    """A file at one moment; the content may be a private key, so it never shows."""

    content: bytes = dc.field(repr=False)
    access: Access


def access_for(mode: object, *, owner: str | None, group: str | None) -> Access:
    """The access that an order asks for, with accounts looked up on this host."""
    if not isinstance(mode, str) or not _MODE.fullmatch(mode):
        raise errors.FieldWrong(field="mode", allowed='an octal file mode in quotes such as "0600"')
    return Access(
        mode=int(mode, 8),
        uid=_account("owner", owner, look_up=lambda name: pwd.getpwnam(name).pw_uid),
        gid=_account("group", group, look_up=lambda name: grp.getgrnam(name).gr_gid),
    )


def _account(kind: str, name: str | None, *, look_up: t.Callable[[str], int]) -> int | None:
    if name is None:
        return None
    try:
        return look_up(str(name))
    except KeyError:
        if str(name).isdigit():
            return int(name)
        raise errors.AccountUnknown(kind=kind, account=str(name)) from None


def read(path: str) -> Snapshot | None:
    """The file at this moment, or None where there is none, provided that there is a folder for it."""
    with _refusing(path):
        try:
            # Without O_NONBLOCK a FIFO at the path would keep us waiting for ever.
            handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        except FileNotFoundError:
            _require_place_for(path)
            return None
        try:
            return _snapshot(handle, path=path)
        finally:
            os.close(handle)


def _snapshot(handle: int, *, path: str) -> Snapshot:
    status = os.fstat(handle)
    if not stat.S_ISREG(status.st_mode):
        raise errors.NotARegularFile(path=path)
    if status.st_size > _LARGEST:
        raise errors.FileRefused(path=path, reason=os.strerror(errno.EFBIG))
    with os.fdopen(handle, "rb", closefd=False) as file:
        return Snapshot(file.read(), Access(stat.S_IMODE(status.st_mode), status.st_uid, status.st_gid))


def _require_place_for(path: str) -> None:
    place = pathlib.Path(path)
    if not place.parent.is_dir():
        raise errors.FolderMissing(path=path, folder=str(place.parent))
    if place.is_symlink():  # to nowhere
        raise errors.NotARegularFile(path=path)


def publish_exclusive(path: str, *, content: bytes, access: Access) -> bool:
    """The whole file where there was none, or False where another was faster; nothing is ever overwritten."""
    place = pathlib.Path(path)
    with _refusing(path), _written_beside(place, content=content, access=access, like=None) as written:
        try:
            # Unlike a rename, a link fails where the name is taken, and it does so atomically.
            os.link(written, place, follow_symlinks=False)
        except FileExistsError:
            return False
        _settle(place.parent)
        return True


def replace(path: str, *, content: bytes, access: Access) -> None:
    """The whole new file in one step; a link is kept and what it leads to replaced, with owner and SELinux context."""
    target = pathlib.Path(os.path.realpath(path))
    with _refusing(path):
        old = target.stat() if target.exists() else None
        inherited = _inheriting(access, old)
        with _written_beside(target, content=content, access=inherited, like=target if old else None) as written:
            written.rename(target)
            _settle(target.parent)


def repair(path: str, *, access: Access) -> None:
    """Mode and accounts as asked; the content is not touched."""
    with _refusing(path):
        handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        try:
            _apply(handle, access)
        finally:
            os.close(handle)


@contextlib.contextmanager
def _written_beside(
    place: pathlib.Path, *, content: bytes, access: Access, like: pathlib.Path | None
) -> Iterator[pathlib.Path]:
    # mkstemp makes it 0600, so what it holds is never readable by more than it will be in the end.
    handle, name = tempfile.mkstemp(prefix=f".{place.name[:40]}.", suffix=".tmp", dir=place.parent)
    written = pathlib.Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            _apply(handle, access)
            _keep_attributes(handle, like)
            os.fsync(handle)
        yield written
    finally:
        written.unlink(missing_ok=True)


def _inheriting(access: Access, old: os.stat_result | None) -> Access:
    if old is None:
        return access
    uid = old.st_uid if access.uid is None else access.uid
    gid = old.st_gid if access.gid is None else access.gid
    return Access(access.mode, uid, gid)


def _apply(handle: int, access: Access) -> None:
    status = os.fstat(handle)
    wanted = _inheriting(access, status)
    if (wanted.uid, wanted.gid) != (status.st_uid, status.st_gid):
        os.fchown(handle, -1 if wanted.uid is None else wanted.uid, -1 if wanted.gid is None else wanted.gid)
    os.fchmod(handle, access.mode)  # after the change of owner, which clears special bits


def _keep_attributes(handle: int, like: pathlib.Path | None) -> None:
    if like is None or not hasattr(os, "getxattr"):  # only Linux has them
        return
    for name in _KEPT_ATTRIBUTES:
        with contextlib.suppress(OSError):  # not there, or not known to this file system
            os.setxattr(handle, name, os.getxattr(like, name))


def _settle(folder: pathlib.Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    except OSError as error:
        if error.errno != errno.EINVAL:  # some network file systems cannot, and need not
            raise
    finally:
        os.close(handle)


@contextlib.contextmanager
def _refusing(path: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise errors.FileRefused(path=path, reason=os.strerror(error.errno or errno.EIO)) from None


__all__ = ("Access", "Snapshot", "access_for", "publish_exclusive", "read", "repair", "replace")
