# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""Files that change together: every path leads through one link, and turning that link is the only step.

Plain files in several folders cannot be replaced at once: in whatever order they are renamed, a crash in between leaves
a new certificate with an old key. So the paths of a set become links, and a version of the set is a folder of links.
The files themselves stay hidden beside the paths that the user named: the permissions, labels and file systems of those
folders go on protecting them.

    private/www.key -> ../certs/.www.pem.set/current/key -> private/.www.key.3f9a41c2
    certs/.www.pem.set/current -> 3f9a41c2          previous -> what was there, until the new version is settled

Before the first turn each path is made to lead to a version that shows just what the path shows already, so that no
moment on the way shows anything but the whole old set or the whole new one.
"""

from __future__ import annotations

import contextlib
import dataclasses as dc
import os
import pathlib
import re
import secrets
import shutil
import typing as t

from .._core import errors
from . import files

if t.TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

_CURRENT, _PREVIOUS, _TURNING = "current", "previous", "turning"
_VERSION = re.compile(r"[0-9a-f]{8}")
_MOST_HOPS = 40  # Linux gives up there too

Files = dict[str, pathlib.Path]


@dc.dataclass(frozen=True)
class New:
    """What a file of a new version holds; it may be a private key, so it never shows."""

    content: bytes = dc.field(repr=False)
    access: files.Access


@dc.dataclass(frozen=True)
class FileSet:
    """The paths that change together, by role; the versions lie beside the leader's path."""

    leader: str
    members: tuple[tuple[str, str], ...]

    @property
    def folder(self) -> pathlib.Path:
        place = place_of(self.leader)
        return place.with_name(f".{place.name}.set")

    @property
    def places(self) -> Files:
        """Where the links of this set lie, links of the user's own followed."""
        return {role: place_of(path) for role, path in self.members}

    @property
    def is_settled(self) -> bool:
        """Whether the version in place was seen to the end."""
        return _pointed(self.folder, _PREVIOUS) in (None, _pointed(self.folder, _CURRENT))

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """No other run of ours works on this set meanwhile."""
        folder = self.folder.parent
        if not folder.is_dir():
            raise errors.FolderMissing(path=self.leader, folder=str(folder))
        with files.refusing(self.leader), files.alone_in(folder):
            yield


def place_of(path: str) -> pathlib.Path:
    """The path itself, or where links that are not ours lead from it."""
    place = pathlib.Path(path)
    for _hop in range(_MOST_HOPS):
        place = pathlib.Path(os.path.realpath(place.parent), place.name)
        if not place.is_symlink() or files.leads_into_set(place):
            break
        place = place.parent / place.readlink()
    return place


def prepare(fileset: FileSet, *, new: Mapping[str, New]) -> str:
    """A version with these new files and all others as they are; nothing shows it yet."""
    folder, places = fileset.folder, {**_carried(fileset), **fileset.places}
    if not folder.is_dir():
        _make_folder(folder)
        files.settle(folder.parent)
    version = secrets.token_hex(4)
    seen = {role: place for role, place in places.items() if role in new or place.exists()}
    planned = _plan_version(folder, version, places=seen)
    for role, path in planned.items():
        if role in new:
            access = files.inheriting(new[role].access, places[role])
            files.write_new(path, content=new[role].content, access=access, like=places[role])
        else:
            _same_file(places[role], path)
    _settle_folders(planned.values())
    return version


def file_of(fileset: FileSet, *, version: str, role: str) -> str:
    """Where the file of a version lies, for whoever wants to try it before it is shown."""
    return str(_files_of(fileset.folder, version)[role])


def show(fileset: FileSet, *, version: str) -> None:
    """From one moment to the next every path shows this version; the one before is kept until the set is settled."""
    folder = fileset.folder
    _lead_paths_here(fileset, version=version)
    # If an earlier swap was never settled, what to go back to is what was there before that one.
    if _pointed(folder, _PREVIOUS) is None:
        _point(folder, _PREVIOUS, _pointed(folder, _CURRENT) or version)
    _point(folder, _CURRENT, version)


def go_back(fileset: FileSet) -> None:
    """From one moment to the next every path shows what it showed before."""
    previous = _pointed(fileset.folder, _PREVIOUS)
    if previous is not None:
        _point(fileset.folder, _CURRENT, previous)
    settle(fileset)


def settle(fileset: FileSet) -> None:
    """The version in place stays; nothing is left of any other."""
    (fileset.folder / _PREVIOUS).unlink(missing_ok=True)
    files.settle(fileset.folder)
    clear(fileset)


def clear(fileset: FileSet) -> None:
    """Nothing is left of what a killed run began; a version that was shown but not settled stays as it is."""
    folder = fileset.folder
    if not folder.is_dir():
        return
    (folder / _TURNING).unlink(missing_ok=True)
    current, previous = (_pointed(folder, name) for name in (_CURRENT, _PREVIOUS))
    if previous is not None and previous == current:  # killed right after going back
        (folder / _PREVIOUS).unlink()
    for version in [entry.name for entry in folder.iterdir() if _VERSION.fullmatch(entry.name)]:
        if version not in (current, previous):
            _drop_version(folder, version)
    for place in fileset.places.values():
        if files.leads_into_set(place) and not place.exists():
            place.unlink()
            files.settle(place.parent)
    if current is None or not _files_of(folder, current):
        _drop_folder(folder, current)


def keep_copies(fileset: FileSet, *, roles: Iterable[str], suffix: str) -> dict[str, str]:
    """Copies of the files as they are, by role, hidden beside them."""
    copies: Files = {}
    for role, place in fileset.places.items():
        if role in roles and place.exists():
            copies[role] = place.with_name(f".{place.name}.{suffix}~")
            _same_file(place, copies[role])
    _settle_folders(copies.values())
    return {role: str(copy) for role, copy in copies.items()}


def _make_folder(folder: pathlib.Path) -> None:
    folder.mkdir()
    folder.chmod(0o755)  # whatever the umask: it holds nothing but links


def _plan_version(folder: pathlib.Path, version: str, *, places: Files) -> Files:
    # The links come first, so that whatever a killed run leaves behind is found by its version.
    home = folder / version
    planned = {role: place.with_name(f".{place.name}.{version}") for role, place in places.items()}
    _make_folder(home)
    for role, path in planned.items():
        (home / role).symlink_to(os.path.relpath(path, home))
    files.settle(home)
    files.settle(folder)
    return planned


def _files_of(folder: pathlib.Path, version: str) -> Files:
    home = folder / version
    links = home.iterdir() if home.is_dir() else ()
    return {link.name: pathlib.Path(os.path.normpath(home / link.readlink())) for link in links}


def _carried(fileset: FileSet) -> Files:
    """The places of files that came into the set earlier, such as a key."""
    current = _pointed(fileset.folder, _CURRENT)
    if current is None:
        return {}
    found = _files_of(fileset.folder, current).items()
    return {role: path.with_name(path.name[1 : -len(current) - 1]) for role, path in found}


def _lead_paths_here(fileset: FileSet, *, version: str) -> None:
    folder, places = fileset.folder, {**_carried(fileset), **fileset.places}
    links = {role: os.path.relpath(folder / _CURRENT / role, place.parent) for role, place in places.items()}
    astray = [role for role, place in places.items() if not place.is_symlink() or str(place.readlink()) != links[role]]
    if not astray and _pointed(folder, _CURRENT):
        return
    mirror = secrets.token_hex(4)
    for role, path in _plan_version(folder, mirror, places=_existing(places)).items():
        _same_file(places[role], path)
    _settle_folders(places.values())
    _point(folder, _CURRENT, mirror)
    waiting = _files_of(folder, version)
    for role in astray:
        if role in waiting:
            link = _link_beside(waiting[role])
            link.symlink_to(links[role])
            link.rename(places[role])
    _settle_folders(places.values())


def _existing(places: Files) -> Files:
    return {role: place for role, place in places.items() if place.exists()}


def _link_beside(path: pathlib.Path) -> pathlib.Path:
    return path.with_name(f"{path.name}.link")


def _same_file(source: pathlib.Path, path: pathlib.Path) -> None:
    source = pathlib.Path(os.path.realpath(source))
    try:
        os.link(source, path)
    except OSError:  # file systems without hard links, or with a limit of them
        snapshot = files.read(str(source))
        if snapshot is None:
            raise
        files.write_new(path, content=snapshot.content, access=snapshot.access, like=source)


def _pointed(folder: pathlib.Path, name: str) -> str | None:
    try:
        return str((folder / name).readlink())
    except FileNotFoundError:
        return None


def _point(folder: pathlib.Path, name: str, version: str) -> None:
    turning = folder / _TURNING
    turning.unlink(missing_ok=True)
    turning.symlink_to(version)
    turning.rename(folder / name)
    files.settle(folder)


def _drop_version(folder: pathlib.Path, version: str) -> None:
    found = _files_of(folder, version)
    for path in found.values():
        path.unlink(missing_ok=True)
        _link_beside(path).unlink(missing_ok=True)
    shutil.rmtree(folder / version)


def _drop_folder(folder: pathlib.Path, current: str | None) -> None:
    (folder / _CURRENT).unlink(missing_ok=True)
    if current is not None:
        _drop_version(folder, current)
    folder.rmdir()
    files.settle(folder.parent)


def _settle_folders(paths: Iterable[pathlib.Path]) -> None:
    for folder in sorted({path.parent for path in paths}):
        files.settle(folder)


__all__ = (
    "FileSet",
    "New",
    "clear",
    "file_of",
    "go_back",
    "keep_copies",
    "place_of",
    "prepare",
    "settle",
    "show",
)
