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
    make_adopting_orders,
    write_adopting_orders,
)
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.observe import observe
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.plan import make_plan
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.steps import Standing
from ansible_collections.iij.server_certificate.plugins.plugin_utils._reports.standing import next_action
from ansible_collections.iij.server_certificate.plugins.plugin_utils._values.observed import Application, State
from hypothesis import given, settings
from hypothesis import strategies as st
from portfolios import DV, EV, LINKED, OV, WILDCARD, DeskInMemory, booked, portfolio, rules_broken

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
    assert make_adopting_orders([dc.replace(booked(SEEN[0], None), product="new_product")], taken=()) == []


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
