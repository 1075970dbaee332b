# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""What is said about a screen that is not as expected."""

from __future__ import annotations

import typing as t

from ....module_utils._core.phrases import Phrase
from .map_parts import KINDS, PART_WORDS, SOURCES

if t.TYPE_CHECKING:
    from collections.abc import Iterable

    from .fit import Finding
    from .map_parts import Entry, Part

UNEXPECTED: t.Final = Phrase(
    "the portal's screen 「{0}」 is not as expected: {1}{2}. A copy without secrets: {3}",
    "ポータルの画面「{0}」が想定と異なります: {1}{2}。秘密を除いた画面のコピー: {3}",
)
SCRIPTS: t.Final = Phrase(
    "; this page has scripts, which portal_engine: browser would run",
    "。このページにはスクリプトがあり、portal_engine: browser なら動きます",
)
NO_COPY: t.Final = Phrase("none could be kept ({0})", "保存できませんでした ({0})")
NOT_BY_POST: t.Final = Phrase(
    "its form would put a password into an address (it is sent by {0}, not by POST)",
    "パスワードがURLに含まれます (POSTではなく {0} で送るフォームです)",
)
NO_TITLE: t.Final = Phrase("(no title)", "(タイトルなし)")
SAYS: t.Final = Phrase("the portal's screen 「{0}」 says: {1}", "ポータルの画面「{0}」の表示: {1}")
UNREADABLE: t.Final = Phrase("{0}; it answered with {1}", "{0} (応答は {1})")
ANOTHER: t.Final = Phrase(
    "{0} should be there{1}. If the portal asks something of you (a notice, a code, maintenance), answer it in a "
    "browser and run again. If this screen comes each time, add it to the walk in your screen map (docs/portal.md). "
    "If it only has another title now, set {2} there",
    "{0}のはずでした{1}。ポータルが何かを求めている場合 (お知らせ、認証コード、メンテナンス) は、ブラウザで対応してから"
    "再実行してください。毎回表示される画面なら、画面マップの手順に追加してください (docs/portal.md)。"
    "タイトルが変わっただけなら、画面マップの {2} に指定してください",
)
IT_SAYS: t.Final = Phrase(" (it says: {0})", " (表示: {0})")
EXTRA: t.Final = Phrase(
    "nobody expected the {0} 「{1}」 (if it may be left alone, add it to screens.{2}.leave_alone in your screen map)",
    "想定外の{0}「{1}」があります (無視してよければ、画面マップの screens.{2}.leave_alone に追加してください)",
)
NO_CONSENT: t.Final = Phrase(
    "the tick 「{0}」 is not known, so it was not set: read it, and if you agree add it as another text of {1} in your "
    "screen map",
    "「{0}」は知らない文言のため、チェックしていません。"
    "内容を読み、同意する場合は、画面マップの {1} に追加してください",
)
SEVERAL: t.Final = Phrase("there are {1} {0}s 「{2}」 ({3})", "{0}「{2}」が{1}個あります ({3})")
MISSING: t.Final = Phrase("there is no {0} 「{1}」 ({2})", "{0}「{1}」がありません ({2})")
NO_CHOICE: t.Final = Phrase(
    "the field 「{0}」 has no choice 「{1}」{2}, but {3}",
    "入力欄「{0}」に選択肢「{1}」がありません{2}。選択できるもの: {3}",
)
NO_CHOICES: t.Final = Phrase("no choices", "なし")
EDIT: t.Final = Phrase("in the screen map: {0}, from {1}", "画面マップ: {0}、出典: {1}")
SHOWN: t.Final = 12  # texts of a page that a message quotes


def describe(finding: Finding, *, screen: str, consent: Entry | None) -> Phrase:
    """Say what does not fit, and which entry of the map changes that; `consent`: that entry, for a tick."""
    if finding.entry is None and consent:
        return NO_CONSENT.filled(finding.text, consent.at)
    if finding.entry is None:
        return EXTRA.filled(PART_WORDS[KINDS[finding.part]], finding.text, screen)
    return describe_count(finding.part, finding.count, finding.text, finding.entry)


def describe_count(part: Part, count: int, text: str, entry: Entry) -> Phrase:
    """Say that something which must be there once is missing or there several times."""
    kind = PART_WORDS[KINDS[part]]
    if count:
        return SEVERAL.filled(kind, count, text, name_entry(entry))
    return MISSING.filled(kind, text, name_entry(entry))


def name_entry(entry: Entry) -> Phrase:
    """Name the entry of the map, and where it is known from."""
    return EDIT.filled(entry.at, SOURCES.get(entry.source, entry.source))


def join_either(texts: Iterable[str]) -> Phrase:
    """Join texts of which any will do."""
    message = tuple(texts)
    return Phrase(" or ".join(message), "または".join(message))


__all__ = (
    "ANOTHER",
    "EDIT",
    "EXTRA",
    "IT_SAYS",
    "NOT_BY_POST",
    "NO_CHOICE",
    "NO_CHOICES",
    "NO_CONSENT",
    "NO_COPY",
    "NO_TITLE",
    "SAYS",
    "SCRIPTS",
    "SHOWN",
    "UNEXPECTED",
    "UNREADABLE",
    "describe",
    "describe_count",
    "join_either",
    "name_entry",
)
