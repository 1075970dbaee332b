# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""Rules of what an order file may hold at which place and how much, so that people can read what it asks."""

from __future__ import annotations

from .rule import OURS, make_rule

RULES = (
    make_rule(
        "TEXT-LENGTH",
        OURS,
        ("{value} has {length} characters.", "1 to {allowed} characters", "Shorten it."),
        ("{value}は{length}文字あります。", "1〜{allowed}文字", "短くしてください。"),
    ),
    make_rule(
        "MISTAKES-MORE",
        OURS,
        ("From here on {count} more mistakes are not listed.", "", "Correct these first, then check again."),
        (
            "ここから先の誤り{count}件は省略しました。",
            "",
            "まず上の誤りを直してから、もう一度チェックしてください。",
        ),
    ),
    make_rule(
        "VAULT-FIELD",
        OURS,
        (
            "A vaulted value stands where it would be shown, chosen by or sent to anybody.",
            "a value that everybody may read; only {allowed} may be vaulted",
            "Write the value itself, or vault the whole file.",
        ),
        (
            "この項目の値は表示、選択、送信に使われるため、Vaultで暗号化できません。",
            "誰に読まれてもよい値。暗号化できる項目は {allowed} だけです",
            "値をそのまま書くか、ファイル全体を暗号化してください。",
        ),
    ),
)

__all__ = ("RULES",)
