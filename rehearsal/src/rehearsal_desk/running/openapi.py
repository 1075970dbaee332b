# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The OpenAPI document of the JSON interface: paths and parameters as served, bodies and answers from the models."""

from __future__ import annotations

import dataclasses as dc
import functools
import json
import typing as t

from fastapi import APIRouter
from fastapi.openapi.utils import get_openapi
from fastapi.responses import Response
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

import rehearsal_desk
from rehearsal_desk.api import api
from rehearsal_desk.api import interface as wire
from rehearsal_desk.controls import control, fault_controls
from rehearsal_desk.controls import control_interface as controls

Json = dict[str, t.Any]
Model = type[BaseModel]

_REFERENCE: t.Final = "#/components/schemas/{model}"
_JSON: t.Final = "application/json"

_DESCRIPTION: t.Final = """\
The JSON interface of the rehearsal desk. **It is invented**: IIJ publishes no interface of its server certificate
management service. docs/desk-interface.md says what every field means. Faults that are switched on break what is
promised here, on purpose.
"""

_WORDS: t.Final = {
    200: "Done, or done before.",
    201: "Bought now.",
    400: "The request or its token breaks a rule; every breach is listed.",
    403: "The token lacks the scope.",
    404: "There is no such thing for this admin.",
    409: "It does not fit what is already there.",
    429: "Too many requests; a fault.",
    500: "The desk could not do this.",
}


@dc.dataclass(frozen=True, slots=True, kw_only=True)
class _Operation:
    """What a call takes and answers beside its parameters."""

    answer: Model | None  # None: PEM text
    body: Model | None = None
    body_required: bool = True
    refusals: tuple[int, ...] = ()
    created: bool = False


_APPLICATIONS: t.Final = f"{api.BASE_PATH}/applications"
_ONE: t.Final = f"{_APPLICATIONS}/{{contract_id}}"
_CONTROL: t.Final = control.BASE_PATH

_ONE_APPLICATION: t.Final = wire.Result[wire.Application]
_MOVES: t.Final = controls.Counted[controls.Move]

_OPERATIONS: t.Final[dict[tuple[str, str], _Operation]] = {
    ("get", f"{api.BASE_PATH}/products"): _Operation(answer=wire.Results[wire.OfferedProduct]),
    ("get", f"{api.BASE_PATH}/linked-contracts"): _Operation(answer=wire.Results[wire.LinkedContract]),
    ("get", _APPLICATIONS): _Operation(answer=wire.Results[wire.Application]),
    ("get", _ONE): _Operation(answer=_ONE_APPLICATION, refusals=(404,)),
    ("get", f"{_ONE}/certificate"): _Operation(answer=wire.Result[wire.Certificate], refusals=(404, 409)),
    ("get", f"{_ONE}/private-key"): _Operation(answer=wire.Result[wire.PrivateKey], refusals=(403, 404, 409)),
    ("post", f"{api.BASE_PATH}/quotes"): _Operation(answer=wire.Result[wire.Quote], body=wire.Quote, refusals=(403,)),
    ("post", _APPLICATIONS): _Operation(answer=_ONE_APPLICATION, body=wire.Order, refusals=(403, 409), created=True),
    ("put", f"{_ONE}/registration"): _Operation(
        answer=_ONE_APPLICATION, body=wire.Registration, refusals=(403, 404, 409)
    ),
    ("post", f"{_ONE}/cancellation"): _Operation(
        answer=_ONE_APPLICATION, body=wire.Cancellation, refusals=(403, 404, 409)
    ),
    ("get", f"{_CONTROL}/clock"): _Operation(answer=controls.Time),
    ("put", f"{_CONTROL}/clock"): _Operation(answer=controls.Time, body=controls.NewTime),
    ("post", f"{_CONTROL}/ca/contact"): _Operation(
        answer=_MOVES, body=controls.ContractIds, body_required=False, refusals=(404,)
    ),
    ("post", f"{_CONTROL}/ca/work"): _Operation(
        answer=_MOVES, body=controls.ContractIds, body_required=False, refusals=(404,)
    ),
    ("post", f"{_CONTROL}/ca/answer"): _Operation(answer=_MOVES, body=controls.Answered, refusals=(404, 409)),
    ("post", f"{_CONTROL}/ca/reject"): _Operation(answer=_MOVES, body=controls.Rejection, refusals=(404, 409)),
    ("get", f"{_CONTROL}/purchases"): _Operation(answer=controls.Counted[controls.Purchase]),
    ("get", f"{_CONTROL}/audit"): _Operation(answer=controls.Counted[controls.AuditEntry]),
    ("get", f"{_CONTROL}/outbox"): _Operation(answer=controls.Counted[controls.Mail]),
    ("get", f"{_CONTROL}/root"): _Operation(answer=None),
    ("get", f"{_CONTROL}/faults"): _Operation(answer=controls.FaultsAndKinds),
    ("put", f"{_CONTROL}/faults"): _Operation(answer=controls.Faults, body=controls.NewFaults),
}


router = APIRouter()


@router.get("/openapi.json")
def serve_document() -> Response:
    """The OpenAPI document, which needs no token."""
    return Response(text_of(document()), media_type=_JSON)


@functools.cache
def document() -> Json:
    """The OpenAPI document; a call without an entry here is an error, so that none is forgotten."""
    found = get_openapi(
        title="Rehearsal desk",
        version=rehearsal_desk.__version__,
        description=_DESCRIPTION,
        routes=[*api.router.routes, *control.router.routes, *fault_controls.router.routes],
    )
    names, schemas = _schemas()
    for path, calls in found["paths"].items():
        for method, call in calls.items():
            _describe(call, operation=_OPERATIONS[method, path], names=names, own=path.startswith(_CONTROL))
    found["components"] = {
        "schemas": schemas,
        "securitySchemes": {
            "desk": {"type": "http", "scheme": "bearer", "description": "An admin's token: scopes order, register."},
            "control": {"type": "http", "scheme": "bearer", "description": "The token of the rehearsal's controls."},
        },
    }
    return found


def text_of(found: Json) -> str:
    """The document as the file that is shipped."""
    return json.dumps(found, indent=2, ensure_ascii=False) + "\n"


def calls() -> frozenset[tuple[str, str]]:
    """Method and path of every documented call."""
    return frozenset(_OPERATIONS)


def _schemas() -> tuple[dict[Model, str], Json]:
    models: dict[Model, None] = {wire.Failure: None}
    for operation in _OPERATIONS.values():
        models.update({model: None for model in (operation.answer, operation.body) if model is not None})
    keys, definitions = models_json_schema(
        [(model, "validation") for model in models], ref_template=_REFERENCE, by_alias=True
    )
    names = {t.cast(Model, model): key["$ref"].rpartition("/")[2] for (model, _mode), key in keys.items()}
    return names, definitions["$defs"]


def _describe(call: Json, *, operation: _Operation, names: t.Mapping[Model, str], own: bool) -> None:
    call["security"] = [{"control" if own else "desk": []}]
    call["tags"] = ["rehearsal" if own else "desk"]
    if operation.body is not None:
        content = {_JSON: {"schema": _reference(operation.body, names)}}
        call["requestBody"] = {"required": operation.body_required, "content": content}
    good = (200, 201) if operation.created else (200,)
    bad = (400, *operation.refusals, *(() if own else (429,)), 500)
    call["responses"] = {
        str(status): _response(status, operation.answer if status in good else wire.Failure, names)
        for status in (*good, *bad)
    }


def _response(status: int, model: Model | None, names: t.Mapping[Model, str]) -> Json:
    if model is None:
        return {"description": "PEM", "content": {"application/x-pem-file": {"schema": {"type": "string"}}}}
    described: Json = {"description": _WORDS[status], "content": {_JSON: {"schema": _reference(model, names)}}}
    if status == 429:
        described["headers"] = {
            "Retry-After": {"description": "seconds", "required": True, "schema": {"type": "integer", "minimum": 0}}
        }
    return described


def _reference(model: Model, names: t.Mapping[Model, str]) -> Json:
    return {"$ref": _REFERENCE.format(model=names[model])}
