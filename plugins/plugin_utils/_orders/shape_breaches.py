# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""What the library finds wrong with an order's shape, told as broken rules."""

from __future__ import annotations

import typing as t

from ...module_utils._core.phrases import Phrase
from .._complaints.complaints import Breach, shorten
from .field_words import FIELD_LABELS
from .synonyms import find_meant, is_for_names
from .voluptuous_dep import Refused, Required, vol

if t.TYPE_CHECKING:
    from collections.abc import Iterator

Fields = dict[str, t.Any]
Shape = dict[t.Any, t.Any]  # keys are voluptuous markers


def make_shape_breach(error: t.Any, schema: Shape, order: Fields) -> Breach:
    """Tell an error of the library as the rule that is broken, with what is allowed at that place."""
    path = tuple(getattr(part, "schema", part) for part in error.path)
    if isinstance(error, Refused):
        return Breach(rule=error.rule, path=path, facts=error.facts)
    if isinstance(error, vol.RequiredFieldInvalid):
        facts = {"value": path[-1], "named": _named(path), "allowed": _allowed_at(schema, path)}
        return Breach(rule="KEY-MISSING", path=path, facts=facts)
    if isinstance(error, (vol.DictInvalid, vol.TypeInvalid)):
        expected = Phrase("a mapping of fields", "項目のマッピング")
        return Breach(
            rule="VALUE-TYPE", path=path, facts={"value": shorten(_value_at(order, path)), "expected": expected}
        )
    return make_unknown_breach(path, schema, order)


def make_unknown_breach(path: tuple[str | int, ...], schema: Shape, order: Fields) -> Breach:
    """Tell of a field that an order has not, with those that it has at that place."""
    names = tuple(str(key) for key in _fields_at(schema, path[:-1]))
    if len(path) == 1 and is_for_names(path[0]):
        facts: dict[str, object] = {"value": shorten(path[0]), "allowed": "common_name", "further_names": True}
        return Breach(rule="KEY-UNKNOWN", path=path, facts=facts)
    near = find_meant(path[-1], names)
    facts = {"value": shorten(path[-1]), "allowed": names, "near": near}
    # YAML reads {organization_name: Example Co., Ltd.} as a field "Ltd." without a value.
    cut = {"cut": True} if not near and _value_at(order, path) is None else {}
    return Breach(rule="KEY-UNKNOWN", path=path, facts={**facts, **cut})


def list_unknown(schema: Shape, fields: Fields, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """List the paths of fields that are not in a schema, at any depth."""
    validators: Shape = {str(key): getattr(value, "fields", value) for key, value in schema.items()}
    for field, value in fields.items():
        if field not in validators:
            yield (*path, field)
        elif isinstance(validators[field], dict) and isinstance(value, dict):
            yield from list_unknown(validators[field], value, (*path, field))


def _fields_at(schema: Shape, path: tuple[str | int, ...]) -> Shape:
    for part in path:
        result: t.Any = next((value for key, value in schema.items() if str(key) == part), {})
        schema = getattr(result, "fields", result)
        if not isinstance(schema, dict):
            return {}
    return schema


def _allowed_at(schema: Shape, path: tuple[str | int, ...]) -> object:
    validator = next((value for key, value in _fields_at(schema, path[:-1]).items() if str(key) == path[-1]), None)
    fields = getattr(validator, "fields", validator)
    if not isinstance(fields, dict):
        return getattr(validator, "allowed", "")
    wanted = ", ".join(str(key) for key in fields if isinstance(key, Required))
    free = ", ".join(str(key) for key in fields if not isinstance(key, Required) and not _is_refused(fields[key]))
    if not free:
        return Phrase(f"a mapping with {wanted}", f"{wanted} を持つマッピング")
    return Phrase(
        f"a mapping with {wanted} ({free} may be left out)", f"{wanted} を持つマッピング ({free} は省略できます)"
    )


def _is_refused(validator: t.Any) -> bool:
    return getattr(validator, "json", None) is False


def _named(path: tuple[str | int, ...]) -> str:
    """Return the field with the portal's own label, where that has one."""
    label = FIELD_LABELS.get(".".join(map(str, path)))
    return f"{path[-1]} ({label})" if label else str(path[-1])


def _value_at(value: t.Any, path: tuple[str | int, ...]) -> object:
    for part in path:
        value = value[part]
    return value


__all__ = ("Fields", "Shape", "list_unknown", "make_shape_breach", "make_unknown_breach")
