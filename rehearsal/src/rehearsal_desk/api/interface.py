# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The answers of the JSON interface: models that each call answers through, and that its OpenAPI document shows."""

from __future__ import annotations

import datetime as dt
import typing as t
import uuid

from pydantic import AfterValidator, AliasPath, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field

from rehearsal_desk.desk import life
from rehearsal_desk.rules import catalogue
from rehearsal_desk.rules.forms import (
    CommonName,
    ContractId,
    CsrOrigin,
    CustomerCode,
    Form,
    Product,
    Reference,
    Term,
    Usage,
    described,
)
from rehearsal_desk.rules.wording import spoken_here

Value = t.TypeVar("Value")


def _to_whole_seconds(moment: dt.datetime) -> dt.datetime:
    return moment.astimezone(dt.UTC).replace(microsecond=0)


Service = t.Annotated[str, described(enum=[*catalogue.LINKED_SERVICES])]
State = t.Annotated[str, described(enum=[*life.STATES])]
NextAction = t.Literal["register", "wait_for_ca", "answer_ca", "collect", "wait_for_installation", "none"]
Actor = t.Literal["group_admin", "service_admin", "applicant", "ca", "iij", "nobody"]
Kind = t.Literal["new", "renewal", "reissue", "continuation"]
Stage = t.Literal["awaiting_registration", "applied", "awaiting_confirmation", "rejected"]
Confirmation = t.Literal["domain", "intention", "documents"]
ErrorType = t.Literal["ParameterError", "Forbidden", "NotFound", "Conflict", "TooManyRequests", "SystemError"]
Fingerprint = t.Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
SerialNumber = t.Annotated[str, Field(pattern=r"^[0-9a-f]{40}$")]
Pem = t.Annotated[str, Field(pattern="^-----BEGIN ")]
Sentence = t.Annotated[str, BeforeValidator(lambda text: spoken_here(text) if isinstance(text, str) else text)]
Moment = t.Annotated[AwareDatetime, AfterValidator(_to_whole_seconds)]


class Wire(BaseModel):
    """Something that goes over the wire, with these fields and no others."""

    model_config = ConfigDict(extra="forbid", from_attributes=True, json_schema_serialization_defaults_required=True)


class Answer(Wire):
    """What every answer has."""

    request_id: str = Field(default_factory=lambda: uuid.uuid4().hex)


class Good(Answer):
    """What every answer has that is no refusal; `as_of` is the desk's moment."""

    as_of: Moment


class Result(Good, t.Generic[Value]):
    """One thing."""

    result: Value


class Results(Good, t.Generic[Value]):
    """A page of things."""

    results: list[Value]
    total: t.Annotated[int, Field(ge=0)]
    offset: t.Annotated[int, Field(ge=0)]
    limit: t.Annotated[int, Field(ge=1, le=1000)]


class Detail(Wire):
    """One reason of a refusal; `attribute` is the dotted path of a field."""

    code: str
    attribute: str
    message: str


class Failure(Answer):
    """A refusal, with every reason at once."""

    error_type: ErrorType
    error_message: str
    error_details: list[Detail]


class OfferedProduct(Wire):
    """A catalogue item (品目) on offer."""

    product: Product = Field(validation_alias="id")
    name: str
    certificate_authority: str = Field(validation_alias=AliasPath("authority", "id"))
    level: catalogue.Level
    wildcard: bool | None
    terms: list[Term]
    linked_services: list[Service] | None


class LinkedContract(Wire):
    """A contract of a linked service."""

    contract_id: str
    service: Service
    name: str
    customer_code: CustomerCode


class Issued(Wire):
    """A certificate of a contract."""

    serial_number: SerialNumber
    certificate_fingerprint: Fingerprint
    public_key_fingerprint: Fingerprint
    csr_origin: CsrOrigin
    not_before: Moment
    not_after: Moment
    issued_at: Moment
    downloaded_at: Moment | None
    installed_at: Moment | None
    revoke_on: dt.date | None


class Procedure(Wire):
    """The procedure that is under way at a contract, up to the issue of its certificate."""

    id: str
    kind: Kind
    state: Stage
    replaces: Fingerprint | None
    client_reference: Reference | None
    opened_by: t.Literal["order", "silence", "iij"]
    opened_at: Moment
    term: Term
    confirmations: list[Confirmation]
    reason: Sentence | None
    deadline: dt.date | None
    csr_origin: CsrOrigin | None
    public_key_fingerprint: Fingerprint | None
    registered_at: Moment | None


class Period(Wire):
    """A paid period (契約期間) of a contract."""

    number: t.Annotated[int, Field(ge=1)]
    begins: Moment
    ends: Moment
    term: Term


class Renewal(Wire):
    """The window around the end of the certificate in use: moments, in this order."""

    notice_at: Moment
    opens_at: Moment
    order_by: Moment
    update_by: Moment
    terms: list[Term]
    decision: t.Literal["undecided", "renew", "cancel"]


class Link(Wire):
    """A contract of a linked service that uses the certificate, and since when; null: since the order."""

    contract_id: str
    service: Service
    since: Moment | None


class LinkChange(Wire):
    """A change or addition of a linked service that is under way."""

    work: t.Literal["change", "add"]
    was: str | None
    linked_contract_id: str
    linked_service: Service
    client_reference: Reference | None
    requested_at: Moment


class Application(Wire):
    """An application (お申し込み): a contract and where it stands."""

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
    reason: Sentence | None
    next_action: NextAction
    next_action_by: Actor
    deadline: dt.date | None
    csr_origin: CsrOrigin | None
    public_key_fingerprint: Fingerprint | None
    certificate_fingerprint: Fingerprint | None
    serial_number: SerialNumber | None
    not_before: Moment | None
    not_after: Moment | None
    ordered_at: Moment
    registered_at: Moment | None
    issued_at: Moment | None
    downloaded_at: Moment | None
    current: Issued | None
    previous: list[Issued]
    procedure: Procedure | None
    period: Period | None
    renewal: Renewal | None
    linked_since: Moment | None
    further_links: list[Link]
    link_change: LinkChange | None


class Certificate(Wire):
    """An issued certificate with its chain, the root left out."""

    contract_id: ContractId
    common_name: CommonName
    certificate: Pem
    chain: str
    not_before: Moment
    not_after: Moment
    serial_number: SerialNumber
    certificate_fingerprint: Fingerprint
    public_key_fingerprint: Fingerprint


class PrivateKey(Wire):
    """A private key that the service made: PKCS #8 in PEM, not encrypted."""

    contract_id: ContractId
    common_name: CommonName
    private_key: Pem
    public_key_fingerprint: Fingerprint


class Cancellation(Form):
    """The contract ID, spelled out once more."""

    needed = ("contract_id",)

    contract_id: ContractId = ""
