# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""The shapes of all orders as plain facts, so that what follows from what an order says of itself can be computed.

A fact says of a field that it is required, or that its JSON Schema is narrower than elsewhere; False is the schema of a
field that must not stand. What follows from a condition is what all orders that meet it have in common.
"""

from __future__ import annotations

import dataclasses as dc
import functools
import itertools
import json
import typing as t

from ansible_collections.iij.server_certificate.plugins.plugin_utils._catalogue.products import PRODUCTS
from ansible_collections.iij.server_certificate.plugins.plugin_utils._orders.branches import Branch
from ansible_collections.iij.server_certificate.plugins.plugin_utils._orders.schema import list_fields
from ansible_collections.iij.server_certificate.plugins.plugin_utils._orders.vocabulary import read_json_schema
from ansible_collections.iij.server_certificate.plugins.plugin_utils._orders.voluptuous_dep import vol
from ansible_collections.iij.server_certificate.plugins.plugin_utils._values.order import CsrOrigin, Usage

if t.TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ansible_collections.iij.server_certificate.plugins.plugin_utils._orders.schema import Shape
    from ansible_collections.iij.server_certificate.plugins.plugin_utils._orders.vocabulary import Json

Path = tuple[str, ...]
Facts = frozenset["Fact"]
_MAPPING: t.Final = json.dumps({"type": "object"})
_NOTHING: t.Final = json.dumps(False)


@dc.dataclass(frozen=True, slots=True, order=True)
class Fact:
    """`form` is JSON text, so that facts can be compared; an empty one says that the field is required."""

    path: Path
    form: str

    @property
    def schema(self) -> Json:
        return t.cast("Json", json.loads(self.form))


@dc.dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """What an order says about itself; None where it does not matter."""

    product: str | None = None
    usage: Usage | None = None
    csr_origin: CsrOrigin | None = None
    pinned: bool | None = None  # whether it names an existing application

    def holds(self, branch: Branch) -> bool:
        pairs = ((getattr(self, field.name), getattr(branch, field.name)) for field in dc.fields(self))
        return all(wanted in (None, given) for wanted, given in pairs)

    def weaker(self) -> Iterator[Condition]:
        """The conditions that say less."""
        named = [field.name for field in dc.fields(self) if getattr(self, field.name) is not None]
        for size in range(len(named)):
            for kept in itertools.combinations(named, size):
                yield Condition(**{name: getattr(self, name) for name in kept})


_SAID: t.Final = dc.fields(Condition)


@functools.cache
def branches() -> tuple[Branch, ...]:
    """Every kind of order that the shape of an order tells apart."""
    pairs = [(Usage.OTHER, origin) for origin in CsrOrigin] + [(Usage.LINKED_SERVICE, CsrOrigin.SERVICE)]
    return tuple(
        Branch(product, usage, origin, pinned=pinned)
        for product in PRODUCTS
        for usage, origin in pairs
        for pinned in (False, True)
    )


@functools.cache
def loosest() -> dict[Path, Json]:
    """Every field of any order, with the widest schema that it has in one of them."""
    widest: dict[Path, Json] = {}
    for fact in itertools.chain.from_iterable(map(_written, branches())):
        if fact.form and _width(fact.schema) > _width(widest.get(fact.path, False)):
            widest[fact.path] = fact.schema
        elif fact.form:
            widest.setdefault(fact.path, fact.schema)
    return widest


@functools.cache
def facts_of(branch: Branch) -> Facts:
    """The facts of one kind of order, also about the fields that it does not know."""
    said = frozenset(_written(branch))
    known = {fact.path for fact in said if fact.form and fact.schema is not False}
    unknown = [path for path in loosest() if path not in known]
    # Of a mapping that must not stand, anything may be said about its fields.
    vacuous = (Fact(path, "") for path in loosest() if len(path) > 1 and path[:-1] not in known)
    told = said | {Fact(path, _NOTHING) for path in unknown} | frozenset(vacuous)
    return told - {Fact(path, json.dumps(schema)) for path, schema in loosest().items() if schema is not False}


@functools.cache
def following(condition: Condition) -> Facts:
    """All that orders meeting the condition have in common."""
    return frozenset.intersection(*(facts_of(branch) for branch in branches() if condition.holds(branch)))


def news(condition: Condition) -> Facts:
    """What follows from the condition and from no weaker one."""
    return following(condition).difference(*map(following, condition.weaker()))


def conditions() -> tuple[Condition, ...]:
    """Every condition that some order meets, the weakest first."""
    whole = [Condition(**{field.name: getattr(branch, field.name) for field in _SAID}) for branch in branches()]
    found = dict.fromkeys(weaker for condition in whole for weaker in (*condition.weaker(), condition))
    return tuple(
        sorted(found, key=lambda condition: [getattr(condition, field.name) is not None for field in _SAID].count(True))
    )


def _written(branch: Branch) -> Iterable[Fact]:
    return _of_mapping(list_fields(branch), ())


def _of_mapping(shape: Shape, above: Path) -> Iterator[Fact]:
    for marker, validator in shape.items():
        path = (*above, str(marker))
        fields = getattr(validator, "fields", validator)
        if isinstance(marker, vol.Required):
            yield Fact(path, "")
        if isinstance(fields, dict):
            yield Fact(path, _MAPPING)
            yield from _of_mapping(fields, path)
        else:
            yield Fact(path, json.dumps(read_json_schema(validator)))


def _width(schema: Json) -> int:
    """How much a schema lets through, as far as schemas of the same field differ."""
    return 0 if schema is False else 1 + len(t.cast("dict[str, t.Any]", schema).get("enum", ()))


__all__ = ("Condition", "Fact", "Facts", "Path", "conditions", "loosest", "news")
