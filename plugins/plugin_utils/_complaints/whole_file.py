# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""Files for people and machines, written as a whole."""

from __future__ import annotations

import os
import pathlib
import tempfile


def write_whole(path: str | pathlib.Path, text: str, *, new: bool = False) -> None:
    """Write a file that is complete or as it was; a link in its place is replaced, never followed.

    With `new` nothing may be there; raises FileExistsError.
    """
    target = pathlib.Path(path)
    if target.exists() and not target.is_file():  # /dev/stdout and the like are written to, never replaced
        target.write_text(text, encoding="utf-8")
        return
    with tempfile.NamedTemporaryFile(
        "w", encoding="utf-8", dir=target.parent, prefix=f".{target.name}.", delete=False
    ) as file:
        made = pathlib.Path(file.name)
    try:
        made.write_text(text, encoding="utf-8")
        mask = os.umask(0)
        os.umask(mask)
        made.chmod(0o666 & ~mask)
        if new:
            os.link(made, target)
        else:
            made.replace(target)
    finally:
        made.unlink(missing_ok=True)


__all__ = ("write_whole",)
