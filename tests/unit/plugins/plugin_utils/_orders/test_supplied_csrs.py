# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""CSRs that somebody else made: judged before anything is ordered."""

from __future__ import annotations

import pathlib
import subprocess
import typing as t

import pytest
from ansible_collections.iij.server_certificate.plugins.plugin_utils._orders.files import read_folder
from ansible_collections.iij.server_certificate.plugins.plugin_utils._orders.portfolio import judge_orders
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID
from portfolios import DV, EVERYWHERE, OV, READER, SUBJECT, TODAY, written


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


OV_SUBJECT = "/C=JP/ST=Tokyo/L=Chiyoda-ku/O=Example Co., Ltd./CN=www.example.jp"


@pytest.mark.parametrize(
    ("subject", "options", "order", "rules"),
    [
        (OV_SUBJECT, ("-newkey", "rsa:2048"), OV, []),
        ("/C=JP/CN=blog.example.jp", ("-newkey", "rsa:2048"), DV, []),
        ("/C=JP/CN=blog.example.jp", ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"), DV, ["KEY-ECDSA"]),
        ("/C=US/CN=blog.example.jp", ("-newkey", "rsa:2048"), DV, ["CSR-COUNTRY"]),
        ("/C=JP/O=Example/CN=blog.example.jp", ("-newkey", "rsa:2048"), DV, ["CSR-DROPPED"]),
        (OV_SUBJECT.replace("/CN", "/OU=Web/CN"), ("-newkey", "rsa:2048"), OV, ["CSR-DROPPED"]),
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
