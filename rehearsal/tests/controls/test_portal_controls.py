# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""リハーサル操作 and the CA's approval page."""

from __future__ import annotations

import logging
import re

import pytest
import requests
from portal_browsing import Browser, controller, group_admin, ordered
from rehearsal_desk.running.serving import NoSecretPaths
from rehearsal_desk.store.faults import KINDS
from rehearsed import Rehearsal, registration


def waiting(desk: Rehearsal, product: str = "quick_ssl", **changes: object) -> str:
    """An application on the CA's desk."""
    contract_id = str(desk.place(product=product, client_reference=f"default/{product}/1")["contract_id"])
    desk.register(contract_id, **registration(approval_email="admin@example.jp", **changes))
    return contract_id


def link_in(desk: Rehearsal) -> str:
    """The approval link of the newest such mail."""
    mails = desk.control("GET", "/outbox")["results"]
    body = next(mail["body"] for mail in mails if mail["kind"] == "domain_approval")
    found = re.search(r"http\S+", body)
    assert found
    return found[0]


def test_the_controls_ask_for_their_token(shared_desk: Rehearsal) -> None:
    browser = Browser(shared_desk.url).go("/rehearsal/ui/")
    assert browser.where.endswith("/rehearsal/ui/login")
    assert browser.press("開く", control_token=shared_desk.order_token).status == 401
    assert browser.press("開く", control_token=shared_desk.control_token).where.endswith("/rehearsal/ui/")
    assert shared_desk.control_token not in browser.text


def test_a_log_in_to_the_portal_is_none_to_the_controls(shared_desk: Rehearsal) -> None:
    cookie = group_admin(shared_desk).session.cookies["rehearsal_portal"]
    answer = requests.get(f"{shared_desk.url}/rehearsal/ui/", cookies={"rehearsal_controls": cookie}, timeout=5)
    assert answer.url.endswith("/login")
    key = controller(shared_desk).session.cookies["rehearsal_controls"]
    answer = requests.get(f"{shared_desk.url}/portal/", cookies={"rehearsal_portal": key}, timeout=5)
    assert answer.url.endswith("/portal/login?notice=expired")


def test_controls_need_their_own_form(shared_desk: Rehearsal) -> None:
    assert controller(shared_desk).press("時計を進める", form_token="0").status == 403


@pytest.mark.parametrize("days", ["--5", "-", "9" * 5_000, "٣", "1e3"])
def test_odd_days_are_a_mistake_of_the_form(shared_desk: Rehearsal, days: str) -> None:
    assert controller(shared_desk).press("時計を進める", advance_days=days).status == 422


def test_the_clock_goes_on_and_the_controls_with_it(desk: Rehearsal) -> None:
    desk.set_clock("2026-11-22T05:00:00Z")
    browser = controller(desk)
    assert "2026-11-22 14:00" in browser.text
    assert "2026-11-25 14:0" in browser.press("時計を進める", advance_days="3").text
    assert "2027-01-01 09:00" in browser.press("時計を合わせる", now="2027-01-01 09:00").text
    assert desk.control("GET", "/clock")["now"].startswith("2027-01-01T00:00")


@pytest.mark.parametrize(
    ("button", "field", "value"),
    [
        ("時計を進める", "advance_days", "soon"),
        ("時計を進める", "advance_days", ""),
        ("時計を合わせる", "now", "tomorrow"),
        ("時計を合わせる", "now", "1999-01-01 00:00"),
        ("障害を発生させる", "count", "many"),
        ("障害を発生させる", "count", "0"),
        ("障害を発生させる", "method", "BREW"),
        ("障害を発生させる", "path", "nowhere"),
    ],
)
def test_what_the_controls_cannot_do_is_said(shared_desk: Rehearsal, button: str, field: str, value: str) -> None:
    browser = controller(shared_desk).press(button, **{field: value})
    assert browser.status == 422
    assert browser.tree.xpath("//*[@role='alert']")


def test_the_cas_buttons_move_applications(desk: Rehearsal) -> None:
    first = waiting(desk, "organization_ssl")
    second = waiting(desk)
    browser = controller(desk).press("すべて: 連絡済みにする")
    assert desk.show(first)["state"] == "awaiting_confirmation"
    for answer in ("申請意思回答", "必要書類提出", "ドメイン名使用承認"):
        # The last form on the page with these words is that of the last application that waits for it.
        browser.press(f"{answer}に回答する", contract_id=first)
    assert desk.show(first)["state"] == "issued"
    browser.press("却下する", contract_id=second, reason="")
    assert browser.status == 422
    browser.press("却下する", contract_id=second, reason="The domain is somebody else's.")
    assert desk.show(second)["state"] == "rejected"
    assert browser.status == 200
    browser.press("すべて: 回答を受けて発行する")
    assert browser.status == 200


def test_faults_are_listed_switched_on_and_off(desk: Rehearsal) -> None:
    browser = controller(desk)
    assert browser.choices("name") == list(KINDS)
    assert len(KINDS) >= 20
    browser.press("障害を発生させる", name="label_changed", count="", label="トップページ", replacement="玄関")
    browser.press("障害を発生させる", name="error_503", count="2")
    listed = desk.control("GET", "/faults")["faults"]
    assert [(fault["name"], fault["every"], fault["count"]) for fault in listed] == [
        ("label_changed", True, None),
        ("error_503", False, 2),
    ]
    assert group_admin(desk).heading == "玄関"
    browser.press("止める", index="0")
    assert [fault["name"] for fault in desk.control("GET", "/faults")["faults"]] == ["error_503"]
    browser.press("すべて止める")
    assert desk.control("GET", "/faults")["faults"] == []


def test_the_ledger_shows_every_purchase(desk: Rehearsal) -> None:
    contract_id = ordered(group_admin(desk))
    browser = controller(desk)
    assert contract_id in browser.text
    assert contract_id in browser.follow("すべての購入 (1件)").text


def test_the_approval_link_of_the_mail_issues_a_quick_certificate(desk: Rehearsal) -> None:
    contract_id = waiting(desk)
    desk.control("POST", "/ca/contact")
    browser = controller(desk).follow(f"【リハーサル】ドメイン名使用承認のお願い ({contract_id})")
    link = link_in(desk)
    assert browser.tree.xpath("//pre//a/@href") == [link]
    approver = Browser(desk.url).go(link)
    assert approver.facts()["ドメイン名"] == "www.example.jp"
    approver.press("承認する")
    assert "承認しました" in approver.text
    assert desk.show(contract_id)["state"] == "issued"
    assert not approver.go(link).has_button("承認する")
    assert requests.post(link, timeout=5).status_code == 200
    assert desk.show(contract_id)["state"] == "issued"


def test_the_approval_of_the_domain_is_one_of_three_for_an_organization(desk: Rehearsal) -> None:
    contract_id = waiting(desk, "organization_ssl")
    desk.control("POST", "/ca/contact")
    Browser(desk.url).go(link_in(desk)).press("承認する")
    shown = desk.show(contract_id)
    assert (shown["state"], shown["confirmations"]) == ("awaiting_confirmation", ["intention", "documents"])


def test_other_links_approve_nothing(shared_desk: Rehearsal) -> None:
    browser = Browser(shared_desk.url).go("/ca/approval/guess")
    assert browser.status == 404
    assert "このリンクは無効です" in browser.text
    assert browser.go("/ca/").status == 404
    assert controller(shared_desk).go("/rehearsal/ui/outbox/999").status == 404


def test_the_access_log_keeps_approval_links_to_itself() -> None:
    asked = ("127.0.0.1:1", "GET", "/ca/approval/secret-f00d?x", "1.1", 200)
    record = logging.LogRecord("uvicorn.access", logging.INFO, "", 0, '%s - "%s %s HTTP/%s" %d', asked, None)
    assert NoSecretPaths().filter(record)
    assert record.getMessage() == '127.0.0.1:1 - "GET /ca/approval/...?x HTTP/1.1" 200'
