# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a window says of a page that does not fit."""

from __future__ import annotations

import pytest
from ansible_collections.iij.server_certificate.plugins.plugin_utils._desk.portal.map_parts import (
    KINDS,
    PARTS,
    Entry,
    Part,
)
from ansible_collections.iij.server_certificate.plugins.plugin_utils._desk.portal.window_words import describe_count

CONFIRM = Entry(key="confirm", texts=("確認",), source="M:2261096", at="words.confirm")


@pytest.mark.parametrize(
    ("count", "english", "japanese"),
    [
        (0, "there is no button 「確認」 (in", "ボタン「確認」がありません ("),
        (3, "there are 3 buttons 「確認」 (in", "ボタン「確認」が3個あります ("),
    ],
)
def test_what_is_missing_is_not_there_zero_times(count: int, english: str, japanese: str) -> None:
    told = describe_count("buttons", count, "確認", CONFIRM)
    assert told.en.startswith(english)
    assert told.ja.startswith(japanese)


@pytest.mark.parametrize("part", PARTS)
def test_every_part_has_its_word(part: Part) -> None:
    assert part == f"{KINDS[part]}s"
