# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""The order files of a folder: all that are there, each once, and nothing that lies elsewhere."""

from __future__ import annotations

import dataclasses as dc
import errno
import pathlib
import typing as t

from ...module_utils._core.phrases import Phrase
from ...module_utils._core.system_errors import reason_for, reason_of

_SUFFIXES = (".yml", ".yaml")
_NEARLY: t.Final = Phrase(
    "its name ends in {0}, which is not looked at; write .yml, or .yaml, in small letters",
    "名前の末尾が {0} のため、オーダーファイルとして扱われません。小文字の .yml か .yaml にしてください",
)
_NO_FILE: t.Final = Phrase("it is not a regular file", "通常のファイルではありません")
_NO_TARGET: t.Final = Phrase("it is a link that leads nowhere", "リンク先がありません")


@dc.dataclass(frozen=True, slots=True)
class Obstacle:
    """A file or folder that cannot be read where orders may be; without a problem it is a link that leads out."""

    path: pathlib.Path
    problem: Phrase | None


class OrderFolder:
    """Every order file below a folder.

    Hidden names are not looked at. Links are followed as long as they stay inside, and a file that several paths lead
    to is one file, under the path without a link if there is one: a mounted ConfigMap is read as what it shows.
    """

    def __init__(self, top: pathlib.Path) -> None:
        self.obstacles: list[Obstacle] = []
        self._root = top.resolve()
        self._files: dict[pathlib.Path, pathlib.Path] = {}
        self._folders: set[pathlib.Path] = set()
        self._links: list[pathlib.Path] = []
        self._walk(top)
        while self._links:
            self._follow(self._links.pop(0))

    def list_files(self) -> list[pathlib.Path]:
        """Return the order files in the order of their paths."""
        return sorted(self._files.values())

    def _walk(self, folder: pathlib.Path) -> None:
        if (real := folder.resolve()) in self._folders:
            return
        self._folders.add(real)
        try:
            entries = sorted(entry for entry in folder.iterdir() if not entry.name.startswith("."))
            for entry in entries:
                self._links.append(entry) if entry.is_symlink() else self._take(entry)
        except OSError as error:
            self.obstacles.append(Obstacle(folder, reason_of(error)))

    def _take(self, path: pathlib.Path) -> None:
        if path.is_dir():
            self._walk(path)
        elif not _is_nearly_named(path):
            return
        elif path.suffix not in _SUFFIXES:
            self.obstacles.append(Obstacle(path, _NEARLY.filled(repr(path.suffix))))
        elif path.is_file():
            self._files.setdefault(path.resolve(), path)
        else:
            self.obstacles.append(Obstacle(path, _NO_FILE))

    def _follow(self, link: pathlib.Path) -> None:
        try:
            if not link.exists():
                self.obstacles += [Obstacle(link, _NO_TARGET)] if link.suffix in ("", *_SUFFIXES) else []
            elif link.is_dir() or _is_nearly_named(link):
                inside = link.resolve().is_relative_to(self._root)
                self._take(link) if inside else self.obstacles.append(Obstacle(link, None))
        except OSError as error:
            self.obstacles.append(Obstacle(link, reason_of(error)))
        except RuntimeError:  # what Python before 3.13 raises for links in a circle
            self.obstacles.append(Obstacle(link, reason_for(errno.ELOOP)))


def _is_nearly_named(path: pathlib.Path) -> bool:
    """Check whether a name is that of an order file, or is meant to be: whoever wrote WEB.YML sees no difference."""
    return path.suffix.strip().lower() in _SUFFIXES


def find_repository(top: pathlib.Path) -> pathlib.Path:
    """Return the folder that CSRs may be in: the repository of the folder of orders, or else the folder around it."""
    real = top.resolve()
    result = next((folder for folder in (real, *real.parents) if (folder / ".git").exists()), real.parent)
    return real if result == result.parent else result  # never the whole disk


__all__ = ("Obstacle", "OrderFolder", "find_repository")
