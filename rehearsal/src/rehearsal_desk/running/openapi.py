# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The OpenAPI document of the JSON interface: FastAPI's, with the models through which its routes read bodies."""

from __future__ import annotations

import functools
import json
import typing as t

from fastapi import APIRouter
from fastapi.openapi.utils import get_openapi
from fastapi.responses import Response
from fastapi.routing import APIRoute
from pydantic.json_schema import models_json_schema

import rehearsal_desk
from rehearsal_desk.api import api
from rehearsal_desk.api.reading import MODELS
from rehearsal_desk.controls import control, fault_controls
from rehearsal_desk.rules.forms import Form

Json = dict[str, t.Any]

_REFERENCE: t.Final = "#/components/schemas/{model}"
_JSON: t.Final = "application/json"

_DESCRIPTION: t.Final = """\
The JSON interface of the rehearsal desk. **It is invented**: IIJ publishes no interface of its server certificate
management service. docs/desk-interface.md says what every field means. Faults that are switched on break what is
promised here, on purpose.
"""

router = APIRouter()


@router.get("/openapi.json")
def serve_document() -> Response:
    """Serve the OpenAPI document, which needs no token."""
    return Response(text_of(document()), media_type=_JSON)


@functools.cache
def document() -> Json:
    """Make the OpenAPI document."""
    routes = [route for part in (api, control, fault_controls) for route in part.router.routes]
    made = get_openapi(
        title="Rehearsal desk", version=rehearsal_desk.__version__, description=_DESCRIPTION, routes=routes
    )
    models = [(route, model) for route in routes if isinstance(route, APIRoute) and (model := _body_of(route))]
    _keys, schemas = models_json_schema(
        [(model, "validation") for model in {model for _route, model in models}], ref_template=_REFERENCE
    )
    for route, model in models:
        for method in route.methods or ():
            content = {_JSON: {"schema": {"$ref": _REFERENCE.format(model=model.__name__)}}}
            body = {"required": not model.optional, "content": content}
            made["paths"][route.path][method.lower()]["requestBody"] = body
    # The desk answers 400 in its own words where FastAPI would answer 422.
    for call in (call for calls in made["paths"].values() for call in calls.values()):
        call["responses"].pop("422", None)
    components = made["components"]["schemas"]
    made["components"]["schemas"] = {
        name: schema
        for name, schema in sorted({**components, **schemas["$defs"]}.items())
        if not name.endswith("ValidationError")
    }
    return made


def text_of(found: Json) -> str:
    """Write the document as the file that is shipped."""
    return json.dumps(found, indent=2, ensure_ascii=False) + "\n"


def _body_of(route: APIRoute) -> type[Form] | None:
    calls = (dependant.call for dependant in route.dependant.dependencies)
    return next((MODELS[call] for call in calls if call in MODELS), None)
