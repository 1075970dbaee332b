# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""Orders and registrations as the values of the forms, and how a screen differs from them."""

from __future__ import annotations

import dataclasses as dc
import typing as t

from ....module_utils._core.phrases import Phrase
from ....module_utils._pki.csrs import read_csr
from ..._values.order import CsrOrigin, Usage
from .map_parts import Entry

if t.TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ..._values.observed import Application
    from ..._values.order import Order
    from .map_parts import Screen, ScreenMap
    from .page_parts import Choice

    Fact = Callable[[str], str | None]

_DIFFERENCE: t.Final = Phrase(
    "「{0}」 is {1} on the screen, {2} in the order", "「{0}」は画面では {1}、オーダーでは {2}"
)
_EMPTY: t.Final = Phrase("empty", "空欄")
_NO_CONTRACT: t.Final = Phrase(
    "the portal's search lists no contract {1} to link to",
    "ポータルの検索結果に、連携対応サービスの契約 {1} がありません",
)
_NOT_RENEWABLE: t.Final = Phrase(
    "「{0}」 does not offer {1} for renewal, but {2}", "「{0}」で更新できる契約に {1} がありません。選択できるもの: {2}"
)
_NO_CODE: t.Final = Phrase(
    "「{0}」 offers no {1} to this portal_user, but {2}",
    "portal_user の「{0}」に {1} がありません。選択できるもの: {2}",
)
_SUBJECT: t.Final = (
    "state_or_province_name",
    "locality_name",
    "organization_name",
    "organizational_unit_name",
)


@dc.dataclass(frozen=True, slots=True, kw_only=True)
class Pick:
    """A choice that may not be offered, which refuses the order; `first_word`: more about it comes after a space."""

    text: str
    refusal: Phrase
    first_word: bool = False

    def is_meant_by(self, choice: Choice) -> bool:
        return (choice.text.partition(" ")[0] if self.first_word else choice.text) == self.text


# A line's text; the text of a choice; a choice that the portal may not offer; True for a tick.
Value = str | Entry | Pick | t.Literal[True]
Values = t.Mapping[str, Value | None]


@dc.dataclass(frozen=True, slots=True, kw_only=True)
class Filling:
    """What a walk fills in, by name, and what screens must show of it. None: the order has no such value."""

    fill: Values
    show: Values = dc.field(default_factory=dict)


def order_filling(order: Order, screen_map: ScreenMap) -> Filling:
    """Return what an order fills in, which is just what its screens must show."""
    linked = order.linked_contract if order.usage is Usage.LINKED_SERVICE else None
    values: dict[str, Value | None] = {
        **_way_to_the_form(order.customer_code, order.usage, screen_map),
        "common_name": order.common_name,
        "product_and_term": _both(order, screen_map),
        "product": screen_map.find_option("products", order.product.id),
        "term": _term(order.term, screen_map),
        "linked_contract": None
        if linked is None
        else Pick(text=linked.contract_id or "", refusal=_NO_CONTRACT, first_word=True),
    }
    return Filling(fill=values, show=values)


def renewal_filling(application: Application, order: Order, screen_map: ScreenMap) -> Filling:
    """Return what a renewal fills in, and what its screens must show of the contract."""
    values: dict[str, Value | None] = {
        "customer_code": Pick(text=order.customer_code, refusal=_NO_CODE),
        "contract_id": Pick(text=application.contract_id, refusal=_NOT_RENEWABLE, first_word=True),
        "renewal_choice": screen_map.find_option("renewal_choices", "renew"),
        "renewed_term": _term(order.renewal_term, screen_map),
    }
    product = screen_map.find_option("products", order.product.id)
    return Filling(fill=values, show={**values, "common_name": order.common_name, "product": product})


def renewal_choice_filling(customer_code: str) -> Filling:
    """Return what leads to the choice of a contract to renew."""
    return Filling(fill={"customer_code": Pick(text=customer_code, refusal=_NO_CODE)})


def offer_filling(customer_code: str, screen_map: ScreenMap) -> Filling:
    """Return what leads to the form without an order, with the search for linked contracts behind it."""
    values = _way_to_the_form(customer_code, Usage.LINKED_SERVICE, screen_map)
    return Filling(fill={**values, "linked_contract": ""})


def registration_filling(
    application: Application, order: Order, csr: str | None, screen_map: ScreenMap, *, page: str
) -> Filling:
    """Return what a registration fills in; a customer's CSR is entered whole, and its subject has to be shown."""
    by_service = order.csr_origin is CsrOrigin.SERVICE
    subject: Mapping[str, str] = order.subject.filled_fields() if by_service else {}
    applicant = dc.asdict(order.applicant) if order.applicant else {}
    transparency = order.certificate_transparency
    values: dict[str, Value | None] = {
        "csr_method": screen_map.find_option("csr_methods", "service" if by_service else "customer"),
        "csr": None if by_service else csr,
        **{name: subject.get(name) for name in _SUBJECT},
        **{f"applicant_{name}": value for name, value in applicant.items()},
        "approval_email": order.approval_email,
        "certificate_transparency": None
        if transparency is None
        else screen_map.find_option("transparency", "register" if transparency else "leave_out"),
    }
    shown = {
        "contract_id": application.contract_id,
        "common_name": order.common_name,
        "product": screen_map.find_option("products", order.product.id),
        **{f"confirmed_applicant_{name}": value for name, value in applicant.items()},
        **({} if by_service else _subject_of(csr)),
    }
    return Filling(fill={**values, "contract": page}, show={**values, **shown})


def find_screen_differences(
    screen: Screen, fact: Fact, filling: Filling, screen_map: ScreenMap, *, whole: bool
) -> tuple[Phrase, ...]:
    """Find every way in which a screen is not what is asked for; `whole`: what it leaves out differs, too."""
    empty = screen_map.find_option("nothing_shown", "dash").texts
    result = []
    for key, entry in screen.parts["facts"].items():
        if key not in filling.show:
            continue
        wanted, shown = filling.show[key], fact(key)
        if shown is None and not whole:
            continue
        texts = _texts(wanted)
        shown = "" if shown is None or shown in empty else shown
        if isinstance(wanted, Pick) and wanted.first_word:
            shown = shown.partition(" ")[0]
        if shown.casefold() not in {" ".join(text.split()).casefold() for text in texts}:
            result.append(_DIFFERENCE.filled(entry.text, shown or _EMPTY, texts[0] or _EMPTY))
    return tuple(result)


def _texts(value: Value | None) -> tuple[str, ...]:
    """Return the texts any of which may be the value."""
    if isinstance(value, Entry):
        return value.texts
    if isinstance(value, Pick):
        return (value.text,)
    return (value if isinstance(value, str) else "",)


def _way_to_the_form(customer_code: str, usage: Usage, screen_map: ScreenMap) -> dict[str, Value | None]:
    return {
        "customer_code": Pick(text=customer_code, refusal=_NO_CODE),
        "new_orders": screen_map.find_option("services_on_offer", "server_certificate"),
        "usage": screen_map.find_option("usages", usage.value),
    }


def _both(order: Order, screen_map: ScreenMap) -> Entry:
    products, terms = screen_map.find_option("products", order.product.id), _term(order.term, screen_map)
    return Entry(
        key="product_and_term",
        texts=tuple(f"{product} {term}" for product in products.texts for term in terms.texts),
        source=products.source,
        at=f"{products.at}, {terms.at}",
    )


def _term(term: str, screen_map: ScreenMap) -> Entry:
    at = f"options.terms.{term}"
    return screen_map.options["terms"].get(term) or Entry(key=term, texts=(term,), source="ours", at=at)


def _subject_of(csr: str | None) -> dict[str, str | None]:
    """Return what the portal must read out of this CSR."""
    subject = dict(read_csr(csr.encode()).subject) if csr else {}
    return {name: subject.get(name) for name in _SUBJECT}


__all__ = (
    "Filling",
    "Pick",
    "Value",
    "find_screen_differences",
    "offer_filling",
    "order_filling",
    "registration_filling",
    "renewal_choice_filling",
    "renewal_filling",
)
