# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The JSON face of the desk, as docs/desk-interface.md describes it."""

from __future__ import annotations

import typing as t

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import JSONResponse

from rehearsal_desk.api import answers, json_forms
from rehearsal_desk.api.answers import moment
from rehearsal_desk.desk.desk import Desk, Shown
from rehearsal_desk.desk.registrar import Registrar
from rehearsal_desk.rules.admins import Admin, bearer_of, digest
from rehearsal_desk.rules.problems import Breach, Refused

BASE_PATH: t.Final = "/api/v1"
LONGEST_PAGE: t.Final = 1000

router = APIRouter(prefix=BASE_PATH)


async def _desk(request: Request) -> Desk:
    return t.cast(Desk, request.app.state.desk)


async def _registrar(request: Request) -> Registrar:
    return t.cast(Registrar, request.app.state.registrar)


async def _admin(request: Request) -> Admin:
    admins: t.Mapping[str, Admin] = request.app.state.admins
    admin = admins.get(digest(bearer_token(request)))
    if admin is None:
        raise answers.token_refused()
    return admin


async def json_body(request: Request) -> dict[str, object]:
    """The JSON object of the request body."""
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > json_forms.LARGEST_BODY:
            break
    return json_forms.parsed(bytes(body))


def bearer_token(request: Request) -> str:
    """The token that the request shows, or an empty one."""
    return bearer_of(request.headers.get("authorization", ""))


TheDesk = t.Annotated[Desk, Depends(_desk)]
TheRegistrar = t.Annotated[Registrar, Depends(_registrar)]
TheAdmin = t.Annotated[Admin, Depends(_admin)]
Body = t.Annotated[dict[str, object], Depends(json_body)]
Offset = t.Annotated[int, Query(ge=0, le=10_000_000)]
Limit = t.Annotated[int, Query(ge=1, le=LONGEST_PAGE)]
References = t.Annotated[list[str] | None, Query()]


@router.get("/products")
def products(desk: TheDesk, _admin: TheAdmin, offset: Offset = 0, limit: Limit = 100) -> JSONResponse:
    """What is on offer."""
    offer = [
        {
            "product": product.id,
            "name": product.name,
            "certificate_authority": product.authority.id,
            "level": product.level,
            "wildcard": product.wildcard,
            "terms": product.terms,
            "linked_services": product.linked_services,
        }
        for product in desk.offer.values()
    ]
    return answers.results(offer[offset : offset + limit], total=len(offer), offset=offset, limit=limit)


@router.get("/linked-contracts")
def linked_contracts(
    desk: TheDesk, admin: TheAdmin, service: str | None = None, offset: Offset = 0, limit: Limit = 100
) -> JSONResponse:
    """The admin's contracts of linked services."""
    page = desk.linked_contracts(admin, service=service, offset=offset, limit=limit)
    rows = [
        {
            "contract_id": row.contract_id,
            "service": row.service,
            "name": row.name,
            "customer_code": row.customer_code,
        }
        for row in page.rows
    ]
    return answers.results(rows, total=page.total, offset=offset, limit=limit)


@router.get("/applications")
def applications(
    desk: TheDesk, admin: TheAdmin, client_reference: References = None, offset: Offset = 0, limit: Limit = 100
) -> JSONResponse:
    """The admin's applications, oldest first."""
    shown, total = desk.applications(admin, references=client_reference, offset=offset, limit=limit)
    return answers.results(tuple(map(_application, shown)), total=total, offset=offset, limit=limit)


@router.get("/applications/{contract_id}")
def application(desk: TheDesk, admin: TheAdmin, contract_id: str) -> JSONResponse:
    """One application."""
    return answers.result(_application(desk.application(admin, contract_id)))


@router.get("/applications/{contract_id}/certificate")
def certificate(desk: TheDesk, admin: TheAdmin, contract_id: str) -> JSONResponse:
    """The issued certificate with its chain."""
    issued = desk.certificate(admin, contract_id)
    return answers.result(
        {
            "contract_id": issued.contract_id,
            "common_name": issued.common_name,
            "certificate": issued.certificate,
            "chain": issued.chain,
            "not_before": moment(issued.not_before),
            "not_after": moment(issued.not_after),
            "serial_number": issued.serial_number,
            "certificate_fingerprint": issued.certificate_fingerprint,
            "public_key_fingerprint": issued.public_key_fingerprint,
        }
    )


@router.get("/applications/{contract_id}/private-key")
def private_key(desk: TheDesk, admin: TheAdmin, contract_id: str) -> JSONResponse:
    """The private key that the service made."""
    application, pem = desk.private_key(admin, contract_id)
    answer = answers.result(
        {
            "contract_id": application.contract_id,
            "common_name": application.common_name,
            "private_key": pem,
            "public_key_fingerprint": application.public_key_fingerprint,
        }
    )
    answer.headers["cache-control"] = "no-store"
    return answer


@router.post("/quotes")
def quote(desk: TheDesk, admin: TheAdmin, body: Body) -> JSONResponse:
    """Everything but the purchase."""
    form = desk.quote(admin, json_forms.quote_form(body))
    return answers.result(
        {
            "customer_code": form.customer_code,
            "common_name": form.common_name,
            "product": form.product,
            "term": form.term,
            "usage": form.usage,
            "linked_contract_id": form.linked_contract_id,
            "terms_agreed": form.terms_agreed,
        }
    )


@router.post("/applications")
def place(desk: TheDesk, admin: TheAdmin, body: Body) -> JSONResponse:
    """The purchase: 201 when it was made now, 200 when its reference had bought it before."""
    shown, bought = desk.place(admin, json_forms.order_form(body))
    return answers.result(_application(shown), status=201 if bought else 200)


@router.put("/applications/{contract_id}/registration")
def register(registrar: TheRegistrar, admin: TheAdmin, contract_id: str, body: Body) -> JSONResponse:
    """CSR and application information."""
    return answers.result(_application(registrar.register(admin, contract_id, json_forms.registration_form(body))))


@router.post("/applications/{contract_id}/cancellation")
def cancel(desk: TheDesk, admin: TheAdmin, contract_id: str, body: Body) -> JSONResponse:
    """The cancellation of the application that path and body name."""
    fields = json_forms.Fields(body)
    repeated = fields.text("contract_id")
    fields.refuse_if_misread()
    if repeated != contract_id:
        code = "required" if repeated is None else "invalid"
        raise Refused((Breach("contract_id", code, "Spell out the contract ID of the path once more."),))
    return answers.result(_application(desk.cancel(admin, contract_id)))


def _application(shown: Shown) -> dict[str, object]:
    row, standing = shown.application, shown.standing
    return {
        "contract_id": row.contract_id,
        "client_reference": row.client_reference,
        "customer_code": row.customer_code,
        "common_name": row.common_name,
        "product": row.product,
        "term": row.term,
        "usage": row.usage,
        "linked_contract_id": row.linked_contract_id,
        "linked_service": row.linked_service,
        "state": standing.state,
        "confirmations": standing.confirmations,
        "reason": standing.reason,
        "next_action": standing.next_action,
        "next_action_by": standing.next_action_by,
        "deadline": standing.deadline and standing.deadline.isoformat(),
        "csr_origin": row.csr_origin,
        "public_key_fingerprint": row.public_key_fingerprint,
        "certificate_fingerprint": row.certificate_fingerprint,
        "serial_number": row.serial_number,
        "not_before": moment(row.not_before),
        "not_after": moment(row.not_after),
        "ordered_at": moment(row.ordered_at),
        "registered_at": moment(row.registered_at),
        "issued_at": moment(row.issued_at),
        "downloaded_at": moment(row.downloaded_at),
    }
