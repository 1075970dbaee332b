# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A `replaces` that was left in a copy would cancel what another order keeps: the plan of the purchase says so."""

from __future__ import annotations

import dataclasses as dc
import typing as t

import pytest
from ansible_collections.iij.server_certificate.plugins.module_utils._core.phrases import Language
from ansible_collections.iij.server_certificate.plugins.plugin_utils._reports.document import Frame, describe_plan
from ansible_collections.iij.server_certificate.plugins.plugin_utils._reports.text import render_text
from ansible_collections.iij.server_certificate.plugins.plugin_utils._values.observed import State
from ansible_collections.iij.server_certificate.tests.unit.plugins.plugin_utils._planning.test_replacements import (
    NEW,
    OLD,
    ORDER,
    on_host,
    plan_of,
    remarks,
)
from ansible_collections.iij.server_certificate.tests.unit.plugins.plugin_utils.portfolios import (
    DV,
    MADE_AT,
    OV,
    portfolio,
)


@pytest.mark.parametrize(
    ("reference", "common_name", "written", "unlike"),
    [
        ("p/www/1", "www.example.jp", {}, False),
        ("p/www/1", "shop.example.jp", {}, True),
        (None, "www.example.jp", {}, False),
        (None, "shop.example.jp", {}, True),
        ("by-hand 7", "www.example.jp", {}, False),
        ("p/shop/1", "www.example.jp", {}, True),
        ("p/shop/1", "www.example.jp", {"was_named": "shop"}, False),
        ("other/shop/1", "shop.example.jp", {}, False),  # REPLACES-OTHER says it
    ],
)
def test_a_replaces_that_was_left_in_a_copy_is_told_from_the_first_plan_on(
    reference: str | None, common_name: str, written: dict[str, t.Any], unlike: bool
) -> None:
    (order,) = portfolio(OV | {"generation": 2, "replaces": OLD.contract_id} | written)
    old = dc.replace(OLD, client_reference=reference, common_name=common_name)
    new = dc.replace(NEW, client_reference=order.client_reference("p"))
    for rows in ((old,), (old, new)):
        found = [each for each in plan_of(*rows, orders=(order,)).remarks if each.rule == "REPLACES-UNLIKE"]
        assert bool(found) is unlike
        assert all(common_name in str(each.facts) for each in found)
    over = dc.replace(old, state=State.CANCELLED)
    assert "REPLACES-UNLIKE" not in remarks(plan_of(over, new, orders=(order,)))


def test_what_another_entry_gives_up_is_meant_to_be_replaced() -> None:
    cancelled = DV | {"state": "cancelled", "contract_id": OLD.contract_id}
    old = dc.replace(OLD, client_reference="p/blog/1", common_name="www.example.jp")
    blog, www = portfolio(cancelled | {"common_name": "www.example.jp"}, OV | {"replaces": OLD.contract_id})
    assert "REPLACES-UNLIKE" in remarks(plan_of(old, orders=(www,)))
    assert "REPLACES-UNLIKE" not in remarks(plan_of(old, orders=(blog, www)))


def test_the_plan_says_whose_contract_is_cancelled() -> None:
    old = dc.replace(OLD, common_name="shop.example.jp")
    plan = plan_of(old, NEW, memory=on_host((ORDER, NEW)))
    for lang in t.get_args(Language):
        frame = Frame(portfolio="p", part=None, prices=None, lang=lang, made_at=MADE_AT)
        document = describe_plan(plan, frame, planned=True)
        (line,) = [line for line in render_text(document, lang).splitlines() if line.startswith("- ")]
        assert "shop.example.jp" in line
