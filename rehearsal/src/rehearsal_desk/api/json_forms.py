# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Forms out of JSON bodies; what cannot be read is noted in the form, so that all breaches come back at once."""

from __future__ import annotations

import datetime as dt
import json
import typing as t

from rehearsal_desk.rules.forms import ApplicantForm, OrderForm, RegistrationForm, SubjectForm
from rehearsal_desk.rules.problems import Breach, Refused, refuse_if_any

LARGEST_BODY: t.Final = 1 << 20

_ORDER_TEXTS: t.Final = ("customer_code", "common_name", "product", "term", "usage")
_SUBJECT_TEXTS: t.Final = (
    "state_or_province_name",
    "locality_name",
    "organization_name",
    "organizational_unit_name",
)
_APPLICANT_TEXTS: t.Final = ("name", "department", "email", "phone")


_Value = t.TypeVar("_Value")


class Fields:
    """One JSON object: hands out typed fields and notes every one that is of another type or not known."""

    def __init__(self, body: t.Mapping[str, object], *, within: str = "") -> None:
        self._prefix = f"{within}." if within else ""
        self._left = dict(body)
        self._breaches: list[Breach] = []

    def text(self, name: str) -> str | None:
        """A line of text; None when it is absent or null."""
        value = self.lines(name)
        if value is None or value.isprintable():
            return value
        self._note(name, "Control characters cannot stand in this field.")
        return None

    def lines(self, name: str) -> str | None:
        """Text with line breaks."""
        return self._take(name, str, wanted="text")

    def flag(self, name: str) -> bool | None:
        """True or false."""
        return self._take(name, bool, wanted="true or false")

    def number(self, name: str) -> int | None:
        """A whole number."""
        if isinstance(self._left.get(name), bool):  # which Python takes for a number
            self._left[name] = ()
        return self._take(name, int, wanted="a whole number")

    def array(self, name: str) -> list[object] | None:
        """A JSON array."""
        return self._take(name, list, wanted="an array")

    def section(self, name: str) -> Fields | None:
        """An object within this one; what is noted in it is to be absorbed."""
        value = self._take(name, dict, wanted="an object")
        return None if value is None else Fields(value, within=self._prefix + name)

    def sections(self, name: str) -> tuple[Fields, ...] | None:
        """An array of objects within this one; what is noted in them is to be absorbed."""
        values = self.array(name)
        if values is None:
            return None
        if not all(isinstance(value, dict) for value in values):
            self._note(name, "This is not an array of objects.")
            return ()
        return tuple(
            Fields(t.cast(dict[str, object], value), within=f"{self._prefix}{name}.{index}")
            for index, value in enumerate(values)
        )

    def absorb(self, section: Fields) -> None:
        """Take over what was noted in a section."""
        self._breaches += section.breaches()

    def breaches(self) -> tuple[Breach, ...]:
        """Everything noted, the fields that nobody asked for included."""
        names = (name if name.isprintable() else ascii(name) for name in sorted(self._left))
        unknown = (Breach(self._prefix + name, "unknown", "The form has no such field.") for name in names)
        return (*self._breaches, *unknown)

    def refuse_if_misread(self) -> None:
        """Raise `Refused` when anything was noted."""
        refuse_if_any(self.breaches())

    def _take(self, name: str, kind: type[_Value], *, wanted: str) -> _Value | None:
        value = self._left.pop(name, None)
        if value is None or isinstance(value, kind):
            return value
        self._note(name, f"This is not {wanted}.")
        return None

    def _note(self, name: str, message: str) -> None:
        self._breaches.append(Breach(self._prefix + name, "invalid", message))


def parsed(body: bytes) -> dict[str, object]:
    """The JSON object of a request body; no body is an empty one."""
    if len(body) > LARGEST_BODY:
        raise _refused(f"A request body has at most {LARGEST_BODY} bytes.")
    try:
        value: object = json.loads(body or b"{}")
    except (ValueError, RecursionError):
        raise _refused("The request body is not JSON in UTF-8.") from None
    if not isinstance(value, dict):
        raise _refused("The request body is not a JSON object.")
    return value


def order_form(body: t.Mapping[str, object]) -> OrderForm:
    """The order in this body."""
    fields = Fields(body)
    return _order_form(fields, client_reference=fields.text("client_reference"))


def quote_form(body: t.Mapping[str, object]) -> OrderForm:
    """The order in this body, which has no reference."""
    return _order_form(Fields(body), client_reference=None)


def _order_form(fields: Fields, *, client_reference: str | None) -> OrderForm:
    texts = {name: fields.text(name) or "" for name in _ORDER_TEXTS}
    linked_contract_id = fields.text("linked_contract_id")
    terms_agreed = fields.flag("terms_agreed") or False
    return OrderForm(
        **texts,
        client_reference=client_reference,
        linked_contract_id=linked_contract_id,
        terms_agreed=terms_agreed,
        misread=fields.breaches(),
    )


def registration_form(body: t.Mapping[str, object]) -> RegistrationForm:
    """The registration in this body."""
    fields = Fields(body)
    csr_origin, approval_email = (fields.text(name) or "" for name in ("csr_origin", "approval_email"))
    csr = fields.lines("csr") or ""
    certificate_transparency = fields.flag("certificate_transparency")
    subject = _section(fields, "subject", texts=_SUBJECT_TEXTS)
    applicant = _section(fields, "applicant", texts=_APPLICANT_TEXTS)
    return RegistrationForm(
        csr_origin=csr_origin,
        csr=csr,
        subject=None if subject is None else SubjectForm(**subject),
        applicant=None if applicant is None else ApplicantForm(**applicant),
        approval_email=approval_email,
        certificate_transparency=certificate_transparency,
        misread=fields.breaches(),
    )


def _section(fields: Fields, name: str, *, texts: tuple[str, ...]) -> dict[str, str] | None:
    section = fields.section(name)
    if section is None:
        return None
    values = {text: section.text(text) or "" for text in texts}
    fields.absorb(section)
    return values


def moment(text: str) -> dt.datetime | None:
    """The moment that this RFC 3339 text means; None when it means none."""
    try:
        value = dt.datetime.fromisoformat(text)
    except ValueError:
        return None
    return value if value.tzinfo is not None else None


def _refused(message: str) -> Refused:
    return Refused((Breach("", "invalid", message),))
