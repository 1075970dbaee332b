# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What other tools wrote is taken as it is, and what we write is what other tools read."""

from __future__ import annotations

import hashlib
import pathlib
import re
import subprocess
import typing as t

import pytest
from ansible_collections.iij.server_certificate.plugins.module_utils._target import ensure_key_csr as use_case
from ansible_collections.iij.server_certificate.tests.unit.plugins.module_utils._target.key_orders import (
    NAME,
    ensure,
    order,
    state_of,
)

EC, RSA = {"type": "ECDSA", "curve": "P-256"}, {"type": "RSA", "size": 2048, "curve": None}
# The commands are those of each tool's documentation; community.crypto writes PKCS#8, certbot too since 2.0 (P-256).
KEYS: t.Final = {
    "openssl genrsa": (RSA, "genrsa -out {key} 2048"),
    "openssl genrsa, PKCS#1": (RSA, "genrsa -traditional -out {key} 2048"),
    "openssl ecparam, with its parameters": (EC, "ecparam -name prime256v1 -genkey -out {key}"),
    "openssl genpkey, as certbot and community.crypto write": (
        EC,
        "genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out {key}",
    ),
    "openssl genpkey, RSA": (RSA, "genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out {key}"),
}
SUBJECT: t.Final = "/C=JP/ST=Tokyo/L=Chiyoda-ku/O=Example Co., Ltd./CN=www.example.jp"


def openssl(*arguments: str | pathlib.Path) -> bytes:
    return subprocess.run(["openssl", *arguments], check=True, capture_output=True).stdout


@pytest.mark.parametrize("tool", KEYS)
def test_key_and_csr_of_another_tool_change_nothing(tmp_path: pathlib.Path, tool: str) -> None:
    kind, command = KEYS[tool]
    key, csr = tmp_path / "www.key", tmp_path / "www.csr"
    openssl(*command.format(key=key).split())
    key.chmod(0o600)
    openssl("req", "-new", "-key", key, "-subj", SUBJECT, "-addext", f"subjectAltName=DNS:{NAME}", "-out", csr)
    before = state_of(tmp_path)
    outcome = ensure(order(tmp_path, key=kind))
    assert outcome.actions == ()
    assert state_of(tmp_path) == before
    der = openssl("pkey", "-in", key, "-pubout", "-outform", "DER")
    assert outcome.as_result()["public_key_fingerprint"] == hashlib.sha256(der).hexdigest()


@pytest.mark.parametrize("kind", [EC, {**EC, "curve": "P-384"}, RSA], ids=str)
def test_openssl_verifies_our_csr_and_reads_the_same_in_it(tmp_path: pathlib.Path, kind: dict[str, t.Any]) -> None:
    row = ensure(order(tmp_path, key=kind)).as_result()
    csr = tmp_path / "www.csr"
    openssl("req", "-in", csr, "-verify", "-noout")
    text = openssl("req", "-in", csr, "-noout", "-text").decode()
    subject = openssl("req", "-in", csr, "-noout", "-subject", "-nameopt", "RFC2253,sep_comma_plus").decode()
    assert subject.strip() == r"subject=CN=www.example.jp,O=Example Co.\, Ltd.,L=Chiyoda-ku,ST=Tokyo,C=JP"
    assert re.findall(r"DNS:(\S+)", text) == [NAME]
    assert "Signature Algorithm: " + ("sha256WithRSAEncryption" if kind is RSA else "ecdsa-with-SHA256") in text
    public = openssl("req", "-in", csr, "-noout", "-pubkey")
    der = subprocess.run(
        ["openssl", "pkey", "-pubin", "-outform", "DER"], input=public, check=True, capture_output=True
    ).stdout
    assert hashlib.sha256(der).hexdigest() == row["public_key_fingerprint"]
    # The strings have the types that BR 7.1.4.2 asks for.
    structure = openssl("asn1parse", "-in", csr).decode()
    assert re.search(r":countryName\s+\S+\s+\S+\s+\S+\s+\S+\s+.*PRINTABLESTRING\s+:JP", structure.replace("\n", " "))


@pytest.mark.parametrize("cipher", ["aes256", "des3"])
@pytest.mark.parametrize("form", [[], ["-traditional"]], ids=["PKCS#8", "PKCS#1"])
def test_a_key_that_openssl_encrypted(tmp_path: pathlib.Path, cipher: str, form: list[str]) -> None:
    key = tmp_path / "www.key"
    openssl("genrsa", f"-{cipher}", *form, "-passout", "pass:open sesame", "-out", key, "2048")
    key.chmod(0o600)
    content = key.read_bytes()
    asked = use_case.parse(order(tmp_path, key=RSA), passphrases={"www": "open sesame"})
    assert use_case.ensure(asked, check=False).actions == ("create_csr",)
    assert key.read_bytes() == content
    openssl("req", "-in", tmp_path / "www.csr", "-verify", "-noout")
