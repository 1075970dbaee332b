# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What people record: taken as a whole, idempotent, and refused where it cannot be."""

from __future__ import annotations

import dataclasses as dc
import datetime as dt
import pathlib
import typing as t

import pytest
from ansible_collections.iij.server_certificate.plugins.plugin_utils._complaints.complaints import (
    OptionsWrong,
    OrdersRefused,
)
from ansible_collections.iij.server_certificate.plugins.plugin_utils._complaints.rules import by_hand
from ansible_collections.iij.server_certificate.plugins.plugin_utils._desk.by_hand.adapter import ByHandDesk
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.steps import Step
from ansible_collections.iij.server_certificate.plugins.plugin_utils._tasks import asked_orders
from ansible_collections.iij.server_certificate.plugins.plugin_utils._tasks.planned import plan_orders
from ansible_collections.iij.server_certificate.plugins.plugin_utils._tasks.record import record, require_by_hand
from ansible_collections.iij.server_certificate.plugins.plugin_utils._values.observed import State
from ansible_collections.iij.server_certificate.tests.contract import sample_orders as sample
from ansible_collections.iij.server_certificate.tests.unit.plugins.plugin_utils._tasks.test_work_sheets import Desk
from ansible_collections.iij.server_certificate.tests.unit.plugins.plugin_utils.portfolios import DeskInMemory, booked

if t.TYPE_CHECKING:
    from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.plan import Plan
    from ansible_collections.iij.server_certificate.plugins.plugin_utils._values.observed import Application
    from ansible_collections.iij.server_certificate.plugins.plugin_utils._values.order import Order

Json = dict[str, t.Any]

WWW: t.Final = sample.order()
SHOP: t.Final = sample.order(name="shop", common_name="shop.example.jp")
API: t.Final = sample.order(name="api", common_name="api.example.jp", replaces="rsc00000001")
ORDERED: t.Final = {"order": "www", "state": "ordered", "contract_id": "rsc00000001", "date": "2026-11-20"}
REGISTERED: t.Final = {"order": "www", "state": "registered", "date": "2026-11-21"}


def taken(
    desk: Desk, *records: Json, file: pathlib.Path | None = None, pretend: bool = False, orders: t.Any = (WWW, SHOP)
) -> Json:
    options = {
        **desk.options, "records": list(records), "records_file": file and str(file), "listing": None,
        "take_over": False, "inbox": None,
    }  # fmt: skip
    return record(options, orders, pretend=pretend, lang="en")


def states(desk: Desk) -> dict[str, str]:
    return {app.contract_id: app.state.value for app in ByHandDesk(str(desk.folder)).list_applications()}


def refused(desk: Desk, *records: Json, **more: t.Any) -> list[tuple[str, str]]:
    before = (desk.folder / "register.yml").read_bytes()
    with pytest.raises(OrdersRefused) as error:
        taken(desk, *records, **more)
    assert (desk.folder / "register.yml").read_bytes() == before, "nothing of it was recorded"
    return [(complaint.rule, complaint.field) for complaint in error.value.complaints]


def test_the_life_of_a_contract_is_recorded_once(desk: Desk) -> None:
    deeds = [ORDERED, REGISTERED, {"order": "www", "state": "rejected", "date": "2026-11-25", "reason": "電話に出ない"}]
    assert taken(desk, *deeds)["changed"]
    text = (desk.folder / "register.yml").read_text(encoding="utf-8")
    for line in ("client_reference: default/www/1", "ordered_at: 2026-11-20", "registered_at: 2026-11-21",
                 "state: rejected", "ended_at: 2026-11-25", "reason: 電話に出ない", "term: 6 months"):  # fmt: skip
        assert line in text
    again = taken(desk, *deeds)
    assert not again["changed"]
    assert (desk.folder / "register.yml").read_text(encoding="utf-8") == text
    assert again["diff"]["before"] == again["diff"]["after"]


def test_check_mode_shows_what_it_would_write(desk: Desk) -> None:
    told = taken(desk, ORDERED, pretend=True)
    assert told["changed"]
    assert "rsc00000001" in told["diff"]["after"]
    assert states(desk) == {}


def test_a_recorded_contract_is_the_orders_own(desk: Desk) -> None:
    taken(desk, ORDERED)
    told = desk.plan(WWW)
    assert told["document"]["orders"][0]["contract_id"] == "rsc00000001"
    assert desk.sheet("service_admin")["groups"][0]["kind"] == "register"


@pytest.mark.parametrize("state", ["rejected", "withdrawn", "cancelled"])
def test_what_has_ended_is_never_ordered_anew_by_itself(desk: Desk, state: str) -> None:
    taken(desk, ORDERED, {"order": "www", "state": state, "date": "2026-11-25"})
    assert desk.plan(WWW)["document"]["orders"][0]["standing"] == "ended"


REFUSED: t.Final[dict[str, tuple[list[Json], Json, str]]] = {
    "RECORD-ORDER": ([], {**ORDERED, "order": "wwww"}, "order"),
    "RECORD-DATE": ([], {**ORDERED, "date": "2096-01-01"}, "date"),
    "RECORD-BEFORE": ([ORDERED], {**REGISTERED, "date": "2026-11-19"}, "date"),
    "RECORD-NOT-ORDERED": ([], REGISTERED, "state"),
    "RECORD-ANOTHER": ([ORDERED], {**ORDERED, "contract_id": "rsc00000002"}, "contract_id"),
    "RECORD-TAKEN": ([ORDERED], {**ORDERED, "order": "shop"}, "contract_id"),
    "RECORD-ENDED": (
        [ORDERED, {"order": "www", "state": "cancelled", "date": "2026-11-25"}],
        {"order": "www", "state": "rejected", "date": "2026-11-25"},
        "state",
    ),
}


@pytest.mark.parametrize("rule", REFUSED)
def test_what_cannot_be_is_refused(desk: Desk, rule: str) -> None:
    before, said, field = REFUSED[rule]
    if before:
        taken(desk, *before)
    other = {**ORDERED, "order": "shop", "contract_id": "rsc00000009"}
    # The sound record beside it is not taken either.
    assert refused(desk, said, *([other] if rule != "RECORD-TAKEN" else [])) == [(rule, field)]


def test_a_contract_that_is_something_else_is_refused(desk: Desk) -> None:
    desk.write({
        "contract_id": "rsc00000001", "common_name": "www.example.jp", "product": "quick_ssl",
        "state": "awaiting_registration",
    })  # fmt: skip
    assert refused(desk, ORDERED) == [("RECORD-DIFFERS", "contract_id")]


def test_a_contract_of_the_list_becomes_the_orders_own(desk: Desk) -> None:
    desk.write({
        "contract_id": "rsc00000001", "common_name": "www.example.jp", "product": "sureserver_cloud",
        "state": "applied",
    })  # fmt: skip
    taken(desk, ORDERED)
    assert states(desk) == {"rsc00000001": "applied"}
    assert desk.plan(WWW)["document"]["orders"][0]["standing"] == "waiting"


def test_the_order_that_replaces_a_contract_records_its_end(desk: Desk) -> None:
    ended = {"order": "api", "state": "cancelled", "contract_id": "rsc00000001", "date": "2026-11-25"}
    both = {"orders": (WWW, API)}
    assert ("RECORD-NOT-ORDERED", "state") in refused(desk, ended, **both), "no such contract is known"
    taken(desk, ORDERED, {**ORDERED, "order": "api", "contract_id": "rsc00000002"}, **both)
    assert ("RECORD-ANOTHER", "contract_id") in refused(desk, {**ended, "state": "registered"}, **both)
    own = {**ended, "order": "www", "contract_id": "rsc00000002"}
    assert ("RECORD-ANOTHER", "contract_id") in refused(desk, own, **both)
    assert taken(desk, ended, **both)["changed"] and not taken(desk, ended, **both)["changed"]
    assert states(desk) == {"rsc00000001": "cancelled", "rsc00000002": "awaiting_registration"}


def test_what_was_done_by_an_old_sheet_is_told(desk: Desk) -> None:
    desk.plan(sample.order(term="1 year"))
    old = desk.items("group_admin")[0]["sheet"]
    assert refused(desk, {**ORDERED, "sheet": old}) == [("RECORD-STALE", "sheet")]
    desk.plan(WWW)
    assert taken(desk, {**ORDERED, "sheet": desk.items("group_admin")[0]["sheet"]})["changed"]
    assert not taken(desk, {**ORDERED, "sheet": old})["changed"], "what is recorded already is not asked for twice"


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"state": "bought"}, ("VALUE-CHOICE", "[0].state")),
        ({"contract_id": "rsc 1"}, ("REGISTER-VALUE", "[0].contract_id")),
        ({"contract_id": None}, ("KEY-MISSING", "[0]")),
        ({"date": "11/26"}, ("REGISTER-VALUE", "[0].date")),
        ({"contract": "x"}, ("KEY-UNKNOWN", "[0].contract")),
    ],
)
def test_mistakes_in_records_are_told(desk: Desk, change: Json, told: tuple[str, str]) -> None:
    assert refused(desk, {**ORDERED, **change}) == [told]


def test_a_file_is_filled_in_and_recorded_at_once(desk: Desk) -> None:
    desk.plan(WWW, SHOP)
    (file,) = desk.file("").glob("record_group_admin_*.yml")
    lines = file.read_text(encoding="utf-8").split("date:")
    filled = "date: 2026-11-20".join([lines[0], "date:".join(lines[1:])])
    file.write_text(filled.replace("contract_id:", "contract_id: rsc00000007", 1), encoding="utf-8")
    assert taken(desk, file=file)["changed"]
    assert states(desk) == {"rsc00000007": "awaiting_registration"}, "the other one is simply not done yet"
    (order,) = [item["order"] for item in desk.items("group_admin") if item["number"] == 2]
    assert desk.plan(WWW, SHOP)["work"].keys() == {"www", "shop"}
    assert order in {"www", "shop"}


@pytest.mark.parametrize("text", ["", "version: 1\n", "version: 1\nrecords: x\n", "orders: []\n"])
def test_another_file_is_no_record(desk: Desk, tmp_path: pathlib.Path, text: str) -> None:
    file = tmp_path / "r.yml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(OrdersRefused) as error:
        taken(desk, file=file)
    assert [complaint.rule for complaint in error.value.complaints] == ["RECORD-CONTENT"]


def test_a_mistake_in_a_file_has_its_line(desk: Desk, tmp_path: pathlib.Path) -> None:
    file = tmp_path / "r.yml"
    file.write_text(
        "version: 1\nrecords:\n  - order: www\n    state: ordered\n    contract_id: a b\n    date: 2026-11-20\n",
        encoding="utf-8",
    )
    with pytest.raises(OrdersRefused) as error:
        taken(desk, file=file)
    assert [(str(c.place).rpartition("/")[2], c.rule) for c in error.value.complaints] == [
        ("r.yml:5:5", "REGISTER-VALUE")
    ]


def test_other_desks_are_asked_themselves() -> None:
    with pytest.raises(OptionsWrong, match="desk: by_hand and desk_folder"):
        require_by_hand({"desk": "portal"})


def test_every_rule_of_records_is_tried() -> None:
    tried = {*REFUSED, "RECORD-DIFFERS", "RECORD-STALE", "RECORD-CONTENT", "RECORD-NOT-RENEWABLE"}
    tried |= {"RECORD-NOT-REISSUABLE", "RECORD-NOT-LINKED", "RECORD-LINK", "RECORD-NOT-OPEN"}
    assert {rule.id for rule in by_hand.RULES if rule.id.startswith("RECORD-")} == tried


def test_what_was_registered_is_remembered_so_that_drift_is_told(desk: Desk) -> None:
    taken(desk, ORDERED, REGISTERED)
    moved = sample.order(subject={**sample.SUBJECT, "locality_name": "Minato-ku"})
    assert [c["rule"] for c in desk.plan(moved)["document"]["complaints"]] == ["REGISTRATION-DRIFT"]


def test_an_imported_order_that_says_nothing_of_a_field_has_not_drifted(desk: Desk) -> None:
    """Its advice would be to put the order back, and there is nothing to put back."""
    taken(desk, ORDERED, REGISTERED)
    bare = dc.replace(sample.order(contract_id="rsc00000001"), applicant=None, host=None, missing=("applicant", "host"))
    assert [c["rule"] for c in desk.plan(bare)["document"]["complaints"]] == []


def test_the_day_is_counted_in_japan(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    at_night = dt.datetime(2026, 11, 19, 16, tzinfo=dt.UTC)  # 01:00 of the 20th in Tokyo
    monkeypatch.setattr(
        "ansible_collections.iij.server_certificate.plugins.plugin_utils._tasks.record.read_clock", lambda: at_night
    )
    assert asked_orders.read_clock() != at_night
    assert taken(desk, ORDERED)["changed"]


def moved(desk: Desk, order: Order, *rows: Application) -> Plan:
    """The plan of the same order and register at a desk that lists these applications."""
    return plan_orders({**desk.options, "desk": "api"}, DeskInMemory(rows=list(rows)), (order,))


@pytest.mark.parametrize("state", [State.AWAITING_REGISTRATION, State.APPLIED, State.REJECTED, State.EXPIRED])
def test_another_desk_uses_what_was_recorded_and_buys_nothing(desk: Desk, state: State) -> None:
    """Without the register an application that has ended, and tells no reference, would be bought again."""
    taken(desk, ORDERED)
    application = booked(WWW, None, number=1, state=state)
    (entry,) = moved(desk, WWW, application).entries
    assert (entry.application, Step.PLACE in entry.steps) == (application, False)


def test_another_desk_that_does_not_list_it_buys_nothing_either(desk: Desk) -> None:
    taken(desk, ORDERED)
    with pytest.raises(OrdersRefused) as refused:
        moved(desk, WWW)
    assert [complaint.rule for complaint in refused.value.complaints] == ["CONTRACT-UNKNOWN"]


def test_of_two_contracts_for_the_same_name_each_order_keeps_its_own(desk: Desk) -> None:
    second = dc.replace(WWW, name="w2", duplicate_of="www")
    options = {**desk.options, "records": [ORDERED, {**ORDERED, "order": "w2", "contract_id": "rsc00000002"}],
               "records_file": None, "listing": None, "take_over": False, "inbox": None}  # fmt: skip
    record(options, (WWW, second), pretend=False, lang="en")
    rows = [booked(WWW, None, number=number) for number in (2, 1)]
    plan = plan_orders({**desk.options, "desk": "api"}, DeskInMemory(rows=rows), (WWW, second))
    assert {entry.order.name: entry.application and entry.application.contract_id for entry in plan.entries} == {
        "www": "rsc00000001",
        "w2": "rsc00000002",
    }
