# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Faults of screens: nothing is bought in error, and the message names the screen, the label and what to edit."""

from __future__ import annotations

import pathlib
import re
import typing as t

import pytest
from ansible_collections.iij.server_certificate.plugins.plugin_utils._desk.desk import (
    AccessRefused,
    AnswerUnusable,
    DeskError,
    DeskUnreachable,
    OutcomeUnknown,
    RequestRefused,
    ScreenUnexpected,
)
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.observe import observe
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.plan import make_plan
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.steps import Standing
from ansible_collections.iij.server_certificate.plugins.plugin_utils._reports.rows import order_row
from ansible_collections.iij.server_certificate.plugins.plugin_utils._values.observed import State
from ansible_collections.iij.server_certificate.tests.contract import sample_orders as sample
from ansible_collections.iij.server_certificate.tests.contract.portal_desks import IN_BOTH, by_engine, portal_of

if t.TYPE_CHECKING:
    from ansible_collections.iij.server_certificate.plugins.plugin_utils._desk.portal.adapter import PortalDesk
    from ansible_collections.iij.server_certificate.tests.contract.desk_process import DeskControl

PLACE = "/portal/orders/confirm"
LINE = ("drop_before_commit", "drop_after_commit", "reset_mid_body", "error_502", "error_503", "error_504")
BOOKS = {"drop_after_commit", "another_screen"}  # a reset comes after the whole of a redirection


WRONG = '"POST /portal/login HTTP/1.1" 401'


def renamed(label: str, replacement: str, path: str = "/portal/*") -> tuple[dict[str, t.Any], ...]:
    """Faults that show another word for this one, however the page is asked for."""
    settings = {"label": label, "replacement": replacement}
    return tuple(
        {"name": "label_changed", "method": method, "path": path, "settings": settings} for method in ("GET", "POST")
    )


def page_copy(error: DeskError) -> str:
    """The copy of the page that a message names."""
    found = re.search(r"A copy without secrets: (\S+\.html)", str(error))
    assert found, str(error)
    return pathlib.Path(found[1]).read_text(encoding="utf-8")


@by_engine("fault", [*LINE, "slow_drip"], in_browser=("drop_before_commit",))
def test_reading_screens_is_repeated(shared_desk: DeskControl, shared_portal: PortalDesk, fault: str) -> None:
    undisturbed = shared_portal.list_applications()
    settings = {"settings": {"bytes": 4096, "pause_ms": 1}} if fault == "slow_drip" else {}
    for path in ("/portal/", "/portal/settings", "/portal/certificates/status"):
        shared_desk.faults({"name": fault, "method": "GET", "path": path, "count": 1, **settings})
        assert shared_portal.list_applications() == undisturbed


@by_engine(
    "fault",
    [*LINE, "session_expires_mid_form"],
    in_browser=("session_expires_mid_form",),
)
def test_the_way_to_the_confirm_screen_is_repeated(
    shared_desk: DeskControl, shared_portal: PortalDesk, fault: str
) -> None:
    before = shared_desk.purchases()
    shared_desk.faults({"name": fault, "method": "POST", "path": "/portal/orders/new", "count": 1})
    shared_portal.quote(sample.order(**sample.fresh()))
    assert shared_desk.purchases() == before


@by_engine("fault", [*LINE, "session_expires_mid_form"], in_browser=("drop_after_commit",))
def test_a_registration_whose_answer_is_lost_is_registered_once(
    shared_desk: DeskControl, shared_portal: PortalDesk, fault: str
) -> None:
    order = sample.order(**sample.fresh())
    placed = shared_portal.place(order, order.client_reference("lost"))
    path = f"/portal/certificates/{placed.contract_id}/registration/confirm"
    shared_desk.faults({"name": fault, "method": "POST", "path": path, "count": 1})
    assert shared_portal.register(placed, order, None).state is State.APPLIED


@by_engine(
    "fault",
    [*LINE[:2], *LINE[3:], "session_expires_mid_form", "maintenance_page", "another_screen"],
    in_browser=("error_503", "another_screen"),
)
def test_the_button_that_buys_is_pressed_once(shared_desk: DeskControl, shared_portal: PortalDesk, fault: str) -> None:
    order = sample.order(**sample.fresh())
    before = len(shared_desk.purchases())
    shared_desk.faults({"name": fault, "method": "POST", "path": PLACE, "count": 1})
    if fault == "another_screen":  # the purchase leads to another address, so only its answer can be another screen
        shared_desk.faults({"name": fault, "method": "GET", "path": "/portal/orders/*/done", "count": 1})
    with pytest.raises(OutcomeUnknown, match=f"「申込」 was pressed for {order.common_name}"):
        shared_portal.place(order, order.client_reference("once"))
    booked = len(shared_desk.purchases()) - before
    assert booked == (fault in BOOKS)


def test_a_portal_that_counts_clicks_is_clicked_once(shared_desk: DeskControl, shared_portal: PortalDesk) -> None:
    order = sample.order(**sample.fresh())
    before = len(shared_desk.purchases())
    shared_desk.faults({"name": "double_click_order", "method": "POST", "path": PLACE})
    shared_portal.place(order, order.client_reference("click"))
    assert len(shared_desk.purchases()) == before + 1


@pytest.mark.parametrize("path", ["/portal/", "/portal/contracts/orders", "/portal/orders/new"])
@pytest.mark.parametrize("fault", ["maintenance_page", "another_screen"])
def test_another_screen_stops_the_order(
    shared_desk: DeskControl, shared_portal: PortalDesk, fault: str, path: str
) -> None:
    before = shared_desk.purchases()
    shared_portal.list_products()  # logged in
    shared_desk.faults({"name": fault, "method": "GET", "path": path})
    with pytest.raises(ScreenUnexpected, match="answer it in a browser and run again") as stopped:
        shared_portal.place(sample.order(**sample.fresh()), "default/www/1")
    assert ("重要なお知らせ" if fault == "another_screen" else "aintenance") in str(stopped.value)
    assert "words." in str(stopped.value)
    assert page_copy(stopped.value)
    assert shared_desk.purchases() == before


ORDERING = "/portal/orders/*"
RENAMED = {
    "a field": ("利用形態", "形態", r"「新規お申し込み受付入力」.*no field 「利用形態」.*words\.usage"),
    "a title": ("新規お申し込み受付入力", "新規申込", r"「新規申込」.*「新規お申し込み受付入力」.*words\.new_order"),
    "a link": ("契約と担当者の管理", "ご契約", r"no link 「契約と担当者の管理」.*words\.contracts_and_admins"),
    "a button": ("確認", "次へ進む", r"no button 「確認」.*words\.confirm"),
    "a choice": ("その他", "そのほか", r"「利用形態」 has no choice 「その他」.*options\.usages\.other"),
    "a product": ("SureServer for", "SureServer", r"「品目と有効期間」 has no choice.*options\.products"),
    "the button that buys": ("申込", "注文確定", r"「新規お申し込み内容の確認」.*no button 「申込」.*words\.place"),
    "the consent": ("約款・規約", "新約款", r"「前述の注意事項及び新約款に同意して.*not set.*words\.order_consent"),
    "a fact to confirm": (
        "カスタマーコード",
        "番号",
        r"no fact 「カスタマーコード」.*expected the fact 「番号」",
    ),
}
EVERYWHERE = {"a link"}


@by_engine("kind", RENAMED, in_browser=("a choice", "the button that buys"))
def test_a_renamed_word_stops_the_order(shared_desk: DeskControl, shared_portal: PortalDesk, kind: str) -> None:
    label, replacement, told = RENAMED[kind]
    before = shared_desk.purchases()
    shared_desk.faults(*renamed(label, replacement, "/portal/*" if kind in EVERYWHERE else ORDERING))
    with pytest.raises(ScreenUnexpected, match=told) as stopped:
        shared_portal.place(sample.order(**sample.fresh()), "default/www/1")
    assert replacement in page_copy(stopped.value)
    assert shared_desk.purchases() == before


@IN_BOTH
def test_a_confirm_screen_that_says_something_else_stops_the_order(
    shared_desk: DeskControl, shared_portal: PortalDesk
) -> None:
    order = sample.order(**sample.fresh())
    before = shared_desk.purchases()
    shared_desk.faults(*renamed(order.common_name, "else.example.jp", ORDERING))
    with pytest.raises(RequestRefused, match=r"「コモンネーム」 is else\.example\.jp on the screen.*nothing was"):
        shared_portal.place(order, "default/www/1")
    assert shared_desk.purchases() == before


LIST: t.Final = "/portal/certificates/status"
UNKNOWN: t.Final = {
    "a status": ("申請情報の登録待ち", "受付中", "/portal/*"),
    "an item": ("SureServer for", "旧", LIST),
    "a service": ("その他", "IIJ新サービス", "/portal/certificates/rsc*"),
}


@pytest.mark.parametrize("kind", UNKNOWN)
def test_an_unknown_word_holds_the_orders_that_it_may_concern(
    shared_desk: DeskControl, shared_portal: PortalDesk, kind: str
) -> None:
    label, replacement, path = UNKNOWN[kind]
    order, other = sample.order(**sample.fresh()), sample.order(**sample.fresh())
    placed = shared_portal.place(order, order.client_reference("word"))
    before = shared_desk.purchases()
    shared_desk.faults(*renamed(label, replacement, path))
    seen = observe(shared_portal, (order, other), portfolio="word", offers=False)
    plan = make_plan((order, other), seen, portfolio="word")
    (row,) = [app for app in seen.applications if app.contract_id == placed.contract_id]
    assert (row.state, bool(row.unclear)) == (State.UNCLEAR, True)
    standings = {entry.order.name: entry.standing for entry in plan.entries}
    if kind == "an item":  # whose it is shows only when its common name is to be bought again
        with pytest.raises(RequestRefused, match=r"「旧 クラウド」.*options\.products.*leave_alone"):
            shared_portal.quote(order)
    else:
        assert standings[order.name] is Standing.WAITING
        (held,) = [order_row(entry, "en") for entry in plan.entries if entry.order.name == order.name]
        assert (held["state"], replacement in held["reason"]) == ("unclear", True)
        assert "of your screen map" in held["next_action"]
    assert standings[other.name] is Standing.TO_ORDER
    shared_portal.quote(other)
    assert shared_desk.purchases() == before


def test_an_unknown_word_that_comes_after_the_quote_holds_the_press(
    shared_desk: DeskControl, shared_portal: PortalDesk, tmp_path: pathlib.Path
) -> None:
    order = sample.order(**sample.fresh())
    shared_portal.quote(order)
    portal_of(shared_desk, tmp_path).place(order, order.client_reference("somebody else"))
    label, replacement, path = UNKNOWN["an item"]
    shared_desk.faults(*renamed(label, replacement, path))
    before = shared_desk.purchases()
    shared_portal.list_applications()
    with pytest.raises(RequestRefused, match=r"「旧 クラウド」.*options\.products"):
        shared_portal.place(order, order.client_reference("late"))
    assert shared_desk.purchases() == before


def test_a_list_with_rows_missing_is_not_believed(shared_desk: DeskControl, shared_portal: PortalDesk) -> None:
    order = sample.order(**sample.fresh())
    shared_portal.place(order, order.client_reference("count"))
    count = len(shared_desk.list_applications())
    shared_desk.faults(*renamed(f"({count}件)", f"({count + 1}件)"))
    with pytest.raises(AnswerUnusable, match=f"counts {count + 1} applications, and its pages hold {count}"):
        shared_portal.list_applications()


def test_three_lines_repair_a_renamed_label(
    shared_desk: DeskControl, shared_portal: PortalDesk, tmp_path: pathlib.Path
) -> None:
    shared_desk.faults(*renamed("コモンネーム", "コモンネーム (FQDN)"))
    order = sample.order(**sample.fresh())
    with pytest.raises(ScreenUnexpected, match=r"words\.common_name"):
        shared_portal.quote(order)
    own = tmp_path / "screens.yml"
    own.write_text("version: 1\nwords:\n  common_name: コモンネーム (FQDN)\n", encoding="utf-8")
    repaired = portal_of(shared_desk, tmp_path, screen_map=str(own))
    placed = repaired.place(order, order.client_reference("repaired"))
    assert repaired.register(placed, order, None).state is State.APPLIED


@IN_BOTH
def test_a_wrong_password_is_tried_once(shared_desk: DeskControl, tmp_path: pathlib.Path, engine: str) -> None:
    tried = shared_desk.log.read_text(encoding="utf-8").count(WRONG)
    stranger = portal_of(shared_desk, tmp_path, engine=engine, password="not-the-password")
    with pytest.raises(AccessRefused, match="マスターIDまたはパスワードが正しくありません") as refused:
        stranger.list_applications()
    assert "not-the-password" not in str(refused.value)
    assert shared_desk.log.read_text(encoding="utf-8").count(WRONG) == tried + 1


def test_a_service_admin_registers_and_cannot_order(
    shared_desk: DeskControl, shared_portal: PortalDesk, tmp_path: pathlib.Path
) -> None:
    order = sample.order(**sample.fresh())
    placed = shared_portal.place(order, order.client_reference("role"))
    user, password = shared_desk.service_admin
    service_admin = portal_of(shared_desk, tmp_path, user=user, password=password)
    with pytest.raises(AccessRefused, match="この操作を行う権限がありません"):
        service_admin.quote(order)
    # Neither do orders that are still to be placed keep a service admin from seeing those that are there.
    other = sample.order(**sample.fresh())
    seen = observe(service_admin, (order, other), portfolio="role", offers=False)
    made = make_plan((order, other), seen, portfolio="role")
    standings = {entry.order.name: entry.standing for entry in made.entries}
    assert standings == {order.name: Standing.TO_REGISTER, other.name: Standing.TO_ORDER}
    with pytest.raises(AccessRefused):
        observe(service_admin, (order, other), portfolio="role")
    assert service_admin.register(placed, order, None).state is State.APPLIED


@IN_BOTH
def test_copies_of_pages_hold_no_secrets(shared_desk: DeskControl, tmp_path: pathlib.Path, engine: str) -> None:
    portal = portal_of(shared_desk, tmp_path, engine=engine)
    shared_desk.faults(*renamed("申込", "注文確定", ORDERING))
    with pytest.raises(ScreenUnexpected) as stopped:
        portal.quote(sample.order(**sample.fresh()))
    shared_desk.no_faults()
    text = page_copy(stopped.value)
    assert "注文確定" in text
    assert not re.search(r'value="[0-9a-f]{32,}"|[\w-]{40,}', text), "no token of a form, no slip, no cookie"
    assert shared_desk.group_admin[1] not in text
    (copy,) = (tmp_path / "state" / "screens").glob("*.html")
    assert copy.stat().st_mode & 0o777 == 0o600


@IN_BOTH
def test_a_button_that_cannot_be_pressed_buys_nothing(desk: DeskControl, portal: PortalDesk) -> None:
    """Where no connection comes about nothing is in doubt."""
    portal.quote(sample.order())
    desk.process.terminate()
    desk.process.join()
    with pytest.raises(DeskUnreachable):
        portal.place(sample.order(), "default/www/1")


@IN_BOTH
def test_nobody_at_home(hurried: None, shared_desk: DeskControl, tmp_path: pathlib.Path, engine: str) -> None:
    nobody = portal_of(shared_desk, tmp_path, engine=engine, url="http://127.0.0.1:1/portal/", timeout=1)
    with pytest.raises(DeskUnreachable, match=r"127\.0\.0\.1:1.*refused"):
        nobody.list_applications()
