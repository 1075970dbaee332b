# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Each rule of the registration form: what it takes, what it refuses."""

from __future__ import annotations

import ssl
import typing as t

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.x509.oid import NameOID
from rehearsal_desk.api.reading import read_form
from rehearsal_desk.rules.catalogue import PRODUCTS
from rehearsal_desk.rules.csrs import Csr, UnreadableCsr, read_csr
from rehearsal_desk.rules.forms import RegistrationForm
from rehearsal_desk.rules.problems import Breach
from rehearsal_desk.rules.registration_rules import Case, approval_addresses, registration_breaches
from rehearsed import APPLICANT, SUBJECT, TOKYO, Key, csr_of, key_pem, registration

Changes = dict[str, t.Any]

CYBERTRUST: t.Final = "sureserver_cloud"
DIGICERT: t.Final = "secure_server_id"
GLOBALSIGN: t.Final = "organization_ssl"
QUICK: t.Final = "quick_ssl"

EXTRAS: t.Final[dict[str, Changes]] = {
    CYBERTRUST: {},
    DIGICERT: {"approval_email": "admin@example.jp", "certificate_transparency": True},
    GLOBALSIGN: {"approval_email": "admin@example.jp"},
    QUICK: {"approval_email": "admin@example.jp"},
}


def breaches_of(
    body: Changes, *, product: str, usage: str = "other", common_name: str = "www.example.jp", used: bool = False
) -> tuple[Breach, ...]:
    csr: Csr | None = None
    fault = None
    try:
        csr = read_csr(body["csr"]) if isinstance(body["csr"], str) else None
    except UnreadableCsr as error:
        fault = str(error)
    case = Case(
        product=PRODUCTS[product],
        common_name=common_name,
        usage=usage,
        csr=csr,
        csr_fault=fault,
        key_used_elsewhere=used,
    )
    reading = read_form(RegistrationForm, body)
    return registration_breaches(reading.form, case=case, misread=reading.misread)


def judged(body: Changes, *, product: str, **circumstances: t.Any) -> set[tuple[str, str]]:
    return {(breach.attribute, breach.code) for breach in breaches_of(body, product=product, **circumstances)}


def brought(csr: str, *, product: str, **changes: object) -> Changes:
    return registration(**{"csr_origin": "customer", "csr": csr, "subject": None, **EXTRAS[product], **changes})


def subject(**changes: object) -> Changes:
    return registration(subject={**SUBJECT, **changes})


@pytest.mark.parametrize("product", list(EXTRAS))
@pytest.mark.parametrize("usage", ["other", "linked_service"])
def test_the_service_makes_the_csr(product: str, usage: str) -> None:
    assert judged(registration(**EXTRAS[product]), product=product, usage=usage) == set()


@pytest.mark.parametrize("product", list(EXTRAS))
def test_a_customer_brings_an_rsa_csr(product: str, rsa_2048: rsa.RSAPrivateKey) -> None:
    assert judged(brought(csr_of(rsa_2048, **TOKYO), product=product), product=product) == set()


def test_a_linked_service_takes_no_csr(rsa_2048: rsa.RSAPrivateKey) -> None:
    body = brought(csr_of(rsa_2048, **TOKYO), product=CYBERTRUST)
    assert judged(body, product=CYBERTRUST, usage="linked_service") == {("csr_origin", "not_allowed")}


@pytest.mark.parametrize(
    ("body", "breach"),
    [
        (registration(csr_origin=None), ("csr_origin", "required")),
        (registration(csr_origin="target"), ("csr_origin", "invalid")),
        (registration(csr="x"), ("csr", "not_allowed")),
        (registration(subject=None), ("subject", "required")),
        (registration(subject="Tokyo"), ("subject", "invalid")),
        (subject(state_or_province_name=None), ("subject.state_or_province_name", "required")),
        (subject(locality_name=""), ("subject.locality_name", "required")),
        (subject(organization_name=None), ("subject.organization_name", "required")),
        (subject(organization_name="株式会社"), ("subject.organization_name", "invalid")),
        (subject(organization_name='Example "Ltd"'), ("subject.organization_name", "invalid")),
        (subject(organization_name="Example $"), ("subject.organization_name", "invalid")),
        (subject(organization_name="A;B"), ("subject.organization_name", "invalid")),  # Cybertrust's own rule
        (subject(organization_name="x" * 65), ("subject.organization_name", "invalid")),
        (subject(locality_name="x" * 65), ("subject.locality_name", "invalid")),  # Cybertrust's own length
        (subject(locality_name=" .-"), ("subject.locality_name", "invalid")),
        (subject(organizational_unit_name="Web"), ("subject.organizational_unit_name", "not_allowed")),
        (subject(country="JP"), ("subject.country", "unknown")),
        (registration(applicant=None), ("applicant", "required")),
        (registration(applicant={**APPLICANT, "name": " "}), ("applicant.name", "required")),
        (registration(applicant={**APPLICANT, "department": None}), ("applicant.department", "required")),
        (registration(applicant={**APPLICANT, "department": "x" * 129}), ("applicant.department", "invalid")),
        (registration(applicant={**APPLICANT, "email": "certs"}), ("applicant.email", "invalid")),
        (registration(applicant={**APPLICANT, "phone": "call me"}), ("applicant.phone", "invalid")),
        (registration(approval_email="admin@example.jp"), ("approval_email", "not_allowed")),
        (registration(certificate_transparency=True), ("certificate_transparency", "not_allowed")),
        (registration(certificate_transparency="yes"), ("certificate_transparency", "invalid")),
        (registration(colour="red"), ("colour", "unknown")),
    ],
)
def test_a_bad_field_is_refused(body: Changes, breach: tuple[str, str]) -> None:
    assert judged(body, product=CYBERTRUST) == {breach}


def test_other_authorities_take_more_than_cybertrust() -> None:
    wide = {**SUBJECT, "organization_name": "A;B #1+", "locality_name": "x" * 128}
    assert judged(registration(subject=wide, **EXTRAS[DIGICERT]), product=DIGICERT) == set()


def test_digicert_needs_the_transparency_choice_and_an_address() -> None:
    expected = {("approval_email", "required"), ("certificate_transparency", "required")}
    assert judged(registration(), product=DIGICERT) == expected


@pytest.mark.parametrize(
    "email", ["admin@www.example.jp", "administrator@example.jp", "Hostmaster@Example.JP", "webmaster@example.jp"]
)
def test_constructed_addresses_pass(email: str) -> None:
    assert judged(registration(approval_email=email), product=GLOBALSIGN) == set()


@pytest.mark.parametrize(
    "email",
    ["taro@example.jp", "admin@example.com", "admin@jp", "admin@sub.www.example.jp", "admin", "info@example.jp"],
)
def test_other_addresses_are_refused_with_the_date(email: str) -> None:
    (breach,) = breaches_of(registration(approval_email=email), product=GLOBALSIGN)
    assert (breach.attribute, breach.code) == ("approval_email", "invalid")
    assert "2025-07-15" in breach.message
    assert "admin@example.jp" in breach.message


def test_no_address_at_a_public_suffix() -> None:
    assert {address.partition("@")[2] for address in approval_addresses("*.shop.example.co.jp")} == {
        "shop.example.co.jp",
        "example.co.jp",
    }


@pytest.mark.parametrize("curve", [ec.SECP256R1(), ec.SECP384R1(), ec.SECP521R1()])
def test_the_three_curves_pass_except_at_cybertrust(curve: ec.EllipticCurve) -> None:
    csr = csr_of(ec.generate_private_key(curve), **TOKYO)
    assert judged(brought(csr, product=GLOBALSIGN), product=GLOBALSIGN) == set()
    assert judged(brought(csr, product=CYBERTRUST), product=CYBERTRUST) == {("csr", "invalid")}


@pytest.mark.parametrize(
    "key",
    [
        rsa.generate_private_key(public_exponent=65537, key_size=1024),
        rsa.generate_private_key(public_exponent=65537, key_size=2052),
        ec.generate_private_key(ec.SECP256K1()),
    ],
    ids=["RSA-1024", "RSA-2052", "secp256k1"],
)
def test_other_keys_are_refused(key: Key) -> None:
    assert judged(brought(csr_of(key, **TOKYO), product=GLOBALSIGN), product=GLOBALSIGN) == {("csr", "invalid")}


def test_cybertrust_takes_2048_bits_only() -> None:
    csr = csr_of(rsa.generate_private_key(public_exponent=65537, key_size=3072), **TOKYO)
    assert judged(brought(csr, product=CYBERTRUST), product=CYBERTRUST) == {("csr", "invalid")}
    assert judged(brought(csr, product=DIGICERT), product=DIGICERT) == set()


@pytest.mark.parametrize(
    ("names", "product", "part"),
    [
        ({"C": "JP", "ST": "Tokyo"}, GLOBALSIGN, "organisation"),
        ({"C": "JP", "O": "Example"}, GLOBALSIGN, "prefecture"),
        ({**TOKYO, "C": "US"}, GLOBALSIGN, "JP"),
        ({**TOKYO, "O": "株式会社"}, GLOBALSIGN, "no Japanese"),
        ({**TOKYO, "O": "A+B"}, CYBERTRUST, "Cybertrust"),
        ({**TOKYO, "OU": "Web"}, GLOBALSIGN, "BR 7.1.2.7.4"),
        ({**TOKYO, "OU": "Web"}, CYBERTRUST, "BR 7.1.2.7.4"),
        ({**TOKYO, "common_name": "other.example.jp"}, GLOBALSIGN, "www.example.jp"),
    ],
)
def test_bad_subjects_of_csrs_are_refused(
    names: dict[str, str], product: str, part: str, rsa_2048: rsa.RSAPrivateKey
) -> None:
    (breach,) = breaches_of(brought(csr_of(rsa_2048, **names), product=product), product=product)
    assert breach.attribute == "csr"
    assert part in breach.message


@pytest.mark.parametrize(
    ("names", "product"),
    [
        ({}, QUICK),
        ({"OU": "Web", "O": "株式会社"}, QUICK),  # of a DV request only CN and C survive
        ({**TOKYO, "OU": "Web"}, DIGICERT),  # emptied, not an error
        ({"O": "Example", "L": "Chiyoda-ku"}, GLOBALSIGN),
        ({**TOKYO, "common_name": "WWW.example.jp"}, GLOBALSIGN),
    ],
)
def test_tolerated_subjects_of_csrs(names: dict[str, str], product: str, rsa_2048: rsa.RSAPrivateKey) -> None:
    assert judged(brought(csr_of(rsa_2048, **names), product=product), product=product) == set()


def test_globalsign_refuses_a_used_key(rsa_2048: rsa.RSAPrivateKey) -> None:
    csr = csr_of(rsa_2048, **TOKYO)
    assert judged(brought(csr, product=GLOBALSIGN), product=GLOBALSIGN, used=True) == {("csr", "invalid")}
    assert judged(brought(csr, product=DIGICERT), product=DIGICERT, used=True) == set()


def test_a_private_key_is_refused_without_an_echo(rsa_2048: rsa.RSAPrivateKey) -> None:
    pem = key_pem(rsa_2048)
    (breach,) = breaches_of(brought(pem, product=GLOBALSIGN), product=GLOBALSIGN)
    assert "private key" in breach.message
    assert pem.splitlines()[1] not in breach.message


def test_a_broken_signature_is_refused(p_256: ec.EllipticCurvePrivateKey) -> None:
    der = bytearray(x509.load_pem_x509_csr(csr_of(p_256, **TOKYO).encode()).public_bytes(serialization.Encoding.DER))
    der[-1] ^= 1
    pem = ssl.DER_cert_to_PEM_cert(bytes(der)).replace("CERTIFICATE", "CERTIFICATE REQUEST")
    (breach,) = breaches_of(brought(pem, product=GLOBALSIGN), product=GLOBALSIGN)
    assert "signature" in breach.message


def test_an_attribute_stands_only_once(p_256: ec.EllipticCurvePrivateKey) -> None:
    names = [x509.NameAttribute(NameOID.COMMON_NAME, "www.example.jp")] * 2
    request = x509.CertificateSigningRequestBuilder().subject_name(x509.Name(names)).sign(p_256, hashes.SHA256())
    pem = request.public_bytes(serialization.Encoding.PEM).decode()
    messages = [breach.message for breach in breaches_of(brought(pem, product=QUICK), product=QUICK)]
    assert any("only once" in message for message in messages)


@pytest.mark.parametrize(
    "text", ["no PEM", "-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----", "日本"]
)
def test_text_that_is_no_csr_is_refused(text: str) -> None:
    assert judged(brought(text, product=GLOBALSIGN), product=GLOBALSIGN) == {("csr", "invalid")}


def test_an_ed25519_key_is_refused() -> None:
    csr = csr_of(ed25519.Ed25519PrivateKey.generate(), **TOKYO)
    assert judged(brought(csr, product=GLOBALSIGN), product=GLOBALSIGN) == {("csr", "invalid")}


def test_everything_wrong_is_named_at_once() -> None:
    body: Changes = {"csr_origin": "service", "subject": {}, "applicant": {}, "csr": None, "terms_agreed": False}
    found = judged(body, product=DIGICERT)
    assert {attribute for attribute, _code in found} == {
        "subject.state_or_province_name",
        "subject.locality_name",
        "subject.organization_name",
        "applicant.name",
        "applicant.department",
        "applicant.email",
        "applicant.phone",
        "approval_email",
        "certificate_transparency",
        "terms_agreed",
    }
    assert {code for _attribute, code in found} == {"required"}
