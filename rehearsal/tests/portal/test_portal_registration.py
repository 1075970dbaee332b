# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""申請情報の登録, サービストップ, ステータス一覧 and the downloads."""

from __future__ import annotations

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from portal_browsing import APPLICANT, Browser, filled, group_admin, service_admin
from rehearsal_desk.portal import labels
from rehearsed import TOKYO, Rehearsal, csr_of, key_pem, linked_order, order, registration


def at_registration(desk: Rehearsal, product: str = "sureserver_cloud", **changes: object) -> Browser:
    placed = desk.place(**order(product=product, **changes))
    return service_admin(desk).go(f"/portal/certificates/{placed['contract_id']}/registration")


@pytest.mark.parametrize(
    ("product", "asks_address", "offers_transparency"),
    [("sureserver_cloud", False, False), ("organization_ssl", True, False), ("secure_server_id", True, True)],
)
def test_the_form_changes_with_the_products_ca(
    desk: Rehearsal, product: str, asks_address: bool, offers_transparency: bool
) -> None:
    browser = at_registration(desk, product)
    assert browser.has("approval_email") is asks_address
    assert browser.has("certificate_transparency") is offers_transparency
    if asks_address:
        assert browser.choices("approval_email")[:2] == ["admin@www.example.jp", "administrator@www.example.jp"]
        assert "webmaster@example.jp" in browser.choices("approval_email")


def test_the_form_changes_with_the_method(desk: Rehearsal) -> None:
    browser = at_registration(desk)
    assert not browser.has("csr")
    assert not browser.has("subject.locality_name")
    browser.press(labels.APPLY_METHOD, csr_origin="service", applicant__name="Web")
    assert browser.has("subject.locality_name")
    assert not browser.has_button(labels.REGISTER_CSR)
    browser.press(labels.APPLY_METHOD, csr_origin="customer", subject__locality_name="Chiyoda-ku")
    assert not browser.has("subject.locality_name")
    assert browser.has_button(labels.REGISTER_CSR)
    assert browser.value("applicant.name") == "Web"


def test_a_linked_service_leaves_one_method(desk: Rehearsal) -> None:
    contract_id = desk.place(**linked_order())["contract_id"]
    browser = group_admin(desk).go(f"/portal/certificates/{contract_id}/registration")
    assert labels.CSR_METHODS["customer"] not in browser.text
    assert browser.value("csr_origin") == "service"
    assert browser.has("subject.locality_name")


FIXED = {"都道府県": "Tokyo", "市区町村": "Chiyoda-ku", "組織": "Example Co., Ltd.", "部門": "―"}


def test_a_registered_csr_shows_its_subject_and_cannot_be_edited(desk: Rehearsal, rsa_2048: rsa.RSAPrivateKey) -> None:
    browser = at_registration(desk).press(labels.APPLY_METHOD, csr_origin="customer")
    browser.press(labels.REGISTER_CSR, applicant__name="Web")
    assert browser.heading == labels.REGISTER_CSR
    browser.press(labels.ENTER_CSR, csr=csr_of(rsa_2048, **TOKYO))
    assert (browser.status, browser.heading) == (200, labels.REGISTRATION)
    assert browser.facts() == FIXED
    assert not browser.has("subject.locality_name")
    assert browser.value("applicant.name") == "Web"
    browser.press(labels.NEXT, **APPLICANT)
    assert browser.heading == labels.REGISTRATION_CONFIRM
    assert browser.facts().items() >= FIXED.items()
    browser.press(labels.PLACE, terms_agreed="1")
    assert browser.heading == labels.REGISTRATION_DONE
    assert desk.show("rsc00000001")["csr_origin"] == "customer"


def test_without_consent_nothing_is_registered(desk: Rehearsal) -> None:
    browser = at_registration(desk).press(labels.APPLY_METHOD, csr_origin="service").press(labels.NEXT, **filled())
    assert browser.press(labels.PLACE).status == 422
    assert browser.errors() == [("terms_agreed", "約款・規約への同意が必要です。")]
    assert desk.show("rsc00000001")["state"] == "awaiting_registration"
    assert browser.press(labels.PLACE, terms_agreed="1").heading == labels.REGISTRATION_DONE


@pytest.mark.parametrize(("product", "asked"), [("quick_ssl", True), ("organization_ssl", False)])
def test_quick_items_have_a_pull_down_of_their_own_and_a_field_that_is_dead(
    desk: Rehearsal, product: str, asked: bool
) -> None:
    browser = at_registration(desk, product)
    assert (labels.REQUEST_EMAIL in browser.text) is browser.has("whois_email") is asked
    if asked:
        browser.press(labels.NEXT, whois_email="owner@example.jp")
        assert "2025-07-15から使えません" in browser.text


def test_a_wrong_csr_is_refused_at_the_button(desk: Rehearsal, rsa_2048: rsa.RSAPrivateKey) -> None:
    browser = at_registration(desk).press(labels.APPLY_METHOD, csr_origin="customer")
    csr = csr_of(rsa_2048, "other.example.jp", **TOKYO)
    browser.press(labels.REGISTER_CSR).press(labels.ENTER_CSR, csr=csr)
    assert browser.status == 422
    assert {field for field, _ in browser.errors()} == {"csr"}
    assert browser.value("csr").strip() == csr.strip()
    assert not browser.facts()


def test_a_private_key_is_never_shown_again(desk: Rehearsal, rsa_2048: rsa.RSAPrivateKey) -> None:
    browser = at_registration(desk).press(labels.APPLY_METHOD, csr_origin="customer")
    browser.press(labels.REGISTER_CSR).press(labels.ENTER_CSR, csr=key_pem(rsa_2048))
    assert browser.status == 422
    assert "CSRではなく秘密鍵です" in browser.text
    assert "BEGIN" not in browser.text


def test_everything_wrong_is_said_at_once_and_nothing_is_lost(desk: Rehearsal) -> None:
    browser = at_registration(desk, "secure_server_id").press(labels.APPLY_METHOD, csr_origin="service")
    wrong = filled(
        subject__organization_name="例示株式会社", subject__organizational_unit_name="Web", applicant__email="nobody"
    )
    browser.press(labels.NEXT, **wrong)
    assert [field for field, _ in browser.errors()] == [
        "subject.organization_name",
        "subject.organizational_unit_name",
        "applicant.email",
        "approval_email",
        "certificate_transparency",
    ]
    words = dict(browser.errors())
    assert words["subject.organizational_unit_name"] == "部門は証明書に記載できません。空欄にしてください。"
    assert words["approval_email"] == "承認メールアドレスは必須です。"
    assert "日本語と" in browser.text
    for name, value in wrong.items():
        assert browser.value(name.replace("__", ".")) == value
    for field, _ in browser.errors():
        assert browser.tree.get_element_by_id(field) is not None


def test_nothing_chosen_misses_the_method_first(desk: Rehearsal) -> None:
    browser = at_registration(desk).press(labels.NEXT)
    assert browser.errors()[0] == ("csr_origin", "CSR の作成方法は必須です。")


def test_the_confirm_screen_leads_back_with_everything(desk: Rehearsal) -> None:
    browser = at_registration(desk, "secure_server_id").press(labels.APPLY_METHOD, csr_origin="service")
    entered = filled(approval_email="admin@example.jp", certificate_transparency="true")
    browser.press(labels.NEXT, **entered)
    facts = browser.facts()
    assert facts["承認メールアドレス"] == "admin@example.jp"
    assert facts[labels.TRANSPARENCY] == "対応する"
    browser.press(labels.BACK)
    for name, value in entered.items():
        assert browser.value(name.replace("__", ".")) == value
    browser.press(labels.NEXT).press(labels.PLACE, terms_agreed="1")
    assert desk.show("rsc00000001")["state"] == "applied"


def test_a_registration_is_given_once(desk: Rehearsal) -> None:
    browser = at_registration(desk)
    desk.register("rsc00000001", **registration())
    browser.press(labels.NEXT)
    assert browser.status == 409
    assert browser.go("/portal/certificates/rsc00000001/registration").status == 409
    assert browser.go("/portal/certificates/rsc00000001").has_button(labels.LOG_OUT)
    assert labels.REGISTRATION not in browser.text


def test_the_service_top_follows_the_application(desk: Rehearsal) -> None:
    browser = at_registration(desk, "organization_ssl").go("/portal/certificates/rsc00000001")
    facts = browser.facts()
    assert (facts["品目"], facts["対象サービス"]) == ("企業認証SSL", "その他")
    assert facts[labels.STATUS] == "申請情報の登録待ち"
    assert facts[labels.DEADLINE] == desk.show("rsc00000001")["deadline"]
    assert not browser.tree.xpath("//a[contains(@href, '.pem')]")
    desk.register("rsc00000001", **registration(approval_email="admin@example.jp"))
    desk.control("POST", "/ca/contact")
    desk.control("POST", "/ca/answer", {"contract_id": "rsc00000001", "confirmation": "intention"})
    facts = browser.go("/portal/certificates/rsc00000001").facts()
    assert facts[labels.STATUS] == "認証局の確認待ち"
    assert facts[labels.OPEN_CONFIRMATIONS] == "ドメイン名使用承認、必要書類提出"
    desk.control("POST", "/ca/reject", {"contract_id": "rsc00000001", "reason": "No such <company>."})
    facts = browser.go("/portal/certificates/rsc00000001").facts()
    assert (facts[labels.STATUS], facts[labels.REASON]) == ("却下", "No such <company>.")


def test_the_service_top_says_in_japanese_why_an_application_was_withdrawn(desk: Rehearsal) -> None:
    contract_id = desk.place()["contract_id"]
    desk.advance(31)
    facts = service_admin(desk).go(f"/portal/certificates/{contract_id}").facts()
    assert facts[labels.REASON] == "期限までに、CSRと申請情報が登録されませんでした。"


def test_certificate_chain_and_key_are_downloaded(desk: Rehearsal) -> None:
    browser = at_registration(desk)
    desk.register("rsc00000001", **registration())
    assert browser.go("/portal/certificates/rsc00000001/certificate.pem").status == 409
    desk.control("POST", "/ca/work")
    browser.go("/portal/certificates/rsc00000001").follow(labels.CERTIFICATE)
    assert 'filename="rsc00000001.pem"' in browser.answers[-1].headers["Content-Disposition"]
    certificate = x509.load_pem_x509_certificate(browser.text.encode())
    chain = browser.go("/portal/certificates/rsc00000001/chain.pem").text
    assert x509.load_pem_x509_certificate(chain.encode()).subject == certificate.issuer
    key = browser.go("/portal/certificates/rsc00000001/private-key.pem").text
    loaded = serialization.load_pem_private_key(key.encode(), None)
    assert loaded.public_key() == certificate.public_key()
    assert desk.show("rsc00000001")["downloaded_at"]


def test_a_key_of_the_customers_own_is_not_there(desk: Rehearsal, rsa_2048: rsa.RSAPrivateKey) -> None:
    browser = at_registration(desk)
    csr = csr_of(rsa_2048, **TOKYO)
    desk.register("rsc00000001", **registration(csr_origin="customer", csr=csr, subject=None))
    desk.control("POST", "/ca/work")
    assert labels.PRIVATE_KEY not in browser.go("/portal/certificates/rsc00000001").text
    assert browser.go("/portal/certificates/rsc00000001/private-key.pem").status == 409


def test_the_lists_have_every_contract_in_pages(desk: Rehearsal) -> None:
    assert "ご契約はありません。" in group_admin(desk).go("/portal/certificates/status").text
    for number in range(101):
        desk.place(client_reference=f"default/{number}/1", common_name=f"www{number}.example.jp")
    browser = service_admin(desk).go("/portal/certificates/status")
    rows = browser.tree.xpath("//tbody/tr")
    assert len(rows) == 100
    assert [cell.text_content().strip() for cell in rows[0]] == [
        "rsc00000001",
        "www0.example.jp",
        "SureServer for クラウド",
        "―",
        "申請情報の登録待ち",
    ]
    assert "www100.example.jp" in browser.follow("次のページ").text
    browser.go("/portal/certificates").follow("次のページ").follow(labels.SERVICE_TOP)
    assert browser.facts()[labels.COMMON_NAME] == "www100.example.jp"
