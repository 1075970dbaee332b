# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Importing what stands at the desk: the plan that follows is empty, whatever stands there."""

from __future__ import annotations

import dataclasses as dc
import pathlib
import typing as t

import pytest
from ansible_collections.iij.server_certificate.plugins.plugin_utils._orders.files import Reader, read_folder
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.adoption import (
    list_unsaid,
    list_unshown,
    make_adopting_orders,
    write_adopting_orders,
)
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.lifecycle import last_day_before
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.observe import observe
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.plan import make_plan
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.remarks import find_remarks
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.schedule import find_next_deadline
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.steps import Standing
from ansible_collections.iij.server_certificate.plugins.plugin_utils._reports.standing import next_action
from ansible_collections.iij.server_certificate.plugins.plugin_utils._values.links import LinkWork, Relinking
from ansible_collections.iij.server_certificate.plugins.plugin_utils._values.observed import (
    Application,
    Decision,
    Link,
    Observed,
    Renewal,
    State,
)
from hypothesis import given, settings
from hypothesis import strategies as st
from portfolios import (
    DV,
    EV,
    LINKED,
    OV,
    WILDCARD,
    DeskInMemory,
    before_end,
    booked,
    certified,
    link_change,
    linked_to,
    portfolio,
    rules_broken,
)

SEEN = portfolio(OV, DV, WILDCARD, EV, LINKED)
# By hand, under this portfolio's names, under another's, and under something that is no name.
REFERENCES = (None, "p/www/1", "q/www/3", "odd reference")


@st.composite
def desks(draw: st.DrawFn) -> DeskInMemory:
    desk = DeskInMemory()
    for number in range(1, draw(st.integers(0, 8)) + 1):
        order = draw(st.sampled_from(SEEN))
        state = draw(st.sampled_from(list(State)))
        row = booked(order, None, number=number, state=state)
        reference = draw(st.sampled_from(REFERENCES))
        linked = "gca00000001" if row.linked_service else None
        unique = reference and not any(other.client_reference == reference for other in desk.rows)
        desk.put(dc.replace(row, client_reference=reference if unique else None, linked_contract_id=linked))
    return desk


@settings(max_examples=200)
@given(desks())
def test_the_plan_after_an_import_is_empty(desk: DeskInMemory) -> None:
    fields = make_adopting_orders(desk.rows, taken=())
    assert [rule for rule in rules_broken(fields) if rule != "TERM-VALIDITY"] == []
    orders = portfolio(*fields)
    made = make_plan(orders, observe(desk, orders, portfolio="p"), portfolio="p")
    assert (made.count_changes(), made.unmanaged) == (0, ())
    assert {entry.order.contract_id for entry in made.entries} == {row.contract_id for row in desk.rows if row.live}


def test_an_application_that_awaits_registration_tells_what_its_order_lacks() -> None:
    desk = DeskInMemory(rows=[booked(SEEN[0], None)])
    (order,) = portfolio(*make_adopting_orders(desk.rows, taken=()))
    (entry,) = make_plan([order], observe(desk, (order,), portfolio="p"), portfolio="p").entries
    assert entry.standing is Standing.WAITING
    assert next_action(entry, "en") == ("complete the order: applicant, csr_origin, terms_agreed", "service_admin")


def test_a_completed_order_is_registered() -> None:
    desk = DeskInMemory(rows=[booked(SEEN[0], None)])
    (fields,) = make_adopting_orders(desk.rows, taken=())
    (order,) = portfolio(OV | fields)
    (entry,) = make_plan([order], observe(desk, (order,), portfolio="p"), portfolio="p").entries
    assert entry.standing is Standing.TO_REGISTER


def test_names_are_kept_where_they_are_known_and_never_taken_twice() -> None:
    rows: list[Application] = [
        booked(SEEN[0], "p/www/1", number=1),
        booked(SEEN[2], None, number=2),
        booked(SEEN[2], None, number=3),
    ]
    found = make_adopting_orders(rows, taken=("www",))
    assert [order["name"] for order in found] == ["www-2", "wildcard.shop.example.jp", "wildcard.shop.example.jp-2"]
    assert found[2]["duplicate_of"] == "wildcard.shop.example.jp"


def test_what_order_files_cannot_say_is_left_out() -> None:
    strange = dc.replace(booked(SEEN[0], None), product="new_product")
    assert make_adopting_orders([strange], taken=()) == []
    assert list_unsaid([strange, booked(SEEN[1], None)]) == [strange.contract_id]


@pytest.mark.parametrize("name", ["server01", "10.0.0.1", "a_b.example.jp"])
def test_a_name_that_no_order_can_have_makes_no_order_that_is_refused(name: str) -> None:
    """One such order would keep every other one from being planned."""
    old = dc.replace(booked(SEEN[0], None), common_name=name)
    assert make_adopting_orders([old], taken=()) == []
    assert list_unsaid([old]) == [old.contract_id]


def test_what_the_desk_does_not_show_is_asked_of_people_and_the_rest_is_written() -> None:
    """A portal's screens show neither term nor customer code of what was ordered by hand."""
    row = dc.replace(booked(SEEN[0], None), term=None, customer_code=None)
    (fields,) = make_adopting_orders([row], taken=())
    assert list_unshown([fields]) == ["customer_code", "term"]
    assert list_unsaid([row]) == []
    assert rules_broken([fields]) == ["KEY-MISSING", "KEY-MISSING"]
    desk = DeskInMemory(rows=[row])
    (order,) = portfolio({"customer_code": "SG00000001", "term": "6 months"} | fields)
    assert make_plan([order], observe(desk, (order,), portfolio="p"), portfolio="p").count_changes() == 0


def given_up(row: Application) -> Application:
    days = (before_end(days, row) for days in (35, 30, 26, 21))
    names = ("notice_at", "opens_at", "order_by", "update_by")
    return dc.replace(row, renewal=Renewal(**dict(zip(names, days, strict=True)), decision=Decision.CANCEL))


def test_a_contract_that_was_cancelled_is_imported_as_cancelled() -> None:
    row = given_up(certified(booked(SEEN[0], None)))
    (fields,) = make_adopting_orders([row], taken=())
    assert (fields["state"], "renewal" in fields) == ("cancelled", False)
    (order,) = portfolio(fields)
    plan = make_plan([order], Observed(applications=(row,), as_of=before_end(28, row)), portfolio="p")
    assert (plan.entries[0].standing, list(find_remarks(plan))) == (Standing.DONE, [])


def test_an_order_that_keeps_a_cancelled_contract_is_not_told_to_complete_its_renewal() -> None:
    row = given_up(certified(booked(SEEN[0], None)))
    (order,) = portfolio({**make_adopting_orders([row], taken=())[0], "state": "present"})
    plan = make_plan([order], Observed(applications=(row,), as_of=before_end(28, row)), portfolio="p")
    assert [remark.rule for remark in find_remarks(plan)] == ["CONTRACT-GIVEN-UP"]
    assert next_action(plan.entries[0], "en") == ("look at the warning of this order", "group_admin")
    assert find_next_deadline(plan.entries[0]) == last_day_before(before_end(0, row))


@pytest.mark.parametrize("done", [False, True])
@pytest.mark.parametrize("work", list(LinkWork))
def test_links_that_there_are_and_that_were_asked_for_are_in_the_order(work: LinkWork, done: bool) -> None:
    """The import of a contract whose linked service is being changed holds before and after IIJ has done so."""
    service, first, second = "gio_content_acceleration", "gca00000001", "gca00000002"
    (linked,) = portfolio(LINKED | {"linked_contract": {"service": service, "contract_id": first}})
    now = dc.replace(certified(booked(linked, None), csr_origin="service"), state=State.INSTALLED)
    change = Relinking(work, service, second, first if work is LinkWork.CHANGE else None)
    asked = dc.replace(now, link_change=link_change(change))
    added = dc.replace(now, further_links=(Link(contract_id=second, service=service),))
    then = linked_to(now, change) if work is LinkWork.CHANGE else added
    (order,) = portfolio(*make_adopting_orders([asked], taken=()))
    seen = Observed(applications=(then if done else asked,), as_of=before_end(100, now))
    plan = make_plan([order], seen, portfolio="p")
    assert (plan.count_changes(), plan.remarks) == (0, ())
    assert "LINK-UNNAMED" not in [remark.rule for remark in find_remarks(plan)]


HOSTILE = (
    "{{ lookup('pipe','id') }}",
    "{% raw %}",
    "{{ x }}\n- !!python/object:os.system x",
    "é'\"#: {",
    "null",
    "1e3",
)


@pytest.mark.parametrize("word", HOSTILE)
def test_what_the_desk_says_is_written_as_data(tmp_path: pathlib.Path, word: str) -> None:
    def rendered(text: str) -> t.NoReturn:
        raise AssertionError(f"rendered: {text}")

    file = tmp_path / "new" / "imported.yml"
    write_adopting_orders([{"name": "www", "contract_id": word, "common_name": word}], str(file), pretend=False)
    (order,) = read_folder(str(file), Reader(render=rendered, decrypt=rendered)).orders
    assert order.fields == {"name": "www", "contract_id": word, "common_name": word}


def test_an_import_never_overwrites_nor_follows_a_link(tmp_path: pathlib.Path) -> None:
    taken, link = tmp_path / "taken.yml", tmp_path / "link.yml"
    taken.write_text("mine", encoding="utf-8")
    link.symlink_to("nowhere.yml")
    for path in (taken, link):
        with pytest.raises(FileExistsError):
            write_adopting_orders([], str(path), pretend=False)
    assert sorted(file.name for file in tmp_path.iterdir()) == ["link.yml", "taken.yml"]
    assert taken.read_text(encoding="utf-8") == "mine"
