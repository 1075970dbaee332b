# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""The words of what changes on hosts: of everything that a plan shows, this is what nobody else would tell."""

from __future__ import annotations

import typing as t

from ...module_utils._core.phrases import Phrase, translate
from .._planning.host_part import Change, describe_changes
from .._planning.steps import Standing

if t.TYPE_CHECKING:
    from ...module_utils._core.phrases import Language
    from .rows import Row

_ON_HOST: t.Final = Phrase("{0}, on its host: {1}", "{0} (ホスト側): {1}")

_NOT_COMPARED: t.Final = Phrase(
    "What changes on hosts is not shown here: certificate_compare_with names no order files of before.",
    "ホスト側の変更は示していません (certificate_compare_with で、変更前のオーダーファイルを指定すると示します)。",
)


def note_missing_comparison(document: Row, lang: Language) -> str | None:
    """Note in a plan to review that nobody could see what changes on hosts of orders that are there already."""
    there = (row for row in document["orders"] if row["on_host"] and row["standing"] != Standing.TO_ORDER)
    silent = not document["planned"] or document["compared"] or document["error"] or not any(there)
    return None if silent else translate(_NOT_COMPARED, lang)


def host_notes(row: Row, lang: Language) -> list[tuple[str, str]]:
    """List what an order asks of its host otherwise than before, each field by itself and as a whole."""
    lines = describe_changes([Change(**change) for change in row["host_changes"]])
    return [("~", translate(_ON_HOST, lang).format(row["name"], line)) for line in lines]


__all__ = ("host_notes", "note_missing_comparison")
