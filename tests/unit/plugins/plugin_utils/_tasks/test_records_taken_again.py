# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Records that are taken again, as a retried job does: at no point of a contract's life do they change anything."""

from __future__ import annotations

import dataclasses as dc
import typing as t

import pytest
from ansible_collections.iij.server_certificate.plugins.plugin_utils._complaints.complaints import OrdersRefused
from ansible_collections.iij.server_certificate.plugins.plugin_utils._tasks.record import record
from ansible_collections.iij.server_certificate.plugins.plugin_utils._values.links import (
    FurtherLink,
    LinkedContract,
)
from ansible_collections.iij.server_certificate.tests.contract import sample_orders as sample
from ansible_collections.iij.server_certificate.tests.unit.plugins.plugin_utils._tasks.test_listings import copied
from ansible_collections.iij.server_certificate.tests.unit.plugins.plugin_utils._tasks.test_renewals_by_hand import (
    DAY,
    INSTALL,
    JST,
    NEXT,
    NOTHING,
    OLD,
    STRANGE,
    TODAY,
    Life,
    lost,
)

if t.TYPE_CHECKING:
    from collections.abc import Callable

    from ansible_collections.iij.server_certificate.tests.unit.plugins.plugin_utils._tasks.test_work_sheets import Desk

Json = dict[str, t.Any]
Step: t.TypeAlias = "Json | Callable[[WholeLife], object]"


def ago(days: int) -> str:
    return (TODAY - days * DAY).astimezone(JST).date().isoformat()


def said(state: str, days: int, **more: str) -> Json:
    return {"order": "www", "state": state, "date": ago(days), **more}


class WholeLife(Life):
    """A contract from its order on, and every record of it, which are taken again and again."""

    def __init__(self, desk: Desk, **changes: t.Any) -> None:
        changes = {"renewal": {"when": "window"}, "install": INSTALL, **changes}
        self.desk, self.order = desk, sample.target_order(**changes)
        self.records: list[Json] = []

    def take(self, *records: Json) -> Json:
        options = {**self.desk.options, **NOTHING, "records": list(records)}
        return record(options, (self.order,), pretend=False, lang="en")

    def say(self, new: Json) -> None:
        assert self.take(new)["changed"], new
        self.records.append(new)

    def do(self, step: Step) -> None:
        if isinstance(step, dict):
            self.say(step)
        else:
            step(self)

    def register(self) -> str:
        return (self.desk.folder / "register.yml").read_text(encoding="utf-8")

    def repeat(self, *, one_by_one: bool) -> None:
        before = self.register()
        for again in ([[one] for one in self.records] if one_by_one else []) + [self.records]:
            assert not self.take(*again)["changed"], again
            assert self.register() == before


def comes(key: t.Any, *, begins: int, ends: int) -> Callable[[WholeLife], object]:
    return lambda life: life.bring(key, since=TODAY - begins * DAY, until=TODAY + ends * DAY)


def makes(key: t.Any) -> Callable[[WholeLife], object]:
    return lambda life: life.host_answers(key)


def whole_life(*, dated_back: int, at_once: bool) -> list[Step]:
    """Order, registration, certificate; a renewal that is corrected; a reissue; the end.

    `dated_back`: days by which the CA dates certificates back. `at_once`: what can be done on one day is.
    """
    wait = 0 if at_once else 1
    return [
        said("ordered", 160, contract_id="rsc00000001"),
        makes(OLD),
        said("registered", 160 - wait),
        comes(OLD, begins=158 + dated_back, ends=5),
        said("renewed", 20),
        makes(NEXT),
        said("registered", 20 - wait),
        said("rejected", 20 - 2 * wait, reason="phone"),
        said("registered", 20 - 3 * wait),
        said("rejected", 20 - 4 * wait, reason="phone"),
        said("registered", 20 - 5 * wait),
        comes(NEXT, begins=20 - 5 * wait + dated_back, ends=170),
        lost,
        said("reissued", 10),
        makes(STRANGE),
        said("registered", 10 - wait),
        comes(STRANGE, begins=10 - wait + dated_back, ends=170),
        said("reissued", 5),
        said("cancelled", 3),
    ]


@pytest.mark.parametrize("dated_back", [0, 1])
@pytest.mark.parametrize("at_once", [False, True])
def test_no_record_of_a_whole_life_changes_anything_when_it_is_taken_again(
    desk: Desk, dated_back: int, at_once: bool
) -> None:
    life = WholeLife(desk)
    for step in whole_life(dated_back=dated_back, at_once=at_once):
        life.do(step)
        if life.records:
            # Of records of one day only the whole list says in which order they came.
            life.repeat(one_by_one=not at_once)
    assert [(app.state.value, app.given_up, app.procedure) for app in life.applications()] == [("issued", True, None)]


def test_a_job_that_is_tried_again_registers_no_renewal(desk: Desk) -> None:
    life = WholeLife(desk)
    for step in whole_life(dated_back=0, at_once=False)[:4]:
        life.do(step)
    life.say(said("renewed", 20))
    life.repeat(one_by_one=True)
    row = life.row()
    assert row["standing"] == "to_register" and "update" in {deadline["what"] for deadline in row["deadlines"]}
    life.host_answers(NEXT)
    assert life.row()["next_action_by"] == "service_admin", "people are asked to register the renewal"


def test_a_rejection_of_before_ends_no_contract_in_use(desk: Desk) -> None:
    life = WholeLife(desk)
    for step in whole_life(dated_back=0, at_once=False)[:12]:
        life.do(step)
    assert not life.take(said("rejected", 18, reason="phone"))["changed"]
    assert life.row()["standing"] not in ("ended", "to_order")


def test_a_record_of_an_old_sheet_is_taken_again_while_there_is_a_new_one(desk: Desk) -> None:
    """A file that was filled in names its sheet, and today's is of the next certificate."""
    life = WholeLife(desk)
    for step in whole_life(dated_back=0, at_once=False)[:6]:
        if isinstance(step, dict) and step["state"] == "registered":
            assert life.row()["next_action_by"] == "service_admin"
            (item,) = desk.items("service_admin")
            life.say({**step, "sheet": item["sheet"]})
        else:
            life.do(step)
    assert life.row()["next_action_by"] == "service_admin"
    (today,) = desk.items("service_admin")
    assert today["sheet"] != item["sheet"]
    life.repeat(one_by_one=True)


# --- linked services


def linked(contract_id: str, was: str | None, *also: str) -> LinkedContract:
    further = tuple(FurtherLink(service="managed_waf_link", contract_id=code) for code in also)
    return LinkedContract(service="managed_waf_link", contract_id=contract_id, was=was, also=further)


A, B, C, D, E = (f"mwf0000000{number}" for number in range(1, 6))
# What the order asks for, and the record of the e-mail; without a code where only one is possible.
CHANGES: t.Final[tuple[tuple[LinkedContract, Json], ...]] = (
    (linked(B, A), said("relinked", 40)),
    (linked(C, B), said("relinked", 35)),
    (linked(B, C), said("relinked", 30, linked_contract_id=B)),
    (linked(A, B), said("relinked", 28, linked_contract_id=A)),
    (linked(B, A), said("relinked", 25)),
    (linked(B, None, D), said("relinked", 20)),
    (linked(B, None, D, E), said("relinked", 15)),
    (linked(A, B, D, E), said("relinked", 10, linked_contract_id=A)),
)


def test_no_record_of_a_linked_service_is_taken_for_the_next_one(desk: Desk) -> None:
    life = WholeLife(desk)
    life.order = dc.replace(sample.linked_order(name="www"), linked_contract=linked(A, None))
    desk.write({
        "contract_id": "rsc00000001", "client_reference": life.order.client_reference("default"), "state": "installed",
        "common_name": life.order.common_name, "product": life.order.product.id, "term": life.order.term,
        "usage": "linked_service", "linked_service": "managed_waf_link", "linked_contract_id": A,
        "not_after": (TODAY + 100 * DAY).date().isoformat(),
    })  # fmt: skip
    for wanted, mail in CHANGES:
        life.order = dc.replace(life.order, linked_contract=wanted)
        life.repeat(one_by_one=True)
        life.say(mail)
        life.repeat(one_by_one=True)
    (application,) = life.applications()
    assert application.linked_contract_id == A
    assert [link.contract_id for link in application.further_links] == [D, E]


def test_the_sheet_of_today_says_that_a_second_mail_of_the_day_was_answered(desk: Desk) -> None:
    life = WholeLife(desk)
    life.order = dc.replace(sample.linked_order(name="www"), linked_contract=linked(B, A, D))
    desk.write({
        "contract_id": "rsc00000001", "client_reference": life.order.client_reference("default"), "state": "installed",
        "common_name": life.order.common_name, "product": life.order.product.id, "term": life.order.term,
        "usage": "linked_service", "linked_service": "managed_waf_link", "linked_contract_id": A,
        "not_after": (TODAY + 100 * DAY).date().isoformat(),
    })  # fmt: skip
    for _mail in range(2):
        assert life.row()["standing"] != "done"
        (item,) = desk.items("group_admin")
        life.say(said("relinked", 1, sheet=item["sheet"]))
    assert life.row()["standing"] == "done"


def test_what_was_recorded_of_an_ended_contract_later_than_its_end_is_refused(desk: Desk) -> None:
    life = WholeLife(desk)
    for step in whole_life(dated_back=0, at_once=False):
        life.do(step)
    for state in ("renewed", "reissued"):
        with pytest.raises(OrdersRefused):
            life.take(said(state, 1))


@pytest.mark.parametrize("state", ["registered", "rejected"])
def test_what_comes_of_a_renewal_that_nobody_recorded_is_refused(desk: Desk, state: str) -> None:
    """Neither taken for a former one in silence, nor for one of the certificate in use, which would seem to be over."""
    life = WholeLife(desk)
    for step in whole_life(dated_back=0, at_once=False)[:4]:
        life.do(step)
    before = life.register()
    with pytest.raises(OrdersRefused) as refused:
        life.take(said(state, 2))
    assert [complaint.rule for complaint in refused.value.complaints] == ["RECORD-NOT-OPEN"]
    assert life.register() == before


@pytest.mark.parametrize("state", ["registered", "rejected"])
def test_a_late_record_of_a_renewal_that_the_list_has_shown_is_none_of_those(desk: Desk, state: str) -> None:
    life = WholeLife(desk)
    for step in whole_life(dated_back=0, at_once=False)[:6]:
        life.do(step)
    day = (TODAY + 185 * DAY).astimezone(JST).date().isoformat()
    listing = desk.folder.parent / "list.txt"
    listing.write_text(copied(("rsc00000001", "www.example.jp", "SureServer for クラウド", day, "発行済み")), "utf-8")
    options = {**desk.options, **NOTHING, "listing": str(listing), "take_over": True}
    assert record(options, (life.order,), pretend=False, lang="en")["changed"]
    life.take(said(state, 19))
    assert life.row()["state"] == "issued"
    life.take(*life.records, said(state, 19))
