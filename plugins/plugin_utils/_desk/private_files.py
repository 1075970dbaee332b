# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""Files that may be deleted at any time: in folders of this user that nobody else can enter."""

from __future__ import annotations

import contextlib
import errno
import json
import os
import pathlib
import secrets
import stat
import typing as t

from ...module_utils._core.paths import expand_home
from ...module_utils._core.system_errors import StateHomeRelative
from .._values.json_text import parse_json

if t.TYPE_CHECKING:
    from collections.abc import Iterable

_LARGEST: t.Final = 1 << 28  # bytes that are read


def find_cache_home() -> pathlib.Path:
    """Find where the collection keeps what it can do without."""
    # A relative path, "~" included, is to be ignored (XDG Base Directory Specification).
    chosen = pathlib.Path(os.environ.get("XDG_CACHE_HOME", ""))
    cache = chosen if chosen.is_absolute() else expand_home("~/.cache")
    return cache / "iij.server_certificate"


def find_state_folder() -> pathlib.Path:
    """Find where the collection keeps its ledgers, what it remembers of hosts, and copies of unexpected pages.

    Raises HomeMissing, and StateHomeRelative: a ledger that is lost without a word is worse than a run that is refused.
    """
    state = expand_home(os.environ.get("XDG_STATE_HOME") or "~/.local/state")
    if not state.is_absolute():
        raise StateHomeRelative(str(state))
    return state / "iij.server_certificate"


def read_private(path: pathlib.Path) -> t.Any:
    """Read a file of JSON; None where there is none, where others may write it, and where it is no JSON."""
    return _parse(_read(path))


def read_private_lines(path: pathlib.Path) -> list[dict[str, t.Any]]:
    """Read the JSON objects of a file's lines; what a crash has cut off is left out."""
    lines = map(_parse, _read(path).splitlines())
    return [line for line in lines if isinstance(line, dict)]


def append_private(path: pathlib.Path, line: object) -> None:
    """Add a line by one write, since several runs may do so; a full disk does not matter."""
    # On a line of its own, even after one that a crash has cut.
    text = f"\n{json.dumps(line, ensure_ascii=False)}\n"
    with contextlib.suppress(OSError):
        _make_folder(path.parent)
        descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK, 0o600)
        try:
            os.write(descriptor, text.encode())
        finally:
            os.close(descriptor)


def write_private_lines(path: pathlib.Path, lines: Iterable[object]) -> None:
    """Replace a file of lines; a full disk does not matter."""
    with contextlib.suppress(OSError):
        _replace(path, "".join(f"{json.dumps(line, ensure_ascii=False)}\n" for line in lines))


def write_private(path: pathlib.Path, content: object) -> None:
    """Replace a file as a whole, so that a reader finds the old one or the new one; raises OSError with its path."""
    try:
        _replace(path, json.dumps(content, ensure_ascii=False))
    except OSError as error:
        # A full disk names no file, and a task of a host would seem to mean the disk of that host.
        raise OSError(error.errno, error.strerror, error.filename or str(path)) from None


def _read(path: pathlib.Path) -> bytes:
    if not _is_private(path.parent):
        return b""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        with os.fdopen(descriptor, "rb") as file:
            result = os.fstat(descriptor)
            return file.read(_LARGEST) if _is_ours(result) and stat.S_ISREG(result.st_mode) else b""
    except OSError:
        return b""


def _parse(text: bytes) -> t.Any:
    try:
        return parse_json(text)
    except ValueError:
        return None


def _make_folder(folder: pathlib.Path) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not _is_private(folder):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(folder))


def _replace(path: pathlib.Path, text: str) -> None:
    _make_folder(path.parent)
    beside = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
        beside.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            beside.unlink()
        raise


def _is_private(folder: pathlib.Path) -> bool:
    try:
        result = os.lstat(folder)
    except OSError:
        return False
    return stat.S_ISDIR(result.st_mode) and _is_ours(result) and not result.st_mode & 0o077


def is_closed(folder: pathlib.Path) -> bool:
    """Check whether only this user and root may change what is in a folder, and where its name leads."""
    try:
        result = folder.stat()
        owned = result.st_uid in (0, os.geteuid()) and not result.st_mode & 0o022
        return stat.S_ISDIR(result.st_mode) and owned and (not folder.is_symlink() or is_closed(folder.parent))
    except OSError:
        return False


def _is_ours(status: os.stat_result) -> bool:
    return status.st_uid == os.geteuid()


__all__ = (
    "append_private",
    "find_cache_home",
    "find_state_folder",
    "is_closed",
    "read_private",
    "read_private_lines",
    "write_private",
    "write_private_lines",
)
