# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What goes over the wire of the JSON interface, as models for its OpenAPI document alone.

Nothing is read through them: `json_forms` reads bodies by hand, so that all breaches come back at once.
"""

from __future__ import annotations

import datetime as dt
import typing as t

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from rehearsal_desk.desk import life
from rehearsal_desk.rules import catalogue

Value = t.TypeVar("Value")

# The words themselves stand where the rules are.
Product = t.Annotated[str, Field(json_schema_extra={"enum": [*catalogue.PRODUCTS]})]
Service = t.Annotated[str, Field(json_schema_extra={"enum": [*catalogue.LINKED_SERVICES]})]
Term = t.Annotated[str, Field(json_schema_extra={"enum": [*catalogue.TERMS]})]
State = t.Annotated[str, Field(json_schema_extra={"enum": [*life.STATES]})]
NextAction = t.Literal["register", "wait_for_ca", "answer_ca", "collect", "wait_for_installation", "none"]
Actor = t.Literal["group_admin", "service_admin", "applicant", "ca", "iij", "nobody"]
Usage = t.Literal["other", "linked_service"]
CsrOrigin = t.Literal["customer", "service"]
Confirmation = t.Literal["domain", "intention", "documents"]

ContractId = t.Annotated[str, Field(pattern=r"^rsc[0-9]{8,12}$", examples=["rsc00000001"])]
CustomerCode = t.Annotated[str, Field(pattern=r"^SG[0-9]{8}$", examples=["SG00000001"])]
Reference = t.Annotated[str, Field(min_length=1, max_length=255, examples=["default/www/1"])]
CommonName = t.Annotated[str, Field(min_length=1, max_length=64, examples=["www.example.jp"])]
Fingerprint = t.Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
SerialNumber = t.Annotated[str, Field(pattern=r"^[0-9a-f]{40}$")]
Text = t.Annotated[str, Field(min_length=1, max_length=128)]
Pem = t.Annotated[str, Field(pattern="^-----BEGIN ")]


class Wire(BaseModel):
    """Something that goes over the wire, with these fields and no others."""

    model_config = ConfigDict(extra="forbid")


class Result(Wire, t.Generic[Value]):
    """One thing."""

    request_id: str
    result: Value


class Results(Wire, t.Generic[Value]):
    """A page of things."""

    request_id: str
    results: list[Value]
    total: t.Annotated[int, Field(ge=0)]
    offset: t.Annotated[int, Field(ge=0)]
    limit: t.Annotated[int, Field(ge=1, le=1000)]


class Detail(Wire):
    """One reason of a refusal; `attribute` is the dotted path of a field."""

    code: str
    attribute: str
    message: str


class Failure(Wire):
    """A refusal, with every reason at once."""

    request_id: str
    error_type: t.Literal["ParameterError", "Forbidden", "NotFound", "Conflict", "TooManyRequests", "SystemError"]
    error_message: str
    error_details: list[Detail]


class OfferedProduct(Wire):
    """A catalogue item (品目) on offer."""

    product: Product
    name: str
    certificate_authority: str
    level: t.Literal["DV", "OV", "EV"]
    wildcard: bool
    terms: list[Term]
    linked_services: list[Service] | None


class LinkedContract(Wire):
    """A contract of a linked service."""

    contract_id: str
    service: Service
    name: str
    customer_code: CustomerCode


class Application(Wire):
    """An application (お申し込み) and where it stands."""

    contract_id: ContractId
    client_reference: Reference | None
    customer_code: CustomerCode
    common_name: CommonName
    product: Product
    term: Term
    usage: Usage
    linked_contract_id: str | None
    linked_service: Service | None
    state: State
    confirmations: list[Confirmation]
    reason: str | None
    next_action: NextAction
    next_action_by: Actor
    deadline: dt.date | None
    csr_origin: CsrOrigin | None
    public_key_fingerprint: Fingerprint | None
    certificate_fingerprint: Fingerprint | None
    serial_number: SerialNumber | None
    not_before: AwareDatetime | None
    not_after: AwareDatetime | None
    ordered_at: AwareDatetime
    registered_at: AwareDatetime | None
    issued_at: AwareDatetime | None
    downloaded_at: AwareDatetime | None


class Certificate(Wire):
    """An issued certificate with its chain, the root left out."""

    contract_id: ContractId
    common_name: CommonName
    certificate: Pem
    chain: str
    not_before: AwareDatetime
    not_after: AwareDatetime
    serial_number: SerialNumber
    certificate_fingerprint: Fingerprint
    public_key_fingerprint: Fingerprint


class PrivateKey(Wire):
    """A private key that the service made: PKCS #8 in PEM, not encrypted."""

    contract_id: ContractId
    common_name: CommonName
    private_key: Pem
    public_key_fingerprint: Fingerprint


class Quote(Wire):
    """An order without its reference."""

    customer_code: CustomerCode
    common_name: CommonName
    product: Product
    term: Term
    usage: Usage
    linked_contract_id: str | None = None
    terms_agreed: t.Literal[True]


class Order(Quote):
    """An order; with a reference it buys once."""

    client_reference: Reference | None = None


class Subject(Wire):
    """The subject fields of a CSR that the service makes."""

    state_or_province_name: Text
    locality_name: Text
    organization_name: t.Annotated[str, Field(min_length=1, max_length=64)]
    organizational_unit_name: t.Literal[""] | None = None


class Applicant(Wire):
    """The person responsible (申請責任者情報)."""

    name: Text
    department: Text
    email: Text
    phone: Text


class Registration(Wire):
    """CSR and application information."""

    csr_origin: CsrOrigin
    csr: str | None = None
    subject: Subject | None = None
    applicant: Applicant
    approval_email: str | None = None
    certificate_transparency: bool | None = None


class Cancellation(Wire):
    """The contract ID, spelled out once more."""

    contract_id: ContractId
