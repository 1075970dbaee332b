# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What goes over the wire of the rehearsal's own controls: forms that are read, and answers."""

from __future__ import annotations

import typing as t

from pydantic import BeforeValidator, Field, WithJsonSchema

from rehearsal_desk.api.interface import Moment, Sentence, State, Value, Wire
from rehearsal_desk.desk.people import ACTS
from rehearsal_desk.rules.catalogue import CONFIRMATIONS
from rehearsal_desk.rules.forms import CommonName, ContractId, Form, Reference, Term, described
from rehearsal_desk.store.faults import MOST_FAULTS, Scalar

LONGEST_REASON: t.Final = 255
LONGEST_LEAD: t.Final = 400
LARGEST: t.Final = 1_000_000_000

# Which of them there are, and of which type, is a matter of the kind of fault.
_SCALAR: t.Final = {"anyOf": [{"type": "string"}, {"type": "integer"}, {"type": "boolean"}, {"type": "null"}]}
Lead = t.Annotated[int, described(minimum=0, maximum=LONGEST_LEAD)]
Settings = t.Annotated[dict[str, t.Any], WithJsonSchema({"type": "object", "additionalProperties": _SCALAR})]


class Counted(Wire, t.Generic[Value]):
    """All of something."""

    count: t.Annotated[int, Field(ge=0)]
    results: list[Value]


class Time(Wire):
    """The desk's time."""

    now: Moment


class NewTime(Form):
    """Where the clock goes on from: one of the two."""

    now: str | None = None
    advance_days: int | None = None


class ContractIds(Form):
    """Which applications; all of them without a list."""

    optional = True

    contract_ids: list[str] | None = None


class Answered(Form):
    """What the applicant answers to the CA."""

    needed = ("contract_id", "confirmation")

    contract_id: str = ""
    confirmation: t.Annotated[str, described(enum=[*CONFIRMATIONS])] = ""


class Rejection(Form):
    """What the CA rejects, and why."""

    needed = ("contract_id", "reason")

    contract_id: str = ""
    reason: t.Annotated[str, described(minLength=1, maxLength=LONGEST_REASON)] = ""


class AutomaticCa(Form):
    """Whether the CA issues by itself, and how many days after the registration, by level."""

    needed = ("on",)

    on: bool = True
    dv: Lead = 1
    ov: Lead = 7
    ev: Lead = 10


class AutomaticCaTold(Wire):
    """Whether the CA issues by itself, and after how many days."""

    on: bool
    dv: int
    ov: int
    ev: int


class ByHand(Form):
    """What a person does in a browser."""

    needed = ("contract_id", "act")

    contract_id: str = ""
    act: t.Annotated[str, described(enum=[*ACTS])] = ""
    term: Term | None = None
    linked_contract_id: str | None = None


class Move(Wire):
    """An application that went from a state to another, or to less that is open."""

    contract_id: ContractId
    before: t.Annotated[State, Field(serialization_alias="from")]
    after: t.Annotated[State, Field(serialization_alias="state")]


class Purchase(Wire):
    """One purchase."""

    contract_id: ContractId
    client_reference: Reference | None
    common_name: CommonName
    ordered_at: Moment
    kind: t.Literal["new", "renewal", "silence"]


class AuditEntry(Wire):
    """One spend or download."""

    at: Moment
    master_id: str
    act: t.Literal["purchase", "renewal", "reissue", "link_change", "certificate", "private_key"]
    contract_id: ContractId


class Mail(Wire):
    """One mail of the outbox."""

    id: int
    contract_id: ContractId
    kind: str
    sender: t.Annotated[str, Field(serialization_alias="from")]
    recipients: t.Annotated[
        list[str], BeforeValidator(lambda addresses: addresses.split(", ")), Field(serialization_alias="to")
    ]
    subject: str
    body: str
    written_at: Moment
    sent_at: Moment | None
    failure: str | None


class NewFault(Form):
    """A fault to be; what is left out comes from its kind."""

    needed = ("name",)

    name: str = ""
    method: str | None = None
    path: str | None = None
    every: bool | None = None
    count: t.Annotated[int, described(minimum=1, maximum=LARGEST)] | None = None
    skip: t.Annotated[int, described(minimum=0, maximum=LARGEST)] | None = None
    percent: t.Annotated[int, described(minimum=1, maximum=100)] | None = None
    seed: t.Annotated[int, described(minimum=-LARGEST, maximum=LARGEST)] | None = None
    settings: Settings | None = None


class NewFaults(Form):
    """The faults to be; an empty list ends them all."""

    needed = ("faults",)

    faults: t.Annotated[list[NewFault] | None, described(maxItems=MOST_FAULTS)] = None


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
    settings: dict[str, Scalar]
    seen: int


class FaultSetting(Wire):
    """One thing about a kind of fault that can be set."""

    name: str
    default: Scalar
    does: Sentence


class FaultKind(Wire):
    """A kind of fault."""

    name: str
    stage: t.Literal["line", "ca", "portal"]
    does: Sentence
    methods: list[str]
    path: str
    settings: list[FaultSetting]


class Faults(Wire):
    """The faults in force."""

    faults: list[Fault]


class FaultsAndKinds(Faults):
    """The faults in force, and every kind there is."""

    kinds: list[FaultKind]
