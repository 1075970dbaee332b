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

Where the paths must stay plain files (`plain`), because containers or chroots see their folders apart, the version is
turned all the same, and then each path is made one more name of its file. A run that is killed in between leaves some
paths new and some old until the next run, which goes on by what the versions say.
"""

from __future__ import annotations

import contextlib
import dataclasses as dc
import functools
import os
import pathlib
import typing as t

from .._core import errors
from . import door, files, labels
from .versions import Files, Versions, link_beside

if t.TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from .accesses import Access


@dc.dataclass(frozen=True)
class New:
    """What a file of a new version holds; it may be a private key, so it never shows."""

    content: bytes = dc.field(repr=False)
    access: Access


@dc.dataclass(frozen=True)
class FileSet:
    """The paths that change together, by role; the versions lie beside the leader's path.

    `others` are paths that may have come into the set earlier, such as that of the key.
    """

    leader: str
    members: tuple[tuple[str, str], ...]
    others: tuple[str, ...] = ()
    plain: bool = False

    @property
    def folder(self) -> pathlib.Path:
        place = door.place_of(self.leader)
        return place.with_name(f".{place.name}.set")

    @functools.cached_property
    def versions(self) -> Versions:
        further = (door.place_of(path) for path in self.others)
        result = Versions(self.folder, self.leader, frozenset((*self.places.values(), *further)))
        _found = result.is_there  # judged before anything in it is believed
        return result

    @property
    def places(self) -> Files:
        """Where the files of this set belong, links of the user's own followed."""
        return {role: door.place_of(path) for role, path in self.members}

    @property
    def is_settled(self) -> bool:
        """Whether the version in place was seen to the end."""
        return self.versions.previous in (None, self.versions.current)

    @contextlib.contextmanager
    def locked(self, *, longer: int = 0) -> Iterator[None]:
        """Keep other runs of ours from working on this set, which may take them that much longer than to write."""
        folder = self.folder.parent
        if not folder.is_dir():
            raise errors.FolderMissing(path=self.leader, folder=str(folder))
        with door.refusing(self.leader), files.alone_in(folder, longer=longer):
            yield


def prepare(fileset: FileSet, *, new: Mapping[str, New]) -> str:
    """Prepare a version with these new files and all others as they are; nothing shows it yet."""
    versions, places = fileset.versions, _all_places(fileset)
    versions.make()
    version, planned = versions.plan({role: place for role, place in places.items() if role in new or place.exists()})
    for role, path in planned.items():
        if role in new:
            content = new[role].content
            access = files.inheriting(new[role].access, places[role], holds_key=labels.holds_key(content))
            files.write_new(path, content=content, access=access, like=places[role])
        else:
            _same_file(places[role], path)
    _settle_folders(planned.values())
    return version


def file_of(fileset: FileSet, *, version: str, role: str) -> str:
    """Return where the file of a version lies, for whoever wants to try it before it is shown."""
    return str(fileset.versions.files(version)[role])


def show(fileset: FileSet, *, version: str) -> None:
    """Show this version at every path from one moment to the next; the one before is kept until the set is settled."""
    versions = fileset.versions
    _lead_paths_here(fileset, version=version)
    # If an earlier swap was never settled, what to go back to is what was there before that one.
    if versions.previous is None:
        versions.turn("previous", versions.current or version)
    versions.turn("current", version)
    if fileset.plain:
        lay_out(fileset)


def go_back(fileset: FileSet) -> None:
    """Show what every path showed before, from one moment to the next."""
    versions = fileset.versions
    if versions.previous is not None:
        versions.turn("current", versions.previous)
    _take_up(fileset)
    settle(fileset)


def settle(fileset: FileSet) -> None:
    """Keep the version in place for good; nothing is left of any other."""
    fileset.versions.forget_previous()
    clear(fileset)


def clear(fileset: FileSet) -> None:
    """Clear away what a killed run began; a version that was shown but not settled stays as it is."""
    versions = fileset.versions
    if not versions.is_there:
        return
    versions.forget_turning()
    if versions.previous is not None:
        _take_up(fileset)
        if versions.previous == versions.current:  # killed right after going back
            versions.forget_previous()
    for version in versions.others():
        versions.drop(version)
    for place in fileset.places.values():
        if door.leads_into_set(place) and not place.exists():
            place.unlink()
            files.settle(place.parent)
    if versions.current is None or not versions.files(versions.current):
        versions.drop_all()


def has_links(fileset: FileSet) -> bool:
    """Check whether links of this set are there where plain files are asked for."""
    versions = fileset.versions
    if not fileset.plain or not versions.is_there or versions.current is None:
        return False
    return any(door.leads_into_set(place) for place in versions.places_of(versions.current).values())


def lay_out(fileset: FileSet) -> None:
    """Make every path a plain file: one more name of the file that the version in place has for it."""
    versions = fileset.versions
    current = versions.current
    if current is None:
        return
    result, places = versions.files(current), {**versions.places_of(current), **fileset.places}
    for role, path in result.items():
        if not _is_same(places[role], path):
            beside = link_beside(path)
            beside.unlink(missing_ok=True)
            _same_file(path, beside)
            beside.rename(places[role])
    _settle_folders(result.values())


def keep_copies(fileset: FileSet, *, roles: Iterable[str], suffix: str) -> dict[str, str]:
    """Keep copies of the files as they are, by role, hidden beside them."""
    copies: Files = {}
    for role, place in fileset.places.items():
        if role in roles and place.exists():
            copies[role] = copy = place.with_name(f".{place.name}.{suffix}~")
            if not (
                copy.exists() and copy.read_bytes() == place.read_bytes()
            ):  # of the same second, before it went back
                _same_file(place, copy)
    _settle_folders(copies.values())
    return {role: str(copy) for role, copy in copies.items()}


def _all_places(fileset: FileSet) -> Files:
    """Return the places of the set, with those of files that came into it earlier, such as a key.

    One that the order names has the role that the order gives it, whatever it was earlier.
    """
    named = fileset.places
    return {
        **{role: place for role, place in fileset.versions.shown_places.items() if place not in named.values()},
        **named,
    }


def _take_up(fileset: FileSet) -> None:
    """Make plain files follow the version in place; those that it does not have go."""
    versions = fileset.versions
    if not fileset.plain or versions.current is None:
        return
    kept = versions.files(versions.current)
    for version in versions.others():
        for role, path in versions.files(version).items():
            place = fileset.places.get(role)
            if place and role not in kept and _is_same(place, path):
                place.unlink()
    lay_out(fileset)


def _lead_paths_here(fileset: FileSet, *, version: str) -> None:
    versions, places = fileset.versions, _all_places(fileset)
    shown = versions.files(versions.current) if versions.current else {}
    ways = {role: os.path.relpath(versions.folder / "current" / role, place.parent) for role, place in places.items()}
    astray = [
        role
        for role, place in places.items()
        if (not _is_as_shown(place, shown.get(role)) if fileset.plain else not _is_link(place, ways[role]))
    ]
    if not astray and versions.current:
        return
    # A place whose role has changed is still led to its earlier one, and from a moment on to the other: both are there.
    mirrored = {**versions.shown_places, **places}
    mirror, copies = versions.plan({role: place for role, place in mirrored.items() if place.exists()})
    for path, role in {path: role for role, path in copies.items()}.items():
        _same_file(mirrored[role], path)
    _settle_folders(places.values())
    versions.turn("current", mirror)
    waiting = versions.files(version)
    for role in () if fileset.plain else astray:
        if role in waiting:
            link = link_beside(waiting[role])
            link.symlink_to(ways[role])
            link.rename(places[role])
    _settle_folders(places.values())


def _is_link(place: pathlib.Path, way: str) -> bool:
    return place.is_symlink() and str(place.readlink()) == way


def _is_as_shown(place: pathlib.Path, path: pathlib.Path | None) -> bool:
    return not place.exists() if path is None else _is_same(place, path)


def _is_same(place: pathlib.Path, path: pathlib.Path) -> bool:
    """Check whether both are plain names of one file, or copies where the file system has no such names."""
    if place.is_symlink() or not place.exists():
        return False
    return place.samefile(path) or place.read_bytes() == path.read_bytes()


def _same_file(source: pathlib.Path, path: pathlib.Path) -> None:
    source = door.file_of(str(source))
    try:
        os.link(source, path)
    except OSError:  # file systems without hard links, or with a limit of them
        snapshot = files.read(str(source))
        if snapshot is None:
            raise
        files.write_new(path, content=snapshot.content, access=snapshot.access, like=source)


def _settle_folders(paths: Iterable[pathlib.Path]) -> None:
    for folder in sorted({path.parent for path in paths}):
        files.settle(folder)


__all__ = (
    "FileSet",
    "New",
    "clear",
    "file_of",
    "go_back",
    "has_links",
    "keep_copies",
    "lay_out",
    "prepare",
    "settle",
    "show",
)
