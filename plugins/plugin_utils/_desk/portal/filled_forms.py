# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""Orders and registrations as the fields of the forms, and how a confirm screen differs from them."""

from __future__ import annotations

import dataclasses as dc
import typing as t

from ....module_utils._core.phrases import Phrase
from ..._values.observed import Application
from ..._values.order import CsrOrigin, Usage
from .screen_map import Entry

if t.TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ..._values.order import Order
    from .screen_map import ScreenMap
    from .window import Value

    Fact = Callable[[str], str | None]
    Row = Mapping[str, str]


_DIFFERENCE: t.Final = Phrase(
    "「{0}」 is {1} on the screen, {2} in the order", "「{0}」は画面では {1}、オーダーでは {2}"
)


_EMPTY: t.Final = Phrase("empty", "空欄")


_SUBJECT: t.Final = (
    "state_or_province_name",
    "locality_name",
    "organization_name",
    "organizational_unit_name",
)


def order_values(order: Order, known: ScreenMap) -> dict[str, Value]:
    """What is filled in on 新規お申し込み受付入力, but for the linked contract."""
    return {
        "usage": known.option("usages", order.usage.value),
        "common_name": order.common_name,
        "product_and_term": _both(order, known),
    }


def order_differences(order: Order, fact: Fact, known: ScreenMap) -> tuple[Phrase, ...]:
    """Every way in which the confirm screen is not what the order asks for."""
    asked = {
        "customer_code": (order.customer_code,),
        "usage": known.option("usages", order.usage.value).texts,
        "common_name": (order.common_name,),
        "product_and_term": _both(order, known).texts,
    }
    shown = {key: fact(key) for key in asked}
    linked = order.linked_contract
    if order.usage is Usage.LINKED_SERVICE and linked:
        # The line holds the ID and more about the contract.
        asked["linked_contract"] = (linked.contract_id or "",)
        shown["linked_contract"] = (fact("linked_contract") or "").partition(" ")[0]
    elif fact("linked_contract"):
        asked["linked_contract"], shown["linked_contract"] = ("",), fact("linked_contract")
    return _differences(asked, shown, known, screen="order_confirm")


def registration_values(order: Order, csr: str | None, known: ScreenMap) -> dict[str, Value]:
    """What is filled in on 申請情報の登録."""
    values: dict[str, Value] = {"csr_method": _method(order, known)}
    if order.csr_origin is CsrOrigin.SERVICE:
        values.update(order.subject.given())
    elif csr:
        values["csr"] = csr
    if order.applicant:
        values.update({f"applicant_{name}": value for name, value in dc.asdict(order.applicant).items()})
    if order.approval_email:
        values["approval_email"] = order.approval_email
    if order.certificate_transparency is not None:
        values["certificate_transparency"] = _transparency(order, known)
    return values


def registration_differences(
    application: Application, order: Order, fact: Fact, known: ScreenMap
) -> tuple[Phrase, ...]:
    """Every way in which the confirm screen of a registration is not what the order asks for."""
    asked = {
        "contract_id": (application.contract_id,),
        "common_name": (order.common_name,),
        "product": known.option("products", order.product.id).texts,
        "csr_method": _method(order, known).texts,
        "approval_email": (order.approval_email or "",),
        "certificate_transparency": ("",)
        if order.certificate_transparency is None
        else _transparency(order, known).texts,
    }
    if order.csr_origin is CsrOrigin.SERVICE:
        given = order.subject.given()
        asked.update({name: (given.get(name, ""),) for name in _SUBJECT})
    elif fact("csr_common_name"):
        asked["csr_common_name"] = (order.common_name,)
    if order.applicant:
        asked.update({f"confirmed_applicant_{name}": (value,) for name, value in dc.asdict(order.applicant).items()})
    empty = known.option("nothing_shown", "dash").texts
    shown = {key: "" if (fact(key) or "") in empty else fact(key) or "" for key in asked}
    return _differences(asked, shown, known, screen="registration_confirm")


def _differences(
    asked: Mapping[str, tuple[str, ...]], shown: Mapping[str, str | None], known: ScreenMap, *, screen: str
) -> tuple[Phrase, ...]:
    facts = known.screens[screen].parts["facts"]
    return tuple(
        _DIFFERENCE.filled(facts[key].text, shown[key] or _EMPTY, texts[0] or _EMPTY)
        for key, texts in asked.items()
        if (shown[key] or "").casefold() not in {" ".join(text.split()).casefold() for text in texts}
    )


def _both(order: Order, known: ScreenMap) -> Entry:
    products, terms = known.option("products", order.product.id), known.options["terms"].get(order.term)
    words = terms.texts if terms else (order.term,)
    return Entry(
        key="product_and_term",
        texts=tuple(f"{product} {term}" for product in products.texts for term in words),
        source=products.source,
        at=f"{products.at}, options.terms.{order.term}",
    )


def _method(order: Order, known: ScreenMap) -> Entry:
    return known.option("csr_methods", "service" if order.csr_origin is CsrOrigin.SERVICE else "customer")


def _transparency(order: Order, known: ScreenMap) -> Entry:
    return known.option("transparency", "register" if order.certificate_transparency else "leave_out")


__all__ = (
    "order_differences",
    "order_values",
    "registration_differences",
    "registration_values",
)
