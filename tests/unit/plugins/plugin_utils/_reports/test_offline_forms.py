# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What cannot be done online is rendered from the order, with nothing invented and nothing vaulted."""

from __future__ import annotations

import dataclasses as dc

import pytest
from ansible_collections.iij.server_certificate.plugins.module_utils._core.phrases import printable
from ansible_collections.iij.server_certificate.plugins.plugin_utils._complaints.complaints import OrdersRefused
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.plan import make_plan
from ansible_collections.iij.server_certificate.plugins.plugin_utils._reports.offline_forms import (
    write_linked_service_email,
    write_paper_order,
    write_paper_orders,
)
from ansible_collections.iij.server_certificate.plugins.plugin_utils._values.observed import Observed
from ansible_collections.iij.server_certificate.tests.unit.plugins.plugin_utils.portfolios import (
    LINKED,
    OV,
    DeskInMemory,
    portfolio,
)


def test_an_unlisted_contract_is_ordered_on_paper() -> None:
    orders = portfolio(LINKED, OV)
    with pytest.raises(OrdersRefused) as refused:
        make_plan(orders, Observed(applications=(), products=DeskInMemory().list_products()), portfolio="p")
    forms = write_paper_orders(refused.value.complaints, orders)
    assert set(forms) == {"cdn"}
    for text in ("書面", "SG00000001", "連携対応サービスで利用", "cdn.example.jp", "IIJがCSRを作成", "6か月",
                 "IIJ GIOコンテンツアクセラレーションサービス", "セキュア・サーバID ※クラウド証明書"):  # fmt: skip
        assert text in forms["cdn"]


def test_a_paper_order_for_a_server_of_ones_own() -> None:
    (order,) = portfolio(OV)
    text = write_paper_order(order)
    assert "お客様がCSRを作成" in text
    assert "連携対応サービス" not in text.split("■ お申し込み内容")[1]
    assert text.endswith("\n")


def test_a_paper_order_for_a_brought_certificate_asks_for_no_csr() -> None:
    fields = {
        name: value for name, value in LINKED.items() if name in ("name", "common_name", "usage", "linked_contract")
    }
    kept = {name: OV[name] for name in ("customer_code", "term", "terms_agreed")}
    (order,) = portfolio({**fields, **kept, "product": "brought_certificate"})
    text = write_paper_order(order)
    assert "持ち込み証明書品目 6か月" in text
    assert "秘密鍵 (パスフレーズなし)" in text
    assert "CSR" not in text


def test_no_line_of_a_form_is_a_command() -> None:
    named = {"name": "辻\U000e0100 ##[add-mask]a", "department": "##[error]forged"}
    (order,) = portfolio({**OV, "applicant": {**OV["applicant"], **named}})
    assert order.applicant is not None
    text = write_paper_order(dc.replace(order, applicant=dc.replace(order.applicant, phone="\u3164\n::error::x")))
    assert [line for line in text.splitlines() if printable(line) != line or line.lstrip().startswith("::")] == []
    assert "辻\U000e0100 # #[add-mask]a" in text and "# #[error]forged" in text


def test_the_email_about_a_linked_service() -> None:
    (order,) = portfolio({**LINKED, "contract_id": "rsc00000001"})
    text = write_linked_service_email(order, work="change", master_id=None)
    for part in ("##########", "rsc00000001", "cdn.example.jp", "連携対応サービスの変更", "6か月"):
        assert part in text
    assert "IIJ0000001" in write_linked_service_email(order, work="add", master_id="IIJ0000001")
