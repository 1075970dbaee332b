# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""The JSON of docs/desk-interface.md to and from the collection's values; no calls are made here."""

from __future__ import annotations

import dataclasses as dc
import typing as t

from ....module_utils._core.phrases import Phrase
from ..._values.observed import Application, IssuedCertificate, OfferedProduct, SeenContract
from ..._values.order import CsrOrigin
from ..desk import AnswerUnusable
from ..forms import read_fields

if t.TYPE_CHECKING:
    from ..._values.order import Order
    from .transport import Json

_NEEDED = ("contract_id", "customer_code", "common_name", "product", "term", "usage", "state")
_WHERE_GIVEN = ("next_action", "next_action_by", "confirmations")
_OR_NULL = (
    "client_reference",
    "linked_contract_id",
    "linked_service",
    "reason",
    "csr_origin",
    "public_key_fingerprint",
    "certificate_fingerprint",
    "serial_number",
    "deadline",
    "not_before",
    "not_after",
    "ordered_at",
    "registered_at",
    "issued_at",
    "downloaded_at",
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
        "terms_agreed": order.terms_agreed,
    }


def application(answer: t.Any) -> Application:
    """Read an application; fields that are not known here are passed over."""
    given = tuple(name for name in _WHERE_GIVEN if isinstance(answer, dict) and name in answer)
    return Application(**read_fields(answer, (*_NEEDED, *given), _OR_NULL))


def issued_certificate(answer: t.Any) -> IssuedCertificate:
    return IssuedCertificate(**read_fields(answer, _fields_of(IssuedCertificate)))


def seen_contract(answer: t.Any) -> SeenContract:
    return SeenContract(**read_fields(answer, _fields_of(SeenContract)))


def offered_product(answer: t.Any) -> OfferedProduct:
    return OfferedProduct(**read_fields(answer, _fields_of(OfferedProduct)))


def echo_differences(order: Order, answer: t.Any) -> tuple[str, ...]:
    """Every field in which the desk's echo of an order is not what was asked."""
    if not isinstance(answer, dict):
        raise AnswerUnusable(
            Phrase("the desk's echo of the order cannot be read", "窓口が返したオーダーの内容を読み取れません")
        )
    asked = order_body(order)
    return tuple(field for field, value in asked.items() if answer.get(field) != value)


def _fields_of(kind: type[IssuedCertificate | SeenContract | OfferedProduct]) -> tuple[str, ...]:
    return tuple(field.name for field in dc.fields(kind))


__all__ = (
    "application",
    "echo_differences",
    "issued_certificate",
    "offered_product",
    "order_body",
    "registration_body",
    "seen_contract",
)
