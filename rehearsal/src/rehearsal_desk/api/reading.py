# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""JSON bodies read through their models; what cannot be read is noted, so that all breaches come back at once."""

from __future__ import annotations

import dataclasses as dc
import json
import typing as t

from fastapi import Depends, Request
from pydantic import ValidationError

from rehearsal_desk.rules.forms import Form, unprintable
from rehearsal_desk.rules.problems import Breach, Refused, refuse_if_any
from rehearsal_desk.rules.wording import say

LARGEST_BODY: t.Final = 1 << 20

Model = t.TypeVar("Model", bound=Form)
Json = dict[str, t.Any]

# What a value is not, by pydantic's name of the error.
_WANTED: t.Final = {
    "string_type": say("text", "文字列"),
    "bool_type": say("true or false", "true または false"),
    "int_type": say("a whole number", "整数"),
    "list_type": say("an array", "配列"),
    "dict_type": say("an object", "オブジェクト"),
    "model_type": say("an object", "オブジェクト"),
}

# The model through which a dependency of a route reads the body, for the OpenAPI document.
MODELS: t.Final[dict[t.Callable[..., t.Any], type[Form]]] = {}


@dc.dataclass(frozen=True, slots=True)
class Reading(t.Generic[Model]):
    """A form with everything that could be read, and a breach for every field that could not."""

    form: Model
    misread: tuple[Breach, ...]

    def whole_form(self) -> Model:
        """Return the form; raise `Refused` unless all of it could be read."""
        refuse_if_any((*self.misread, *unprintable(self.form)))
        return self.form


def body_of(model: type[Model]) -> t.Any:
    """Make a dependency that reads the body of a request through this model."""

    async def read(request: Request) -> Reading[Model]:
        return read_form(model, parse_object(await _read_body(request)))

    MODELS[read] = model
    return Depends(read)


def read_form(model: type[Model], body: Json, *, within: str = "") -> Reading[Model]:
    """Read a form out of this object, which loses the fields that cannot be read."""
    try:
        return Reading(model.model_validate(body), ())
    except ValidationError as error:
        found = error.errors(include_url=False, include_context=False, include_input=False)
    breaches: dict[tuple[int | str, ...], Breach] = {}
    # An array with an unfit entry cannot be read as a whole, so nothing is said of what is in it.
    fields = [(item["loc"][:-1] if isinstance(item["loc"][-1], int) else item["loc"], item) for item in found]
    for place, item in sorted(fields, key=lambda field: len(field[0])):
        if not any(place[:end] in breaches for end in range(1, len(place) + 1)):
            breaches[place] = _breach(item, attribute=within + ".".join(map(str, place)), entry=place != item["loc"])
            _remove(body, place)
    return Reading(model.model_validate(body), tuple(breaches.values()))


def parse_object(body: bytes) -> Json:
    """Parse the JSON object of a request body; no body is an empty one."""
    if len(body) > LARGEST_BODY:
        raise _refusal(
            say("A request body has at most {} bytes.", "リクエストの本文は{}バイト以内です。", LARGEST_BODY)
        )
    try:
        value: object = json.loads(body or b"{}", object_pairs_hook=_with_printable_names)
    except (ValueError, RecursionError):
        raise _refusal(
            say("The request body is not JSON in UTF-8.", "リクエストの本文が、UTF-8のJSONではありません。")
        ) from None
    if not isinstance(value, dict):
        raise _refusal(
            say("The request body is not a JSON object.", "リクエストの本文が、JSONのオブジェクトではありません。")
        )
    return value


async def _read_body(request: Request) -> bytes:
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > LARGEST_BODY:
            break
    return bytes(body)


def _with_printable_names(pairs: list[tuple[str, t.Any]]) -> Json:
    # A name that is not printable is no field of any form, and is shown in the refusal.
    return {name if name.isprintable() else ascii(name): value for name, value in pairs}


def _breach(item: t.Any, *, attribute: str, entry: bool) -> Breach:
    if item["type"] == "extra_forbidden":
        return Breach(attribute, "unknown", say("The form has no such field.", "このフォームにない項目です。"))
    what = say("An entry of this array", "この配列の要素") if entry else say("This", "この値")
    return Breach(attribute, "invalid", say("{} is not {}.", "{}が{}ではありません。", what, _WANTED[item["type"]]))


def _remove(body: t.Any, place: tuple[int | str, ...]) -> None:
    for step in place[:-1]:
        body = body[step]
    del body[place[-1]]


def _refusal(message: str) -> Refused:
    return Refused((Breach("", "invalid", message),))
