# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The controls that switch faults on and off while the desk runs."""

from __future__ import annotations

import typing as t

from fastapi import APIRouter, Depends, Request
from pydantic import create_model

from rehearsal_desk.api.reading import Reading, body_of, read_form
from rehearsal_desk.controls import control_interface as wire
from rehearsal_desk.controls.control import ROUTING
from rehearsal_desk.controls.control_interface import LARGEST
from rehearsal_desk.rules.forms import Form, unprintable
from rehearsal_desk.rules.problems import Breach, Refused, merged, refuse_if_any
from rehearsal_desk.rules.wording import say
from rehearsal_desk.store.faults import ALIASES, KINDS, MOST_FAULTS, Fault, FaultList, Kind, Setting

_LONGEST_TEXT: t.Final = 255

Breaches = t.Iterator[Breach]


async def _faults(request: Request) -> FaultList:
    return t.cast(FaultList, request.app.state.faults)


TheFaults = t.Annotated[FaultList, Depends(_faults)]

router = APIRouter(**ROUTING)


@router.get("/faults")
def list_faults(faults: TheFaults) -> wire.FaultsAndKinds:
    """List the faults in force, and every kind of fault there is."""
    kinds = list(map(wire.FaultKind.model_validate, KINDS.values()))
    return wire.FaultsAndKinds(faults=_in_force(faults), kinds=kinds)


@router.put("/faults")
def set_faults(faults: TheFaults, body: t.Annotated[Reading[wire.NewFaults], body_of(wire.NewFaults)]) -> wire.Faults:
    """Replace the list of faults."""
    forms, misread = body.form.faults, list(body.misread)
    if forms is None:
        refuse_if_any(body.misread)
        raise Refused(
            (
                Breach(
                    "faults",
                    "required",
                    say(
                        "Give the list of faults; an empty one ends them all.",
                        "障害のリストを指定してください。空のリストで、すべて止まります。",
                    ),
                ),
            )
        )
    if len(forms) > MOST_FAULTS:
        raise Refused((Breach("faults", "invalid", say("At most {} faults.", "障害は{}件までです。", MOST_FAULTS)),))
    new = []
    for index, form in enumerate(forms):
        fault, unread = read_fault(form, within=f"faults.{index}.")
        new.append(fault)
        misread += unread
    rules = (breach for index, fault in enumerate(new) for breach in fault_breaches(f"faults.{index}", fault))
    refuse_if_any(merged(tuple(misread), rules))
    faults.replace(tuple(new))
    return wire.Faults(faults=_in_force(faults))


def read_fault(form: wire.NewFault, *, within: str) -> tuple[Fault, tuple[Breach, ...]]:
    """Read the fault on this form, its kind's own values where none are given, and what in it cannot be read."""
    kind = KINDS.get(ALIASES.get(form.name, form.name))
    settings = read_form(_settings_of(kind), dict(form.settings or {}), within=f"{within}settings.")
    numbers = form.model_dump(include={"count", "skip", "percent", "seed"}, exclude_none=True)
    fault = Fault(
        name=form.name,
        method=form.method or (kind.methods[0] if kind else ""),
        path=form.path or (kind.path if kind else ""),
        settings=settings.form.model_dump(exclude_none=True),
        **({"count": None} if form.every else {}) | numbers,
    )
    unread = (*settings.misread, *unprintable(form, within=within))
    return fault, (*unread, *unprintable(settings.form, within=f"{within}settings."))


def _settings_of(kind: Kind | None) -> type[Form]:
    """Make the model of the settings that this kind has."""
    settings: dict[str, t.Any] = {item.name: (_type_of(item) | None, None) for item in (kind.settings if kind else ())}
    return create_model("Settings", __base__=Form, **settings)


def _type_of(setting: Setting) -> t.Any:
    if isinstance(setting.default, bool):
        return bool
    return int if isinstance(setting.default, int) or setting.whole_number else str


def fault_breaches(where: str, fault: Fault) -> Breaches:
    """Yield every rule that this fault breaks."""
    kind = KINDS.get(ALIASES.get(fault.name, fault.name))
    if kind is None:
        yield Breach(f"{where}.name", "invalid", say("Faults: {}.", "障害の種類: {}", ", ".join(sorted(KINDS))))
        return
    if fault.method not in kind.methods:
        yield Breach(f"{where}.method", "invalid", say("Methods: {}.", "メソッド: {}", ", ".join(kind.methods)))
    if not fault.path.startswith("/") or len(fault.path) > _LONGEST_TEXT:
        yield Breach(
            f"{where}.path",
            "invalid",
            say(
                "A pattern such as /applications/*/registration.",
                "/applications/*/registration のようなパターンを指定してください。",
            ),
        )
    yield from _number_breaches(where, fault)
    for name, value in fault.settings.items():
        if isinstance(value, int) and not 0 <= value <= LARGEST:
            yield Breach(f"{where}.settings.{name}", "invalid", say("0 to {}.", "0〜{}です。", LARGEST))
        if isinstance(value, str) and len(value) > _LONGEST_TEXT:
            yield Breach(
                f"{where}.settings.{name}", "invalid", say("At most {} characters.", "{}文字以内です。", _LONGEST_TEXT)
            )


def _number_breaches(where: str, fault: Fault) -> Breaches:
    if fault.count is not None and not 1 <= fault.count <= LARGEST:
        yield Breach(
            f"{where}.count",
            "invalid",
            say(
                "At least 1; or leave it out and say that every call meets the fault.",
                "1以上です。毎回にする場合は、count を省いて every を指定してください。",
            ),
        )
    if not 0 <= fault.skip <= LARGEST:
        yield Breach(f"{where}.skip", "invalid", say("At least 0.", "0以上です。"))
    if not 1 <= fault.percent <= 100:
        yield Breach(f"{where}.percent", "invalid", say("1 to 100.", "1〜100です。"))
    if not -LARGEST <= fault.seed <= LARGEST:
        yield Breach(f"{where}.seed", "invalid", say("At most {}.", "{}以下です。", LARGEST))


def _in_force(faults: FaultList) -> list[wire.Fault]:
    return list(map(wire.Fault.model_validate, faults.current()))
