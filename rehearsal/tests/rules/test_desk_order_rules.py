# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Each rule of the order form: what it takes, what it refuses."""

from __future__ import annotations

import typing as t

import pytest
from rehearsal_desk.api.reading import read_form
from rehearsal_desk.rules.catalogue import PRODUCTS
from rehearsal_desk.rules.forms import OrderForm
from rehearsal_desk.rules.order_rules import Counter, order_breaches
from rehearsed import linked_order, order

SERVICES: t.Final = {
    "rga00000001": "gio_content_acceleration",
    "rmw00000001": "managed_waf_link",
    "rwh00000001": "web_high_grade_2",
}


def judged(body: dict[str, t.Any], *, not_offered: str | None = None) -> set[tuple[str, str]]:
    reading = read_form(OrderForm, body)
    counter = Counter(
        customer_codes=frozenset({"SG00000001"}),
        offer={product_id: product for product_id, product in PRODUCTS.items() if product_id != not_offered},
        linked_service=SERVICES.get(reading.form.linked_contract_id or ""),
    )
    return {
        (breach.attribute, breach.code)
        for breach in order_breaches(reading.form, counter=counter, misread=reading.misread)
    }


@pytest.mark.parametrize(
    "body",
    [
        order(),
        order(client_reference=None),
        order(client_reference="x" * 255),
        order(common_name="WWW.Example.JP"),
        order(common_name="xn--wgv71a119e.jp"),
        order(common_name="a" * 61 + ".jp"),
        order(common_name="*.example.jp", product="quick_ssl_wildcard"),
        order(common_name="*.shop.example.jp", product="organization_ssl_wildcard", term="1 year"),
        order(product="secure_server_id_ev"),
        linked_order(),
        linked_order(linked_contract_id="rmw00000001"),
        linked_order(product="sureserver_cloud", linked_contract_id="rwh00000001"),
    ],
)
def test_good_orders_pass(body: dict[str, t.Any]) -> None:
    assert judged(body) == set()


@pytest.mark.parametrize(
    "common_name",
    [
        "www",
        "www.example.jp.",
        "*.example.jp",
        "www.*.example.jp",
        "192.0.2.1",
        "2001:db8::1",
        "[2001:db8::1]",
        "www_1.example.jp",
        "-www.example.jp",
        "www-.example.jp",
        "www..example.jp",
        ".example.jp",
        "日本.jp",
        "www.example.jp/",
        "a b.example.jp",
        "a" * 64 + ".jp",
        "a." * 31 + "xjp",
        "www.example.local",
        "www.intranet",
        "1.2.0.192.in-addr.arpa",
        "www.example.123",
    ],
)
def test_bad_names_are_refused(common_name: str) -> None:
    assert judged(order(common_name=common_name)) == {("common_name", "invalid")}


@pytest.mark.parametrize(
    "common_name", ["www.example.jp", "*.jp", "*.co.jp", "*.*.example.jp", "w*.example.jp", "*.local", "*."]
)
def test_wildcard_products_take_only_wildcard_names(common_name: str) -> None:
    assert judged(order(common_name=common_name, product="quick_ssl_wildcard")) == {("common_name", "invalid")}


@pytest.mark.parametrize(
    ("changes", "breach"),
    [
        ({"client_reference": ""}, ("client_reference", "invalid")),
        ({"client_reference": "x" * 256}, ("client_reference", "invalid")),
        ({"client_reference": 1}, ("client_reference", "invalid")),
        ({"client_reference": "a\nb"}, ("client_reference", "invalid")),
        ({"customer_code": None}, ("customer_code", "required")),
        ({"customer_code": "SG1"}, ("customer_code", "invalid")),
        ({"customer_code": "SG00000002"}, ("customer_code", "not_allowed")),
        ({"common_name": None}, ("common_name", "required")),
        ({"common_name": 5}, ("common_name", "invalid")),
        ({"product": None}, ("product", "required")),
        ({"product": "gold_ssl"}, ("product", "invalid")),
        ({"term": None}, ("term", "required")),
        ({"term": "2 years"}, ("term", "invalid")),
        ({"term": "1 year"}, ("term", "invalid")),  # of a Cybertrust product
        ({"usage": None}, ("usage", "required")),
        ({"usage": "own"}, ("usage", "invalid")),
        ({"linked_contract_id": "rga00000001"}, ("linked_contract_id", "not_allowed")),
        ({"usage": "linked_service"}, ("linked_contract_id", "required")),
        ({"usage": "linked_service", "linked_contract_id": "rga00000009"}, ("linked_contract_id", "invalid")),
        ({"terms_agreed": False}, ("terms_agreed", "required")),
        ({"terms_agreed": None}, ("terms_agreed", "required")),
        ({"terms_agreed": "yes"}, ("terms_agreed", "invalid")),
        ({"product": "secure_server_id_cloud"}, ("usage", "not_allowed")),
        ({"colour": "red"}, ("colour", "unknown")),
    ],
)
def test_a_bad_field_is_refused(changes: dict[str, t.Any], breach: tuple[str, str]) -> None:
    assert judged(order(**changes)) == {breach}


def test_cloud_products_serve_only_two_services() -> None:
    assert judged(linked_order(linked_contract_id="rwh00000001")) == {("linked_contract_id", "not_allowed")}


def test_a_product_off_the_offer_is_refused() -> None:
    assert judged(order(), not_offered="sureserver_cloud") == {("product", "invalid")}


def test_an_empty_form_names_every_field_at_once() -> None:
    fields = ("customer_code", "common_name", "product", "term", "usage", "terms_agreed")
    assert judged({}) == {(field, "required") for field in fields}
