# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Files on hosts: a key that is there is kept to the byte, and no certificate replaces anything unless it fits."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import typing as t

from ansible_collections.iij.server_certificate.tests.contract import sample_orders as sample
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

if t.TYPE_CHECKING:
    import pathlib

    from ansible_collections.iij.server_certificate.tests.playbooks.trial_site import Site


def pem(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey, *, password: bytes | None = None) -> bytes:
    encryption = serialization.BestAvailableEncryption(password) if password else serialization.NoEncryption()
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, encryption)


def fingerprint(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> str:
    """The public key's fingerprint as docs/desk-interface.md defines it."""
    der = key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return hashlib.sha256(der).hexdigest()


def identity(file: pathlib.Path) -> tuple[bytes, int, int]:
    """What changes when a file is replaced or written, even with the same bytes."""
    return file.read_bytes(), file.stat().st_ino, file.stat().st_mtime_ns


def test_a_key_that_is_there_is_kept(site: Site) -> None:
    good = sample.new_key()
    contents = {
        "www": pem(good),
        "sealed": pem(sample.new_key(), password=b"secret"),
        "broken": pem(sample.new_key())[:600],
        "large": pem(rsa.generate_private_key(public_exponent=65537, key_size=3072)),
        "elliptic": pem(ec.generate_private_key(ec.SECP256R1())),
        "empty": b"",
    }
    site.write_orders(*(site.target(name, "web1") for name in (*contents, "fresh")))
    for name, content in contents.items():
        site.at("web1", f"{name}.key").write_bytes(content)
        site.at("web1", f"{name}.key").chmod(0o600)
    before = {name: identity(site.at("web1", f"{name}.key")) for name in contents}
    for arguments in (("--check",), ()):
        run = site.run("apply", *arguments, fails=True)
        assert {name: identity(site.at("web1", f"{name}.key")) for name in contents} == before
        failed = {failure["name"]: failure["message"] for failure in run.of("csr_register", "web1")["failures"]}
        assert set(failed) == {"sealed", "broken", "large", "elliptic", "empty"}
        assert "is encrypted" in failed["sealed"]
        assert "RSA 3072, but the order asks for RSA 2048" in failed["large"]
        assert "ECDSA P-256, but" in failed["elliptic"]
        assert all("kept as it is" in message and message in run.output for message in failed.values())
    states = {row["common_name"].partition(".")[0]: row for row in site.desk.list_applications().values()}
    assert {name for name, row in states.items() if row["state"] == "applied"} == {"www", "fresh"}
    assert states["www"]["public_key_fingerprint"] == fingerprint(good)
    assert "secret" not in run.output
    bought = ("fresh", "www")
    assert site.desk.purchases() == [f"default/{name}/1" for name in bought], "a key that is in the way costs nothing"
    for name in ("sealed", "broken", "large", "elliptic", "empty"):
        site.at("web1", f"{name}.key").rename(site.at("web1", f"{name}.old"))
    site.run("apply")
    assert {row["state"] for row in site.desk.list_applications().values()} == {"applied"}
    assert site.desk.purchases() == [f"default/{name}/1" for name in sorted((*contents, "fresh"))]


def stand_in(common_name: str) -> bytes:
    """A self-signed certificate, as servers have before their first real one."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])
    now = dt.datetime.now(dt.UTC)
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(1).not_valid_before(now - dt.timedelta(days=9))
    made = builder.not_valid_after(now + dt.timedelta(days=9)).sign(key, hashes.SHA256())
    return made.public_bytes(serialization.Encoding.PEM)


def test_a_certificate_for_another_key_replaces_nothing(site: Site) -> None:
    site.write_orders(site.target("www", "web1"), site.target("mail", "web1"), site.target("bank", "web2"))
    site.run("apply")
    site.desk.ca_work()
    key, certificate = site.at("web1", "www.key"), site.at("web1", "www.pem")
    kept = key.read_bytes()
    key.write_bytes(pem(sample.new_key()))
    certificate.write_bytes(stand_in("www.example.jp"))
    before = identity(key), identity(certificate)
    run = site.run("collect", fails=True)
    assert (identity(key), identity(certificate)) == before
    assert not site.at("web1", "www-chain.pem").exists()
    (failure,) = run.of("certificate_install", "web1")["failures"]
    assert failure["name"] == "www"
    assert f"does not belong to the private key {key}. Nothing was replaced" in failure["message"]
    assert failure["message"] in run.output
    assert site.at("web1", "mail.pem").exists(), "one failing order holds up no other"
    assert site.at("web2", "bank.pem").exists()
    key.write_bytes(kept)
    again = site.run("collect")
    assert again.changed() == {("web1", "certificate_install")}
    assert x509.load_pem_x509_certificate(certificate.read_bytes()).serial_number != 1


def test_what_was_removed_changed_or_opened_is_put_right_without_an_order(site: Site) -> None:
    hosts = {"www": "web1", "mail": "web1", "bank": "web2", "vpn": "web2"}
    site.write_orders(*(site.target(name, host) for name, host in hosts.items()))
    site.run("apply")
    site.desk.ca_work()
    site.run("collect")
    installed, purchases = site.snapshot(), site.desk.purchases()
    site.at("web1", "www.pem").unlink()
    site.at("web1", "mail-chain.pem").write_text("overwritten by somebody\n", encoding="ascii")
    site.at("web2", "bank.pem").chmod(0o666)
    key = site.at("web2", "vpn.key")
    key.chmod(0o644)
    before = identity(key)
    foretold = site.run("collect", "--check", "--diff")
    assert (identity(key), key.stat().st_mode & 0o777) == (before, 0o644)
    run = site.run("collect", "--diff")
    assert foretold.changed() == run.changed() == {(host, "certificate_install") for host in ("web1", "web2")}
    assert site.snapshot() == installed
    assert identity(key) == before
    rows = {row["name"]: row["actions"] for row in run.of("certificate_install", "web1")["installed"]}
    assert rows == {"www": ["write_certificate"], "mail": ["write_chain"]}
    for told in (foretold, run):
        opened = {row["name"]: row["actions"] for row in told.of("certificate_install", "web2")["installed"]}
        assert opened["vpn"] == ["repair_key_mode"]
    assert site.desk.purchases() == purchases
    assert site.run("collect").changed() == set()


MISMATCH = """\
- hosts: web1
  gather_facts: false
  tasks:
    - iij.server_certificate.certificate_install:
        order_files: "{{ certificate_orders }}"
        certificates: "{{ given }}"
"""


def test_a_certificate_of_another_order_replaces_nothing(site: Site) -> None:
    site.write_orders(site.target("www", "web1"), site.target("mail", "web1"))
    site.run("apply")
    site.desk.ca_work()
    playbook = site.write("mismatch.yml", MISMATCH)
    issued = {
        row["common_name"].partition(".")[0]: site.desk.api("GET", f"/applications/{contract_id}/certificate")["result"]
        for contract_id, row in site.desk.list_applications().items()
    }
    swapped = {"www": issued["mail"], "mail": issued["www"]}
    run = site.run(str(playbook), "-e", given(swapped), fails=True)
    failures = run.of("certificate_install", "web1")["failures"]
    assert {failure["name"] for failure in failures} == {"www", "mail"}
    assert all("was issued for this order" in failure["message"] for failure in failures)
    assert list(site.folder.rglob("hosts/**/*.pem")) == []
    site.run(str(playbook), "-e", given(issued))
    assert {file.name for file in site.folder.rglob("hosts/**/*.pem")} >= {"www.pem", "mail.pem"}


def given(certificates: dict[str, dict[str, str]]) -> str:
    parts = ("certificate", "chain")
    return json.dumps({"given": {name: {p: row[p] for p in parts} for name, row in certificates.items()}})
