# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A robot person works by the sheets on the rehearsal desk's screens in Chromium; slips are found at once."""

from __future__ import annotations

import dataclasses as dc
import datetime as dt
import pathlib
import typing as t

import pytest
from ansible_collections.iij.server_certificate.plugins.plugin_utils._complaints.complaints import OrdersRefused
from ansible_collections.iij.server_certificate.plugins.plugin_utils._desk.by_hand.adapter import ByHandDesk
from ansible_collections.iij.server_certificate.plugins.plugin_utils._tasks.record import record
from ansible_collections.iij.server_certificate.tests.contract import sample_orders as sample
from ansible_collections.iij.server_certificate.tests.contract.desk_process import running_desk
from ansible_collections.iij.server_certificate.tests.contract.portal_desks import NEEDS_BROWSER
from ansible_collections.iij.server_certificate.tests.contract.robot_person import (
    Differs,
    Person,
    fill_in,
    person_at,
    read_sheet,
)
from ansible_collections.iij.server_certificate.tests.unit.plugins.plugin_utils._tasks.test_work_sheets import Desk

if t.TYPE_CHECKING:
    from ansible_collections.iij.server_certificate.plugins.plugin_utils._values.order import Order
    from ansible_collections.iij.server_certificate.tests.contract.desk_process import DeskControl

Json = dict[str, t.Any]

pytestmark = [pytest.mark.xdist_group("browser"), NEEDS_BROWSER]


def today() -> str:
    return dt.datetime.now(dt.timezone(dt.timedelta(hours=9))).date().isoformat()


@pytest.fixture(scope="module")
def person(shared_desk: DeskControl) -> t.Iterator[Person]:
    """The group admin, who may register, too, logged in."""
    with person_at(shared_desk.portal_url) as found:
        found.log_in(*shared_desk.group_admin)
        yield found


@pytest.fixture
def book(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch, person: Person) -> Desk:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    folder = tmp_path / "desk"
    folder.mkdir()
    (tmp_path / "inbox").mkdir()
    person.slip, person.before_step, person.clicks = (lambda act: act), (lambda _step: None), 0
    person.downloads.clear()
    return Desk(folder)


def recorded(book: Desk, *orders: Order, **options: t.Any) -> Json:
    nothing = {"records": None, "records_file": None, "listing": None, "take_over": False, "inbox": None}
    return record({**book.options, **nothing, **options}, orders, pretend=False, lang="en")


def sheet_of(book: Desk, role: str, *orders: Order) -> Json:
    book.plan(*orders)
    return read_sheet(book.file(f"{role}.html"))


def ordered(book: Desk, person: Person, *orders: Order) -> None:
    """The person orders all of it, and it is recorded."""
    sheet = sheet_of(book, "group_admin", *orders)
    done = person.work(sheet)
    recorded(book, *orders, records_file=str(fill_in(sheet, done, day=today())))


def state(book: Desk) -> dict[str, str]:
    return {app.common_name: app.state.value for app in ByHandDesk(str(book.folder)).list_applications()}


def test_from_the_sheet_to_the_certificate(shared_desk: DeskControl, person: Person, book: Desk) -> None:
    order = sample.order(**sample.fresh())
    before = len(shared_desk.purchases())
    ordered(book, person, order)
    assert len(shared_desk.purchases()) == before + 1
    sheet = sheet_of(book, "service_admin", order)
    recorded(book, order, records_file=str(fill_in(sheet, person.work(sheet), day=today())))
    assert state(book) == {order.common_name: "applied"}
    shared_desk.ca_work()
    shared_desk.advance(3)
    person.log_in()
    list_page(person, book)
    recorded(book, order, listing=str(book.folder.parent / "saved"), take_over=True)
    assert state(book)[order.common_name] == "issued", "other tests' contracts are in the list as well"
    recorded_now = ByHandDesk(str(book.folder)).list_applications()
    (contract_id,) = (app.contract_id for app in recorded_now if app.common_name == order.common_name)
    row = shared_desk.list_applications()[contract_id]
    assert (row["common_name"], row["state"]) == (order.common_name, "issued")


def list_page(person: Person, book: Desk) -> pathlib.Path:
    """The person saves every page of the list."""
    folder = book.folder.parent / "saved"
    person.save_list(folder)
    return folder


def copied_text(person: Person) -> str:
    """What Chromium puts on the clipboard when the whole page is selected and copied."""
    return str(person.page.evaluate("getSelection().selectAllChildren(document.body); getSelection().toString()"))


def test_text_that_chromium_copies_is_read_like_its_page(person: Person, book: Desk) -> None:
    order = sample.order(**sample.fresh())
    ordered(book, person, order)
    list_page(person, book)
    person.open_list()
    texts = [copied_text(person) for _page in person.pages("次のページ")]
    file = book.folder.parent / "list.txt"
    file.write_text("\n".join(texts), encoding="utf-8")
    told = [recorded(book, order, listing=str(path))["differences"] for path in (file, book.folder.parent / "saved")]
    assert told[0] == told[1]
    assert not [line for line in told[0] if order.common_name in line], "the register says what the list says"


def wrong_product(act: Json) -> Json:
    return {**act, "value": "クイック認証SSL 6か月"} if act.get("field") == "product_and_term" else act


def test_slip_1_the_wrong_product_is_seen_on_the_confirm_screen(
    shared_desk: DeskControl, person: Person, book: Desk
) -> None:
    order = sample.order(**sample.fresh())
    before = shared_desk.purchases()
    person.slip = wrong_product
    with pytest.raises(Differs, match="品目と有効期間: 'クイック認証SSL 6か月'"):
        person.work(sheet_of(book, "group_admin", order))
    assert shared_desk.purchases() == before, "nothing was bought"
    assert book.plan(order)["work"].keys() == {order.name}


def test_slip_1_unseen_it_is_told_by_the_list(shared_desk: DeskControl, person: Person, book: Desk) -> None:
    """Who does not compare buys the wrong thing; the next look at the list tells it, and nothing is taken for right."""
    order = sample.order(**sample.fresh())
    sheet = sheet_of(book, "group_admin", order)
    for group in sheet["groups"]:
        for step in group["items"][0]["steps"]:
            step["shows"] = []
    person.slip = wrong_product
    done = person.work(sheet)
    told = recorded(book, order, listing=str(list_page(person, book)))["differences"]
    (line,) = [line for line in told if order.common_name in line]
    assert f"order {order.name} asks for sureserver_cloud" in line
    recorded(book, order, listing=str(book.folder.parent / "saved"), take_over=True)
    with pytest.raises(OrdersRefused) as refused:
        recorded(book, order, records_file=str(fill_in(sheet, done, day=today())))
    assert [complaint.rule for complaint in refused.value.complaints] == ["RECORD-DIFFERS"]


def test_slip_2_the_csr_of_another_order(person: Person, book: Desk) -> None:
    """The portal shows the subject of the CSR that was pasted; where that is the same, its name is refused there."""
    one, other = (sample.target_order(**sample.fresh()) for _number in range(2))
    ordered(book, person, one, other)
    csrs = {}
    for application in ByHandDesk(str(book.folder)).list_applications():
        order = one if application.common_name == one.common_name else other
        csrs[order.name] = sample.csr_of(sample.new_key(), order.common_name)
        ByHandDesk(str(book.folder)).register(application, order, csrs[order.name])
    person.slip = lambda act: {**act, "value": csrs[other.name]} if act.get("field") == "csr" else act
    sheet = sheet_of(book, "service_admin", one, other)
    with pytest.raises(Differs):
        person.work(sheet, only=lambda item: item["order"] == one.name)
    assert state(book)[one.common_name] == "awaiting_registration"


def test_slip_3_a_confirm_screen_that_differs_is_left(shared_desk: DeskControl, person: Person, book: Desk) -> None:
    order = sample.order(**sample.fresh())
    before = shared_desk.purchases()
    person.slip = lambda act: {**act, "value": "x" + act["value"]} if act.get("field") == "common_name" else act
    with pytest.raises(Differs, match="コモンネーム"):
        person.work(sheet_of(book, "group_admin", order))
    assert shared_desk.purchases() == before


def test_slip_4_an_order_that_was_forgotten_stays_open(person: Person, book: Desk) -> None:
    done, forgotten = (sample.order(**sample.fresh()) for _number in range(2))
    sheet = sheet_of(book, "group_admin", done, forgotten)
    written = person.work(sheet, only=lambda item: item["order"] == done.name)
    recorded(book, done, forgotten, records_file=str(fill_in(sheet, written, day=today())))
    told = book.plan(done, forgotten)["work"]
    assert told.keys() == {done.name, forgotten.name}
    assert "group_admin" in told[forgotten.name]
    assert "service_admin" in told[done.name]


def test_slip_5_what_was_done_already_is_not_done_twice(shared_desk: DeskControl, person: Person, book: Desk) -> None:
    """Ordered, and not recorded: the sheet's first look at the list shows it."""
    order = sample.order(**sample.fresh())
    sheet = sheet_of(book, "group_admin", order)
    first = person.work(sheet)
    before = shared_desk.purchases()
    with pytest.raises(Differs, match="is on the list"):
        person.work(sheet)
    assert shared_desk.purchases() == before
    # Who does not look buys twice: recording the second one tells it.
    second = person.work({**sheet, "look": None})
    recorded(book, order, records_file=str(fill_in(sheet, first, day=today())))
    said = {
        "order": order.name,
        "state": "ordered",
        "contract_id": second[order.name]["サービスコード"],
        "date": today(),
    }
    with pytest.raises(OrdersRefused) as refused:
        recorded(book, order, records=[said])
    assert [complaint.rule for complaint in refused.value.complaints] == ["RECORD-ANOTHER"]


@pytest.fixture
def own_desk(tmp_path: pathlib.Path, shared_desk: DeskControl, person: Person) -> t.Iterator[DeskControl]:
    """A desk of its own before the same browser, since the clock of the shared one is everybody's."""
    with running_desk(tmp_path) as desk:
        person.portal = desk.portal_url
        yield desk
    person.portal = shared_desk.portal_url
    person.log_in(*shared_desk.group_admin)


def test_a_renewal_from_the_sheet_to_the_registration(own_desk: DeskControl, person: Person, book: Desk) -> None:
    order, now = sample.order(renewal={"when": "window"}), dt.datetime.now(dt.UTC)
    shown = issued_before(own_desk, order)
    own_desk.set_clock(now)
    ordered_facts = ("contract_id", "common_name", "product", "term", "usage", "customer_code")
    facts = (*ordered_facts, "not_before", "not_after", "certificate_fingerprint", "csr_origin")
    reference = order.client_reference("default")
    book.write({**{name: shown[name] for name in facts}, "client_reference": reference, "state": "issued"})
    person.log_in(*own_desk.group_admin)
    sheet = sheet_of(book, "group_admin", order)
    assert [group["kind"] for group in sheet["groups"]] == ["renew"]
    recorded(book, order, records_file=str(fill_in(sheet, person.work(sheet), day=today())))
    assert [row["kind"] for row in own_desk.control("GET", "/purchases")["results"]] == ["new", "renewal"]
    sheet = sheet_of(book, "service_admin", order)
    done = person.work(sheet, only=lambda item: item["record"] is not None)
    recorded(book, order, records_file=str(fill_in(sheet, done, day=today())))
    procedure = own_desk.list_applications()[shown["contract_id"]]["procedure"]
    assert (procedure["kind"], procedure["state"]) == ("renewal", "applied")
    (application,) = ByHandDesk(str(book.folder)).list_applications()
    assert application.procedure and application.procedure.state.value == "applied"


def issued_before(desk: DeskControl, order: Order) -> Json:
    """A contract whose certificate of six months ends within 28 days."""
    desk.begin_long_ago(days_left=27)
    body = {
        "client_reference": None, "customer_code": order.customer_code, "common_name": order.common_name,
        "product": order.product.id, "term": order.term, "usage": "other", "linked_contract_id": None,
        "terms_agreed": True,
    }  # fmt: skip
    contract_id = desk.api("POST", "/applications", body)["result"]["contract_id"]
    registration = {
        "csr_origin": "service", "subject": {**order.subject.filled_fields()}, "terms_agreed": True,
        "applicant": dc.asdict(order.applicant) if order.applicant else None,
    }  # fmt: skip
    desk.api("PUT", f"/applications/{contract_id}/registration", registration, token=desk.register_token)
    desk.ca_work()
    return t.cast("Json", desk.api("GET", f"/applications/{contract_id}")["result"])
