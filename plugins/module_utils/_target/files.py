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
import fcntl
import grp
import os
import pathlib
import pwd
import re
import secrets
import stat
import typing as t

from .._core import errors
from .._core.phrases import Phrase

try:
    from ansible.module_utils.compat import selinux
except ImportError:  # a host without libselinux
    selinux = None

if t.TYPE_CHECKING:
    from collections.abc import Iterator

_LARGEST = 1 << 20  # no key, request or chain comes near; a path by mistake may lead to a log file
_SET_LINK = re.compile(r"(.*/)?\.[^/]+\.set/current/[a-z0-9_]+")
_MODE = re.compile(r"0?[0-7]{3,4}")
_LEFT_BEHIND = re.compile(r"[0-9a-z_]{8}\.tmp")
# Kept when a file is replaced. Other extended attributes (IMA signatures, for one) would be false for new content.
_KEPT_ATTRIBUTES = ("security.selinux", "system.posix_acl_access")
_OCTAL = Phrase('an octal file mode in quotes such as "0600"', '"0600" のように引用符で囲んだ8進数のファイルモード')
_OWNER, _GROUP = Phrase("owner", "ユーザー"), Phrase("group", "グループ")


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
        raise errors.FieldWrong(field="mode", allowed=_OCTAL)
    return Access(
        mode=int(mode, 8),
        uid=_account(_OWNER, owner, look_up=lambda name: pwd.getpwnam(name).pw_uid),
        gid=_account(_GROUP, group, look_up=lambda name: grp.getgrnam(name).gr_gid),
    )


def _account(kind: Phrase, name: str | None, *, look_up: t.Callable[[str], int]) -> int | None:
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
    with refusing(path):
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


def access(path: str) -> Access | None:
    """Who may do what with the file, links followed, or None where there is none; it need not be readable."""
    with refusing(path):
        try:
            status = pathlib.Path(path).stat()
        except FileNotFoundError:
            return None
    if not stat.S_ISREG(status.st_mode):
        raise errors.NotARegularFile(path=path)
    return _access(status)


def _access(status: os.stat_result) -> Access:
    return Access(stat.S_IMODE(status.st_mode), status.st_uid, status.st_gid)


def _snapshot(handle: int, *, path: str) -> Snapshot:
    status = os.fstat(handle)
    if not stat.S_ISREG(status.st_mode):
        raise errors.NotARegularFile(path=path)
    if status.st_size > _LARGEST:
        raise errors.FileRefused(path=path, reason=os.strerror(errno.EFBIG))
    with os.fdopen(handle, "rb", closefd=False) as file:
        return Snapshot(file.read(), _access(status))


def _require_place_for(path: str) -> None:
    place = pathlib.Path(path)
    if not place.parent.is_dir():
        raise errors.FolderMissing(path=path, folder=str(place.parent))
    if place.is_symlink() and not leads_into_set(place):  # to nowhere
        raise errors.NotARegularFile(path=path)


def leads_into_set(place: pathlib.Path) -> bool:
    """Whether this is a link of a file set; one that leads to nowhere stands for a file that is not there."""
    return place.is_symlink() and bool(_SET_LINK.fullmatch(str(place.readlink())))


@contextlib.contextmanager
def alone_in(folder: str | os.PathLike[str]) -> Iterator[None]:
    """No other run of ours writes into this folder meanwhile; the lock ends with the process and leaves no file."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        with contextlib.suppress(OSError):  # network file systems that cannot lock a folder
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def publish_exclusive(path: str, *, content: bytes, access: Access) -> bool:
    """The whole file where there was none, or False where another was faster; nothing is ever overwritten."""
    place = pathlib.Path(path)
    with refusing(path), alone_in(place.parent), _written_beside(place, content=content, access=access) as written:
        try:
            # Unlike a rename, a link fails where the name is taken, and it does so atomically.
            os.link(written, place, follow_symlinks=False)
        except FileExistsError:
            return False
        settle(place.parent)
        return True


def replace(path: str, *, content: bytes, access: Access) -> None:
    """The whole new file in one step; a link is kept and what it leads to replaced, with owner and SELinux context."""
    target = pathlib.Path(os.path.realpath(path))
    with (
        refusing(path),
        alone_in(target.parent),
        _written_beside(target, content=content, access=inheriting(access, target)) as written,
    ):
        written.rename(target)
        settle(target.parent)


def remove(path: str) -> None:
    """No file there any more; a link goes, not what it leads to."""
    place = pathlib.Path(path)
    with refusing(path):
        place.unlink(missing_ok=True)
        settle(place.parent)


def repair(path: str, *, access: Access) -> None:
    """Mode and accounts as asked; the content is not touched."""
    with refusing(path):
        handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        try:
            _apply(handle, access)
        finally:
            os.close(handle)


@contextlib.contextmanager
def _written_beside(place: pathlib.Path, *, content: bytes, access: Access) -> Iterator[pathlib.Path]:
    """The content in a file of its own in the same folder, which must be locked; gone after the block."""
    start = f".{place.name[:40]}."
    # Whoever holds the lock is the only one to write here: what bears such a name was left by a killed process.
    for entry in place.parent.iterdir():
        if entry.name.startswith(start) and _LEFT_BEHIND.fullmatch(entry.name, len(start)):
            entry.unlink()
    written = place.with_name(f"{start}{secrets.token_hex(4)}.tmp")
    try:
        write_new(written, content=content, access=access, like=place)
        yield written
    finally:
        written.unlink(missing_ok=True)


def write_new(path: pathlib.Path, *, content: bytes, access: Access, like: pathlib.Path) -> None:
    """A new file that is on the disk when this returns, labelled like `like`, or as the host's policy has it."""
    # Made 0600, so what it holds is never readable by more than it will be in the end.
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        left = memoryview(content)
        while left:
            left = left[os.write(handle, left) :]
        _apply(handle, access)
        _label(handle, like)
        os.fsync(handle)
    finally:
        os.close(handle)


def inheriting(access: Access, path: str | os.PathLike[str]) -> Access:
    """The access with the accounts of the file at this path, if there is one, where no others are asked for."""
    place = pathlib.Path(path)
    return _inheriting(access, place.stat()) if place.exists() else access


def _inheriting(access: Access, old: os.stat_result) -> Access:
    uid = old.st_uid if access.uid is None else access.uid
    gid = old.st_gid if access.gid is None else access.gid
    return Access(access.mode, uid, gid)


def _apply(handle: int, access: Access) -> None:
    status = os.fstat(handle)
    wanted = _inheriting(access, status)
    if (wanted.uid, wanted.gid) != (status.st_uid, status.st_gid):
        os.fchown(handle, -1 if wanted.uid is None else wanted.uid, -1 if wanted.gid is None else wanted.gid)
    os.fchmod(handle, access.mode)  # after the change of owner, which clears special bits


def _label(handle: int, like: pathlib.Path) -> None:
    if not hasattr(os, "getxattr"):  # only Linux has them
        return
    if not like.exists():
        _label_by_policy(handle, like)
        return
    for name in _KEPT_ATTRIBUTES:
        with contextlib.suppress(OSError):  # not there, or not known to this file system
            os.setxattr(handle, name, os.getxattr(like, name))


def _label_by_policy(handle: int, path: pathlib.Path) -> None:
    # A hidden name beside the path may match another rule of the policy than the path that it is for.
    if selinux is not None and selinux.is_selinux_enabled():
        failed, context = selinux.matchpathcon(str(path), stat.S_IFREG)
        if not failed:
            with contextlib.suppress(OSError):  # a file system without labels
                os.setxattr(handle, "security.selinux", context.encode())


def settle(folder: pathlib.Path) -> None:
    """What was linked, renamed and removed in this folder is on the disk when this returns."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    except OSError as error:
        if error.errno != errno.EINVAL:  # some network file systems cannot, and need not
            raise
    finally:
        os.close(handle)


@contextlib.contextmanager
def refusing(path: str) -> Iterator[None]:
    """Whatever the system refuses in here comes out as a fault that names this path."""
    try:
        yield
    except OSError as error:
        raise errors.FileRefused(path=path, reason=os.strerror(error.errno or errno.EIO)) from None


__all__ = (
    "Access",
    "Snapshot",
    "access",
    "access_for",
    "alone_in",
    "inheriting",
    "leads_into_set",
    "publish_exclusive",
    "read",
    "refusing",
    "remove",
    "repair",
    "replace",
    "settle",
    "write_new",
)
