# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""Certificates of one service go live with one reload: its configuration may name files of all of them.

Where that fails, what was there before comes back for all, and each of them goes live alone: one that the service will
not have takes none of the others along.
"""

from __future__ import annotations

import contextlib
import typing as t

from . import commands, filesets

if t.TYPE_CHECKING:
    from collections.abc import Iterable

    from .installation import WantedInstallation


def reload_together(shown: Iterable[WantedInstallation]) -> dict[str, bool]:
    """Run each command that several of these name, whose new files are shown; returns which of them went well."""
    groups: dict[str, list[WantedInstallation]] = {}
    for wanted in shown:
        groups.setdefault(str(wanted.reload), []).append(wanted)
    return {command: _reload(command, group) for command, group in groups.items() if len(group) > 1}


def _reload(command: str, group: list[WantedInstallation]) -> bool:
    if commands.failure(command) is None:
        return True
    for wanted in group:
        # What cannot be taken back now is when it is alone.
        with contextlib.suppress(Exception), wanted.fileset.locked():
            if not wanted.fileset.is_settled:
                filesets.go_back(wanted.fileset)
    commands.failure(command)
    return False


__all__ = ("reload_together",)
