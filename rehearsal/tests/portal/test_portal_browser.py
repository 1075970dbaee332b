# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The manual's page on new orders, step by step in a real browser without JavaScript, to issued certificates.

The screenshots are kept in build/screenshots.
"""

from __future__ import annotations

import pathlib
import re
import typing as t

import browsers
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from playwright.sync_api import Locator, Page
from rehearsal_desk.portal import labels
from rehearsed import TOKYO, Rehearsal, csr_of

SCREENSHOTS: t.Final = pathlib.Path(__file__).resolve().parents[3] / "build" / "screenshots"

# A machine that proves the project has to have a browser; anywhere else the missing one is said out loud.
pytestmark = [pytest.mark.xdist_group("browser"), browsers.NEEDED]


@pytest.fixture(scope="module")
def chromium() -> t.Iterator[t.Callable[[], Page]]:
    """Pages of one browser, each of a person of its own."""
    with browsers.chromium() as browser:

        def page() -> Page:
            context = browser.new_context(
                java_script_enabled=False, locale="ja-JP", viewport={"width": 1100, "height": 800}
            )
            context.set_default_timeout(20_000)
            return context.new_page()

        yield page


class Walk:
    """One person's walk, with a numbered picture of every screen."""

    def __init__(self, page: Page, *, url: str, name: str) -> None:
        self.page = page
        self._url = url
        self._name = name
        self._count = 0

    def go(self, path: str) -> None:
        self.page.goto(f"{self._url}{path}")

    def link(self, words: str) -> None:
        self.page.get_by_role("link", name=words, exact=True).last.click()

    def button(self, words: str) -> None:
        # The form's first button is the one that Enter presses; people see the last.
        self.page.get_by_role("button", name=words, exact=True).last.click()

    def field(self, label: str) -> Locator:
        return self.page.get_by_label(re.compile(f"^{re.escape(label)}( 必須)?$"))

    def is_at(self, heading: str) -> None:
        """This is the screen's heading, below the banner."""
        assert self.page.get_by_role("heading", level=1).inner_text() == heading
        assert self.page.locator(".rehearsal strong").is_visible()

    def shows(self, heading: str) -> None:
        """This is the screen's heading; keep a picture of it."""
        self.is_at(heading)
        self._count += 1
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=SCREENSHOTS / f"{self._name}-{self._count:02}.png", full_page=True)

    def log_in(self, master_id: str, password: str) -> None:
        self.go("/portal/")
        self.shows(labels.LOG_IN)
        self.field(labels.MASTER_ID).fill(master_id)
        self.field(labels.PASSWORD).fill(password)
        self.button(labels.LOG_IN)
        self.shows(labels.TOP)

    def to_new_order(self) -> None:
        for words in (labels.CONTRACTS_AND_ADMINS, labels.SERVICE_ORDERS, labels.CUSTOMER_CODE_CHOICE):
            self.link(words)
            self.shows(words)
        self.field(labels.CUSTOMER_CODE).select_option("SG00000001")
        self.button(labels.CHOOSE)
        self.is_at(labels.ONLINE_ORDERS)
        self.page.get_by_label(labels.SERVICE_NAME, exact=True).check()
        self.shows(labels.ONLINE_ORDERS)
        self.button(labels.NEXT)
        self.shows(labels.ORDER_NOTES)
        self.button(labels.NEXT)
        self.shows(labels.NEW_ORDER)

    def place(self) -> str:
        self.button(labels.CONFIRM)
        self.shows(labels.NEW_ORDER_CONFIRM)
        self.page.get_by_label(labels.ORDER_CONSENT, exact=True).check()
        self.button(labels.PLACE)
        self.shows(labels.NEW_ORDER_DONE)
        return re.search("rsc[0-9]{8}", self.page.url)[0]  # type: ignore[index]

    def to_service_top(self, contract_id: str) -> None:
        self.go("/portal/")
        for words in (labels.SETTINGS, labels.SERVICE_SETTINGS, labels.SERVICE_NAME):
            self.link(words)
            self.shows(words)
        self.link(f"{labels.SERVICE_TOP} {contract_id}")
        self.shows(labels.SERVICE_TOP)

    def applicant(self) -> None:
        for label, value in (
            ("氏名", "Web Operations"),
            ("部署", "Infrastructure"),
            ("メールアドレス", "certs@example.jp"),
            ("電話番号", "+81-3-0000-0000"),
        ):
            self.field(label).fill(value)

    def register(self) -> None:
        self.button(labels.NEXT)
        self.shows(labels.REGISTRATION_CONFIRM)
        self.page.get_by_label(labels.REGISTRATION_CONSENT, exact=True).check()
        self.button(labels.PLACE)
        self.shows(labels.REGISTRATION_DONE)

    def unlock_controls(self, token: str) -> None:
        self.go("/rehearsal/ui/")
        self.is_at("リハーサル操作")
        self.page.get_by_label("操作用トークン").fill(token)
        self.button("開く")
        self.is_at("リハーサル操作")

    def state(self) -> str:
        return self.page.locator(".state").first.inner_text()


def test_usage_other_with_the_customers_csr_and_an_approval_mail(
    desk: Rehearsal, chromium: t.Callable[[], Page], rsa_2048: rsa.RSAPrivateKey
) -> None:
    orderer = Walk(chromium(), url=desk.url, name="other-order")
    orderer.log_in("RHS0000001", desk.group_password)
    orderer.to_new_order()
    orderer.field(labels.COMMON_NAME).fill("www.example.jp")
    orderer.button(labels.CONFIRM)
    orderer.shows(labels.NEW_ORDER)  # with everything that is missing
    assert orderer.page.get_by_role("alert").get_by_role("link").count() == 2
    orderer.page.get_by_label(labels.USAGES["other"], exact=True).check()
    orderer.field(labels.PRODUCT_AND_TERM).select_option(label="クイック認証SSL 6か月")
    contract_id = orderer.place()

    registrar = Walk(chromium(), url=desk.url, name="other-registration")
    registrar.log_in("RHS0000002", desk.service_password)
    registrar.to_service_top(contract_id)
    registrar.link(labels.REGISTRATION)
    registrar.page.get_by_label(labels.CSR_METHODS["customer"], exact=True).check()
    registrar.button(labels.APPLY_METHOD)
    registrar.button(labels.REGISTER_CSR)
    registrar.field("CSR").fill(csr_of(rsa_2048, "www.example.jp", **TOKYO))
    registrar.shows(labels.REGISTER_CSR)
    registrar.button(labels.ENTER_CSR)
    registrar.shows(labels.REGISTRATION)
    registrar.applicant()
    registrar.field(labels.REQUEST_EMAIL).select_option("admin@example.jp")
    registrar.register()

    backstage = Walk(chromium(), url=desk.url, name="other-controls")
    backstage.unlock_controls(desk.control_token)
    backstage.button("すべて: 連絡済みにする")
    backstage.shows("リハーサル操作")
    backstage.link(f"【リハーサル】ドメイン名使用承認のお願い ({contract_id})")
    backstage.shows("メール")
    backstage.page.locator("a[href*='/ca/approval/']").click()
    backstage.shows("ドメイン名使用承認")
    backstage.button("承認する")
    backstage.shows("ドメイン名使用承認")

    registrar.to_service_top(contract_id)
    assert registrar.state() == labels.STATES["issued"]
    with registrar.page.expect_download() as download:
        registrar.link(labels.CERTIFICATE)
    certificate = x509.load_pem_x509_certificate(download.value.path().read_bytes())
    assert certificate.public_key() == rsa_2048.public_key()
    registrar.go("/portal/certificates/status")
    registrar.shows(labels.STATUS_LIST)


def test_usage_linked_service_to_the_installed_certificate(desk: Rehearsal, chromium: t.Callable[[], Page]) -> None:
    orderer = Walk(chromium(), url=desk.url, name="linked-order")
    orderer.log_in("RHS0000001", desk.group_password)
    orderer.to_new_order()
    orderer.page.get_by_label(labels.USAGES["linked_service"], exact=True).check()
    orderer.button(labels.APPLY_USAGE)
    orderer.shows(labels.NEW_ORDER)
    orderer.field(labels.COMMON_NAME).fill("cdn.example.jp")
    orderer.button(labels.SEARCH_LINKED)
    orderer.shows(labels.NEW_ORDER)
    orderer.field(labels.LINKED_SERVICE).select_option("rga00000001")
    orderer.field(labels.PRODUCT_AND_TERM).select_option(label="セキュア・サーバID ※クラウド証明書 6か月")
    contract_id = orderer.place()

    # The orderer is a service admin too.
    orderer.link(labels.SERVICE_TOP)
    orderer.link(labels.REGISTRATION)
    orderer.shows(labels.REGISTRATION)
    assert orderer.page.get_by_label(labels.CSR_METHODS["customer"]).count() == 0
    orderer.field("都道府県").fill("Tokyo")
    orderer.field("市区町村").fill("Chiyoda-ku")
    orderer.field("組織").fill("例示株式会社")
    orderer.applicant()
    orderer.field(labels.APPROVAL_EMAIL).select_option("admin@example.jp")
    orderer.button(labels.NEXT)
    orderer.shows(labels.REGISTRATION)  # no Japanese in a subject, and the choice about transparency is missing
    orderer.field("組織").fill("Example Co., Ltd.")
    orderer.page.get_by_label(labels.TRANSPARENCIES["true"], exact=True).check()
    orderer.register()

    backstage = Walk(chromium(), url=desk.url, name="linked-controls")
    backstage.unlock_controls(desk.control_token)
    backstage.button("すべて: 連絡済みにする")
    for kind in ("domain", "intention", "documents"):
        backstage.button(f"{labels.CONFIRMATIONS[kind]}に回答する")
    backstage.shows("リハーサル操作")
    orderer.to_service_top(contract_id)
    assert orderer.state() == labels.STATES["installing"]
    backstage.page.get_by_label("進める日数").fill("5")
    backstage.button("時計を進める")
    backstage.shows("リハーサル操作")
    assert backstage.page.get_by_text("サーバ証明書設置完了のお知らせ").count() == 1

    orderer.go("/portal/")
    orderer.shows(labels.LOG_IN)  # the clock has ended the session
    orderer.log_in("RHS0000001", desk.group_password)
    orderer.to_service_top(contract_id)
    assert orderer.state() == labels.STATES["installed"]


def test_the_first_stop_of_the_keyboard_leads_to_the_content_and_enter_confirms(
    desk: Rehearsal, chromium: t.Callable[[], Page]
) -> None:
    walk = Walk(chromium(), url=desk.url, name="keyboard")
    walk.log_in("RHS0000001", desk.group_password)
    walk.page.keyboard.press("Tab")
    assert walk.page.locator(":focus").inner_text() == "本文へ移動"
    walk.shows(labels.TOP)
    walk.go("/portal/orders/new?customer_code=SG00000001")
    walk.field(labels.COMMON_NAME).fill("www.example.jp")
    walk.page.keyboard.press("Enter")
    walk.page.get_by_role("alert").wait_for()
    assert walk.page.locator(":focus").get_attribute("role") == "alert"
    walk.page.set_viewport_size({"width": 390, "height": 800})
    walk.shows(labels.NEW_ORDER)
    walk.page.get_by_role("alert").get_by_role("link").first.click()
    assert walk.page.locator(":focus").get_attribute("name") == "usage"
