# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""Frozen values as JSON, and back: what comes back is of the fields' types, or it is refused."""

from __future__ import annotations

import dataclasses as dc
import datetime as dt
import enum
import functools
import types
import typing as t
from collections.abc import Callable

from .._catalogue.products import PRODUCTS, Product
from .._complaints.complaints import Path, Place

_T = t.TypeVar("_T")
# What the fields' types name and their modules import for types only.
_NAMES: t.Final = {"Callable": Callable, "Path": Path, "Place": Place, "Product": Product, "dt": dt}


def write_value(value: t.Any) -> t.Any:
    """Return a frozen value as JSON; what only leads to a place in a file is left out."""
    if isinstance(value, Product):
        return value.id
    if dc.is_dataclass(value) and not isinstance(value, type):
        return {field.name: write_value(getattr(value, field.name)) for field in dc.fields(value) if field.compare}
    if isinstance(value, dt.date):  # a moment is a date, too
        return value.isoformat()
    return [write_value(part) for part in value] if isinstance(value, (tuple, frozenset)) else value


def read_value(kind: type[_T], written: object) -> _T:
    """Make the value of what write_value() returned; raises ValueError for anything else."""
    return t.cast("_T", _read(kind, written))


def _read(kind: t.Any, written: t.Any) -> t.Any:
    return _reader_of(kind)(written)


@functools.cache
def _reader_of(kind: t.Any) -> Callable[[t.Any], t.Any]:
    """Choose how values of a type are read, once: to take a type apart takes longer than to read a value."""
    choices = t.get_args(kind)
    if isinstance(kind, types.UnionType):
        one = next(each for each in choices if each is not types.NoneType)
        return lambda written: None if written is None else _read(one, written)
    if t.get_origin(kind) is tuple:
        return lambda written: _read_tuple(choices, _require(list, written))
    if kind is Product:
        return lambda written: _known(PRODUCTS, written)
    if dc.is_dataclass(kind):
        return lambda written: _read_fields(kind, _require(dict, written))
    if issubclass(kind, enum.Enum):
        return lambda written: kind(_require(str, written))
    if kind in (dt.date, dt.datetime):
        return lambda written: kind.fromisoformat(_require(str, written))
    return lambda written: _require(kind, written)


def _read_tuple(choices: tuple[t.Any, ...], written: list[t.Any]) -> tuple[t.Any, ...]:
    if choices[1:] == (...,):
        return tuple(_read(choices[0], part) for part in written)
    return tuple(_read(each, part) for each, part in zip(choices, written, strict=True))


def _read_fields(kind: t.Any, written: dict[str, t.Any]) -> t.Any:
    fields = _fields_of(kind)
    if set(written) != set(fields):
        raise ValueError
    values = {name: _read(fields[name], value) for name, value in written.items()}
    return kind(**values, **_nowhere_in(kind))


@functools.cache
def _fields_of(kind: t.Any) -> dict[str, t.Any]:
    hints = t.get_type_hints(kind, localns=_NAMES)
    return {field.name: hints[field.name] for field in dc.fields(kind) if field.compare}


@functools.cache
def _nowhere_in(kind: t.Any) -> dict[str, t.Any]:
    return {field.name: _nowhere for field in dc.fields(kind) if not field.compare}


def _nowhere(_path: Path) -> Place:
    return Place(file="")


def _known(table: t.Mapping[str, t.Any], key: object) -> t.Any:
    if not isinstance(key, str) or key not in table:
        raise ValueError
    return table[key]


def _require(kind: type, written: t.Any) -> t.Any:
    is_flag = isinstance(written, bool)  # which is a number, too
    if not isinstance(written, kind) or is_flag is not (kind is bool):
        raise ValueError
    return written


__all__ = ("read_value", "write_value")
