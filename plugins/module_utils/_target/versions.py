# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""The versions of a file set: folders of links, each to a file that lies hidden beside the place it is for.

A link is believed only where it names the hidden file of a place that this set has: one that the order names, or one
that itself leads into this set. What any other link names is neither read nor removed.
"""

from __future__ import annotations

import dataclasses as dc
import os
import pathlib
import re
import secrets
import shutil
import typing as t

from . import door, files

if t.TYPE_CHECKING:
    from collections.abc import Collection, Mapping

CURRENT, PREVIOUS, _TURNING = "current", "previous", "turning"
_VERSION = re.compile(r"[0-9a-f]{8}")

Files = dict[str, pathlib.Path]


@dc.dataclass(frozen=True)
class Versions:
    """The hidden folder of a set; `leader` is the path that it is known by, `places` those that the order names."""

    folder: pathlib.Path
    leader: str
    places: frozenset[pathlib.Path]

    @property
    def is_there(self) -> bool:
        return door.is_folder_of_ours(self.folder, path=self.leader)

    @property
    def current(self) -> str | None:
        return self._pointed(CURRENT)

    @property
    def previous(self) -> str | None:
        return self._pointed(PREVIOUS)

    def make(self) -> None:
        """Make the folder where there is none."""
        if not self.is_there:
            _make_folder(self.folder)
            files.settle(self.folder.parent)

    def plan(self, places: Mapping[str, pathlib.Path]) -> tuple[str, Files]:
        """Plan a new version and where its files go; none of them is there yet."""
        # The links come first, so that whatever a killed run leaves behind is found by its version.
        version = secrets.token_hex(4)
        home = self._home(version)
        planned = {role: _beside(place, version) for role, place in places.items()}
        _make_folder(home)
        for role, path in planned.items():
            (home / role).symlink_to(os.path.relpath(path, home))
        files.settle(home)
        files.settle(self.folder)
        return version, planned

    def files(self, version: str) -> Files:
        """Return the files of a version by their roles."""
        home = self._home(version)
        if not door.is_folder_of_ours(home, path=self.leader):
            return {}
        links = [link for link in home.iterdir() if link.is_symlink()]
        led_to = {link.name: pathlib.Path(os.path.normpath(home / link.readlink())) for link in links}
        return {role: path for role, path in led_to.items() if self._has(path, role=role, version=version)}

    def places_of(self, version: str) -> Files:
        """Return the places that the files of a version are for."""
        return {role: _place_of(path, version) for role, path in self.files(version).items()}

    @property
    def shown_places(self) -> Files:
        """The places that the version in place has files for."""
        return self.places_of(self.current) if self.current else {}

    def others(self) -> list[str]:
        """List all versions but the one that is shown and the one to go back to."""
        named = (self.current, self.previous)
        return [version for version in self._versions() if version not in named]

    def turn(self, name: str, version: str) -> None:
        """Lead this name to this version, from one moment to the next."""
        turning = self.folder / _TURNING
        turning.unlink(missing_ok=True)
        turning.symlink_to(version)
        turning.rename(self.folder / name)
        files.settle(self.folder)

    def forget_turning(self) -> None:
        """Clear away a turn that a killed run began."""
        (self.folder / _TURNING).unlink(missing_ok=True)

    def forget_previous(self) -> None:
        """Forget the version to go back to."""
        (self.folder / PREVIOUS).unlink(missing_ok=True)
        files.settle(self.folder)

    def drop(self, version: str) -> None:
        """Remove a version with its files."""
        for path in self.files(version).values():
            path.unlink(missing_ok=True)
            link_beside(path).unlink(missing_ok=True)
        shutil.rmtree(self._home(version), ignore_errors=True)

    def leave(self, places: Collection[pathlib.Path]) -> None:
        """Remove what the versions have for these places, at which nothing is any more."""
        for version in self._versions():
            for role, path in self.files(version).items():
                if _place_of(path, version) in places:
                    path.unlink(missing_ok=True)
                    files.settle(path.parent)
                    (self._home(version) / role).unlink()

    @property
    def is_empty(self) -> bool:
        """Whether no version names a file, be it believed or not."""
        return not any(any(self._home(version).iterdir()) for version in self._versions())

    def drop_all(self) -> None:
        """Remove the folder and what is in it."""
        for name in (CURRENT, PREVIOUS, _TURNING):
            (self.folder / name).unlink(missing_ok=True)
        for version in self._versions():
            self.drop(version)
        self.folder.rmdir()
        files.settle(self.folder.parent)

    def _versions(self) -> list[str]:
        return [entry.name for entry in self.folder.iterdir() if _VERSION.fullmatch(entry.name)]

    def _home(self, version: str) -> pathlib.Path:
        return self.folder / version

    def _pointed(self, name: str) -> str | None:
        try:
            version = str((self.folder / name).readlink())
        except FileNotFoundError:
            return None
        return version if _VERSION.fullmatch(version) else None

    def _has(self, path: pathlib.Path, *, role: str, version: str) -> bool:
        place = _place_of(path, version)
        if path != _beside(place, version):
            return False
        return place in self.places or self._leads_here(place, role=role)

    def _leads_here(self, place: pathlib.Path, *, role: str) -> bool:
        if not door.leads_into_set(place):
            return False
        led_to = pathlib.Path(os.path.normpath(place.parent / place.readlink()))
        return led_to == self.folder / CURRENT / role and door.place_of(str(place)) == place


def link_beside(path: pathlib.Path) -> pathlib.Path:
    """Return what is put beside a file of a version before it takes the name of its place."""
    return path.with_name(f"{path.name}.link")


def _beside(place: pathlib.Path, version: str) -> pathlib.Path:
    return place.with_name(f".{place.name}.{version}")


def _place_of(path: pathlib.Path, version: str) -> pathlib.Path:
    return path.with_name(path.name[1 : -len(version) - 1] or path.name)


def _make_folder(folder: pathlib.Path) -> None:
    folder.mkdir()
    folder.chmod(0o755)  # whatever the umask: it holds nothing but links


__all__ = ("Files", "Versions", "link_beside")
