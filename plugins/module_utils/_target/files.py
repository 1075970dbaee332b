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
import os
import pathlib
import re
import secrets
import stat
import typing as t

from .._core import errors, file_errors, locks
from .._core.system_errors import reason_for
from . import door, labels
from .accesses import Access
from .door import refusing

if t.TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_LARGEST = 1 << 20  # no key, request or chain comes near; a path by mistake may lead to a log file
_LEFT_BEHIND = re.compile(r"[0-9a-z_]{8}\.tmp")


@dc.dataclass(frozen=True)
class Snapshot:
    """A file at one moment; the content may be a private key, so it never shows."""

    content: bytes = dc.field(repr=False)
    access: Access


def read(path: str) -> Snapshot | None:
    """Read the file at this moment, or None where there is none, provided that there is a folder for it."""
    with _opened(path) as handle:
        return None if handle is None else _snapshot(handle, path=path)


def read_key(path: str, *, owner: int | None) -> Snapshot | None:
    """Read a private key, which counts only if its owner may have made it; `owner` is the order's."""
    with _opened(path) as handle:
        if handle is None:
            return None
        door.require_own_key(handle, path=path, owner=owner)
        return _snapshot(handle, path=path)


def key_access(path: str, *, owner: int | None) -> Access | None:
    """Return who may do what with a private key, or None where there is none; it need not be readable."""
    with refusing(path):
        file = door.file_of(path)
        try:
            status = file.lstat()
        except FileNotFoundError:
            return None
        if not stat.S_ISREG(status.st_mode):
            raise errors.NotARegularFile(path=path)
        door.require_own_key(file, path=path, owner=owner)
        return _access(status)


def exists(path: str) -> bool:
    """Check whether a file lies at this path, or where it leads."""
    with refusing(path):
        return door.file_of(path).exists()


@contextlib.contextmanager
def _opened(path: str) -> Iterator[int | None]:
    """Open the file, wherever the path leads by links that count; None where there is none."""
    with refusing(path):
        handle = _handle(path, door.file_of(path))
        try:
            yield handle
        finally:
            if handle is not None:
                os.close(handle)


def _handle(path: str, file: pathlib.Path) -> int | None:
    try:
        # Without O_NONBLOCK a FIFO at the path would keep us waiting without an end.
        return os.open(file, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC)
    except FileNotFoundError:
        now = door.file_of(path)
    if now != file:  # another run of ours has put a new version of the set in place meanwhile
        return _handle(path, now)
    _require_place_for(path)
    return None


def _access(status: os.stat_result) -> Access:
    return Access(stat.S_IMODE(status.st_mode), status.st_uid, status.st_gid)


def _snapshot(handle: int, *, path: str) -> Snapshot:
    status = os.fstat(handle)
    if not stat.S_ISREG(status.st_mode):
        raise errors.NotARegularFile(path=path)
    if status.st_size > _LARGEST:
        raise errors.FileRefused(path=path, reason=reason_for(errno.EFBIG))
    with os.fdopen(handle, "rb", closefd=False) as file:
        return Snapshot(file.read(), _access(status))


def _require_place_for(path: str) -> None:
    fields = pathlib.Path(path)
    if not fields.parent.is_dir():
        raise errors.FolderMissing(path=path, folder=str(fields.parent))
    if fields.is_symlink() and not os.path.lexists(door.place_of(path)):  # a link to nowhere, and none of a set
        raise errors.NotARegularFile(path=path)


@contextlib.contextmanager
def alone_in(folder: str | os.PathLike[str], *, longer: int = 0) -> Iterator[None]:
    """Keep other runs of ours from writing into this folder; the lock ends with the process and leaves no file.

    Any account that may read the folder may hold it too, so the wait has an end; `longer` is what is added to it.
    """
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    seconds = locks.PATIENCE + longer
    try:
        with contextlib.suppress(OSError):  # network file systems that cannot lock a folder
            if not locks.lock_within(handle, seconds):
                raise file_errors.FolderHeld(folder=str(folder), seconds=seconds)
        yield
    finally:
        os.close(handle)


def publish_exclusive(path: str, *, content: bytes, access: Access) -> bool:
    """Publish the whole file where there was none; False where another was faster, and nothing is ever overwritten."""
    with refusing(path):
        place = _itself(path)
    with refusing(path), alone_in(place.parent), _written_beside(place, content=content, access=access) as written:
        try:
            # Unlike a rename, a link fails where the name is taken, and it does so atomically.
            os.link(written, place, follow_symlinks=False)
        except FileExistsError:
            return False
        settle(place.parent)
        return True


def replace(path: str, *, content: bytes, access: Access) -> None:
    """Replace the file in one step; a link is kept and what it leads to replaced, with owner and SELinux context."""
    target, holds_key = door.file_of(path), labels.holds_key(content)
    with (
        refusing(path),
        alone_in(target.parent),
        _written_beside(target, content=content, access=inheriting(access, target, holds_key=holds_key)) as written,
    ):
        written.rename(target)
        settle(target.parent)


def remove(path: str, *, is_over: Callable[[], bool], held: pathlib.Path | None = None) -> None:
    """Remove the file, or the link, if it is over while this run is alone in its folder, as it is already in `held`."""
    with refusing(path), contextlib.ExitStack() as stack:
        place = _itself(path)
        if held is None or not place.parent.samefile(held):
            stack.enter_context(alone_in(place.parent))
        if is_over():
            place.unlink(missing_ok=True)
            settle(place.parent)


def _itself(path: str) -> pathlib.Path:
    return door.folder_of(path) / pathlib.Path(path).name


def repair(path: str, *, access: Access, is_key: bool = False) -> None:
    """Set mode and accounts as asked; the content is not touched."""
    with _opened(path) as handle:
        if handle is None or not stat.S_ISREG(os.fstat(handle).st_mode):
            raise errors.NotARegularFile(path=path)
        if is_key:
            door.require_own_key(handle, path=path, owner=access.uid)
        _apply(handle, access)


def clear_left_behind(path: str) -> None:
    """Clear away what a killed run was writing beside this path."""
    with refusing(path):
        place = _itself(path)
        if place.parent.is_dir() and any(_left_behind(place)):
            with alone_in(place.parent):
                _clear(place)


@contextlib.contextmanager
def _written_beside(place: pathlib.Path, *, content: bytes, access: Access) -> Iterator[pathlib.Path]:
    """Write the content to a file of its own in the same folder, which must be locked; gone after the block."""
    _clear(place)
    written = place.with_name(f"{_start(place)}{secrets.token_hex(4)}.tmp")
    try:
        write_new(written, content=content, access=access, like=place)
        yield written
    finally:
        written.unlink(missing_ok=True)


def _start(place: pathlib.Path) -> str:
    return f".{place.name[:40]}."


def _left_behind(place: pathlib.Path) -> Iterator[pathlib.Path]:
    start = _start(place)
    for entry in place.parent.iterdir():
        if entry.name.startswith(start) and _LEFT_BEHIND.fullmatch(entry.name, len(start)):
            yield entry


def _clear(place: pathlib.Path) -> None:
    # Whoever holds the lock is the only one to write here: what bears such a name was left by a killed process.
    for entry in _left_behind(place):
        entry.unlink(missing_ok=True)


def write_new(path: pathlib.Path, *, content: bytes, access: Access, like: pathlib.Path) -> None:
    """Write a new file, on the disk when this returns, labelled like `like`, or as the host's policy has it."""
    # Made 0600, so what it holds is never readable by more than it will be in the end.
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        left = memoryview(content)
        while left:
            left = left[os.write(handle, left) :]
        _apply(handle, access)
        labels.keep(handle, like, content=content)
        os.fsync(handle)
    finally:
        os.close(handle)


def inheriting(access: Access, path: str | os.PathLike[str], *, holds_key: bool) -> Access:
    """Return the access with the accounts of the file at this path, if there is one, where no others are asked for.

    As with access control lists: whom somebody gave a certificate, nobody gave the key that takes its place.
    """
    place = door.file_of(os.fspath(path))
    if not place.exists() or (holds_key and not labels.holds_key(place.read_bytes())):
        return access
    return _inheriting(access, place.lstat())


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


def settle(folder: pathlib.Path) -> None:
    """Have what was linked, renamed and removed in this folder on the disk when this returns."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    except OSError as error:
        if error.errno != errno.EINVAL:  # some network file systems cannot, and need not
            raise
    finally:
        os.close(handle)


__all__ = (
    "Snapshot",
    "alone_in",
    "clear_left_behind",
    "exists",
    "inheriting",
    "key_access",
    "publish_exclusive",
    "read",
    "read_key",
    "remove",
    "repair",
    "replace",
    "settle",
    "write_new",
)
