# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""Paths as users write them."""

from __future__ import annotations

import os
import pathlib
import posixpath
import re
import typing as t

from .system_errors import HomeMissing

if t.TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_FILE = re.compile(r"/([^\0]*/)?[^/\0]+")
# What the collection keeps beside www.key and www.pem: .www.key.next, .www.key.3f9a41c2, .www.pem.set/ and so on.
_HIDDEN = re.compile(
    r"/\.([^/]+)\.(?:set(?=/|\Z)|(?:next|[0-9a-f]{8}(?:\.link)?|[0-9a-z_]{8}\.tmp|[-0-9]{10}@[:0-9]{8}~)\Z)"
)
_PLAIN = re.compile(r"[\w./@+=:,-]*")


def expand_home(path: str | os.PathLike[str]) -> pathlib.Path:
    """Replace a leading tilde by the home folder; raises HomeMissing where the system knows none."""
    try:
        return pathlib.Path(path).expanduser()
    except RuntimeError:
        raise HomeMissing(str(path)) from None


def expand_homes(options: Mapping[str, t.Any], names: Iterable[str]) -> dict[str, t.Any]:
    """Replace a leading tilde in those of the options that name paths; raises HomeMissing as expand_home does."""
    paths = {name: options[name] for name in names if str(options.get(name) or "").startswith("~")}
    return {**options, **{name: str(expand_home(path)) for name, path in paths.items()}}


def names_file(path: str) -> bool:
    """Check whether a path is absolute and ends in a name, so that a file may lie there."""
    return bool(_FILE.fullmatch(path)) and not path.endswith(("/.", "/.."))


def plain_path(path: str) -> str:
    """Write an absolute path in the one way that has no detours; links are not looked at."""
    if "//" not in path and "/." not in path and not path.endswith("/"):
        return path  # as nearly all are: there is no detour in it
    return f"/{posixpath.normpath(path).lstrip('/')}"


def csr_path_beside(key_path: str) -> str:
    """Name the place of a CSR whose order names none: beside its key."""
    return f"{key_path[:-4] if key_path.endswith('.key') else key_path}.csr"


def hidden_beside(path: str) -> tuple[str, ...]:
    """Return the paths of files beside which this one, by its hidden name, would be the collection's own."""
    matches = _HIDDEN.finditer(path) if "/." in path else ()
    return tuple(f"{path[: match.start()]}/{match[1]}" for match in matches)


def may_be_interpreted(words: Iterable[str], path: str) -> bool:
    """Check whether a path has a meaning in place of %s, inside of a word that may be a program itself, as a shell's.

    The command is the inventory's, and the path is of an order file, which holds no command.
    """
    around = (word.replace("%s", "") for word in words if "%s" in word)
    return not _PLAIN.fullmatch(path) and not all(_PLAIN.fullmatch(word) for word in around)


__all__ = (
    "csr_path_beside",
    "expand_home",
    "expand_homes",
    "hidden_beside",
    "may_be_interpreted",
    "names_file",
    "plain_path",
)
