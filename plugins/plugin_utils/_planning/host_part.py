# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""The part of an order that concerns its host, by field, so that a saved plan can bind it and show what changes."""

from __future__ import annotations

import dataclasses as dc
import functools
import hashlib
import json
import operator
import typing as t
from collections.abc import Callable, Mapping

from ...module_utils._core.phrases import one_line
from .._complaints.vaulted import Vaulted, hide
from .._values.order import Install, Key, Prove

if t.TYPE_CHECKING:
    from .._values.order import CommandsOf, Order

HostPart = dict[str, t.Any]


class Change(t.NamedTuple):
    """A field of the host part with its value before and after; None: there is no such field."""

    field: str
    before: t.Any
    after: t.Any


class _Part(t.NamedTuple):
    """Fields of one dataclass: their full names, their defaults, and what reads them all from a value."""

    names: tuple[str, ...]
    defaults: tuple[t.Any, ...]
    read: Callable[[t.Any], tuple[t.Any, ...]]


def _part_of(prefix: str, kind: t.Any, *, apart: tuple[str, ...] = ()) -> _Part:
    fields = [field for field in dc.fields(kind) if field.name not in apart]
    return _Part(
        names=tuple(f"{prefix}.{field.name}" for field in fields),
        defaults=tuple(field.default for field in fields),
        read=operator.attrgetter(*(field.name for field in fields)),
    )


_LONGEST_FIELD: t.Final = 100  # characters
_LONGEST_BEFORE: t.Final = 100_000  # characters; more than every value has that an order file may hold
# What a page joins, what stands between two values, and what a CI's runner takes for a command.
_ESCAPED: t.Final = (("  ", " \\u0020"), (" -> ", " -\\u003e "), ("##[", "#\\u0023["))
_SEALED: t.Final = "(vaulted"
_KEY: t.Final = _part_of("key", Key)
_INSTALL: t.Final = _part_of("install", Install, apart=("validate", "reload", "prove"))
_PROVE: t.Final = _part_of("install.prove", Prove)
_DEFAULTS: t.Final = {
    name: default for part in (_KEY, _INSTALL, _PROVE) for name, default in zip(part.names, part.defaults, strict=True)
}


def make_host_part(order: Order, commands_of: CommandsOf) -> HostPart:
    """Name everything that the order asks of its host; a field with its default value is left out.

    So a field that comes later changes no saved plan. A command is its name and a digest of what the task runs by that
    name; a vaulted value is a digest of its sealed text.
    """
    return hide(_part(order, commands_of))


def _part(order: Order, commands_of: CommandsOf) -> HostPart:
    part: HostPart = {} if order.host is None else {"host": str(order.host)}
    if order.key is not None:
        part.update(_differing(_KEY, order.key))
    install = order.install
    if install is None:
        return part
    part.update(_differing(_INSTALL, install))
    if install.validate is not None:
        part["install.validate"] = _command(install.validate, order, commands_of)
    if install.reload is not None:
        service, command = install.reload.service, install.reload.command
        part["install.reload"] = f"service {_plain(service)}" if service else _command(command, order, commands_of)
    if install.prove is not None:
        part["install.prove"] = True
        part.update(_differing(_PROVE, install.prove))
    return part


def list_changes(before: Mapping[str, t.Any], after: Mapping[str, t.Any]) -> list[Change]:
    """List the fields that differ, sorted by name, with the default value where a field is not in one of the two."""
    result = (
        Change(field, before.get(field, _DEFAULTS.get(field)), after.get(field, _DEFAULTS.get(field)))
        for field in sorted({*before, *after})
    )
    return [change for change in result if change.before != change.after]


def describe_changes(changes: list[Change]) -> list[str]:
    """Write each change on a line for people: key.mode: 0600 -> 0640.

    What comes is never cut, since it is what a reviewer approves. What was there before comes from a file that may be
    anybody's.
    """
    return [
        f"{one_line(field, _LONGEST_FIELD)}: {one_line(_written(before), _LONGEST_BEFORE)} -> {_written(after)}"
        for field, before, after in changes
    ]


def _differing(part: _Part, value: object) -> HostPart:
    fields = zip(part.names, part.defaults, part.read(value), strict=True)
    return {name: _plain(result) for name, default, result in fields if result != default}


def _command(name: str | None, order: Order, commands_of: CommandsOf) -> str:
    command = commands_of(order.host).get(name or "")
    entry = _plain(name)
    return entry if command is None else f"{entry} ({_short_digest(command)})"


def _plain(value: t.Any) -> t.Any:
    if isinstance(value, tuple):
        return ", ".join(_text(entry, apart=("," in entry)) for entry in value)
    return _text(value, apart=False) if isinstance(value, str) else value


def _text(value: str, *, apart: bool) -> str:
    """Write a text, in quotes where it could be taken for another one, for a list or for a digest."""
    if isinstance(value, Vaulted):
        return f"{_SEALED}, {_short_digest(value.sealed)})"
    return json.dumps(value, ensure_ascii=False) if apart or value.startswith(('"', _SEALED)) else value


def _short_digest(text: str) -> str:
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()[:16]}"


def _written(value: object) -> str:
    """Write a value on one printable line, in quotes where it could be taken for another one or for more than one."""
    if isinstance(value, bool):
        return "true" if value else "false"
    text = "-" if value is None else str(value)
    if isinstance(value, str) and (text == "-" or " -> " in text or one_line(text, len(text) + 1) != text):
        return functools.reduce(lambda line, pair: line.replace(*pair), _ESCAPED, json.dumps(text))
    return text


__all__ = ("Change", "HostPart", "describe_changes", "list_changes", "make_host_part")
