# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Other portals on purpose: each is ordered on, registered at and collected from with a map of a few lines.

Without these lines it is stopped before any money, with the sentence that says what to write.
"""

from __future__ import annotations

import dataclasses as dc
import typing as t

import pytest
from ansible_collections.iij.server_certificate.plugins.plugin_utils._desk.desk import DeskError
from ansible_collections.iij.server_certificate.plugins.plugin_utils._values.observed import State
from ansible_collections.iij.server_certificate.tests.contract import sample_orders as sample
from ansible_collections.iij.server_certificate.tests.contract.desk_process import running_desk
from ansible_collections.iij.server_certificate.tests.contract.portal_desks import NEEDS_BROWSER, portal_of
from cryptography import x509
from rehearsal_desk.portal.variants import VARIANTS

if t.TYPE_CHECKING:
    import pathlib

    from ansible_collections.iij.server_certificate.plugins.plugin_utils._values.order import Order


@dc.dataclass(frozen=True, kw_only=True)
class Case:
    """A variant; `own`: the map that it takes; `phrase`: what is said where it is stopped without one."""

    own: str = ""
    phrase: str = ""
    engine: str = "http"


CASES: t.Final = {
    "notice_before_form": Case(
        own="screens: {notice: {title: 重要なお知らせ, buttons: {close: 閉じる}}}\n"
        "walks: {order: [{before: order_form, screen: notice, press: close}]}\n",
        phrase=r"「重要なお知らせ」.*add it to the walk in your screen map",
    ),
    "notice_after_log_in": Case(
        own="screens: {notice: {title: 重要なお知らせ, buttons: {close: 閉じる}}}\n"
        "walks: {log_in: [{after: log_in, screen: notice, press: close}]}\n",
        phrase=r"「重要なお知らせ」.*add it to the walk in your screen map",
    ),
    "no_notes": Case(own="walks: {order: [{without: order_notes}]}\n", phrase=r"「内容の確認」 should be there"),
    "two_pages": Case(
        own="screens:\n"
        "  order_form: {without: product_and_term, buttons: {confirm: 次へ}}\n"
        "  order_items: {title: 品目の選択, fields: [product_and_term], buttons: [confirm]}\n"
        "walks: {order: [{after: order_form, screen: order_items, fill: [product_and_term], press: confirm}]}\n",
        phrase=r"no field 「品目と有効期間」.*no button 「確認」",
    ),
    "second_confirmation": Case(
        own="screens:\n"
        "  order_confirm: {without: [order_consent, place], buttons: [next]}\n"
        "  order_last: {title: 最終確認, fields: [order_consent], buttons: [place]}\n"
        "walks:\n"
        "  order:\n"
        "    - {screen: order_confirm, press: next}\n"
        "    - {after: order_confirm, screen: order_last, tick: [order_consent], press: place, commits: true}\n",
        phrase=r"no field 「前述の注意事項.*no button 「申込」",
    ),
    "renamed_labels": Case(
        own="words:\n  common_name: サーバのFQDN\n  usage: ご利用方法\n  apply_usage: 反映\n"
        "  product_and_term: 証明書の種類と期間\n",
        phrase=r"no column 「コモンネーム」.*words\.common_name",
    ),
    "tables": Case(),
    "fieldsets": Case(),
    "radio_buttons": Case(),
    "ids_for_labels": Case(),
    "two_pull_downs": Case(
        own="screens: {order_form: {without: product_and_term, fields: {product: 品目, term: 有効期間}}}\n"
        "walks:\n"
        "  order: [{screen: order_form, fill: [usage, common_name, product, term, linked_contract], press: confirm}]\n",
        phrase=r"no field 「品目と有効期間」",
    ),
    "scripted": Case(
        own="screens: {order_form: {fields: {'common_name?': コモンネーム, 'product_and_term?': 品目と有効期間},"
        " buttons: {'confirm?': 確認}}}\n",
        phrase=r"no field 「コモンネーム」.*has scripts, which portal_engine: browser would run",
        engine="browser",
    ),
    "code_after_log_in": Case(phrase=r"「認証コードの入力」.*asks something of you.*answer it in a browser"),
    "shift_jis": Case(),
    "windows_31j": Case(),
    "euc_jp": Case(),
    "new_statuses": Case(
        own="options: {states: {awaiting_registration: [登録受付中, 申請情報の登録待ち]}}\n",
        phrase=r"nobody knows what 「登録受付中」 means: say so under options\.states",
    ),
    "new_consent": Case(
        own="words:\n"
        "  order_consent: 約款第3版に同意して、自動更新も含め、上記のとおりサービスの申し込みを行います。\n",
        phrase=r"the tick 「約款第3版に同意して.*add it as another text of words\.order_consent",
    ),
    "whois_addresses": Case(),
    "new_item": Case(
        own="options: {products: {sureserver_cloud: [SureServer for クラウド, SureServer 2030]}}\n",
        phrase=r"「SureServer 2030」.*options\.products.*leave_alone",
    ),
}
BY_HAND: t.Final = {
    "client_reference": None, "customer_code": "SG00000001", "common_name": "www.example.jp", "term": "6 months",
    "usage": "other", "linked_contract_id": None, "terms_agreed": True, "product": "sureserver_cloud",
}  # fmt: skip
# Stopped although a map is there: what only a person can do.
STOPPED: t.Final = ("code_after_log_in",)


def test_every_variant_is_tried() -> None:
    assert set(CASES) == set(VARIANTS) - {""}


# Something that these variants show differently has to be listed before they differ at all.
LISTED: t.Final = ("new_statuses", "new_item")


def order_for(name: str) -> Order:
    if name == "whois_addresses":
        return sample.order(product="クイック認証SSL", approval_email="admin@www.example.jp")
    return sample.order()


def in_its_engine(names: t.Iterable[str]) -> list[t.Any]:
    return [pytest.param(name, marks=NEEDS_BROWSER if CASES[name].engine == "browser" else ()) for name in names]


@pytest.mark.parametrize("name", in_its_engine([name for name in CASES if name not in STOPPED]))
def test_a_few_lines_are_enough(tmp_path: pathlib.Path, name: str) -> None:
    case, order = CASES[name], order_for(name)
    own = tmp_path / "screens.yml"
    own.write_text(case.own or "{}", encoding="utf-8")
    with running_desk(tmp_path, variant=name) as desk:
        portal = portal_of(desk, tmp_path, screen_map=str(own), engine=case.engine)
        offered = portal.list_products()
        assert offered is None or len(offered) == len(desk.api("GET", "/products")["results"])
        placed = portal.place(order, order.client_reference("variant"))
        assert portal.register(placed, order, None).state is State.APPLIED
        desk.ca_work(placed.contract_id)
        (listed,) = portal.list_applications()
        assert (listed.state, listed.product) == (State.ISSUED, order.product.id)
        (leaf,) = x509.load_pem_x509_certificates(portal.fetch_certificate(listed).certificate.encode())
        assert "www.example.jp" in leaf.subject.rfc4514_string()
        assert len(desk.purchases()) == 1


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if case.phrase])
def test_without_them_it_stops_before_money_and_says_what_to_write(tmp_path: pathlib.Path, name: str) -> None:
    with running_desk(tmp_path, variant=name) as desk:
        if name in LISTED:
            desk.api("POST", "/applications", BY_HAND)
        before = desk.purchases()
        plain = portal_of(desk, tmp_path)
        with pytest.raises(DeskError, match=CASES[name].phrase):
            plain.list_applications()
            plain.place(order_for(name), "default/www/1")
        assert desk.purchases() == before


def test_no_map_is_longer_than_seven_lines() -> None:
    assert max(len(case.own.splitlines()) for case in CASES.values()) <= 7
