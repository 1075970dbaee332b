# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The forms of the desk as any face may hand them in: text as typed, nothing judged yet.

They are models, so that JSON is read through them and the OpenAPI document shows them. They enforce types only;
patterns, choices and lengths are for the document, since the rules say in the desk's own words what is wrong.
"""

from __future__ import annotations

import typing as t

from pydantic import BaseModel, ConfigDict, Field, WithJsonSchema, model_validator

from rehearsal_desk.rules import catalogue
from rehearsal_desk.rules.problems import Breach
from rehearsal_desk.rules.wording import say

Json = dict[str, t.Any]


def described(**schema: t.Any) -> t.Any:
    """Make an annotation that adds these words to the schema of a field and enforces nothing."""
    return Field(json_schema_extra=schema)


Product = t.Annotated[str, described(enum=[*catalogue.PRODUCTS])]
Term = t.Annotated[str, described(enum=[*catalogue.TERMS])]
Usage = t.Annotated[str, described(enum=["other", "linked_service"])]
CsrOrigin = t.Annotated[str, described(enum=["customer", "service"])]
ContractId = t.Annotated[str, described(pattern=r"^rsc[0-9]{8,12}$", examples=["rsc00000001"])]
CustomerCode = t.Annotated[str, described(pattern=r"^SG[0-9]{8}$", examples=["SG00000001"])]
Reference = t.Annotated[str, described(minLength=1, maxLength=255, examples=["default/www/1"])]
CommonName = t.Annotated[str, described(minLength=1, maxLength=64, examples=["www.example.jp"])]
Text = t.Annotated[str, described(minLength=1, maxLength=128)]
OptionalText = t.Annotated[str, WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "null"}]})]


def _describe(schema: Json, model: type[Form]) -> None:
    # Every field has a default, so that a form can be read that lacks some; the rules refuse it.
    if model.needed:
        schema["required"] = [*model.needed]
    for name, field in schema["properties"].items():
        field.pop("default", None)
        if name in model.needed and "anyOf" in field:
            field |= field.pop("anyOf")[0]


class Form(BaseModel):
    """Fields that are read strictly, and no others; null is the same as absent."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, json_schema_extra=_describe)

    needed: t.ClassVar[tuple[str, ...]] = ()  # what the document calls required
    optional: t.ClassVar[bool] = False  # whether no body is as good as one
    lines: t.ClassVar[tuple[str, ...]] = ()  # fields in which text has line breaks

    @model_validator(mode="before")
    @classmethod
    def _drop_nulls(cls, body: object) -> object:
        if not isinstance(body, dict):
            return body
        return {name: value for name, value in body.items() if value is not None or name not in cls.model_fields}


class QuoteForm(Form):
    """An order without its reference."""

    needed = ("customer_code", "common_name", "product", "term", "usage", "terms_agreed")

    customer_code: CustomerCode = ""
    common_name: CommonName = ""
    product: Product = ""
    term: Term = ""
    usage: Usage = ""
    linked_contract_id: str | None = None
    terms_agreed: t.Annotated[bool, described(const=True)] = False


class OrderForm(QuoteForm):
    """An order; with a reference it buys once."""

    client_reference: Reference | None = None


REISSUE_REASONS: t.Final = ("key_lost", "key_compromised", "wrong_content")  # ours: the portal's choices are not known


class RenewalQuote(Form):
    """A renewal without its reference; it is named by the certificate that it replaces."""

    needed = ("contract_id", "replaces", "term", "terms_agreed")

    contract_id: ContractId = ""
    replaces: t.Annotated[str, described(pattern="^[0-9a-f]{64}$")] = ""
    term: Term = ""
    terms_agreed: t.Annotated[bool, described(const=True)] = False


class RenewalForm(RenewalQuote):
    """A renewal; with a reference it renews once."""

    client_reference: Reference | None = None


class ReissueForm(Form):
    """A reissue; it is named by the certificate that goes, and with a reference it is ordered once."""

    needed = ("contract_id", "replaces", "reason", "notes_agreed")

    contract_id: ContractId = ""
    client_reference: Reference | None = None
    replaces: t.Annotated[str, described(pattern="^[0-9a-f]{64}$")] = ""
    reason: t.Annotated[str, described(enum=[*REISSUE_REASONS])] = ""
    notes_agreed: t.Annotated[bool, described(const=True)] = False


LINK_WORKS: t.Final = ("change", "add")  # 変更・追加 [M:2261082]; the names are ours


class LinkForm(Form):
    """A change or addition of a linked service; a change names the linked contract whose place is taken."""

    needed = ("contract_id", "work", "linked_contract_id")

    contract_id: ContractId = ""
    client_reference: Reference | None = None
    work: t.Annotated[str, described(enum=[*LINK_WORKS])] = ""
    was: str | None = None
    linked_contract_id: str = ""


class SubjectForm(Form):
    """The subject fields of the screen on which the service makes the CSR."""

    needed = ("state_or_province_name", "locality_name", "organization_name")

    state_or_province_name: Text = ""
    locality_name: Text = ""
    organization_name: t.Annotated[str, described(minLength=1, maxLength=64)] = ""
    organizational_unit_name: t.Annotated[
        str, WithJsonSchema({"anyOf": [{"type": "string", "const": ""}, {"type": "null"}]})
    ] = ""


class ApplicantForm(Form):
    """The person responsible (申請責任者情報); the field list is ours."""

    needed = ("name", "department", "email", "phone")

    name: Text = ""
    department: Text = ""
    email: Text = ""
    phone: Text = ""


class RegistrationForm(Form):
    """CSR and application information."""

    needed = ("csr_origin", "applicant", "terms_agreed")
    lines = ("csr",)

    procedure_id: t.Annotated[str, described(examples=["rsc00000001-1"])] | None = None
    csr_origin: CsrOrigin = ""
    csr: OptionalText = ""
    subject: SubjectForm | None = None
    applicant: ApplicantForm | None = None
    approval_email: OptionalText = ""
    certificate_transparency: bool | None = None
    terms_agreed: t.Annotated[bool, described(const=True)] = False


def unprintable(form: Form, *, within: str = "") -> t.Iterator[Breach]:
    """Yield a breach for every line of the form with control characters in it."""
    for name in type(form).model_fields:
        value = getattr(form, name)
        if isinstance(value, Form):
            yield from unprintable(value, within=f"{within}{name}.")
        elif isinstance(value, str) and name not in form.lines and not value.isprintable():
            yield Breach(
                f"{within}{name}",
                "invalid",
                say("Control characters cannot be in this field.", "この項目に制御文字は使えません。"),
            )
