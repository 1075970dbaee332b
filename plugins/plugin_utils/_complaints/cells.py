# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""Texts of others in the cells of a spreadsheet, which would run what looks like a formula."""

from __future__ import annotations

import re
import typing as t

# The signs that begin one, and every sign that compatibility normalization (NFKC) makes one of them.
SIGNS: t.Final = "=+-@＝＋－＠⁺⁼₊₌﬩﹢﹣﹦﹫⩵⩶"
_UNSEEN: t.Final = r"""\s"\u00ad\u200b-\u200f\u2028-\u202f\u2060-\u206f\ufeff"""
# At the start of a cell by any country's separator.
_RISKY: t.Final = re.compile(rf"""(^|[,;\t\r\n])(?=[{_UNSEEN}]*[{re.escape(SIGNS)}]|[\t\r\n])""")


def guard_cell(text: str) -> str:
    """Put an apostrophe before whatever a spreadsheet would take for a formula."""
    return _RISKY.sub(r"\1'", text)


__all__ = ("SIGNS", "guard_cell")
