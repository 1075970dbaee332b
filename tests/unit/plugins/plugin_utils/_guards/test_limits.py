# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Limits of a run: how many new orders, for how much money, by which prices, in which slice."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.iij.server_certificate.plugins.plugin_utils._catalogue.products import PRODUCTS, TERMS, Product
from ansible_collections.iij.server_certificate.plugins.plugin_utils._complaints.complaints import OrdersRefused, report
from ansible_collections.iij.server_certificate.plugins.plugin_utils._guards.limits import Limits, judge_limits
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.observe import observe
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.plan import Plan, make_plan
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.prices import (
    PriceTable,
    read_price_table,
)
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.slices import Slice, read_slice
from hypothesis import given
from hypothesis import strategies as st
from portfolios import DV, OV, WILDCARD, DeskInMemory, booked, portfolio

PRICES = {"sureserver_cloud": {"6 months": 30_000}, "クイック認証SSL": {"6 months": 12_000}}


def made(*orders: t.Any, desk: DeskInMemory | None = None) -> Plan:
    desk = desk or DeskInMemory()
    return make_plan(orders, observe(desk, orders, portfolio="p"), portfolio="p")


def past_limits(plan: Plan, **limits: t.Any) -> dict[str, str]:
    """The English text of each complaint by its rule."""
    prices = limits.pop("prices")
    complaints = judge_limits(plan, Limits(**limits), prices=prices)
    assert bool(report(complaints, "ja")) == bool(complaints)
    return {complaint.rule: complaint.render("en") for complaint in complaints}


def refusals(act: t.Callable[[], object]) -> dict[str, str]:
    """The English text of each complaint by its rule."""
    with pytest.raises(OrdersRefused) as caught:
        act()
    assert report(caught.value.complaints, "ja")
    return {complaint.rule: complaint.render("en") for complaint in caught.value.complaints}


def table() -> PriceTable:
    found = read_price_table(PRICES)
    assert found
    return found


def test_max_new_orders() -> None:
    two = made(*portfolio(OV, DV))
    assert not past_limits(two, max_new_orders=2, budget=None, prices=None)
    assert not past_limits(two, max_new_orders=None, budget=None, prices=None)
    assert list(past_limits(two, max_new_orders=1, budget=None, prices=None)) == ["MAX-NEW-ORDERS"]


def test_the_budget_counts_what_is_bought_now_and_nothing_else() -> None:
    orders = portfolio(OV, DV)
    assert not past_limits(made(*orders), max_new_orders=None, budget=42_000, prices=table())
    told = past_limits(made(*orders), max_new_orders=None, budget=41_999, prices=table())
    assert "42,000 yen, and the budget is 41,999 yen" in told["BUDGET"]
    desk = DeskInMemory(rows=[booked(orders[0], orders[0].client_reference("p"))])
    assert not past_limits(made(*orders, desk=desk), max_new_orders=None, budget=30_000, prices=table())


@pytest.mark.parametrize("prices", [None, "table"])
def test_a_budget_needs_a_price_for_everything_that_is_bought(prices: str | None) -> None:
    wanted = made(
        *portfolio(
            WILDCARD, WILDCARD | {"name": "shop2", "common_name": "*.shop2.example.jp", "key": {"path": "/shop2.key"}}
        )
    )
    told = past_limits(wanted, max_new_orders=0, budget=1, prices=table() if prices else None)
    assert set(told) == {"BUDGET-UNPRICED", "MAX-NEW-ORDERS"}, "all limits are told at once"
    assert "quick_ssl_wildcard, 6 months" in told["BUDGET-UNPRICED"]
    assert "shop, shop2" in told["BUDGET-UNPRICED"]


def test_the_cost_of_a_plan_names_what_has_no_price() -> None:
    cost = table().sum_cost(made(*portfolio(OV, DV, WILDCARD)))
    assert (cost.total, cost.unpriced) == (42_000, ("shop",))


@pytest.mark.parametrize(
    ("written", "rule", "words"),
    [
        ({"quick_sll": {"6 months": 1}}, "KEY-UNKNOWN", "quick_ssl"),
        ({"quick_ssl": {"6 monts": 1}}, "KEY-UNKNOWN", "6 months"),
        ({"quick_ssl": {"6 months": "12,000"}}, "VALUE-TYPE", "whole amount of yen"),
        ({"quick_ssl": {"6 months": -1}}, "VALUE-TYPE", "whole amount of yen"),
        ({"quick_ssl": {"6 months": True}}, "VALUE-TYPE", "whole amount of yen"),
        ({"quick_ssl": 12_000}, "VALUE-TYPE", "mapping of terms"),
    ],
)
def test_a_price_table_with_a_mistake(written: dict[str, t.Any], rule: str, words: str) -> None:
    assert words in refusals(lambda: read_price_table(written))[rule]


@pytest.mark.parametrize("product", PRODUCTS.values(), ids=lambda product: product.id)
@pytest.mark.parametrize("turned", [False, True])
def test_a_product_has_its_prices_under_one_of_its_names(product: Product, turned: bool) -> None:
    names = (product.id, product.name)[:: -1 if turned else 1]
    one, other = ({name: {term: 12_000}} for name, term in zip(names, TERMS, strict=True))
    assert read_price_table(one) and read_price_table(other)
    for second in ({**one, **other}, {**one, names[1]: {"renewal": {"6 months": 1}}}, {**one, names[1]: {}}):
        told = refusals(lambda table=second: read_price_table(table))
        assert list(told) == ["PRICE-TWICE"] and all(name in told["PRICE-TWICE"] for name in names)


def test_all_mistakes_of_a_price_table_are_told_at_once() -> None:
    with pytest.raises(OrdersRefused) as caught:
        read_price_table({"a": {"b": "c"}, "quick_ssl": []})
    assert sorted(complaint.field for complaint in caught.value.complaints) == ["a", "a.b", "a.b", "quick_ssl"]


@pytest.mark.parametrize("text", ["0/5", "6/5", "2", "2/", "1/0", "-1/3", "1/3 ", "１/３", "1/10000"])
def test_what_is_no_slice(text: str) -> None:
    assert list(refusals(lambda: read_slice(text))) == ["SLICE"]


@given(st.text(), st.integers(1, 50))
def test_every_order_is_in_exactly_one_slice(name: str, count: int) -> None:
    assert sum(Slice(number=number, count=count).holds(name) for number in range(1, count + 1)) == 1


def test_slices_are_stable_and_of_like_size() -> None:
    names = [f"www{number}" for number in range(1000)]
    sizes = [sum(Slice(number=number, count=5).holds(name) for name in names) for number in range(1, 6)]
    assert min(sizes) > 150
    # These must never move: a runner that finds another order in its slice would race with the one that had it before.
    assert [
        name for name in ("api", "bank", "cdn", "shop", "www") if Slice(number=1, count=2).holds(name)
    ] == FIRST_HALF


FIRST_HALF = ["bank", "www"]


def test_a_slice_holds_its_orders_and_compares_them_with_all() -> None:
    orders = portfolio(OV, DV, WILDCARD)
    whole = made(*orders)
    parts = [whole.take_slice(Slice(number=number, count=3)) for number in (1, 2, 3)]
    assert sorted(entry.order.name for part in parts for entry in part.entries) == ["blog", "shop", "www"]
    assert all(part.unmanaged == whole.unmanaged for part in parts)
    assert whole.take_slice(None) == whole
