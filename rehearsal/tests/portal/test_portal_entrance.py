# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Log-in, sessions, forms that are one's own, roles, and what every screen has."""

from __future__ import annotations

import pytest
import requests
from portal_browsing import Browser, group_admin, ordered, service_admin, to_new_order
from rehearsal_desk.portal import labels
from rehearsed import Rehearsal

ORDER_SCREENS = (
    "/portal/contracts/orders",
    "/portal/contracts/orders/customer-code",
    "/portal/contracts/orders/online?customer_code=SG00000001",
    "/portal/orders/new?customer_code=SG00000001",
)
SCREENS = (
    "/portal/",
    "/portal/contracts",
    *ORDER_SCREENS,
    "/portal/settings",
    "/portal/settings/services",
    "/portal/certificates",
    "/portal/certificates/status",
    "/portal/certificates/rsc00000001",
    "/portal/certificates/rsc00000001/registration",
    "/portal/orders/rsc00000001/done",
)


def test_a_wrong_password_is_told_and_not_repeated(shared_desk: Rehearsal) -> None:
    browser = Browser(shared_desk.url).log_in("RHS0000001", "wrong-f00d")
    assert browser.status == 401
    assert "マスターIDまたはパスワードが正しくありません。" in browser.text
    assert browser.value("master_id") == "RHS0000001"
    assert "wrong-f00d" not in browser.text


@pytest.mark.parametrize(
    ("master_id", "password"), [("RHS0000009", ""), ("", ""), ("RHS0000001", ""), ("controls", "")]
)
def test_nobody_comes_in_without_a_password(shared_desk: Rehearsal, master_id: str, password: str) -> None:
    assert Browser(shared_desk.url).log_in(master_id, password).status == 401


def test_the_cookie_is_kept_from_scripts_and_other_sites(shared_desk: Rehearsal) -> None:
    browser = group_admin(shared_desk)
    assert browser.heading == labels.TOP
    cookie = browser.answers[-1].history[0].headers["Set-Cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie


def test_logging_out_ends_the_session_not_only_the_cookie(shared_desk: Rehearsal) -> None:
    browser = group_admin(shared_desk)
    cookies = browser.session.cookies.get_dict()
    browser.press(labels.LOG_OUT)
    assert browser.heading == labels.LOG_IN
    assert "ログアウトしました。" in browser.text
    again = requests.get(f"{shared_desk.url}/portal/", cookies=cookies, timeout=5)
    assert "セッションの有効期限が切れました" in again.text


@pytest.mark.parametrize("path", SCREENS)
def test_no_screen_without_a_session(shared_desk: Rehearsal, path: str) -> None:
    browser = Browser(shared_desk.url).go(path)
    assert browser.heading == labels.LOG_IN
    assert "セッション" not in browser.text


def test_a_session_lives_half_an_hour_after_its_last_page_by_the_desks_clock(desk: Rehearsal) -> None:
    desk.set_clock("2026-11-22T05:00:00Z")
    browser = group_admin(desk)
    desk.set_clock("2026-11-22T05:25:00Z")
    assert browser.go("/portal/").heading == labels.TOP
    desk.set_clock("2026-11-22T05:50:00Z")
    assert browser.go("/portal/").heading == labels.TOP
    desk.set_clock("2026-11-22T06:25:00Z")
    assert browser.go("/portal/").heading == labels.LOG_IN
    assert "セッションの有効期限が切れました" in browser.text


@pytest.mark.parametrize("token", ["", "0" * 64, "another form's", "another session's"])
def test_a_form_that_is_not_of_this_session_and_screen_does_nothing(desk: Rehearsal, token: str) -> None:
    browser, other = group_admin(desk), group_admin(desk)
    to_new_order(browser)
    to_new_order(other)
    tokens = {
        "another form's": browser.form(labels.LOG_OUT)[1]["form_token"],
        "another session's": other.form(labels.CONFIRM)[1]["form_token"],
    }
    browser.press(labels.CONFIRM, form_token=tokens.get(token, token), common_name="www.example.jp")
    assert browser.status == 403
    assert browser.heading == "画面の有効期限が切れています"


def test_the_log_in_form_is_of_this_browser(shared_desk: Rehearsal) -> None:
    form = {"form_token": "0", "master_id": "RHS0000001", "password": shared_desk.group_password}
    answer = requests.post(f"{shared_desk.url}/portal/login", data=form, timeout=5)
    assert answer.status_code == 403
    assert not answer.cookies.get("rehearsal_portal")


@pytest.mark.parametrize("path", ORDER_SCREENS)
def test_a_service_admin_is_refused_where_orders_are_made(shared_desk: Rehearsal, path: str) -> None:
    browser = service_admin(shared_desk).go(path)
    assert browser.status == 403
    assert browser.heading == "この操作を行う権限がありません"
    assert "サービスグループの運用管理担当者" in browser.text


@pytest.mark.parametrize("path", SCREENS)
def test_every_screen_is_made_alike(desk: Rehearsal, path: str) -> None:
    desk.place()
    browser = group_admin(desk).go(path)
    assert browser.status == 200
    assert browser.heading
    assert browser.tree.get("lang") == "ja"
    assert labels.REHEARSAL_SAYS in browser.text
    assert not browser.tree.xpath("//script | //@onclick | //@style")
    for field in browser.tree.xpath("//input[not(@type='hidden')] | //select | //textarea"):
        assert browser.tree.xpath("//label[@for=$name]", name=field.get("id")), field.get("name")
    identifiers = browser.tree.xpath("//@id")
    assert len(identifiers) == len(set(identifiers))
    headers = browser.answers[-1].headers
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    "path", ["/portal/nowhere", "/portal/certificates/rsc99999999", "/portal/certificates/x/registration"]
)
def test_what_is_not_there_is_said_on_a_page(shared_desk: Rehearsal, path: str) -> None:
    browser = group_admin(shared_desk).go(path)
    assert browser.status == 404
    assert browser.heading == "ページが見つかりません"


def test_another_customers_contract_is_not_there(desk: Rehearsal) -> None:
    neighbours = desk.api(
        "POST",
        "/applications",
        {
            "client_reference": None,
            "customer_code": "SG00000002",
            "common_name": "www.example.jp",
            "product": "quick_ssl",
            "term": "6 months",
            "usage": "other",
            "linked_contract_id": None,
            "terms_agreed": True,
        },
        token="neighbour-token",
    )[1]["result"]["contract_id"]
    browser = group_admin(desk)
    assert ordered(browser) != neighbours
    assert browser.go(f"/portal/certificates/{neighbours}").status == 404
    assert neighbours not in browser.go("/portal/certificates").text
    refused = browser.go("/portal/orders/new?customer_code=SG00000002")
    assert refused.status == 422


def test_bodies_that_are_no_forms_are_refused(shared_desk: Rehearsal) -> None:
    session = group_admin(shared_desk).session
    url = f"{shared_desk.url}/portal/orders/new"
    for body, kind in ((b"{}", "application/json"), (b"a=%ff", None), (b"a=" + b"x" * (1 << 18), None)):
        headers = {"Content-Type": kind or "application/x-www-form-urlencoded"}
        answer = session.post(url, data=body, headers=headers, timeout=5)
        assert answer.status_code == 422
        assert "入力内容を受け付けられません" in answer.text
