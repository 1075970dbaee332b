# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The rules of the registration form (CSRの入力・申請情報の登録); pure, and all breaches at once."""

from __future__ import annotations

import dataclasses as dc
import itertools
import re
import typing as t

from rehearsal_desk.rules import csr_rules, names
from rehearsal_desk.rules.catalogue import Product
from rehearsal_desk.rules.csrs import Csr
from rehearsal_desk.rules.dn_rules import dn_faults
from rehearsal_desk.rules.forms import ApplicantForm, RegistrationForm, SubjectForm, unprintable
from rehearsal_desk.rules.order_rules import LINKED_SERVICE
from rehearsal_desk.rules.problems import Breach, merged
from rehearsal_desk.rules.wording import say

CUSTOMER: t.Final = "customer"
SERVICE: t.Final = "service"

# The local parts that a CA constructs addresses from [BR 3.2.2.4.4, GS:approvere-email-change].
_LOCAL_PARTS: t.Final = ("admin", "administrator", "hostmaster", "postmaster", "webmaster")

_EMAIL: t.Final = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
_PHONE: t.Final = re.compile(r"\+?[0-9][0-9() -]*[0-9]")
_LONGEST_TEXT: t.Final = 128  # of an applicant's field; ours

_SUBJECT_SHORTS: t.Final = {"state_or_province_name": "ST", "locality_name": "L", "organization_name": "O"}

Breaches = t.Iterator[Breach]


@dc.dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What the desk knows about the application while it reads the registration."""

    product: Product
    common_name: str
    usage: str
    csr: Csr | None  # the customer's, when it could be read
    csr_fault: str | None  # why it could not
    key_used_elsewhere: bool


def registration_breaches(
    form: RegistrationForm, *, case: Case, misread: tuple[Breach, ...] = ()
) -> tuple[Breach, ...]:
    """List every rule that this registration breaks, after what its face could not read."""
    return merged(
        (*misread, *unprintable(form)),
        itertools.chain(
            _origin(form, case=case),
            _csr(form, case=case),
            _subject(form, case=case),
            _applicant(form.applicant),
            _approval_email(form, case=case),
            _transparency(form, case=case),
            _terms_agreed(form),
        ),
    )


def approval_addresses(common_name: str) -> tuple[str, ...]:
    """Return the addresses at the name or a parent domain of it that the CA will write to."""
    labels = names.normal(names.without_wildcard(common_name)).split(".")
    parents = (".".join(labels[start:]) for start in range(len(labels) - 1))
    domains = (domain for domain in parents if not names.is_public_suffix(domain))
    return tuple(f"{local}@{domain}" for domain in domains for local in _LOCAL_PARTS)


def _origin(form: RegistrationForm, *, case: Case) -> Breaches:
    if not form.csr_origin:
        yield Breach(
            "csr_origin", "required", say("Choose {} or {}.", "{} または {} を選択してください。", CUSTOMER, SERVICE)
        )
    elif form.csr_origin not in (CUSTOMER, SERVICE):
        yield Breach(
            "csr_origin",
            "invalid",
            say("The CSR is made by {} or {}.", "CSRの作成方法は {} または {} です。", CUSTOMER, SERVICE),
        )
    elif form.csr_origin == CUSTOMER and case.usage == LINKED_SERVICE:
        message = say(
            "With a linked service the service makes the CSR [M:2261096, M:2261080].",
            "連携対応サービスで利用する場合、CSRはIIJが作成します [M:2261096, M:2261080]。",
        )
        yield Breach("csr_origin", "not_allowed", message)


def _csr(form: RegistrationForm, *, case: Case) -> Breaches:
    if form.csr_origin == SERVICE:
        if form.csr:
            yield Breach(
                "csr",
                "not_allowed",
                say(
                    "The service makes key and CSR; leave this empty.",
                    "鍵とCSRはIIJが作成するため、空欄にしてください。",
                ),
            )
    elif form.csr_origin == CUSTOMER:
        if not form.csr:
            yield Breach("csr", "required", say("Paste the CSR in PEM.", "PEM形式のCSRを貼り付けてください。"))
        elif case.csr is None:
            yield Breach("csr", "invalid", case.csr_fault or say("The CSR cannot be read.", "CSRを読み取れません。"))
        else:
            faults = csr_rules.csr_faults(
                case.csr,
                product=case.product,
                common_name=case.common_name,
                key_used_elsewhere=case.key_used_elsewhere,
            )
            yield from (Breach("csr", "invalid", fault) for fault in faults)


def _subject(form: RegistrationForm, *, case: Case) -> Breaches:
    if form.csr_origin == CUSTOMER:
        if form.subject is not None:
            yield Breach(
                "subject",
                "not_allowed",
                say(
                    "The subject is taken from the CSR and cannot be edited [M:2261096].",
                    "識別名はCSRから取得するため、編集できません [M:2261096]。",
                ),
            )
    elif form.csr_origin == SERVICE:
        if form.subject is None:
            yield Breach(
                "subject",
                "required",
                say("The service needs the subject to make the CSR.", "CSRの作成に、識別名が必要です。"),
            )
        else:
            yield from _subject_fields(form.subject, product=case.product)


def _subject_fields(subject: SubjectForm, *, product: Product) -> Breaches:
    for field, short in _SUBJECT_SHORTS.items():
        value = getattr(subject, field)
        if not value:
            yield Breach(
                f"subject.{field}",
                "required",
                say(
                    "The service needs this field ({}) to make the CSR.",
                    "CSRの作成に、この項目 ({}) が必要です。",
                    short,
                ),
            )
        faults = dn_faults(value, attribute=short, authority=product.authority) if value else ()
        yield from (Breach(f"subject.{field}", "invalid", fault) for fault in faults)
    if subject.organizational_unit_name:
        message = say(
            "A public certificate has no OU any more [BR 7.1.2.7.4; EV since 2022-09-01, EVG 1.2.2]; leave it empty.",
            "部門 (OU) は公的な証明書に記載できません [BR 7.1.2.7.4、EVは EVG 1.2.2]。空欄にしてください。",
        )
        yield Breach("subject.organizational_unit_name", "not_allowed", message)


def _applicant(applicant: ApplicantForm | None) -> Breaches:
    if applicant is None:
        yield Breach(
            "applicant",
            "required",
            say("The CA needs to know whom to ask.", "認証局が問い合わせる相手の情報が必要です。"),
        )
        return
    for name, value in applicant.model_dump().items():
        attribute = f"applicant.{name}"
        if not value.strip():
            yield Breach(
                attribute,
                "required",
                say("The CA needs to know whom to ask.", "認証局が問い合わせる相手の情報が必要です。"),
            )
        elif len(value) > _LONGEST_TEXT:
            yield Breach(
                attribute, "invalid", say("At most {} characters.", "{}文字以内で入力してください。", _LONGEST_TEXT)
            )
    if applicant.email and not _EMAIL.fullmatch(applicant.email):
        yield Breach(
            "applicant.email",
            "invalid",
            say("An address such as certs@example.jp.", "certs@example.jp のようなメールアドレスを入力してください。"),
        )
    if applicant.phone and not _PHONE.fullmatch(applicant.phone):
        yield Breach(
            "applicant.phone",
            "invalid",
            say(
                "A number such as +81-3-0000-0000 or 03-0000-0000.",
                "+81-3-0000-0000 や 03-0000-0000 のような電話番号を入力してください。",
            ),
        )


def _approval_email(form: RegistrationForm, *, case: Case) -> Breaches:
    authority = case.product.authority
    allowed = approval_addresses(case.common_name)
    if not authority.asks_approval_email:
        if form.approval_email:
            message = say(
                "The form has no approval address for products of {} [M:2261096].",
                "{} の品目に、承認メールアドレスの項目はありません [M:2261096]。",
                authority.name,
            )
            yield Breach("approval_email", "not_allowed", message)
    elif not form.approval_email:
        message = say(
            "Products of {} need an approval address [M:2261096]: {}.",
            "{} の品目には承認メールアドレスが必要です [M:2261096]: {}",
            authority.name,
            ", ".join(allowed),
        )
        yield Breach("approval_email", "required", message)
    elif form.approval_email.lower() not in allowed:
        message = say(
            "The CA writes only to {}. Addresses from WHOIS are forbidden since 2025-07-15"
            " [BR 3.2.2.4.2; M:79159429]; addresses from DNS records are not part of the rehearsal.",
            "認証局がメールを送るのは {} だけです。WHOISのアドレスは2025-07-15から使えません"
            " [BR 3.2.2.4.2, M:79159429]。DNSレコードのアドレスは、リハーサルでは使えません。",
            ", ".join(allowed),
        )
        yield Breach("approval_email", "invalid", message)


def _transparency(form: RegistrationForm, *, case: Case) -> Breaches:
    authority = case.product.authority
    field = "certificate_transparency"
    if authority.offers_transparency and form.certificate_transparency is None:
        yield Breach(
            field,
            "required",
            say(
                "Products of {} need the choice true or false [M:2261096].",
                "{} の品目では true または false を選択する必要があります [M:2261096]。",
                authority.name,
            ),
        )
    elif not authority.offers_transparency and form.certificate_transparency is not None:
        yield Breach(
            field,
            "not_allowed",
            say(
                "The form has no such choice for products of {} [M:2261096].",
                "{} の品目に、この選択項目はありません [M:2261096]。",
                authority.name,
            ),
        )


def _terms_agreed(form: RegistrationForm) -> Breaches:
    if not form.terms_agreed:
        yield Breach(
            "terms_agreed",
            "required",
            say(
                "The terms have to be agreed to here, too [M:2261096].",
                "ここでも約款・規約への同意が必要です [M:2261096]。",
            ),
        )
