# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""Files for people and machines, written as a whole."""

from __future__ import annotations

import contextlib
import itertools
import os
import pathlib
import tempfile


def write_whole(path: str | pathlib.Path, text: str, *, new: bool = False, private: bool = False) -> None:
    """Write a file that is complete or as it was; a link in its place is replaced, never followed.

    With `new` nothing may be there; raises FileExistsError. Nobody else can read a file that is `private`.
    """
    target = pathlib.Path(path)
    if target.exists() and not target.is_file():  # /dev/stdout and the like are written to, never replaced
        target.write_text(text, encoding="utf-8")
        return
    descriptor, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    fresh = pathlib.Path(name)
    mask = os.umask(0)
    os.umask(mask)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
        fresh.chmod(0o600 if private else 0o666 & ~mask)
        os.link(fresh, target) if new else fresh.replace(target)
    except OSError as error:
        # An error of a descriptor, such as a full disk, names no file.
        raise OSError(error.errno, error.strerror, str(target)) from None
    finally:
        fresh.unlink(missing_ok=True)


def write_beside(path: pathlib.Path, text: str) -> pathlib.Path:
    """Write a file without touching another one: under the first free name; returns where the text is now.

    A file that says just this is not written again.
    """
    for number in itertools.count(1):
        target = path if number == 1 else path.with_name(f"{path.stem}.{number}{path.suffix}")
        if _holds(target, text):
            break
        with contextlib.suppress(FileExistsError):
            write_whole(target, text, new=True)
            break
    return target


def _holds(path: pathlib.Path, text: str) -> bool:
    try:
        return path.is_file() and path.read_bytes() == text.encode()
    except OSError:
        return False


__all__ = ("write_beside", "write_whole")
