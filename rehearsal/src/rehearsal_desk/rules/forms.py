# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The forms of the desk as any face may hand them in: text as typed, nothing judged yet.

`misread` carries what the face could not read at all: a number where text belongs, a field that the form does not have.
"""

from __future__ import annotations

import dataclasses as dc

from rehearsal_desk.rules.problems import Breach


@dc.dataclass(frozen=True, slots=True, kw_only=True)
class OrderForm:
    """A new order."""

    client_reference: str | None = None
    customer_code: str = ""
    common_name: str = ""
    product: str = ""
    term: str = ""
    usage: str = ""
    linked_contract_id: str | None = None
    terms_agreed: bool = False
    misread: tuple[Breach, ...] = ()


@dc.dataclass(frozen=True, slots=True, kw_only=True)
class SubjectForm:
    """The subject fields of the screen on which the service makes the CSR."""

    state_or_province_name: str = ""
    locality_name: str = ""
    organization_name: str = ""
    organizational_unit_name: str = ""


@dc.dataclass(frozen=True, slots=True, kw_only=True)
class ApplicantForm:
    """The person responsible (申請責任者情報); the field list is ours."""

    name: str = ""
    department: str = ""
    email: str = ""
    phone: str = ""


@dc.dataclass(frozen=True, slots=True, kw_only=True)
class RegistrationForm:
    """CSR and application information."""

    csr_origin: str = ""
    csr: str = ""
    subject: SubjectForm | None = None
    applicant: ApplicantForm | None = None
    approval_email: str = ""
    certificate_transparency: bool | None = None
    misread: tuple[Breach, ...] = ()
