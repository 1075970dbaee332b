# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""Rules of how much an order file may hold, so that people can read what it asks and a run ends."""

from __future__ import annotations

from .rule import OURS, make_rule

RULES = (
    make_rule(
        "TEXT-LENGTH",
        OURS,
        ("{value} has {length} characters.", "1 to {allowed} characters", "Shorten it."),
        ("{value}は{length}文字あります。", "1〜{allowed}文字", "短くしてください。"),
    ),
)

__all__ = ("RULES",)
