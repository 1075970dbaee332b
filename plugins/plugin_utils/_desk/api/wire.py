# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""The JSON of docs/desk-interface.md to and from the collection's values; no calls are made here."""

from __future__ import annotations

import dataclasses as dc
import datetime as dt
import typing as t

from ....module_utils._core.phrases import Phrase
from ..._values.observed import Application, IssuedCertificate, OfferedProduct, SeenContract, State
from ..._values.order import CsrOrigin
from ..desk import AnswerUnusable

if t.TYPE_CHECKING:
    from ..._values.order import Order
    from .transport import Json

_UNREADABLE = Phrase("{0} from the desk cannot be read: {1}", "窓口から受け取った{0}を読み取れません: {1}")
_TIMES = ("not_before", "not_after", "ordered_at", "registered_at", "issued_at", "downloaded_at")
_TEXTS = ("contract_id", "customer_code", "common_name", "product", "term", "usage", "next_action", "next_action_by")
_TEXTS_OR_NULL = (
    "client_reference",
    "linked_contract_id",
    "linked_service",
    "reason",
    "csr_origin",
    "public_key_fingerprint",
    "certificate_fingerprint",
    "serial_number",
)


def order_body(order: Order) -> Json:
    """The order form: what is bought."""
    return {
        "customer_code": order.customer_code,
        "common_name": order.common_name,
        "product": order.product.id,
        "term": order.term,
        "usage": order.usage.value,
        "linked_contract_id": order.linked_contract.contract_id if order.linked_contract else None,
        "terms_agreed": order.terms_agreed,
    }


def registration_body(order: Order, csr: str | None) -> Json:
    """The registration form: CSR, applicant and approval details."""
    by_service = order.csr_origin is CsrOrigin.SERVICE
    subject = {**order.subject.given(), "organizational_unit_name": None}
    return {
        "csr_origin": "service" if by_service else "customer",
        "csr": None if by_service else csr,
        "subject": subject if by_service else None,
        "applicant": dc.asdict(order.applicant) if order.applicant else None,
        "approval_email": order.approval_email,
        "certificate_transparency": order.certificate_transparency,
    }


def application(answer: t.Any) -> Application:
    """An application as the desk tells it; fields that are not known here are passed over."""
    try:
        deadline = answer.get("deadline")
        fields: Json = {
            **{name: _text(answer[name]) for name in _TEXTS if name in answer},
            **{name: _text_or_null(answer.get(name)) for name in _TEXTS_OR_NULL},
            **{name: _time(answer.get(name)) for name in _TIMES},
            "state": State(answer["state"]),
            "confirmations": _texts(answer.get("confirmations", [])),
            "deadline": dt.date.fromisoformat(_text(deadline)) if deadline is not None else None,
        }
        return Application(**fields)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise _unusable(Phrase("an application", "お申し込み"), error) from None


def issued_certificate(answer: t.Any) -> IssuedCertificate:
    try:
        return IssuedCertificate(**{field.name: _text(answer[field.name]) for field in dc.fields(IssuedCertificate)})
    except (KeyError, TypeError) as error:
        raise _unusable(Phrase("a certificate", "証明書"), error) from None


def seen_contract(answer: t.Any) -> SeenContract:
    try:
        return SeenContract(**{field.name: _text(answer[field.name]) for field in dc.fields(SeenContract)})
    except (KeyError, TypeError) as error:
        raise _unusable(Phrase("a linked contract", "連携対応サービスの契約"), error) from None


def offered_product(answer: t.Any) -> OfferedProduct:
    try:
        return OfferedProduct(product=_text(answer["product"]), terms=_texts(answer["terms"]))
    except (KeyError, TypeError) as error:
        raise _unusable(Phrase("a product", "品目"), error) from None


def echo_differences(order: Order, answer: t.Any) -> tuple[str, ...]:
    """Every field in which the desk's echo of an order is not what was asked."""
    if not isinstance(answer, dict):
        raise AnswerUnusable(
            Phrase("the desk's echo of the order cannot be read", "窓口が返したオーダーの内容を読み取れません")
        )
    asked = order_body(order)
    return tuple(field for field, value in asked.items() if answer.get(field) != value)


def _time(text: t.Any) -> dt.datetime | None:
    return dt.datetime.fromisoformat(_text(text)) if text is not None else None


def _text(value: t.Any) -> str:
    if not isinstance(value, str):
        raise TypeError(type(value).__name__)
    return value


def _text_or_null(value: t.Any) -> str | None:
    return None if value is None else _text(value)


def _texts(value: t.Any) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise TypeError(type(value).__name__)
    return tuple(map(_text, value))


def _unusable(what: Phrase, error: Exception) -> AnswerUnusable:
    return AnswerUnusable(_UNREADABLE.filled(what, f"{type(error).__name__} {error}"))


__all__ = (
    "application",
    "echo_differences",
    "issued_certificate",
    "offered_product",
    "order_body",
    "registration_body",
    "seen_contract",
)
