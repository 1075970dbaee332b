# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What people write in the portal's words, in another width or nearly is known; another period is no near miss."""

from __future__ import annotations

import pytest
from ansible_collections.iij.server_certificate.plugins.plugin_utils._catalogue.products import PRODUCTS, TERMS
from ansible_collections.iij.server_certificate.plugins.plugin_utils._orders.files import read_inline
from ansible_collections.iij.server_certificate.plugins.plugin_utils._orders.portfolio import judge_orders
from ansible_collections.iij.server_certificate.plugins.plugin_utils._orders.synonyms import find_meant
from ansible_collections.iij.server_certificate.plugins.plugin_utils._values.order import CsrOrigin, Usage
from portfolios import OV, TODAY

CHOICES = {
    "term": tuple(TERMS),
    "usage": tuple(Usage),
    "csr_origin": tuple(CsrOrigin),
    "product": (*PRODUCTS, *(product.name for product in PRODUCTS.values())),
}


@pytest.mark.parametrize(
    ("field", "value", "meant"),
    [
        *(("term", each, "1 year") for each in ("12 months", "12 month", "1年", "１年", "12か月", "1 years", "12ヶ月")),
        *(("term", each, "6 months") for each in ("6か月", "6ヶ月", "６カ月", "6 month", "6months")),
        *(("term", each, "") for each in ("3 months", "2 years", "24 months", "3か月", "99999999999 years")),
        ("usage", "その他", "other"),
        ("usage", "連携対応サービスで利用", "linked_service"),
        ("csr_origin", "IIJがCSRを作成", "service"),
        ("csr_origin", "お客様がCSRを作成", "target"),
        ("product", "ＳｕｒｅＳｅｒｖｅｒ for ｸﾗｳﾄﾞ", "SureServer for クラウド"),
        ("product", "sureserver_clowd", "sureserver_cloud"),
        ("term", 12, ""),
    ],
)
def test_the_hint_is_what_was_meant_or_none(field: str, value: object, meant: str) -> None:
    assert find_meant(value, CHOICES[field]) == meant
    (complaint,) = judge_orders(read_inline([OV | {field: value}]), day=TODAY).list_errors()[:1]
    assert complaint.path == (field,)
    assert (meant in complaint.render("en")) and (f"Did you mean {meant}" in complaint.render("en")) is bool(meant)


def test_a_field_in_the_words_of_the_portal_is_known() -> None:
    renamed = {"コモンネーム" if name == "common_name" else name: value for name, value in OV.items()}
    found = judge_orders(read_inline([renamed]), day=TODAY).list_errors()
    assert any("common_name" in complaint.todo.en for complaint in found if complaint.rule == "KEY-UNKNOWN")


@pytest.mark.parametrize(
    ("change", "hint"),
    [
        ({"terms_agreed": "true"}, "Write it without quotes."),
        ({"terms_agreed": "True"}, "Write it without quotes."),
        ({"key": {"path": "/www.key", "size": "2048"}}, "Write it without quotes."),
        ({"terms_agreed": False}, "Read the terms on the portal"),
    ],
)
def test_what_is_right_but_for_its_quotes_is_told_so(change: dict[str, object], hint: str) -> None:
    (complaint,) = judge_orders(read_inline([OV | change]), day=TODAY).list_errors()
    assert hint in complaint.render("en") and "True" not in complaint.render("en").replace("'True'", "")


def test_an_empty_value_is_called_so() -> None:
    (complaint,) = judge_orders(read_inline([OV | {"host": None, "common_name": None}]), day=TODAY).list_errors()[:1]
    assert "an empty value is not" in complaint.render("en") and "空の値は" in complaint.render("ja")
    assert "None" not in complaint.render("en") + complaint.render("ja")


@pytest.mark.parametrize(
    "field", ["san", "SANs", "subject_alt_name", "subjectAltName", "alt_names", "dns_names", "別名"]
)
def test_who_asks_for_further_names_is_told_that_an_order_has_one(field: str) -> None:
    (found,) = judge_orders(read_inline([{**OV, field: ["example.jp"]}]), day=TODAY).complaints
    assert found.rule == "KEY-UNKNOWN"
    assert (
        found.todo.en == "An order is for one name, its common_name: write an order for each name (guide order-files)."
    )
    assert found.todo.ja.startswith("オーダー1件の名前は common_name の1つだけです。")


@pytest.mark.parametrize("field", ["コモンネーム", "comon_name", "hostname", "nme"])
def test_what_was_meant_for_another_field_is_told_as_before(field: str) -> None:
    found = judge_orders(read_inline([{**OV, field: "example.jp"}]), day=TODAY).complaints
    assert all("An order is for one name" not in complaint.todo.en for complaint in found)
