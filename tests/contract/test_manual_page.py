# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The manual's page, row by row, against the served screens in both engines and against the screen map."""

from __future__ import annotations

import dataclasses as dc
import pathlib
import re
import typing as t

import pytest
from ansible_collections.iij.server_certificate.plugins.plugin_utils._desk.portal.browser import Browser
from ansible_collections.iij.server_certificate.plugins.plugin_utils._desk.portal.page import Page
from ansible_collections.iij.server_certificate.plugins.plugin_utils._desk.portal.screen_map import read_screen_map
from ansible_collections.iij.server_certificate.plugins.plugin_utils._desk.portal.transport import PortalTransport
from ansible_collections.iij.server_certificate.plugins.plugin_utils._reports.words import state_word
from ansible_collections.iij.server_certificate.plugins.plugin_utils._values.observed import State
from ansible_collections.iij.server_certificate.tests.contract import manual_page as manual
from ansible_collections.iij.server_certificate.tests.contract import sample_orders as sample
from ansible_collections.iij.server_certificate.tests.contract import test_portal_renewals as portal_renewals
from ansible_collections.iij.server_certificate.tests.contract.desk_process import DeskControl, running_desk
from ansible_collections.iij.server_certificate.tests.contract.portal_desks import ENGINES, connection_to

if t.TYPE_CHECKING:
    from ansible_collections.iij.server_certificate.plugins.plugin_utils._desk.portal.transport import Fetched

LABELS = pathlib.Path(__file__).resolve().parents[2] / "rehearsal/src/rehearsal_desk/portal/labels.py"
MAP = read_screen_map()
Pages = dict[tuple[str, str], Page]


@dc.dataclass
class Visitor:
    """One person at the portal, who goes by the words of the manual and knows no map."""

    view: t.Any
    page: Page

    def go(self, url: str) -> Page:
        return self._look(self.view.get(url))

    def follow(self, text: str) -> Page:
        return self.go(next(address for words, address in self.page.links if words == text))

    def press(self, text: str, **values: str) -> Page:
        """Press the button after choosing, filling in or ticking by label; spaces of labels are underscores here."""
        button = next(button for button in self.page.buttons if button.text == text)
        fields = {field.label: field for field in self.page.list_fields(button.form)}
        filled = []
        for label, value in values.items():
            field = fields[label.replace("_", " ")]
            chosen = {choice.text: choice.value for choice in field.choices}
            filled.append((field.name, chosen.get(value, value)))
        return self._look(self.view.submit(self.page.make_submission(button, tuple(filled))))

    def tick(self) -> dict[str, str]:
        """The only tick of the page, by its label."""
        form = self.page.buttons[-1].form
        return {field.label: field.label for field in self.page.list_fields(form) if field.kind == "tick"}

    def _look(self, fetched: Fetched) -> Page:
        self.page = page_of(fetched.content, fetched)
        return self.page


def page_of(content: bytes, fetched: Fetched) -> Page:
    page = Page(content, url=fetched.url, charset=fetched.charset, marks=("必須",), rendered=fetched.rendered)
    page.__dict__["source"] = (content, fetched)
    return page


def visitor_of(desk: DeskControl, folder: pathlib.Path, engine: str) -> Visitor:
    connection = connection_to(desk, folder, engine=engine)
    transport = PortalTransport(connection, sleep=lambda _: None, keeps_cookies=engine == "http")
    view = transport if engine == "http" else Browser(connection, transport).open_tab()
    visitor = Visitor(view, t.cast("Page", None))
    visitor.go(desk.portal_url)
    user, password = desk.group_admin
    visitor.press("ログイン", マスターID=user, パスワード=password)
    return visitor


def visit_order(visitor: Visitor, desk: DeskControl) -> Pages:
    """The screens of section 1, in the order of the page."""
    pages: Pages = {}
    visitor.go(desk.portal_url)
    for words in manual.ORDER_MENU[1:-1]:
        assert visitor.follow(words).heading == words
    pages["online_orders", "other"] = visitor.press("選択する", カスタマーコード="SG00000001")
    assert visitor.page.heading == manual.ORDER_MENU[-1]
    pages["order_notes", "other"] = visitor.press("次へ", 新規お申し込み="IIJサーバ証明書管理サービス")
    pages["order_form", "other"] = visitor.press("次へ")
    pages["order_form", "linked"] = visitor.press("利用形態を反映する", 利用形態="連携対応サービスで利用")
    pages["order_form", "searched"] = visitor.press("連携対応サービスを検索")
    filled = {"利用形態": "その他", "コモンネーム": "www.example.jp", "品目と有効期間": "SureServer for クラウド 6か月"}
    pages["order_confirm", "other"] = visitor.press("確認", **filled)
    pages["order_done", "other"] = visitor.press("申込", **visitor.tick())
    return pages


def visit_registration(visitor: Visitor, desk: DeskControl) -> Pages:
    """The screens of section 2, for each CA, and with either way to a CSR."""
    pages: Pages = {}
    for when, product in (
        ("digicert", "secure_server_id"),
        ("globalsign", "organization_ssl"),
        ("quick", "quick_ssl"),
        ("cybertrust", "sureserver_cloud"),
    ):
        pages["registration", when] = visitor.go(registration_of(desk, product=product))
    pages["registration", "other"] = pages["registration", "cybertrust"]
    linked = {"product": "secure_server_id_cloud", "usage": "linked_service", "linked_contract_id": "rga00000001"}
    pages["registration", "linked"] = visitor.go(registration_of(desk, **linked))
    visitor.go(desk.portal_url)
    for words in manual.REGISTRATION_MENU[1:4]:
        assert visitor.follow(words).heading == words
    assert visitor.follow(manual.REGISTRATION_MENU[4]).heading == manual.REGISTRATION_MENU[4]
    assert visitor.follow(manual.REGISTRATION_MENU[5]).heading == manual.REGISTRATION_MENU[5]
    pages["registration", "csr by customer"] = visitor.press("作成方法を反映する", CSR_の作成方法="お客様がCSRを作成")
    pages["csr_entry", "other"] = visitor.press("CSRを登録する")
    pages["registration", "csr registered"] = visitor.press(
        "登録", CSR=sample.csr_of(sample.new_key(), "www.example.jp")
    )
    pages["registration", "csr by IIJ"] = visitor.press("作成方法を反映する", CSR_の作成方法="IIJがCSRを作成")
    subject = {"都道府県": "Tokyo", "市区町村": "Chiyoda-ku", "組織": "Example Co., Ltd."}
    person = {"氏名": "Web", "部署": "Web", "メールアドレス": "certs@example.jp", "電話番号": "03-0000-0000"}
    pages["registration_confirm", "other"] = visitor.press("次へ", **subject, **person)
    pages["registration_done", "other"] = visitor.press("申込", **visitor.tick())
    return pages


def visit_renewal(folder: pathlib.Path, desk: DeskControl, engine: str) -> Pages:
    """The screens of a renewal, of a contract whose window has opened."""
    told = portal_renewals.issued(desk)
    visitor = visitor_of(desk, folder, engine)  # the jump of the clock has ended every log-in
    for words in manual.ORDER_MENU[1:-1]:
        visitor.follow(words)
    visitor.press("選択する", カスタマーコード="SG00000001")
    pages: Pages = {("renewals", "other"): visitor.follow("お申し込み内容の更新")}
    contract = f"{told['contract_id']} {told['common_name']}"
    chosen = {"サービスコード": contract, "有効期限後のご契約": "有効期限後、契約を更新する"}
    pages["renewal_notes", "other"] = visitor.press("次へ", **chosen)
    pages["renewal_term", "other"] = visitor.press("次へ")
    pages["renewal_confirm", "other"] = visitor.press("確認", 更新後の有効期間="6か月")
    pages["renewal_done", "other"] = visitor.press("更新", **visitor.tick())
    return pages


def registration_of(desk: DeskControl, **changes: t.Any) -> str:
    """The address of the form of a new application."""
    order = {
        "client_reference": None, "customer_code": "SG00000001", "common_name": "www.example.jp", "term": "6 months",
        "usage": "other", "linked_contract_id": None, "terms_agreed": True, **changes,
    }  # fmt: skip
    contract_id = desk.api("POST", "/applications", order)["result"]["contract_id"]
    return f"{desk.portal_url}certificates/{contract_id}/registration"


@pytest.fixture(scope="module", params=ENGINES)
def pages(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[Pages]:
    """Every screen as this engine shows it."""
    folder = tmp_path_factory.mktemp("manual")
    with running_desk(folder) as desk:
        visitor = visitor_of(desk, folder, request.param)
        pages = {**visit_order(visitor, desk), **visit_registration(visitor, desk)}
        yield {**pages, **visit_renewal(folder, desk, request.param)}


def words_of(page: Page, part: str, *, of: str = "") -> list[str]:
    fields = [field for form in page.tree.iter("form") for field in page.list_fields(form)]
    return {
        "title": [page.heading],
        "links": [text for text, _address in page.links],
        "sections": list(page.sections),
        "fields": [field.label for field in fields if field.kind != "tick"],
        "ticks": [field.label for field in fields if field.kind == "tick"],
        "choices": [choice.text for field in fields if field.label == of for choice in field.choices],
        "buttons": [button.text for button in page.buttons],
        "facts": [label for label, _value in page.facts],
    }[part]


def holds(row: manual.Row, pages: Pages) -> bool:
    """Whether the screen has just what the row says."""
    there = words_of(pages[row.screen, row.when], row.part, of=row.of)
    return all((word in there) is not row.absent for word in row.words)


@pytest.mark.parametrize("row", manual.ROWS, ids=lambda row: f"{row.number}-{row.screen}-{row.when}-{row.words[0]}")
def test_the_screens_are_those_of_the_page(pages: Pages, row: manual.Row) -> None:
    assert holds(row, pages), words_of(pages[row.screen, row.when], row.part, of=row.of)


@pytest.mark.parametrize("row", [row for row in manual.ROWS if not row.absent], ids=lambda row: row.words[0])
def test_a_planted_change_of_one_word_is_found(pages: Pages, row: manual.Row) -> None:
    for word in row.words:
        content, fetched = pages[row.screen, row.when].__dict__["source"]
        changed = page_of(content.decode().replace(word, "別の言葉").encode(), fetched)
        assert not holds(row, {**pages, (row.screen, row.when): changed})


@pytest.mark.parametrize(("number", "screen", "sentence"), manual.SENTENCES)
def test_what_the_page_says_is_said(pages: Pages, number: str, screen: str, sentence: str) -> None:
    assert any(sentence in page.tree.text_content() for (key, _when), page in pages.items() if key == screen), number


def test_the_buttons_are_pressed_in_the_order_of_the_page() -> None:
    walks = {
        "order": manual.ORDER_PRESSES,
        "registration": manual.REGISTRATION_PRESSES,
        "renewal": manual.RENEWAL_PRESSES,
    }
    for walk, presses in walks.items():
        steps = [step for step in MAP.walks[walk] if step.press and step.screen in dict(presses) and not step.if_there]
        pressed = [
            (step.screen, MAP.screens[step.screen].find_entry("buttons", str(step.press)).text) for step in steps
        ]
        assert [pair for pair in pressed if pair in presses] == list(presses)


def test_the_menus_are_those_of_the_page() -> None:
    titles = {screen.title.text: screen.title.source for screen in MAP.screens.values()}
    for words in (*manual.ORDER_MENU, *manual.REGISTRATION_MENU):
        assert titles[words] == manual.PAGE


@pytest.mark.parametrize("row", [row for row in manual.ROWS if not row.absent], ids=lambda row: row.words[0])
def test_the_map_has_the_word_from_the_page(row: manual.Row) -> None:
    screen = MAP.screens[row.screen]
    if row.part == "choices":
        entries = [entry for group in MAP.options.values() for entry in group.values()]
    elif row.part == "title":
        entries = [screen.title]
    else:
        entries = list(screen.parts[{"ticks": "fields"}.get(row.part, row.part)].values())  # type: ignore[index]
    for word in row.words:
        (source,) = [entry.source for entry in entries if word in entry.texts]
        assert source in (manual.PAGE, manual.RENEWAL_PAGE)


def every_word() -> set[str]:
    return {*manual.ORDER_MENU, *manual.REGISTRATION_MENU, *(word for row in manual.ROWS for word in row.words)}


@pytest.mark.parametrize("state", [state for state in State if state is not State.UNCLEAR])
def test_a_state_has_one_word_on_screens_and_in_reports(state: State) -> None:
    assert MAP.find_option("states", state.value).text == state_word(state, "ja")


def test_no_word_of_the_page_is_marked_ours() -> None:
    entries = [entry for screen in MAP.screens.values() for part in screen.parts.values() for entry in part.values()]
    entries += [screen.title for screen in MAP.screens.values()]
    entries += [entry for group in MAP.options.values() for entry in group.values()]
    ours = {text for entry in entries if entry.source == "ours" for text in entry.texts}
    assert not ours & every_word()
    documented, invented = LABELS.read_text(encoding="utf-8").split("# --- ours")
    assert not {word for word in every_word() if f'"{word}"' in invented}
    assert not {word for word in every_word() if f'"{word}"' not in documented}


def test_the_characters_of_each_ca_are_on_the_page_that_the_manual_names(
    shared_desk: DeskControl, tmp_path: pathlib.Path
) -> None:
    visitor = visitor_of(shared_desk, tmp_path, "http")
    for product, place in manual.CHARACTER_PAGES.items():
        visitor.go(registration_of(shared_desk, product=product))
        visitor.press("作成方法を反映する", CSR_の作成方法="IIJがCSRを作成")
        assert [address for _text, address in visitor.page.links if place in address]


def test_no_row_of_the_table_is_idle() -> None:
    """A row for a screen or a state that is never visited would hold nothing."""
    assert {row.number for row in manual.ROWS} == {
        *("1.1", "1.2", "1.3", "1.4", "2.1", "2.2"),
        *("98.1", "98.2", "98.3", "98.4", "98.5"),
    }
    assert all(re.fullmatch(r"[\d.]+", row.number) for row in manual.ROWS)
