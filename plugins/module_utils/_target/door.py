# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""The one door for paths: nothing is read, written or removed where another account could exchange what lies there.

Trusted are root and the user that this task runs as. From `/` on every folder must belong to one of them and be
writable by nobody else, and every link that is followed must belong to one of them. Since nobody else can then rename
or replace anything on the way, what holds while it is judged goes on to hold while it is used.

A folder that is open to others but sticky, such as /tmp, may only be passed, on the way to a folder of a trusted owner,
which nobody else can move away. It may not itself hold a file or a link of ours: others may put theirs there first.
"""

from __future__ import annotations

import contextlib
import errno
import grp
import os
import pathlib
import posixpath
import pwd
import re
import stat
import typing as t

from .._core import errors, trust_errors
from .._core.accounts import name_user
from .._core.system_errors import reason_for, reason_of
from . import access_lists

if t.TYPE_CHECKING:
    from collections.abc import Iterator

_ROOT = "/"
_MOST_LINKS = 40  # Linux gives up there too
_SET_LINK = re.compile(r"(.*/)?\.[^/]+\.set/current/[a-z0-9_]+")


def place_of(path: str) -> pathlib.Path:
    """Return where the file at this path belongs, links of the user's own followed, but not those of a file set."""
    return _Walk(path).to_place()


def file_of(path: str) -> pathlib.Path:
    """Return where the file itself lies, or would, all links followed."""
    return _Walk(path).to_file()


def folder_of(path: str) -> pathlib.Path:
    """Return the folder that the path itself lies in, whatever lies there."""
    return _Walk(str(pathlib.Path(path).parent)).to_closed_folder()


def leads_into_set(place: pathlib.Path) -> bool:
    """Check whether this is a link of a file set; one that leads to nowhere stands for a file that is not there."""
    return place.is_symlink() and bool(_SET_LINK.fullmatch(str(place.readlink())))


def is_folder_of_ours(folder: pathlib.Path, *, path: str) -> bool:
    """Check whether there is such a folder in one that was judged.

    One that others may write to, or a link, is a fault.
    """
    with refusing(path):
        status = _status(folder)
        if status is None:
            return False
        if not stat.S_ISDIR(status.st_mode):
            raise errors.FileRefused(path=str(folder), reason=reason_for(errno.ENOTDIR))
        if _require_owner(folder, status, path=path):
            raise _open_to_others(folder, status, path=path)
        return True


def require_own_key(key: int | pathlib.Path, *, path: str, owner: int | None) -> None:
    """Refuse a key that another account may have made: one that it owns, or may write into.

    Root, the user of this task and the order's owner of keys are no others.
    """
    status, trusted = os.fstat(key) if isinstance(key, int) else key.lstat(), (*_trusted(), owner)
    if status.st_uid not in trusted:
        raise trust_errors.KeyNotTrusted(path=path, owner=name_user(status.st_uid))
    if _is_open_to_others(key, status, trusted=trusted):
        raise trust_errors.KeyOpenToOthers(path=path, mode=f"{stat.S_IMODE(status.st_mode):04o}")


@contextlib.contextmanager
def refusing(path: str) -> Iterator[None]:
    """Turn whatever the system refuses in here into a fault that names this path."""
    try:
        yield
    except OSError as error:
        raise errors.FileRefused(path=path, reason=reason_of(error)) from None


class _Walk:
    """The way from `/` to a file, judged at each step; as text, since a host's task walks hundreds of steps."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._left = _names(path if path.startswith("/") else f"{pathlib.Path.cwd()}/{path}")
        self._at = _ROOT
        self._links = 0

    def to_place(self) -> pathlib.Path:
        return self._end(through_sets=False)

    def to_file(self) -> pathlib.Path:
        return self._end(through_sets=True)

    def to_closed_folder(self) -> pathlib.Path:
        folder = self._end(through_sets=True)
        if str(folder) == self._at:
            self._require_closed()
        return folder

    def _end(self, *, through_sets: bool) -> pathlib.Path:
        with refusing(self._path):
            self._enter(_ROOT, os.lstat(_ROOT))
            while self._left:
                name = self._left.pop()
                here = f"{'' if self._at == _ROOT else self._at}/{name}"
                status = _status(here)
                if name == "..":
                    above = posixpath.dirname(self._at)
                    self._enter(above, os.lstat(above))
                elif status is None:
                    return self._missing(here)
                elif stat.S_ISDIR(status.st_mode):
                    self._enter(here, status)
                else:
                    self._require_closed()
                    if not stat.S_ISLNK(status.st_mode):
                        return self._rest_of(here)  # what is no folder holds nothing: the system says so
                    if not (through_sets or self._left) and leads_into_set(pathlib.Path(here)):
                        return pathlib.Path(here)
                    self._follow(here, status)
            return pathlib.Path(self._at)

    def _enter(self, folder: str, status: os.stat_result) -> None:
        self._at, self._status = folder, status
        self._open = _require_owner(folder, status, path=self._path)

    def _require_closed(self) -> None:
        if self._open:
            raise _open_to_others(self._at, self._status, path=self._path)

    def _missing(self, here: str) -> pathlib.Path:
        if not self._left:
            self._require_closed()
        return self._rest_of(here)

    def _rest_of(self, here: str) -> pathlib.Path:
        return pathlib.Path(here, *reversed(self._left))

    def _follow(self, link: str, status: os.stat_result) -> None:
        self._links += 1
        if self._links > _MOST_LINKS:
            raise OSError(errno.ELOOP, os.strerror(errno.ELOOP))
        if status.st_uid not in _trusted():
            raise trust_errors.LinkNotTrusted(path=self._path, link=link, owner=name_user(status.st_uid))
        target = str(pathlib.Path(link).readlink())
        self._left.extend(_names(target))
        if target.startswith("/"):
            self._enter(_ROOT, os.lstat(_ROOT))


def _names(path: str) -> list[str]:
    """Return the names of a path, the last one first."""
    return [name for name in reversed(path.split("/")) if name not in ("", ".")]


def _status(path: str | pathlib.Path) -> os.stat_result | None:
    try:
        return os.lstat(path)
    except FileNotFoundError:
        return None


def _require_owner(folder: str | pathlib.Path, status: os.stat_result, *, path: str) -> bool:
    """Check whether others may write to this folder, where nothing of theirs goes before what is there."""
    if status.st_uid not in _trusted():
        owner, user = name_user(status.st_uid), name_user(os.geteuid())
        raise _not_trusted(folder, status, path=path, advice=trust_errors.WORK_AS_OWNER.filled(owner, user))
    is_open = _is_open_to_others(folder, status, trusted=_trusted())
    if is_open and not status.st_mode & stat.S_ISVTX:
        raise _open_to_others(folder, status, path=path)
    return is_open


def _open_to_others(folder: str | pathlib.Path, status: os.stat_result, *, path: str) -> errors.Fault:
    listed = None if status.st_mode & stat.S_IWOTH else access_lists.writers(folder, group=status.st_gid)
    advice = trust_errors.CLOSE_LIST.filled(str(folder)) if listed else trust_errors.CLOSE_IT
    return _not_trusted(folder, status, path=path, advice=advice)


def _not_trusted(folder: str | pathlib.Path, status: os.stat_result, *, path: str, advice: t.Any) -> errors.Fault:
    mode = f"{stat.S_IMODE(status.st_mode):04o}"
    owner = name_user(status.st_uid)
    return trust_errors.FolderNotTrusted(path=path, folder=str(folder), owner=owner, mode=mode, advice=advice)


def _is_open_to_others(
    file: int | str | pathlib.Path, status: os.stat_result, *, trusted: tuple[int | None, ...]
) -> bool:
    if status.st_mode & stat.S_IWOTH:
        return True
    # The group's bits are the mask of an access control list too, so one that lets others write shows in them.
    if not status.st_mode & stat.S_IWGRP:
        return False
    writers = access_lists.writers(file, group=status.st_gid)
    writers = writers or access_lists.Writers(groups=frozenset({status.st_gid}))
    if not writers.users <= set(trusted):
        return True
    return not all(_is_private_group(gid, uid=status.st_uid) for gid in writers.groups)


def _is_private_group(gid: int, *, uid: int) -> bool:
    """Check whether this is the group that many systems make for each user (umask 002).

    Of that name, and of nobody else. Accounts of a directory count only where the system lists them: to give one of
    them this number as its group takes the administrator of the directory, who commands the host's accounts anyway.
    """
    try:
        user, group = pwd.getpwuid(uid), grp.getgrgid(gid)
    except KeyError:
        return False
    its_own = user.pw_gid == gid and group.gr_name == user.pw_name and set(group.gr_mem) <= {user.pw_name}
    return its_own and all(other.pw_uid == uid for other in pwd.getpwall() if other.pw_gid == gid)


def _trusted() -> tuple[int, int]:
    return (0, os.geteuid())


__all__ = (
    "file_of",
    "folder_of",
    "is_folder_of_ours",
    "leads_into_set",
    "place_of",
    "refusing",
    "require_own_key",
)
