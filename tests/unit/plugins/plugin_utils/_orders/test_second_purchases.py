# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A second purchase is meant only where its duplicate_of names one of the same."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.iij.server_certificate.plugins.plugin_utils._orders.files import read_inline
from ansible_collections.iij.server_certificate.plugins.plugin_utils._orders.portfolio import judge_orders
from ansible_collections.iij.server_certificate.tests.unit.plugins.plugin_utils.portfolios import (
    DV,
    LINKED,
    OV,
    TODAY,
    rules_broken,
)


@pytest.mark.parametrize("first", [DV, OV | {"product": "sureserver_ev_cloud"}, OV | {"usage": "linked_service"}])
@pytest.mark.parametrize("turned", [False, True])
def test_a_second_purchase_of_something_else_excuses_none(first: dict[str, t.Any], turned: bool) -> None:
    """A copy of an order keeps its duplicate_of: what it doubles now is nothing that it names."""
    copy = OV | {"name": "www2", "duplicate_of": "first"}
    orders = [first | {"name": "first"}, OV, copy]
    found = judge_orders(read_inline(orders[::-1] if turned else orders), day=TODAY).complaints
    assert [complaint.rule for complaint in found if complaint.rule == "ORDER-DUPLICATE"] == ["ORDER-DUPLICATE"]
    meant = judge_orders(read_inline([orders[0], OV, copy | {"duplicate_of": "www"}]), day=TODAY).complaints
    assert "ORDER-DUPLICATE" not in [complaint.rule for complaint in meant]


def test_a_second_purchase_stays_one_where_the_first_is_something_else_by_now() -> None:
    """Its product was replaced since: nobody else buys what the second one has."""
    first = OV | {"product": "sureserver_ev_cloud", "generation": 2, "replaces": "rsc00000001"}
    assert rules_broken([first, OV | {"name": "www2", "duplicate_of": "www"}]) == []


@pytest.mark.parametrize(("named", "refused"), [("a", []), ("b", []), ("c", ["ORDER-DUPLICATE"]), ("r2", [])])
def test_a_second_purchase_is_of_the_same_linked_contract(named: str, refused: list[str]) -> None:
    def linked(name: str, contract_id: str | None, **more: str) -> dict[str, t.Any]:
        contract = {"service": "managed_waf_link", **({"contract_id": contract_id} if contract_id else {})}
        return LINKED | {"name": name, "linked_contract": contract, **more}

    others = [linked("a", "r1"), linked("c", "r2")]
    copy = linked("d", "r1", duplicate_of=named)
    twin = linked("b", "r1", duplicate_of="a")
    assert rules_broken([*others, twin, copy]) == refused
