# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""Paths as users write them."""

from __future__ import annotations

import errno
import os
import pathlib


def expand_home(path: str | os.PathLike[str]) -> pathlib.Path:
    """Replace a leading tilde by the home folder; raises FileNotFoundError where there is no such user."""
    try:
        return pathlib.Path(path).expanduser()
    except RuntimeError:
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(path)) from None


__all__ = ("expand_home",)
