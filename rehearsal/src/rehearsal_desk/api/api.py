# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The JSON face of the desk, as docs/desk-interface.md describes it."""

from __future__ import annotations

import dataclasses as dc
import typing as t

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.security import HTTPAuthorizationCredentials as Bearer
from fastapi.security import HTTPBearer

from rehearsal_desk.api import answers
from rehearsal_desk.api import interface as wire
from rehearsal_desk.api.interface import Result, Results
from rehearsal_desk.api.reading import Reading, body_of
from rehearsal_desk.desk import life
from rehearsal_desk.desk.desk import Desk
from rehearsal_desk.desk.life import Standing
from rehearsal_desk.desk.registrar import Registrar
from rehearsal_desk.desk.remembered import RememberedRows
from rehearsal_desk.desk.showing import Shown
from rehearsal_desk.rules.admins import Admin, digest
from rehearsal_desk.rules.forms import (
    LinkForm,
    OrderForm,
    QuoteForm,
    RegistrationForm,
    ReissueForm,
    RenewalForm,
    RenewalQuote,
)
from rehearsal_desk.rules.problems import Breach, Refused
from rehearsal_desk.rules.wording import say

BASE_PATH: t.Final = "/api/v1"
LONGEST_PAGE: t.Final = 1000

_SCHEME: t.Final = HTTPBearer(
    scheme_name="desk", description="An admin's token: scopes order, register.", auto_error=False
)

router = APIRouter(
    prefix=BASE_PATH,
    tags=["desk"],
    responses=answers.describe(200, 400, 429, 500),
)


async def _desk(request: Request) -> Desk:
    return t.cast(Desk, request.app.state.desk)


async def _registrar(request: Request) -> Registrar:
    return t.cast(Registrar, request.app.state.registrar)


async def _rows(request: Request) -> RememberedRows[bytes]:
    return t.cast("RememberedRows[bytes]", request.app.state.rows)


async def _admin(request: Request, shown: t.Annotated[Bearer | None, Depends(_SCHEME)]) -> Admin:
    admins: t.Mapping[str, Admin] = request.app.state.admins
    admin = None if shown is None else admins.get(digest(shown.credentials))
    if admin is None:
        raise answers.token_refused()
    return admin


TheDesk = t.Annotated[Desk, Depends(_desk)]
TheRegistrar = t.Annotated[Registrar, Depends(_registrar)]
TheAdmin = t.Annotated[Admin, Depends(_admin)]
TheRows = t.Annotated[RememberedRows[bytes], Depends(_rows)]
Offset = t.Annotated[int, Query(ge=0, le=10_000_000)]
Limit = t.Annotated[int, Query(ge=1, le=LONGEST_PAGE)]
References = t.Annotated[list[str] | None, Query()]

_STANDING: t.Final = tuple(field.name for field in dc.fields(Standing))
_OF_CONTRACT: t.Final = (
    "contract_id",
    "client_reference",
    "customer_code",
    "common_name",
    "product",
    "term",
    "usage",
    "ordered_at",
)
# Of the procedure that speaks for the contract.
_OF_PROCEDURE: t.Final = (
    "csr_origin",
    "public_key_fingerprint",
    "certificate_fingerprint",
    "serial_number",
    "not_before",
    "not_after",
    "registered_at",
    "issued_at",
    "downloaded_at",
)
_STEP: t.Final = tuple(field.name for field in dc.fields(life.Step))
_OF_OPEN: t.Final = tuple(name for name in wire.Procedure.model_fields if name not in (*_STEP, "id"))
_HANDED_OUT: t.Final = tuple(name for name in wire.Certificate.model_fields if name != "common_name")
_BOUGHT_OR_NOT: t.Final = answers.describe(200, 201, 403, 409)
_BOUGHT_OR_NOT[200]["model"] = Result[wire.Application]  # FastAPI gives it to 201 alone
_RENEWED_OR_NOT: t.Final = _BOUGHT_OR_NOT | answers.describe(404)


@router.get("/products")
def list_products(
    desk: TheDesk, _admin: TheAdmin, offset: Offset = 0, limit: Limit = 100
) -> Results[wire.OfferedProduct]:
    """List what is on offer."""
    offer = list(map(wire.OfferedProduct.model_validate, desk.offer.values()))
    return Results(
        as_of=desk.now(), results=offer[offset : offset + limit], total=len(offer), offset=offset, limit=limit
    )


@router.get("/linked-contracts")
def list_linked_contracts(
    desk: TheDesk, admin: TheAdmin, service: str | None = None, offset: Offset = 0, limit: Limit = 100
) -> Results[wire.LinkedContract]:
    """List the admin's contracts of linked services."""
    page = desk.list_linked_contracts(admin, service=service, offset=offset, limit=limit)
    rows = list(map(wire.LinkedContract.model_validate, page.rows))
    return Results(as_of=desk.now(), results=rows, total=page.total, offset=offset, limit=limit)


@router.get("/applications", response_model=Results[wire.Application])
def list_applications(
    desk: TheDesk,
    admin: TheAdmin,
    rows: TheRows,
    client_reference: References = None,
    offset: Offset = 0,
    limit: Limit = 100,
) -> Response:
    """List the admin's applications, oldest first; a reference finds that of its order and that of its renewal."""
    found, total = desk.list_rows(admin, rows, references=client_reference, offset=offset, limit=limit)
    around = Results[wire.Application](as_of=desk.now(), results=[], total=total, offset=offset, limit=limit)
    head, _no_rows, tail = around.model_dump_json().encode().partition(b'"results":[]')
    body = b"".join((head, b'"results":[', b",".join(found), b"]", tail))
    return Response(body, media_type="application/json")


@router.get("/applications/{contract_id}", responses=answers.describe(404))
def read_application(desk: TheDesk, admin: TheAdmin, contract_id: str) -> Result[wire.Application]:
    """Read one application."""
    return Result(as_of=desk.now(), result=_application(desk.read_application(admin, contract_id)))


@router.get("/applications/{contract_id}/certificate", responses=answers.describe(404, 409))
def download_certificate(
    desk: TheDesk, admin: TheAdmin, contract_id: str, serial_number: str | None = None
) -> Result[wire.Certificate]:
    """Download an issued certificate with its chain: the one in use, or the one that is named."""
    handed_out = desk.download_certificate(admin, contract_id, serial_number=serial_number)
    certificate = {name: getattr(handed_out, name) for name in _HANDED_OUT}
    certificate["common_name"] = handed_out.application.common_name
    return Result(as_of=desk.now(), result=wire.Certificate.model_validate(certificate))


@router.get("/applications/{contract_id}/private-key", responses=answers.describe(403, 404, 409))
def download_private_key(
    desk: TheDesk, admin: TheAdmin, contract_id: str, response: Response
) -> Result[wire.PrivateKey]:
    """Download the private key that the service made."""
    application, pem = desk.download_private_key(admin, contract_id)
    response.headers["cache-control"] = "no-store"
    key = wire.PrivateKey(
        contract_id=application.contract_id,
        common_name=application.common_name,
        private_key=pem,
        public_key_fingerprint=application.shown_first.public_key_fingerprint or "",
    )
    return Result(as_of=desk.now(), result=key)


@router.post("/quotes", responses=answers.describe(403))
def quote_order(
    desk: TheDesk, admin: TheAdmin, body: t.Annotated[Reading[QuoteForm], body_of(QuoteForm)]
) -> Result[QuoteForm]:
    """Judge an order: everything but the purchase."""
    return Result(as_of=desk.now(), result=desk.quote(admin, body.form, misread=body.misread))


@router.post("/applications", status_code=201, responses=_BOUGHT_OR_NOT)
def place_order(
    desk: TheDesk, admin: TheAdmin, body: t.Annotated[Reading[OrderForm], body_of(OrderForm)], response: Response
) -> Result[wire.Application]:
    """Place an order: 201 when it was bought now, 200 when its reference had bought it before."""
    shown, bought = desk.place(admin, body.form, misread=body.misread)
    response.status_code = 201 if bought else 200
    return Result(as_of=desk.now(), result=_application(shown))


@router.put("/applications/{contract_id}/registration", responses=answers.describe(403, 404, 409))
def register(
    desk: TheDesk,
    registrar: TheRegistrar,
    admin: TheAdmin,
    contract_id: str,
    body: t.Annotated[Reading[RegistrationForm], body_of(RegistrationForm)],
) -> Result[wire.Application]:
    """Register CSR and application information."""
    shown = registrar.register(admin, contract_id, body.form, misread=body.misread)
    return Result(as_of=desk.now(), result=_application(shown))


@router.post("/applications/{contract_id}/renewals/quote", responses=answers.describe(403, 404, 409))
def quote_renewal(
    desk: TheDesk, admin: TheAdmin, contract_id: str, body: t.Annotated[Reading[RenewalQuote], body_of(RenewalQuote)]
) -> Result[RenewalQuote]:
    """Judge a renewal: everything but the order."""
    return Result(as_of=desk.now(), result=desk.quote_renewal(admin, contract_id, body.form, misread=body.misread))


@router.post("/applications/{contract_id}/renewals", status_code=201, responses=_RENEWED_OR_NOT)
def renew(
    desk: TheDesk,
    admin: TheAdmin,
    contract_id: str,
    body: t.Annotated[Reading[RenewalForm], body_of(RenewalForm)],
    response: Response,
) -> Result[wire.Application]:
    """Order a renewal: 201 when it was ordered now, 200 when its reference had ordered it before."""
    shown, renewed = desk.renew(admin, contract_id, body.form, misread=body.misread)
    response.status_code = 201 if renewed else 200
    return Result(as_of=desk.now(), result=_application(shown))


@router.post("/applications/{contract_id}/reissues", status_code=201, responses=_RENEWED_OR_NOT)
def reissue(
    desk: TheDesk,
    admin: TheAdmin,
    contract_id: str,
    body: t.Annotated[Reading[ReissueForm], body_of(ReissueForm)],
    response: Response,
) -> Result[wire.Application]:
    """Order a reissue: 201 when it was ordered now, 200 when its reference had ordered it before."""
    shown, reissued = desk.reissue(admin, contract_id, body.form, misread=body.misread)
    response.status_code = 201 if reissued else 200
    return Result(as_of=desk.now(), result=_application(shown))


@router.post("/applications/{contract_id}/links", status_code=201, responses=_RENEWED_OR_NOT)
def relink(
    desk: TheDesk,
    admin: TheAdmin,
    contract_id: str,
    body: t.Annotated[Reading[LinkForm], body_of(LinkForm)],
    response: Response,
) -> Result[wire.Application]:
    """Ask for another linked service: 201 when it was asked for now, 200 when its reference had asked for it before."""
    shown, asked = desk.relink(admin, contract_id, body.form, misread=body.misread)
    response.status_code = 201 if asked else 200
    return Result(as_of=desk.now(), result=_application(shown))


@router.post("/applications/{contract_id}/cancellation", responses=answers.describe(403, 404, 409))
def cancel(
    desk: TheDesk,
    admin: TheAdmin,
    contract_id: str,
    body: t.Annotated[Reading[wire.Cancellation], body_of(wire.Cancellation)],
) -> Result[wire.Application]:
    """Cancel the application that path and body name."""
    form = body.whole_form()
    if form.contract_id != contract_id:
        code = "invalid" if "contract_id" in form.model_fields_set else "required"
        raise Refused(
            (
                Breach(
                    "contract_id",
                    code,
                    say(
                        "Spell out the contract ID of the path once more.",
                        "パスと同じサービスコードを、本文にも指定してください。",
                    ),
                ),
            )
        )
    return Result(as_of=desk.now(), result=_application(desk.cancel(admin, contract_id)))


def write_row(shown: Shown) -> bytes:
    """Write a contract as the JSON of its row in a list."""
    return _application(shown).model_dump_json().encode()


def _application(shown: Shown) -> wire.Application:
    application, speaks, current = shown.application, shown.application.shown_first, shown.application.current
    earlier = [each for each in reversed(application.certificates) if each is not current]
    # What is true at the moment of showing goes before what was last written.
    return wire.Application.model_validate(
        {name: getattr(application, name) for name in _OF_CONTRACT}
        | {name: getattr(speaks, name) for name in _OF_PROCEDURE}
        | {name: getattr(shown.standing, name) for name in _STANDING}
        | {
            "current": current,
            "previous": earlier,
            "procedure": _procedure(shown),
            "period": life.period_of(application),
            "renewal": shown.renewal,
            "linked_contract_id": shown.link.contract_id,
            "linked_service": shown.link.service,
            "linked_since": shown.link.since,
            "further_links": shown.further_links,
            "link_change": shown.link_change,
        }
    )


def _procedure(shown: Shown) -> dict[str, t.Any] | None:
    procedure = shown.procedure
    if procedure is None:
        return None
    written = {name: getattr(procedure, name) for name in _OF_OPEN}
    return written | {name: getattr(shown.step, name) for name in _STEP} | {"id": procedure.public_id}
