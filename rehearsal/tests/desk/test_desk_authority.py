# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The certificates: a chain that verifies, names and days within the industry's rules, and no secret left behind."""

from __future__ import annotations

import datetime as dt
import logging
import pathlib
import shutil
import subprocess
import typing as t

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID
from cryptography.x509.verification import PolicyBuilder, Store
from rehearsal_desk.desk.authority import validity
from rehearsal_desk.rules import catalogue, csrs
from rehearsed import SUBJECT, TOKYO, Rehearsal, csr_of, kept, key_pem, linked_order, parsed

ADDRESS: t.Final = {"approval_email": "admin@example.jp"}


def issued(desk: Rehearsal, *, registered: dict[str, t.Any], **changes: object) -> dict[str, t.Any]:
    contract_id = desk.place(**changes)["contract_id"]
    desk.register(contract_id, **registered)
    desk.control("POST", "/ca/work")
    return t.cast(dict[str, t.Any], desk.api("GET", f"/applications/{contract_id}/certificate")[1]["result"])


def leaf_of(answer: dict[str, t.Any]) -> x509.Certificate:
    return x509.load_pem_x509_certificate(answer["certificate"].encode())


def test_the_chain_verifies(desk: Rehearsal, rsa_2048: rsa.RSAPrivateKey, tmp_path: pathlib.Path) -> None:
    brought = {"csr_origin": "customer", "csr": csr_of(rsa_2048, **TOKYO), "subject": None}
    answer = issued(desk, registered=brought)
    leaf = leaf_of(answer)
    intermediates = x509.load_pem_x509_certificates(answer["chain"].encode())
    root = x509.load_pem_x509_certificate(desk.root().encode())
    verifier = PolicyBuilder().store(Store([root])).build_server_verifier(x509.DNSName("www.example.jp"))
    assert len(verifier.verify(leaf, intermediates)) == 3
    assert "Rehearsal" in root.subject.rfc4514_string()
    assert "Rehearsal" in leaf.issuer.rfc4514_string()
    if (openssl := shutil.which("openssl")) is None:
        pytest.skip("no openssl here")
    files = {"root": desk.root(), "chain": answer["chain"], "leaf": answer["certificate"]}
    for name, content in files.items():
        (tmp_path / name).write_text(content, encoding="ascii")
    command = [openssl, "verify", "-x509_strict", "-purpose", "sslserver", "-verify_hostname", "www.example.jp"]
    subprocess.run(
        [*command, "-CAfile", "root", "-untrusted", "chain", "leaf"], cwd=tmp_path, check=True, capture_output=True
    )


def test_the_leaf_says_what_the_interface_says(desk: Rehearsal, rsa_2048: rsa.RSAPrivateKey) -> None:
    brought = {"csr_origin": "customer", "csr": csr_of(rsa_2048, **TOKYO), "subject": None}
    answer = issued(desk, registered=brought)
    leaf = leaf_of(answer)
    assert answer["certificate_fingerprint"] == leaf.fingerprint(hashes.SHA256()).hex()
    assert answer["public_key_fingerprint"] == csrs.key_fingerprint(rsa_2048.public_key())
    assert int(answer["serial_number"], 16) == leaf.serial_number
    assert len(answer["serial_number"]) == 40
    assert parsed(answer["not_before"]) == leaf.not_valid_before_utc
    assert parsed(answer["not_after"]) == leaf.not_valid_after_utc
    assert leaf.public_key() == rsa_2048.public_key()
    names = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == ["www.example.jp"]
    usage = leaf.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert list(usage) == [ExtendedKeyUsageOID.SERVER_AUTH]
    # rfc4514 reads from the right: C, ST, L, O, CN [BR 7.1.4.2].
    subject = r"CN=www.example.jp,O=Example Co.\, Ltd.,L=Chiyoda-ku,ST=Tokyo,C=JP"
    assert leaf.subject.rfc4514_string() == subject
    assert answer["chain"].count("BEGIN CERTIFICATE") == 1


def test_a_dv_subject_has_only_country_and_name(desk: Rehearsal, p_256: ec.EllipticCurvePrivateKey) -> None:
    csr = csr_of(p_256, "*.example.jp", **TOKYO)
    brought = {"csr_origin": "customer", "csr": csr, "subject": None, **ADDRESS}
    answer = issued(desk, registered=brought, product="quick_ssl_wildcard", common_name="*.example.jp", term="1 year")
    assert leaf_of(answer).subject.rfc4514_string() == "CN=*.example.jp,C=JP"


def test_an_ev_subject_says_rehearsal(desk: Rehearsal) -> None:
    answer = issued(desk, registered={}, product="sureserver_ev_cloud")
    assert "Rehearsal" in leaf_of(answer).subject.rfc4514_string()


@pytest.mark.parametrize(
    ("term", "now", "days"),
    [
        ("6 months", "2026-11-22T05:00:00Z", 181),
        ("6 months", "2026-08-31T05:00:00Z", 181),  # there is no 31st of February
        ("1 year", "2026-11-22T05:00:00Z", 199),
        ("1 year", "2027-03-15T00:00:00Z", 99),
        ("6 months", "2029-03-15T00:00:00Z", 46),
        ("1 year", "2025-03-01T00:00:00Z", 365),
    ],
)
def test_days_are_the_term_or_the_cap(term: str, now: str, days: int) -> None:
    not_before, not_after = validity(term, now=parsed(now))
    assert not_after - not_before == dt.timedelta(days=days) - dt.timedelta(seconds=1)


def test_each_start_has_a_root_of_its_own(desk: Rehearsal) -> None:
    assert desk.root() == desk.root()
    assert len({product.authority.id for product in catalogue.PRODUCTS.values()}) == 4


def test_no_secret_stays_behind(
    desk: Rehearsal,
    rsa_2048: rsa.RSAPrivateKey,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    caplog.set_level(logging.DEBUG)
    made: list[rsa.RSAPrivateKey] = []
    generate = rsa.generate_private_key

    def remembered(public_exponent: int, key_size: int) -> rsa.RSAPrivateKey:
        made.append(generate(public_exponent, key_size))
        return made[-1]

    monkeypatch.setattr(rsa, "generate_private_key", remembered)
    placed = desk.place(**linked_order())
    desk.register(placed["contract_id"], **ADDRESS, certificate_transparency=True)
    pasted = {"csr_origin": "customer", "csr": key_pem(rsa_2048), "subject": None, "applicant": SUBJECT}
    other = desk.place(client_reference="default/other/1")["contract_id"]
    refusal = desk.call("PUT", f"/api/v1/applications/{other}/registration", pasted)
    assert refusal.status_code == 400
    desk.control("POST", "/ca/work")
    shown = refusal.text + desk.call("GET", "/api/v1/applications").text
    shown += desk.call("GET", f"/api/v1/applications/{placed['contract_id']}/certificate").text

    (service_key,) = made
    everything = kept(desk.database) + shown.encode() + caplog.text.encode()
    assert b"PRIVATE KEY" not in everything
    for key in (service_key, rsa_2048):
        prime = key.private_numbers().p
        der = key.private_bytes(
            serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        assert der not in everything
        assert prime.to_bytes((prime.bit_length() + 7) // 8) not in everything
        assert key_pem(key).splitlines()[5].encode() not in everything
    for token in (desk.order_token, desk.register_token, desk.control_token):
        assert token.encode() not in everything
