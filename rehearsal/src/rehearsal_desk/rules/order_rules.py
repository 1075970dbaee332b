# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The rules of the order form; pure, and all breaches at once."""

from __future__ import annotations

import dataclasses as dc
import re
import typing as t

from rehearsal_desk.rules import names
from rehearsal_desk.rules.catalogue import Product
from rehearsal_desk.rules.forms import OrderForm, QuoteForm, unprintable
from rehearsal_desk.rules.problems import Breach, merged
from rehearsal_desk.rules.wording import say

OTHER: t.Final = "other"
LINKED_SERVICE: t.Final = "linked_service"
LONGEST_REFERENCE: t.Final = 255
CHOOSE_LINK: t.Final = say("Choose the contract of the linked service.", "連携対応サービスの契約を選択してください。")
LINK_NOT_SEEN: t.Final = say(
    "This admin has no such linked contract; others need a paper order [M:2261096].",
    "この連携対応サービスの契約は、この担当者には表示されません。"
    "ほかの契約は書面でのお申し込みになります [M:2261096]。",
)

_CUSTOMER_CODE: t.Final = re.compile(r"SG[0-9]{8}")

Breaches = t.Iterator[Breach]


@dc.dataclass(frozen=True, slots=True, kw_only=True)
class Counter:
    """What the desk knows while it reads an order: the admin's customer codes, the offer, the named linked contract."""

    customer_codes: frozenset[str]
    offer: t.Mapping[str, Product]
    linked_service: str | None  # of the named linked contract; None when the admin has no such contract


def order_breaches(form: QuoteForm, *, counter: Counter, misread: tuple[Breach, ...] = ()) -> tuple[Breach, ...]:
    """List every rule that this order breaks, after what its face could not read."""
    product = counter.offer.get(form.product)
    return merged(
        (*misread, *unprintable(form)),
        (
            *_reference(form),
            *_customer_code(form, counter=counter),
            *_common_name(form, product=product),
            *_product(form, product=product, counter=counter),
            *_term(form, product=product),
            *_usage(form, product=product),
            *_linked_contract(form, product=product, counter=counter),
            *_terms_agreed(form),
        ),
    )


def _reference(form: QuoteForm) -> Breaches:
    reference = form.client_reference if isinstance(form, OrderForm) else None
    if reference is not None and not 1 <= len(reference) <= LONGEST_REFERENCE:
        yield Breach(
            "client_reference",
            "invalid",
            say("A reference has 1 to {} characters.", "参照名は1〜{}文字です。", LONGEST_REFERENCE),
        )


def _customer_code(form: QuoteForm, *, counter: Counter) -> Breaches:
    if not form.customer_code:
        yield Breach(
            "customer_code", "required", say("Choose a customer code.", "カスタマーコードを選択してください。")
        )
    elif not _CUSTOMER_CODE.fullmatch(form.customer_code):
        yield Breach(
            "customer_code",
            "invalid",
            say("A customer code is SG and 8 digits.", "カスタマーコードは SG と数字8桁です。"),
        )
    elif form.customer_code not in counter.customer_codes:
        mine = ", ".join(sorted(counter.customer_codes))
        yield Breach(
            "customer_code",
            "not_allowed",
            say(
                "This is not a customer code of this admin, who has: {}.",
                "この担当者のカスタマーコードではありません。使えるもの: {}",
                mine,
            ),
        )


def _common_name(form: QuoteForm, *, product: Product | None) -> Breaches:
    if not form.common_name:
        yield Breach(
            "common_name",
            "required",
            say(
                "Give the name of the server, such as www.example.jp.",
                "サーバの名前を入力してください (例: www.example.jp)。",
            ),
        )
        return
    # Without a known product, and where the CA is the customer's, the name is judged by its own look.
    wildcard = product.wildcard if product is not None else None
    if wildcard is None:
        wildcard = form.common_name.startswith("*.")
    if fault := names.fault_of(form.common_name, wildcard=wildcard):
        yield Breach("common_name", "invalid", fault)


def _product(form: QuoteForm, *, product: Product | None, counter: Counter) -> Breaches:
    if not form.product:
        yield Breach("product", "required", say("Choose a product.", "品目を選択してください。"))
    elif product is None:
        offer = ", ".join(sorted(counter.offer))
        yield Breach(
            "product",
            "invalid",
            say("This product is not on offer. On offer: {}.", "この品目は取り扱っていません。取り扱い: {}", offer),
        )


def _term(form: QuoteForm, *, product: Product | None) -> Breaches:
    if not form.term:
        yield Breach("term", "required", say("Choose a term.", "有効期間を選択してください。"))
    elif product is not None and form.term not in product.terms:
        yield Breach(
            "term",
            "invalid",
            say(
                "Terms of this product (the desk's own list): {}.",
                "この品目の有効期間 (リハーサル窓口で決めたもの): {}",
                ", ".join(product.terms),
            ),
        )


def _usage(form: QuoteForm, *, product: Product | None) -> Breaches:
    if not form.usage:
        yield Breach(
            "usage", "required", say("Choose {} or {}.", "{} または {} を選択してください。", OTHER, LINKED_SERVICE)
        )
    elif form.usage not in (OTHER, LINKED_SERVICE):
        yield Breach(
            "usage", "invalid", say("The usage is {} or {}.", "利用形態は {} または {} です。", OTHER, LINKED_SERVICE)
        )
    elif form.usage == OTHER and product is not None and product.linked_services is not None:
        services = ", ".join(product.linked_services)
        yield Breach(
            "usage",
            "not_allowed",
            say(
                "This product is only for the linked services {} [M:2261124].",
                "この品目は、連携対応サービス {} でだけ利用できます [M:2261124]。",
                services,
            ),
        )


def _linked_contract(form: QuoteForm, *, product: Product | None, counter: Counter) -> Breaches:
    field = "linked_contract_id"
    if form.usage != LINKED_SERVICE:
        if form.linked_contract_id is not None:
            yield Breach(
                field,
                "not_allowed",
                say(
                    "A linked contract goes only with the usage {}.",
                    "連携対応サービスの契約を指定できるのは、利用形態が {} のときだけです。",
                    LINKED_SERVICE,
                ),
            )
    elif form.linked_contract_id is None:
        yield Breach(field, "required", CHOOSE_LINK)
    elif counter.linked_service is None:
        yield Breach(field, "invalid", LINK_NOT_SEEN)
    elif product is not None and counter.linked_service not in (product.linked_services or (counter.linked_service,)):
        services = ", ".join(product.linked_services or ())
        yield Breach(
            field,
            "not_allowed",
            say(
                "This product is only for the linked services {} [M:2261124].",
                "この品目は、連携対応サービス {} でだけ利用できます [M:2261124]。",
                services,
            ),
        )


def _terms_agreed(form: QuoteForm) -> Breaches:
    if not form.terms_agreed:
        yield Breach(
            "terms_agreed",
            "required",
            say("The terms of service have to be agreed to.", "約款・規約への同意が必要です。"),
        )
