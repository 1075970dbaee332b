# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What goes over the wire of the rehearsal's own controls, as models for the OpenAPI document alone."""

from __future__ import annotations

import typing as t

from pydantic import AwareDatetime, Field

from rehearsal_desk.api.interface import CommonName, Confirmation, ContractId, Reference, State, Value, Wire

Whole = t.Annotated[int, Field(ge=0, le=1_000_000_000)]


class Counted(Wire, t.Generic[Value]):
    """All of something."""

    count: t.Annotated[int, Field(ge=0)]
    results: list[Value]


class Time(Wire):
    """The desk's time."""

    now: AwareDatetime


class NewTime(Wire):
    """Where the clock goes on from: one of the two."""

    now: str | None = None
    advance_days: int | None = None


class ContractIds(Wire):
    """Which applications; all of them without a list."""

    contract_ids: list[str] | None = None


class Answered(Wire):
    """What the applicant answers to the CA."""

    contract_id: str
    confirmation: Confirmation


class Rejection(Wire):
    """What the CA rejects, and why."""

    contract_id: str
    reason: t.Annotated[str, Field(min_length=1, max_length=255)]


class Move(Wire):
    """An application that went from a state to another, or to less that is open."""

    contract_id: ContractId
    before: t.Annotated[State, Field(alias="from")]
    state: State


class Purchase(Wire):
    """One purchase."""

    contract_id: ContractId
    client_reference: Reference | None
    common_name: CommonName
    ordered_at: AwareDatetime


class AuditEntry(Wire):
    """One spend or download."""

    at: AwareDatetime
    master_id: str
    act: t.Literal["purchase", "certificate", "private_key"]
    contract_id: ContractId


class Mail(Wire):
    """One mail of the outbox."""

    id: int
    contract_id: ContractId
    kind: str
    sender: t.Annotated[str, Field(alias="from")]
    to: list[str]
    subject: str
    body: str
    written_at: AwareDatetime
    sent_at: AwareDatetime | None
    failure: str | None


class NewFault(Wire):
    """A fault to be; what is left out comes from its kind."""

    name: str
    method: str | None = None
    path: str | None = None
    every: bool | None = None
    count: t.Annotated[int, Field(ge=1, le=1_000_000_000)] | None = None
    skip: Whole | None = None
    percent: t.Annotated[int, Field(ge=1, le=100)] | None = None
    seed: t.Annotated[int, Field(ge=-1_000_000_000, le=1_000_000_000)] | None = None
    settings: dict[str, str | int | bool | None] | None = None


class NewFaults(Wire):
    """The faults to be; an empty list ends them all."""

    faults: t.Annotated[list[NewFault], Field(max_length=100)]


class Fault(Wire):
    """A fault in force."""

    name: str
    method: str
    path: str
    every: bool
    count: int | None
    skip: int
    percent: int
    seed: int
    settings: dict[str, str | int | bool | None]
    seen: int


class FaultSetting(Wire):
    """One thing about a kind of fault that can be set."""

    name: str
    default: str | int | bool | None
    does: str


class FaultKind(Wire):
    """A kind of fault."""

    name: str
    stage: t.Literal["line", "ca", "portal"]
    does: str
    methods: list[str]
    path: str
    settings: list[FaultSetting]


class Faults(Wire):
    """The faults in force."""

    faults: list[Fault]


class FaultsAndKinds(Faults):
    """The faults in force, and every kind there is."""

    kinds: list[FaultKind]
