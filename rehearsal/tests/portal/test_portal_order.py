# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""新規お申し込み受付入力, the confirm screen and 申込."""

from __future__ import annotations

import concurrent.futures
import typing as t

import pytest
import requests
from portal_browsing import Browser, group_admin, ordered, to_new_order
from rehearsal_desk.portal import labels
from rehearsed import Rehearsal, served, settings_for
from sqlalchemy import create_engine, text

LINKED: t.Final = {"usage": "linked_service", "common_name": "cdn.example.jp"}
FORM: t.Final = {"usage": "other", "common_name": "www.example.jp", "product": "sureserver_cloud:6 months"}


def at_confirm(desk: Rehearsal, **changes: str) -> Browser:
    browser = to_new_order(group_admin(desk)).press(labels.CONFIRM, **{**FORM, **changes})
    assert browser.heading == labels.NEW_ORDER_CONFIRM
    return browser


def test_the_search_button_belongs_to_linked_usage(shared_desk: Rehearsal) -> None:
    browser = to_new_order(group_admin(shared_desk))
    assert not browser.has_button(labels.SEARCH_LINKED)
    assert not browser.press(labels.APPLY_USAGE, usage="other").has_button(labels.SEARCH_LINKED)
    browser.press(labels.APPLY_USAGE, usage="linked_service")
    assert browser.has_button(labels.SEARCH_LINKED)
    assert not browser.has("linked_contract_id")


def test_the_search_brings_the_admins_own_contracts(shared_desk: Rehearsal) -> None:
    browser = to_new_order(group_admin(shared_desk)).press(labels.APPLY_USAGE, **LINKED)
    browser.press(labels.SEARCH_LINKED)
    found = browser.choices("linked_contract_id")
    assert [line.split()[0] for line in found] == [
        "rdx00000001",
        "rga00000001",
        "rmw00000001",
        "rmw00000002",
        "rwh00000001",
    ]
    assert "IIJ GIOコンテンツアクセラレーションサービス" in found[1]
    assert browser.value("common_name") == "cdn.example.jp"


def test_whoever_has_no_linked_contract_is_sent_to_paper(desk: Rehearsal) -> None:
    with create_engine(desk.database).begin() as connection:
        connection.execute(text("DELETE FROM linked_contracts"))
    browser = to_new_order(group_admin(desk)).press(labels.APPLY_USAGE, **LINKED).press(labels.SEARCH_LINKED)
    assert not browser.has("linked_contract_id")
    assert "書面でお申し込みください" in browser.text


def test_the_pull_down_pairs_products_and_terms_on_offer(tmp_path: t.Any) -> None:
    settings = settings_for(tmp_path / "desk.sqlite3", not_offered=frozenset({"quick_ssl"}))
    with served(settings) as desk:
        lines = to_new_order(group_admin(desk)).choices("product")
    assert "SureServer for クラウド 6か月" in lines
    assert "企業認証SSL 1年" in lines
    assert not any(line.startswith("クイック認証SSL ") for line in lines)


def test_everything_wrong_is_said_at_once_and_nothing_is_lost(shared_desk: Rehearsal) -> None:
    browser = to_new_order(group_admin(shared_desk))
    browser.press(labels.CONFIRM, usage="linked_service", common_name="*.Example.jp", product="quick_ssl:1 year")
    assert browser.status == 422
    assert [field for field, _ in browser.errors()] == ["common_name", "linked_contract_id"]
    assert "ワイルドカードオプション付きの品目でだけ" in browser.text
    assert browser.value("usage") == "linked_service"
    assert browser.value("common_name") == "*.Example.jp"
    assert browser.value("product") == "quick_ssl:1 year"
    for field, _ in browser.errors():
        assert browser.tree.get_element_by_id(field) is not None
        assert browser.tree.get_element_by_id(f"{field}-error") is not None


def test_an_empty_form_misses_three_fields_in_the_order_of_the_screen(shared_desk: Rehearsal) -> None:
    browser = to_new_order(group_admin(shared_desk)).press(labels.CONFIRM)
    assert browser.errors() == [
        ("usage", "利用形態は必須です。"),
        ("common_name", "コモンネームは必須です。"),
        ("product", "品目と有効期間は必須です。"),
    ]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"product": "secure_server_id_cloud:6 months"}, "usage"),
        ({"product": "quick_ssl_wildcard:6 months"}, "common_name"),
        ({"product": "no_such:6 months"}, "product"),
        ({"product": "sureserver_cloud:1 year"}, "product"),
        ({"common_name": "www.example.jp\x07"}, "common_name"),
        ({"usage": "neither"}, "usage"),
        ({"common_name": "<script>alert(1)</script>.example.jp"}, "common_name"),
    ],
)
def test_the_rules_of_the_desk_hold_on_the_screen(shared_desk: Rehearsal, changes: dict[str, str], field: str) -> None:
    browser = to_new_order(group_admin(shared_desk)).press(labels.CONFIRM, **{**FORM, **changes})
    assert browser.status == 422
    assert [name for name, _ in browser.errors()] == [field]
    assert "<script" not in browser.text


def test_the_confirm_screen_echoes_every_field(shared_desk: Rehearsal) -> None:
    browser = to_new_order(group_admin(shared_desk)).press(labels.APPLY_USAGE, **LINKED).press(labels.SEARCH_LINKED)
    browser.press(
        labels.CONFIRM,
        common_name="CDN.example.jp",
        linked_contract_id="rga00000001",
        product="secure_server_id_cloud:6 months",
    )
    assert browser.facts() == {
        labels.CUSTOMER_CODE: "SG00000001",
        labels.USAGE: "連携対応サービスで利用",
        labels.COMMON_NAME: "cdn.example.jp",
        labels.LINKED_SERVICE: (
            "rga00000001 IIJ GIOコンテンツアクセラレーションサービス (Rehearsal content acceleration)"
        ),
        labels.PRODUCT_AND_TERM: "セキュア・サーバID ※クラウド証明書 6か月",
    }


def test_without_consent_nothing_is_bought(desk: Rehearsal) -> None:
    browser = at_confirm(desk).press(labels.PLACE)
    assert browser.status == 422
    assert browser.errors() == [("terms_agreed", "約款・規約への同意が必要です。")]
    assert desk.purchases() == 0
    browser.press(labels.PLACE, terms_agreed="1")
    assert browser.heading == labels.NEW_ORDER_DONE
    assert desk.purchases() == 1


def test_going_back_loses_nothing(desk: Rehearsal) -> None:
    browser = at_confirm(desk).press(labels.BACK)
    assert browser.heading == labels.NEW_ORDER
    assert [browser.value(name) for name in FORM] == list(FORM.values())
    assert desk.purchases() == 0


def test_an_order_of_the_portal_has_no_reference(desk: Rehearsal) -> None:
    contract_id = ordered(group_admin(desk))
    shown = desk.show(contract_id)
    assert shown["client_reference"] is None
    assert (shown["state"], shown["usage"], shown["term"]) == ("awaiting_registration", "other", "6 months")
    assert desk.control("GET", "/purchases")["results"][0]["client_reference"] is None


def test_a_usage_changed_to_other_forgets_the_linked_contract(desk: Rehearsal) -> None:
    browser = to_new_order(group_admin(desk)).press(labels.APPLY_USAGE, **LINKED).press(labels.SEARCH_LINKED)
    browser.press(labels.CONFIRM, linked_contract_id="rga00000001", **FORM)
    assert labels.LINKED_SERVICE not in browser.facts()


def test_two_clicks_on_one_confirm_screen_buy_once(desk: Rehearsal) -> None:
    browser = at_confirm(desk)
    first, second = (browser.sent(labels.PLACE, terms_agreed="1") for _ in range(2))
    assert first.url == second.url
    assert desk.purchases() == 1


def test_simultaneous_clicks_buy_once(desk: Rehearsal) -> None:
    browser = at_confirm(desk)
    with concurrent.futures.ThreadPoolExecutor(8) as threads:
        clicks = [threads.submit(browser.sent, labels.PLACE, terms_agreed="1") for _ in range(8)]
    assert {click.result().status_code for click in clicks} <= {200, 409}
    assert desk.purchases() == 1


def test_two_clicks_buy_twice_where_a_fault_says_so(desk: Rehearsal) -> None:
    desk.fault("double_click_order", "POST", "/portal/orders/confirm")
    browser = at_confirm(desk)
    first, second, third = (browser.sent(labels.PLACE, terms_agreed="1") for _ in range(3))
    assert first.url != second.url == third.url
    assert desk.purchases() == 2


def test_a_confirm_screen_belongs_to_its_session(desk: Rehearsal) -> None:
    mine, other = at_confirm(desk), at_confirm(desk)
    slip = other.form(labels.PLACE)[1]["slip"]
    mine.press(labels.PLACE, slip=slip, terms_agreed="1")
    assert mine.status == 409
    assert "この確認画面は無効です" in mine.text
    assert desk.purchases() == 0


def test_a_session_that_ends_mid_form_buys_nothing(desk: Rehearsal) -> None:
    browser = at_confirm(desk)
    desk.fault("session_expires_mid_form", "POST", "/portal/*")
    browser.press(labels.PLACE, terms_agreed="1")
    assert browser.heading == labels.LOG_IN
    assert "セッションの有効期限が切れました" in browser.text
    assert desk.purchases() == 0


def test_a_label_can_change(desk: Rehearsal) -> None:
    words = {"label": "コモンネーム", "replacement": "FQDN <新>"}
    desk.fault("label_changed", "GET", "/portal/orders/new", settings=words)
    browser = to_new_order(group_admin(desk))
    assert "コモンネーム" not in browser.text
    assert "FQDN &lt;新&gt;" in browser.text
    assert "コモンネーム" in browser.go("/portal/orders/new?customer_code=SG00000001").text


def test_a_lost_answer_to_the_purchase_is_found_in_the_status_list(desk: Rehearsal) -> None:
    browser = at_confirm(desk)
    desk.fault("drop_after_commit", "POST", "/portal/orders/confirm")
    with pytest.raises(requests.ConnectionError):
        browser.press(labels.PLACE, terms_agreed="1")
    assert desk.purchases() == 1
    assert "www.example.jp" in browser.go("/portal/certificates/status").text


@pytest.mark.parametrize(("name", "status"), [("maintenance_page", 200), ("error_503", 503)])
def test_screens_can_be_out_of_order(desk: Rehearsal, name: str, status: int) -> None:
    browser = at_confirm(desk)
    desk.fault(name, "POST", "/portal/*")
    assert browser.sent(labels.PLACE, terms_agreed="1").status_code == status
    assert desk.purchases() == 0
