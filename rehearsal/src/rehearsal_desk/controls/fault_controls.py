# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The controls that switch faults on and off while the desk runs."""

from __future__ import annotations

import typing as t

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse

from rehearsal_desk.api.api import Body
from rehearsal_desk.api.json_forms import Fields
from rehearsal_desk.controls.control import BASE_PATH, control_token
from rehearsal_desk.rules.problems import Breach, Refused, merged, refuse_if_any
from rehearsal_desk.store.faults import ALIASES, KINDS, MOST_FAULTS, Fault, FaultList, Kind, Scalar, Setting

_LONGEST_TEXT: t.Final = 255
_LARGEST: t.Final = 1_000_000_000

Breaches = t.Iterator[Breach]


async def _faults(request: Request) -> FaultList:
    return t.cast(FaultList, request.app.state.faults)


TheFaults = t.Annotated[FaultList, Depends(_faults)]

router = APIRouter(prefix=BASE_PATH, dependencies=[Depends(control_token)])


@router.get("/faults")
def read_faults(faults: TheFaults) -> JSONResponse:
    """The faults in force, and every kind of fault there is."""
    return JSONResponse(
        {"faults": list(map(_in_force, faults.current())), "kinds": [_described(kind) for kind in KINDS.values()]}
    )


@router.put("/faults")
def set_faults(faults: TheFaults, body: Body) -> JSONResponse:
    """Replace the list of faults."""
    fields = Fields(body)
    items = fields.sections("faults")
    if items is None:
        fields.refuse_if_misread()
        raise Refused((Breach("faults", "required", "Give the list of faults; an empty one ends them all."),))
    if len(items) > MOST_FAULTS:
        raise Refused((Breach("faults", "invalid", f"At most {MOST_FAULTS} faults."),))
    new = tuple(map(fault_of, items))
    for item in items:
        fields.absorb(item)
    rules = (breach for index, fault in enumerate(new) for breach in fault_breaches(f"faults.{index}", fault))
    refuse_if_any(merged(fields.breaches(), rules))
    faults.replace(new)
    return JSONResponse({"faults": list(map(_in_force, faults.current()))})


def fault_of(fields: Fields) -> Fault:
    """The fault in these fields, its kind's own values where none are given."""
    name = fields.text("name") or ""
    kind = KINDS.get(ALIASES.get(name, name))
    numbers = {field: fields.number(field) for field in ("count", "skip", "percent", "seed")}
    given: dict[str, t.Any] = {field: number for field, number in numbers.items() if number is not None}
    if fields.flag("every"):
        given.setdefault("count", None)
    return Fault(
        name=name,
        method=fields.text("method") or (kind.methods[0] if kind else ""),
        path=fields.text("path") or (kind.path if kind else ""),
        settings=_settings(fields, kind=kind),
        **given,
    )


def _settings(fields: Fields, *, kind: Kind | None) -> dict[str, Scalar]:
    section = fields.section("settings")
    if section is None:
        return {}
    values: dict[str, Scalar] = {}
    for setting in () if kind is None else kind.settings:
        value = _setting(section, setting)
        if value is not None:
            values[setting.name] = value
    fields.absorb(section)
    return values


def _setting(section: Fields, setting: Setting) -> Scalar:
    if isinstance(setting.default, bool):
        return section.flag(setting.name)
    if isinstance(setting.default, int) or setting.whole_number:
        return section.number(setting.name)
    return section.text(setting.name)


def fault_breaches(where: str, fault: Fault) -> Breaches:
    """Every rule that this fault breaks."""
    kind = KINDS.get(ALIASES.get(fault.name, fault.name))
    if kind is None:
        yield Breach(f"{where}.name", "invalid", f"Faults: {', '.join(sorted(KINDS))}.")
        return
    if fault.method not in kind.methods:
        yield Breach(f"{where}.method", "invalid", f"Methods: {', '.join(kind.methods)}.")
    if not fault.path.startswith("/") or len(fault.path) > _LONGEST_TEXT:
        yield Breach(f"{where}.path", "invalid", "A pattern such as /applications/*/registration.")
    yield from _number_breaches(where, fault)
    for name, value in fault.settings.items():
        if isinstance(value, int) and not 0 <= value <= _LARGEST:
            yield Breach(f"{where}.settings.{name}", "invalid", f"0 to {_LARGEST}.")
        if isinstance(value, str) and len(value) > _LONGEST_TEXT:
            yield Breach(f"{where}.settings.{name}", "invalid", f"At most {_LONGEST_TEXT} characters.")


def _number_breaches(where: str, fault: Fault) -> Breaches:
    if fault.count is not None and not 1 <= fault.count <= _LARGEST:
        yield Breach(
            f"{where}.count", "invalid", "At least 1; or leave it out and say that every call meets the fault."
        )
    if not 0 <= fault.skip <= _LARGEST:
        yield Breach(f"{where}.skip", "invalid", "At least 0.")
    if not 1 <= fault.percent <= 100:
        yield Breach(f"{where}.percent", "invalid", "1 to 100.")
    if not -_LARGEST <= fault.seed <= _LARGEST:
        yield Breach(f"{where}.seed", "invalid", f"At most {_LARGEST}.")


def _in_force(fault: Fault) -> dict[str, object]:
    return {
        "name": fault.name,
        "method": fault.method,
        "path": fault.path,
        "every": fault.count is None,
        "count": fault.count,
        "skip": fault.skip,
        "percent": fault.percent,
        "seed": fault.seed,
        "settings": dict(fault.settings),
        "seen": fault.seen,
    }


def _described(kind: Kind) -> dict[str, object]:
    return {
        "name": kind.name,
        "stage": kind.stage,
        "does": kind.does,
        "methods": kind.methods,
        "path": kind.path,
        "settings": [
            {"name": setting.name, "default": setting.default, "does": setting.does} for setting in kind.settings
        ],
    }
