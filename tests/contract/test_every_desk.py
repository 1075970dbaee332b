# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What holds for every way to the desk: each test runs over the JSON interface and over the portal's screens.

A browser takes longer, so it walks the longest ways only.
"""

from __future__ import annotations

import datetime as dt
import typing as t

import pytest
from ansible_collections.iij.server_certificate.plugins.plugin_utils._catalogue.products import PRODUCTS
from ansible_collections.iij.server_certificate.plugins.plugin_utils._catalogue.services import LINKED_SERVICES
from ansible_collections.iij.server_certificate.plugins.plugin_utils._desk.desk import RequestRefused, StateConflict
from ansible_collections.iij.server_certificate.plugins.plugin_utils._values.observed import State
from ansible_collections.iij.server_certificate.tests.contract import sample_orders as sample
from ansible_collections.iij.server_certificate.tests.contract.portal_desks import EVERY_WAY
from cryptography import x509

if t.TYPE_CHECKING:
    from ansible_collections.iij.server_certificate.plugins.plugin_utils._desk.desk import Desk as AnyDesk
    from ansible_collections.iij.server_certificate.tests.contract.desk_process import DeskControl

JST = dt.timezone(dt.timedelta(hours=9))


def test_both_sides_know_the_same_products_and_services(any_desk: AnyDesk, shared_desk: DeskControl) -> None:
    offered = {product.product: product.terms for product in any_desk.list_products()}
    assert set(offered) == set(PRODUCTS)
    assert all(offered.values())
    for row in shared_desk.api("GET", "/products")["results"]:
        ours = PRODUCTS[row["product"]]
        theirs = (row["name"], row["certificate_authority"], row["level"], row["wildcard"])
        assert theirs == (ours.name, ours.authority.id, ours.level.value, ours.wildcard.value)
        assert row["linked_services"] == (ours.linked_services.value and list(ours.linked_services.value))
    assert {contract.service for contract in any_desk.list_linked_contracts()} <= set(LINKED_SERVICES)


def test_linked_contracts_of_one_service_or_all(any_desk: AnyDesk) -> None:
    found = {service: any_desk.list_linked_contracts(service) for service in LINKED_SERVICES}
    assert [contract.contract_id for contract in found["gio_content_acceleration"]] == ["rga00000001"]
    assert [len(found[service]) for service in ("id_gateway", "managed_waf_link")] == [0, 2]
    assert all(contract.service == service for service, rows in found.items() for contract in rows)
    assert set(any_desk.list_linked_contracts()) == {contract for rows in found.values() for contract in rows}


def test_a_quote_buys_nothing(shared_desk: DeskControl, any_desk: AnyDesk) -> None:
    before = shared_desk.purchases()
    any_desk.quote(sample.order(common_name="WWW.Example.JP"))
    any_desk.quote(sample.linked_order())
    assert shared_desk.purchases() == before


@EVERY_WAY
def test_iij_makes_the_csr_of_a_linked_service(shared_desk: DeskControl, any_desk: AnyDesk) -> None:
    order = sample.linked_order(**sample.fresh())
    placed = any_desk.place(order, order.client_reference("linked"))
    applied = any_desk.register(placed, order, None)
    assert applied.state is State.APPLIED
    assert shared_desk.list_applications()[placed.contract_id]["csr_origin"] == "service"
    shared_desk.ca_work(placed.contract_id)
    (installing,) = [app for app in any_desk.list_applications() if app.contract_id == placed.contract_id]
    assert (installing.state, installing.next_action_by) == (State.INSTALLING, "iij")


@EVERY_WAY
def test_the_certificate_leads_to_the_root(shared_desk: DeskControl, any_desk: AnyDesk) -> None:
    order = sample.order(**sample.fresh())
    placed = any_desk.place(order, order.client_reference("issue"))
    with pytest.raises(StateConflict):
        any_desk.fetch_certificate(placed)
    any_desk.register(placed, order, None)
    shared_desk.ca_work(placed.contract_id)
    issued = any_desk.fetch_certificate(placed)
    leaf, *chain = x509.load_pem_x509_certificates((issued.certificate + issued.chain).encode())
    root = x509.load_pem_x509_certificate(shared_desk.root().encode())
    for below, above in zip([leaf, *chain], [*chain, root], strict=True):
        below.verify_directly_issued_by(above)
    (after,) = [app for app in any_desk.list_applications() if app.contract_id == placed.contract_id]
    assert after.state is State.ISSUED
    assert after.not_after is not None
    # The portal shows the day, in Japan.
    assert after.not_after.astimezone(JST).date() == leaf.not_valid_after_utc.astimezone(JST).date()


def test_a_purchase_is_what_the_order_asks_for(shared_desk: DeskControl, any_desk: AnyDesk) -> None:
    order = sample.linked_order(**sample.fresh())
    before = len(shared_desk.purchases())
    placed = any_desk.place(order, order.client_reference("asked"))
    assert len(shared_desk.purchases()) == before + 1
    told = shared_desk.list_applications()[placed.contract_id]
    for field in ("customer_code", "common_name", "product", "term", "usage", "linked_contract_id", "linked_service"):
        assert getattr(placed, field) == told[field]
    assert (placed.state.value, placed.next_action, placed.next_action_by) == (
        told["state"], told["next_action"], told["next_action_by"],
    )  # fmt: skip
    assert placed.deadline is not None
    assert placed.deadline.isoformat() == told["deadline"]


def test_a_csr_made_elsewhere_is_registered(shared_desk: DeskControl, any_desk: AnyDesk) -> None:
    order = sample.target_order(**sample.fresh(product="organization_ssl", approval_email="admin@example.jp"))
    placed = any_desk.place(order, order.client_reference("csr"))
    applied = any_desk.register(placed, order, sample.csr_of(sample.new_key(), order.common_name))
    assert applied.state is State.APPLIED
    told = shared_desk.list_applications()[placed.contract_id]
    assert told["csr_origin"] == "customer"


@EVERY_WAY
def test_what_an_order_lacks_is_refused_before_it_is_bought(shared_desk: DeskControl, any_desk: AnyDesk) -> None:
    before = shared_desk.purchases()
    order = sample.order(**sample.fresh(customer_code="SG99999999"))
    for call in (any_desk.quote, lambda order: any_desk.place(order, order.client_reference("lacks"))):
        with pytest.raises(RequestRefused, match="SG00000001"):
            call(order)
    assert shared_desk.purchases() == before


def test_a_rejected_application_has_ended(shared_desk: DeskControl, any_desk: AnyDesk) -> None:
    order = sample.order(**sample.fresh())
    placed = any_desk.place(order, order.client_reference("rejected"))
    any_desk.register(placed, order, None)
    shared_desk.ca_reject(placed.contract_id, reason="The organization was not found.")
    (listed,) = [app for app in any_desk.list_applications() if app.contract_id == placed.contract_id]
    told = any_desk.read_in_full(listed)
    assert (told.state, told.live, told.reason) == (State.REJECTED, False, "The organization was not found.")
