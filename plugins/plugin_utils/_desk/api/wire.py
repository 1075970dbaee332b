# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""The JSON of docs/desk-interface.md to and from the collection's values; no calls are made here."""

from __future__ import annotations

import dataclasses as dc
import typing as t

from ....module_utils._core.phrases import Phrase
from ..._values.observed import (
    Application,
    Certificate,
    IssuedCertificate,
    Link,
    LinkChange,
    OfferedProduct,
    Period,
    Procedure,
    Renewal,
    SeenContract,
)
from ..._values.order import CsrOrigin
from ..desk import AnswerUnusable, RequestRefused
from ..forms import read_fields

if t.TYPE_CHECKING:
    from collections.abc import Callable

    from ..._values.links import Relinking
    from ..._values.order import Order
    from .transport import Json

    Part = t.TypeVar("Part", Certificate, Procedure, Period, Renewal, LinkChange)
    Fields = tuple[tuple[str, ...], tuple[str, ...]]

_TOO_MANY = Phrase("a contract has a list of at most {0} certificates", "契約の証明書の一覧は{0}件までです")
_TOO_MANY_LINKS = Phrase(
    "a contract has a list of at most {0} further links", "契約の追加の連携先の一覧は{0}件までです"
)
_NOTHING_TO_REPLACE = Phrase(
    "{0} has no certificate that could be renewed or reissued", "{0} には更新または再発行できる証明書がありません"
)

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
    "linked_since",
)


# Of the parts of a contract: what has to be there, and what may be null.
_OF_CERTIFICATE = (("not_after",), tuple(field.name for field in dc.fields(Certificate) if field.name != "not_after"))
_OF_PROCEDURE = (
    ("id", "kind", "state", "confirmations"),
    tuple(f.name for f in dc.fields(Procedure) if f.name not in ("id", "kind", "state", "confirmations")),
)
_OF_PERIOD = (("number", "begins", "ends", "term"), ())
_OF_RENEWAL = (("notice_at", "opens_at", "order_by", "update_by", "terms", "decision"), ())
_OF_LINK = (("contract_id", "service"), ("since",))
_OF_LINK_CHANGE = (("work", "linked_contract_id", "linked_service"), ("was", "client_reference", "requested_at"))
_MOST_CERTIFICATES = 1_000  # of one contract
_MOST_LINKS = 100


def order_body(order: Order) -> Json:
    """Return the order form: what is bought."""
    return {
        "customer_code": order.customer_code,
        "common_name": order.common_name,
        "product": order.product.id,
        "term": order.term,
        "usage": order.usage.value,
        "linked_contract_id": order.linked_contract.contract_id if order.linked_contract else None,
        "terms_agreed": order.terms_agreed,
    }


def renewal_quote_body(application: Application, order: Order) -> Json:
    """Return the renewal form without a reference.

    Which certificate is replaced, and for how long the next one is paid.
    """
    return {**_name_replaced(application), "term": order.renewal_term, "terms_agreed": order.terms_agreed}


def renewal_body(application: Application, order: Order, client_reference: str) -> Json:
    """Return the renewal form."""
    return {**renewal_quote_body(application, order), "client_reference": client_reference}


def reissue_body(application: Application, order: Order, client_reference: str, reason: str) -> Json:
    """Return the reissue form: which certificate goes, and why."""
    form = {**_name_replaced(application), "client_reference": client_reference}
    return {**form, "reason": reason, "notes_agreed": order.terms_agreed}


def _name_replaced(application: Application) -> Json:
    if application.current is None or application.current.certificate_fingerprint is None:
        raise RequestRefused(_NOTHING_TO_REPLACE.filled(application.contract_id))
    return {
        "contract_id": application.contract_id,
        "replaces": application.current.certificate_fingerprint,
    }


def link_body(application: Application, wanted: Relinking, client_reference: str) -> Json:
    """Return the form that changes or adds a linked service."""
    return {
        "contract_id": application.contract_id,
        "client_reference": client_reference,
        "work": wanted.work.value,
        "was": wanted.was,
        "linked_contract_id": wanted.contract_id,
    }


def registration_body(order: Order, csr: str | None, procedure: Procedure | None = None) -> Json:
    """Return the registration form: CSR, applicant and approval details of the procedure that was seen open."""
    by_service = order.csr_origin is CsrOrigin.SERVICE
    subject = {**order.subject.filled_fields(), "organizational_unit_name": None}
    # A desk that tells no procedures does not know the field either.
    named = {"procedure_id": procedure.id} if procedure else {}
    return {
        **named,
        "csr_origin": "service" if by_service else "customer",
        "csr": None if by_service else csr,
        "subject": subject if by_service else None,
        "applicant": dc.asdict(order.applicant) if order.applicant else None,
        "approval_email": order.approval_email,
        "certificate_transparency": order.certificate_transparency,
        "terms_agreed": order.terms_agreed,
    }


def read_application(answer: t.Any) -> Application:
    """Read an application; fields that are not known here are passed over."""
    values = tuple(name for name in _WHERE_GIVEN if isinstance(answer, dict) and name in answer)
    fields = read_fields(answer, (*_NEEDED, *values), _OR_NULL)
    return Application(
        **fields,
        current=_part(answer, "current", Certificate, _OF_CERTIFICATE),
        previous=_previous(answer),
        procedure=_part(answer, "procedure", Procedure, _OF_PROCEDURE),
        period=_part(answer, "period", Period, _OF_PERIOD),
        renewal=_part(answer, "renewal", Renewal, _OF_RENEWAL),
        further_links=_further_links(answer),
        link_change=_part(answer, "link_change", LinkChange, _OF_LINK_CHANGE),
    )


def _part(answer: Json, name: str, kind: Callable[..., Part], fields: Fields) -> Part | None:
    """Read a part of a contract; null where there is none, missing at a desk that does not know of it."""
    part = answer.get(name)
    return None if part is None else kind(**read_fields(part, *fields))


def _previous(answer: Json) -> tuple[Certificate, ...]:
    rows = answer.get("previous") or []
    if not isinstance(rows, list) or len(rows) > _MOST_CERTIFICATES:
        raise AnswerUnusable(_TOO_MANY.filled(_MOST_CERTIFICATES))
    return tuple(Certificate(**read_fields(row, *_OF_CERTIFICATE)) for row in rows)


def _further_links(answer: Json) -> tuple[Link, ...]:
    rows = answer.get("further_links") or []
    if not isinstance(rows, list) or len(rows) > _MOST_LINKS:
        raise AnswerUnusable(_TOO_MANY_LINKS.filled(_MOST_LINKS))
    return tuple(Link(**read_fields(row, *_OF_LINK)) for row in rows)


def read_issued_certificate(answer: t.Any) -> IssuedCertificate:
    return IssuedCertificate(**read_fields(answer, _fields_of(IssuedCertificate)))


def read_seen_contract(answer: t.Any) -> SeenContract:
    return SeenContract(**read_fields(answer, _fields_of(SeenContract)))


def read_offered_product(answer: t.Any) -> OfferedProduct:
    return OfferedProduct(**read_fields(answer, _fields_of(OfferedProduct)))


def echo_differences(wanted: Json, answer: t.Any) -> tuple[str, ...]:
    """List every field in which the desk's echo of a form is not what was asked."""
    if not isinstance(answer, dict):
        raise AnswerUnusable(
            Phrase("the desk's echo of the order cannot be read", "窓口が返したオーダーの内容を読み取れません")
        )
    return tuple(field for field, value in wanted.items() if answer.get(field) != value)


def _fields_of(kind: type[IssuedCertificate | SeenContract | OfferedProduct]) -> tuple[str, ...]:
    return tuple(field.name for field in dc.fields(kind))


__all__ = (
    "echo_differences",
    "link_body",
    "order_body",
    "read_application",
    "read_issued_certificate",
    "read_offered_product",
    "read_seen_contract",
    "registration_body",
    "reissue_body",
    "renewal_body",
    "renewal_quote_body",
)
