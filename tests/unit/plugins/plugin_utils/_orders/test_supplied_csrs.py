# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""CSRs that somebody else made: judged before anything is ordered."""

from __future__ import annotations

import codecs
import pathlib
import re
import subprocess
import typing as t

import pytest
from ansible_collections.iij.server_certificate.plugins.plugin_utils._orders.files import read_folder
from ansible_collections.iij.server_certificate.plugins.plugin_utils._orders.portfolio import judge_orders
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509.oid import NameOID
from portfolios import DV, EV, EVERYWHERE, OV, READER, SUBJECT, TODAY, WILDCARD, written


def without(order: dict[str, t.Any], field: str) -> dict[str, t.Any]:
    return {name: value for name, value in order.items() if name != field}


def csr(folder: pathlib.Path, *, subject: str, options: tuple[str, ...] = ("-newkey", "rsa:2048")) -> pathlib.Path:
    file = folder / "made.csr"
    command = [
        "openssl",
        "req",
        "-new",
        *options,
        "-nodes",
        "-keyout",
        folder / "made.key",
        "-subj",
        subject,
        "-out",
        file,
    ]
    subprocess.run(command, check=True, capture_output=True)
    return file


def supplied(order: dict[str, t.Any], path: str = "made.csr") -> dict[str, t.Any]:
    return without(without(without(order, "key"), "subject"), "host") | {"csr_origin": "supplied", "csr_path": path}


def broken_by(folder: pathlib.Path, order: dict[str, t.Any]) -> list[str]:
    written(folder, order)
    found = judge_orders(read_folder(str(folder), READER), day=TODAY).complaints
    return [complaint.rule for complaint in found if complaint.rule != EVERYWHERE]


GLOBALSIGN = OV | {"product": "organization_ssl", "approval_email": "admin@example.jp"}
OV_SUBJECT = "/C=JP/ST=Tokyo/L=Chiyoda-ku/O=Example Co., Ltd./CN=www.example.jp"


@pytest.mark.parametrize(
    ("subject", "options", "order", "rules"),
    [
        (OV_SUBJECT, ("-newkey", "rsa:2048"), OV, []),
        ("/C=JP/CN=blog.example.jp", ("-newkey", "rsa:2048"), DV, []),
        ("/C=JP/CN=blog.example.jp", ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"), DV, ["KEY-ECDSA"]),
        ("/C=US/CN=blog.example.jp", ("-newkey", "rsa:2048"), DV, ["CSR-COUNTRY"]),
        ("/C=JP/O=Example/CN=blog.example.jp", ("-newkey", "rsa:2048"), DV, ["CSR-DROPPED"]),
        (OV_SUBJECT.replace("/CN", "/OU=Web/CN"), ("-newkey", "rsa:2048"), OV, ["CSR-OU"]),
        (OV_SUBJECT.replace("/CN", "/OU=Web/CN"), ("-newkey", "rsa:2048"), GLOBALSIGN, ["CSR-OU"]),
        (OV_SUBJECT.replace("Co.", "Co;"), ("-newkey", "rsa:2048"), OV, ["DN-AUTHORITY"]),
        (
            "/C=JP/CN=blog.example.jp",
            ("-newkey", "rsa:2048", "-addext", "subjectAltName=DNS:blog.example.jp,DNS:www.blog.example.jp"),
            DV,
            ["CSR-SAN"],
        ),
        ("/C=JP/CN=other.example.jp", ("-newkey", "rsa:2048"), DV, ["CSR-COMMON-NAME"]),
        ("/C=JP/CN=blog.example.jp", ("-newkey", "rsa:1024"), DV, ["CSR-KEY"]),
        ("/C=JP/CN=blog.example.jp", ("-newkey", "ed25519"), DV, ["CSR-KEY"]),
        (OV_SUBJECT, ("-newkey", "rsa:3072"), OV, ["CSR-KEY"]),
        ("/C=JP/CN=www.example.jp", ("-newkey", "rsa:2048"), OV, ["CSR-SUBJECT"]),
    ],
)
def test_supplied_csrs(
    tmp_path: pathlib.Path, subject: str, options: tuple[str, ...], order: dict[str, t.Any], rules: list[str]
) -> None:
    csr(tmp_path, subject=subject, options=options)
    assert broken_by(tmp_path, supplied(order)) == rules


def test_a_csr_that_is_not_there(tmp_path: pathlib.Path) -> None:
    assert broken_by(tmp_path, supplied(DV)) == ["CSR-UNREADABLE"]


def test_a_csr_that_is_none(tmp_path: pathlib.Path) -> None:
    (tmp_path / "made.csr").write_bytes(b"\x00\xffnothing of the kind")
    assert broken_by(tmp_path, supplied(DV)) == ["CSR-UNREADABLE"]


def test_a_private_key_instead_of_a_csr(tmp_path: pathlib.Path) -> None:
    csr(tmp_path, subject="/CN=blog.example.jp")
    assert broken_by(tmp_path, supplied(DV, "made.key")) == ["CSR-PRIVATE-KEY"]


def test_a_csr_whose_signature_is_wrong(tmp_path: pathlib.Path) -> None:
    file = csr(tmp_path, subject="/C=JP/CN=blog.example.jp")
    der = subprocess.run(["openssl", "req", "-in", file, "-outform", "DER"], check=True, capture_output=True).stdout
    file.write_bytes(der[:-1] + bytes([der[-1] ^ 1]))
    assert broken_by(tmp_path, supplied(DV)) == ["CSR-SIGNATURE"]


def test_a_weak_key_in_a_csr(tmp_path: pathlib.Path) -> None:
    base = 3 << 1022
    p = next(n for n in range(base + 1, base + 100_000, 2) if pow(2, n - 1, n) == 1)
    q = next(n for n in range(p + 2, p + 100_000, 2) if pow(2, n - 1, n) == 1)
    numbers = rsa.RSAPrivateNumbers(
        p=q,
        q=p,
        d=pow(65537, -1, (p - 1) * (q - 1)),
        dmp1=pow(65537, -1, q - 1),
        dmq1=pow(65537, -1, p - 1),
        iqmp=pow(p, -1, q),
        public_numbers=rsa.RSAPublicNumbers(65537, p * q),
    )
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "blog.example.jp")])
    request = x509.CertificateSigningRequestBuilder().subject_name(name).sign(numbers.private_key(), hashes.SHA256())
    (tmp_path / "made.csr").write_bytes(request.public_bytes(serialization.Encoding.PEM))
    assert "CSR-WEAK-KEY" in broken_by(tmp_path, supplied(DV))


def test_the_subject_belongs_to_the_csr(tmp_path: pathlib.Path) -> None:
    csr(tmp_path, subject=OV_SUBJECT)
    assert broken_by(tmp_path, supplied(OV) | {"subject": SUBJECT}) == ["SUBJECT-LOCKED"]


@pytest.mark.parametrize(
    ("oid", "value", "rule"),
    [
        (NameOID.STATE_OR_PROVINCE_NAME, "-", "DN-BLANK"),
        (NameOID.LOCALITY_NAME, " ", "DN-BLANK"),
        (NameOID.ORGANIZATION_NAME, ".", "DN-BLANK"),
        (NameOID.ORGANIZATION_NAME, "x" * 65, "DN-LENGTH"),
        (NameOID.ORGANIZATION_NAME, "例株式会社", "DN-CHARACTERS"),
        (NameOID.LOCALITY_NAME, "Chiyoda\u3000ku", "DN-CHARACTERS"),
    ],
)
def test_the_subject_is_judged_as_a_written_one_is(
    tmp_path: pathlib.Path, oid: x509.ObjectIdentifier, value: str, rule: str
) -> None:
    values = {
        NameOID.COUNTRY_NAME: "JP",
        NameOID.STATE_OR_PROVINCE_NAME: "Tokyo",
        NameOID.LOCALITY_NAME: "Chiyoda-ku",
        NameOID.ORGANIZATION_NAME: "Example Co., Ltd.",
        NameOID.COMMON_NAME: "bank.example.jp",
        oid: value,
    }
    name = x509.Name([x509.NameAttribute(kind, text, _validate=False) for kind, text in values.items()])
    key = rsa.generate_private_key(65537, 2048)
    request = x509.CertificateSigningRequestBuilder().subject_name(name).sign(key, hashes.SHA256())
    (tmp_path / "made.csr").write_bytes(request.public_bytes(serialization.Encoding.PEM))
    assert rule in broken_by(tmp_path, supplied(EV))


@pytest.mark.parametrize(
    ("subject", "order", "rules"),
    [
        (OV_SUBJECT.replace("/C=JP", ""), OV, ["CSR-SUBJECT"]),
        ("/CN=blog.example.jp", DV, ["CSR-NO-COUNTRY"]),
        (OV_SUBJECT.replace("/O=", "/O=Example Inc./O="), OV, ["CSR-REPEATED"]),
        ("/C=JP/CN=blog.example.jp/CN=blog.example.jp", DV, ["CSR-REPEATED"]),
    ],
    ids=["no-country", "no-country-dv", "two-of-a-kind", "two-names"],
)
def test_what_a_subject_lacks_or_has_twice(
    tmp_path: pathlib.Path, subject: str, order: dict[str, t.Any], rules: list[str]
) -> None:
    csr(tmp_path, subject=subject, options=("-newkey", "rsa:2048"))
    assert broken_by(tmp_path, supplied(order)) == rules


@pytest.mark.parametrize(
    ("options", "rules"),
    [
        (("-newkey", "rsa-pss", "-pkeyopt", "rsa_keygen_bits:2048"), ["CSR-KEY"]),
        (("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-pkeyopt", "ec_param_enc:explicit"), ["CSR-KEY"]),
        (("-newkey", "rsa:2048", "-sha1"), ["CSR-DIGEST"]),
        (("-newkey", "rsa:2048", "-md5"), ["CSR-DIGEST"]),
        (("-newkey", "rsa:2048", "-sigopt", "rsa_padding_mode:pss"), []),
    ],
    ids=["pss-key", "explicit-curve", "sha1", "md5", "pss-signature"],
)
def test_keys_and_signatures_by_what_is_in_the_request(
    tmp_path: pathlib.Path, options: tuple[str, ...], rules: list[str]
) -> None:
    csr(tmp_path, subject="/C=JP/CN=blog.example.jp", options=options)
    assert broken_by(tmp_path, supplied(DV)) == rules


@pytest.mark.parametrize("mark", [codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE])
def test_an_editor_of_windows_leaves_a_mark(tmp_path: pathlib.Path, mark: bytes) -> None:
    file = csr(tmp_path, subject="/C=JP/CN=blog.example.jp")
    encoding = {codecs.BOM_UTF8: "utf-8", codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}[mark]
    for name, rules in (("made.csr", []), ("made.key", ["CSR-PRIVATE-KEY"])):
        marked = file.with_name(name).read_text(encoding="ascii").replace("\n", "\r\n").encode(encoding)
        file.write_bytes(mark + marked)
        assert broken_by(tmp_path, supplied(DV)) == rules
        csr(tmp_path, subject="/C=JP/CN=blog.example.jp")


def _printable(found: re.Match[bytes]) -> bytes:
    return found[1] + b"\x13"


@pytest.mark.parametrize(
    ("subject", "order"),
    [
        ("/C=JP/CN=*.shop.example.jp", WILDCARD),
        (OV_SUBJECT.replace("Example Co., Ltd.", "Sample & Example K.K."), OV),
    ],
)
def test_characters_that_a_printable_string_lacks_are_read_all_the_same(
    tmp_path: pathlib.Path, subject: str, order: dict[str, t.Any]
) -> None:
    file = csr(tmp_path, subject=subject)
    key = serialization.load_pem_private_key(file.with_name("made.key").read_bytes(), None)
    der = subprocess.run(["openssl", "req", "-in", file, "-outform", "DER"], check=True, capture_output=True).stdout
    request = x509.load_der_x509_csr(der)
    # Its UTF8Strings become PrintableStrings, as many tools write them; then it is signed again.
    signed = re.sub(rb"(\x06\x03\x55\x04.)\x0c", _printable, request.tbs_certrequest_bytes, flags=re.DOTALL)
    signature = key.sign(signed, padding.PKCS1v15(), hashes.SHA256())  # type: ignore[union-attr, call-arg, arg-type]
    changed = der.replace(request.tbs_certrequest_bytes, signed).replace(request.signature, signature)
    assert changed != der
    file.write_bytes(changed)
    assert broken_by(tmp_path, supplied(order)) == []
    file.write_bytes(changed[:-1] + bytes([changed[-1] ^ 1]))
    assert broken_by(tmp_path, supplied(order)) == ["CSR-SIGNATURE"]


def test_one_key_for_two_requests(tmp_path: pathlib.Path) -> None:
    file = csr(tmp_path, subject="/C=JP/CN=blog.example.jp")
    other = ("-new", "-key", tmp_path / "made.key", "-subj", "/C=JP/CN=b2.example.jp", "-out", tmp_path / "b2.csr")
    subprocess.run(["openssl", "req", *other], check=True, capture_output=True)
    first = supplied(DV, file.name)
    second = first | {
        "install": {"certificate": "/b2.pem"},
        "name": "b2",
        "common_name": "b2.example.jp",
        "csr_path": "b2.csr",
    }
    written(tmp_path, first, second)
    found = judge_orders(read_folder(str(tmp_path), READER), day=TODAY).complaints
    assert [(c.rule, c.order) for c in found if c.rule != EVERYWHERE] == [("KEY-SHARED", "b2")]
