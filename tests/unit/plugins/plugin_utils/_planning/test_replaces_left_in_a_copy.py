# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A `replaces` that was left in a copy would cancel what another order keeps: the plan of the purchase says so."""

from __future__ import annotations

import dataclasses as dc
import typing as t

import pytest
from ansible_collections.iij.server_certificate.plugins.module_utils._core.phrases import Language
from ansible_collections.iij.server_certificate.plugins.plugin_utils._orders.files import read_inline
from ansible_collections.iij.server_certificate.plugins.plugin_utils._orders.portfolio import judge_orders
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
    MADE_AT,
    OV,
    TODAY,
    portfolio,
)

if t.TYPE_CHECKING:
    from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.memory import Memory
    from ansible_collections.iij.server_certificate.plugins.plugin_utils._values.observed import Application

RULE: t.Final = "REPLACES-UNLIKE"


@pytest.mark.parametrize(
    ("reference", "common_name", "unlike"),
    [
        ("p/www/1", "www.example.jp", False),
        ("p/www/1", "shop.example.jp", True),
        (None, "www.example.jp", False),
        (None, "shop.example.jp", True),
        ("by-hand 7", "www.example.jp", False),
        ("p/shop/1", "www.example.jp", False),  # another order name, as the guide has it
        ("p/shop/1", "shop.example.jp", True),
        ("other/shop/1", "shop.example.jp", False),  # REPLACES-OTHER says it
    ],
)
@pytest.mark.parametrize("named", [{"generation": 2}, {"name": "www-ev"}])
def test_a_replaces_that_was_left_in_a_copy_is_told_with_the_purchase_and_the_cancellation(
    reference: str | None, common_name: str, unlike: bool, named: dict[str, t.Any]
) -> None:
    (order,) = portfolio(OV | {"replaces": OLD.contract_id} | named)
    old = dc.replace(OLD, client_reference=reference, common_name=common_name)
    new = dc.replace(NEW, client_reference=order.client_reference("p"))
    memory = on_host((order, new))

    def is_told(*rows: Application, memory: Memory | None = None, **more: t.Any) -> bool:
        told = [each for each in plan_of(*rows, orders=(order,), memory=memory, **more).remarks if each.rule == RULE]
        assert all(common_name in str(each.facts) for each in told)
        return bool(told)

    assert is_told(old) is is_told(old, new, memory=memory) is unlike
    for state in (State.AWAITING_REGISTRATION, State.APPLIED, State.ISSUED):
        assert not is_told(old, dc.replace(new, state=state)), "bought already, and not cancelled yet"
    assert not is_told(dc.replace(old, state=State.CANCELLED), new)
    for each in ((old,), (old, new)):
        assert not is_told(*each, memory=memory, due_only=True), "the daily run neither buys nor cancels"
    assert not is_told(old, new, memory=memory, changes_online=False), "a person cancels it, and is told of it"


def test_an_order_with_a_mistake_is_no_order_that_is_gone() -> None:
    """Neither is its contract another one's that may be replaced, nor its name the one under which it was bought."""
    judged = judge_orders(read_inline([{**OV, "approval_email": "nobody"}]), day=TODAY)
    (ev,) = portfolio(OV | {"name": "www-ev", "replaces": OLD.contract_id})
    assert RULE not in remarks(plan_of(OLD, orders=(ev,), outlines=judged.outlines, leave_wrong=True))
    (second,) = portfolio(OV | {"name": "second"})
    ended = dc.replace(NEW, client_reference="p/www/1", state=State.REJECTED)
    for outlines, expected in (((), True), (judged.outlines, False)):
        plan = plan_of(ended, orders=(second,), outlines=outlines, leave_wrong=True)
        assert ("BOUGHT-BEFORE" in remarks(plan)) is expected


def test_the_plan_says_whose_contract_is_cancelled() -> None:
    old = dc.replace(OLD, common_name="shop.example.jp")
    plan = plan_of(old, NEW, memory=on_host((ORDER, NEW)))
    for lang in t.get_args(Language):
        frame = Frame(portfolio="p", part=None, prices=None, lang=lang, made_at=MADE_AT)
        document = describe_plan(plan, frame, planned=True)
        (line,) = [line for line in render_text(document, lang).splitlines() if line.startswith("- ")]
        assert "shop.example.jp" in line
