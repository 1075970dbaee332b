# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""What an order file must be before its orders are looked at."""

from __future__ import annotations

import typing as t

from ...module_utils._core.phrases import Phrase
from .._complaints.complaints import Breach, find_nearest, list_first, shorten
from .synonyms import is_quoted

if t.TYPE_CHECKING:
    from collections.abc import Iterator

MOST_ORDERS: t.Final = 20_000  # of a file
TOP_FIELDS = ("version", "defaults", "orders")


def find_file_breaches(document: t.Any) -> Iterator[Breach]:
    """Judge the fields at the top of an order file."""
    if not isinstance(document, dict) or not document.keys() & {"version", "orders"}:
        yield Breach(rule="FILE-CONTENT", facts={"kind": _kind_of(document)})
        return
    yield from list_first([field for field in document if field not in TOP_FIELDS], _make_unknown)
    if "version" not in document:
        yield Breach(rule="KEY-MISSING", facts={"value": "version", "named": "version", "allowed": 1})
    elif document["version"] != 1 or isinstance(document["version"], bool):
        version = document["version"]
        facts = {"value": shorten(version), "allowed": 1, "unquoted": is_quoted(version, 1)}
        yield Breach(rule="VALUE-CHOICE", path=("version",), facts=facts)
    if not isinstance(document.get("defaults") or {}, dict):
        fields = Phrase("a mapping of fields", "項目のマッピング")
        yield Breach(
            rule="VALUE-TYPE", path=("defaults",), facts={"value": shorten(document["defaults"]), "expected": fields}
        )
    yield from _breaches_of_list(document.get("orders"))


def _make_unknown(field: t.Any) -> Breach:
    facts = {"value": shorten(field), "allowed": TOP_FIELDS, "near": find_nearest(field, TOP_FIELDS)}
    return Breach(rule="KEY-UNKNOWN", path=(field,), facts=facts)


def _kind_of(document: t.Any) -> Phrase:
    """Return what a document is that is no order file; nothing of it is quoted, since it may be anybody's secret."""
    if document is None:
        return Phrase("The file is empty.", "ファイルが空です。")
    if isinstance(document, dict):
        return Phrase("The file has neither version nor orders.", "ファイルに version も orders もありません。")
    if isinstance(document, list):
        return Phrase("The file holds a list.", "ファイルの内容がリストです。")
    return Phrase("The file holds a single value.", "ファイルの内容が1つの値だけです。")


def _breaches_of_list(orders: t.Any) -> Iterator[Breach]:
    if not isinstance(orders, list) or len(orders) > MOST_ORDERS:
        many = Phrase(f"a list of at most {MOST_ORDERS} orders", f"オーダーのリスト ({MOST_ORDERS}件まで)")
        yield Breach(rule="VALUE-TYPE", path=("orders",), facts={"value": shorten(orders), "expected": many})
        return
    expected = Phrase("a mapping of fields", "項目のマッピング")
    yield from list_first(
        [(index, order) for index, order in enumerate(orders) if not isinstance(order, dict)],
        lambda row: Breach(
            rule="VALUE-TYPE", path=("orders", row[0]), facts={"value": shorten(row[1]), "expected": expected}
        ),
    )


__all__ = ("MOST_ORDERS", "TOP_FIELDS", "find_file_breaches")
