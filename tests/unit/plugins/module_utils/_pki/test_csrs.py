# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import dataclasses as dc
import pathlib
import shutil
import subprocess
import typing as t

import pytest
from ansible_collections.iij.server_certificate.plugins.module_utils._core import errors, names
from ansible_collections.iij.server_certificate.plugins.module_utils._pki import csrs, keys, pem
from ansible_collections.iij.server_certificate.tests.unit.plugins.authority import Authority, key_pem
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis import strategies as st

NAME = "www.example.jp"
SUBJECT = names.subject(
    NAME,
    fields={
        "state_or_province_name": "Tokyo",
        "locality_name": "Chiyoda-ku",
        "organization_name": "Example Co., Ltd.",
    },
)
KEY = ec.generate_private_key(ec.SECP256R1())
CSR = csrs.make_csr(KEY, subject=SUBJECT, dns_names=(NAME,))
DER = pem.blocks(CSR)[0].der()


def test_what_is_made_is_what_is_read() -> None:
    facts = csrs.read_csr(CSR)
    assert facts == csrs.CsrFacts(
        common_name=NAME,
        subject=SUBJECT,
        dns_names=(NAME,),
        other_names=False,
        key_type="ECDSA",
        key_size=None,
        curve="P-256",
        public_key_fingerprint=keys.fingerprint(KEY.public_key()),
        signature_valid=True,
        signature_digest="sha256",
        pem=CSR.decode(),
    )
    assert facts.asks_for(SUBJECT, dns_names=(NAME,), public_key_fingerprint=facts.public_key_fingerprint)


def test_the_country_is_printable_and_the_digest_sha256() -> None:
    request = x509.load_pem_x509_csr(CSR)
    assert isinstance(request.signature_hash_algorithm, hashes.SHA256)
    assert b"\x06\x03\x55\x04\x06\x13\x02JP" in DER  # 0x13 = PrintableString


@pytest.mark.skipif(shutil.which("openssl") is None, reason="no openssl command")
def test_openssl_agrees(tmp_path: pathlib.Path, rsa_key: t.Any) -> None:
    for key in (KEY, rsa_key):
        path = tmp_path / "x.csr"
        path.write_bytes(csrs.make_csr(key, subject=SUBJECT, dns_names=(NAME,)))
        command = ["openssl", "req", "-in", str(path), "-noout", "-verify", "-subject", "-text", "-nameopt", "RFC2253"]
        said = subprocess.run(command, check=True, capture_output=True, text=True)
        assert "OK" in said.stdout + said.stderr
        assert "CN=www.example.jp,O=Example Co.\\, Ltd.,L=Chiyoda-ku,ST=Tokyo,C=JP" in said.stdout
        assert "DNS:www.example.jp" in said.stdout
        assert "ecdsa-with-SHA256" in said.stdout or "sha256WithRSAEncryption" in said.stdout


@pytest.mark.parametrize(
    "content",
    [
        DER,
        CSR.replace(b"\n", b"\r\n"),
        b"\xef\xbb\xbf" + CSR,
        b"Certificate Request:\n    Data:\n" + CSR,
        CSR.replace(b"CERTIFICATE REQUEST", b"NEW CERTIFICATE REQUEST"),
    ],
    ids=["der", "crlf", "text before", "openssl text", "keytool"],
)
def test_every_usual_form_is_read_and_comes_out_as_plain_pem(content: bytes) -> None:
    if content.startswith(b"\xef"):
        content = b"words\n" + content[3:]
    assert csrs.read_csr(content).pem == CSR.decode()


def test_a_certificate_is_not_a_request(authority: Authority) -> None:
    with pytest.raises(errors.CertificateGiven):
        csrs.read_csr(authority.chain_pem.encode())


def test_two_requests_are_one_too_many() -> None:
    with pytest.raises(errors.SeveralCsrs):
        csrs.read_csr(CSR + CSR)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"nonsense",
        DER[:-1],
        CSR[:-30],
        pem.encode(b"nonsense", label="CERTIFICATE REQUEST").encode(),
        CSR.replace(b"M", b"?"),
        b"-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n",
    ],
    ids=["empty", "nonsense", "der cut off", "pem cut off", "other der", "not base64", "public key"],
)
def test_what_is_no_request_is_said_to_be_none(content: bytes) -> None:
    with pytest.raises(errors.CsrBroken):
        csrs.read_csr(content)


@given(st.binary(max_size=400))
def test_nothing_is_quoted_and_nothing_else_is_raised(content: bytes) -> None:
    with pytest.raises(errors.Fault) as caught:
        csrs.read_csr(content)
    assert str(caught.value) in (errors.CsrBroken.words.en, errors.PrivateKeyGiven.words.en)


@given(st.integers(min_value=0, max_value=len(DER) - 1), st.integers(min_value=1, max_value=255))
def test_a_damaged_request_is_never_taken_for_a_sound_one(place: int, change: int) -> None:
    damaged = bytearray(DER)
    damaged[place] ^= change
    try:
        facts = csrs.read_csr(bytes(damaged))
    except errors.CsrBroken:
        return
    # A few bytes carry no meaning (the algorithm's empty parameters, for one).
    assert not facts.signature_valid or dc.replace(facts, pem=CSR.decode()) == csrs.read_csr(CSR)


def test_a_private_key_is_refused_in_every_form(rsa_key: t.Any) -> None:
    der = KEY.private_bytes(serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    contents = (key_pem(KEY), key_pem(rsa_key, form="TraditionalOpenSSL"), key_pem(rsa_key, password=b"x"), der)
    for content in (*contents, CSR + key_pem(KEY), key_pem(KEY)[:60]):
        with pytest.raises(errors.PrivateKeyGiven) as caught:
            csrs.read_csr(content)
        assert caught.value.__cause__ is None
        assert str(caught.value) == errors.PrivateKeyGiven.words.en


def test_foreign_attributes_and_names_are_told() -> None:
    name = x509.Name(
        [
            x509.NameAttribute(NameOID.COMMON_NAME, NAME),
            x509.NameAttribute(NameOID.BUSINESS_CATEGORY, "Private Organization"),
        ]
    )
    alternative = x509.SubjectAlternativeName([x509.DNSName(NAME), x509.RFC822Name("a@example.jp")])
    request = x509.CertificateSigningRequestBuilder().subject_name(name).add_extension(alternative, critical=False)
    facts = csrs.read_csr(request.sign(KEY, hashes.SHA256()).public_bytes(serialization.Encoding.DER))
    assert facts.subject == (("common_name", NAME), ("2.5.4.15", "Private Organization"))
    assert facts.dns_names == (NAME,)
    assert facts.other_names
    wanted = {"dns_names": (NAME,), "public_key_fingerprint": facts.public_key_fingerprint}
    assert not facts.asks_for(facts.subject, **t.cast("t.Any", wanted))


def test_a_request_without_names_is_read_too() -> None:
    request = x509.CertificateSigningRequestBuilder().subject_name(x509.Name([])).sign(KEY, hashes.SHA256())
    facts = csrs.read_csr(request.public_bytes(serialization.Encoding.PEM))
    assert (facts.common_name, facts.dns_names, facts.other_names) == (None, (), False)
