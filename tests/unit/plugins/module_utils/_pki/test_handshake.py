# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is served is found whatever else the server has on its port, asks of its clients, or is too old for."""

from __future__ import annotations

import contextlib
import dataclasses as dc
import hashlib
import os
import pathlib
import socket
import ssl
import subprocess
import time
import typing as t

import pytest
from ansible_collections.iij.server_certificate.plugins.module_utils._pki import handshake
from ansible_collections.iij.server_certificate.tests.unit.plugins.authority import Authority, key_pem, pem
from cryptography.hazmat.primitives.asymmetric import ec, rsa

if t.TYPE_CHECKING:
    from collections.abc import Iterator

NAME = "www.example.jp"
FILES = {"rsa": ("-cert", "rsa.pem", "-key", "rsa.key"), "ec": ("-cert", "ec.pem", "-key", "ec.key")}
BOTH = (*FILES["rsa"], "-dcert", "ec.pem", "-dkey", "ec.key")
OLD = ("-cipher", "ALL:@SECLEVEL=0")
CLIENTS = ("-Verify", "2")  # none without a certificate of its own
# By what the server is started with: which of its certificates are served by it.
SERVERS: t.Final[dict[str, tuple[tuple[str, ...], set[str]]]] = {
    "one certificate": (FILES["rsa"], {"rsa"}),
    "RSA and ECDSA": (BOTH, {"rsa", "ec"}),
    "RSA and ECDSA, TLS 1.2 alone": ((*BOTH, "-tls1_2"), {"rsa", "ec"}),
    "RSA and ECDSA, TLS 1.3 alone": ((*BOTH, "-tls1_3"), {"rsa", "ec"}),
    "a client's certificate": ((*FILES["rsa"], *CLIENTS), {"rsa"}),
    "a client's certificate, TLS 1.2 alone": ((*FILES["ec"], *CLIENTS, "-tls1_2"), {"ec"}),
    "a client's certificate, TLS 1.3 alone": ((*FILES["rsa"], *CLIENTS, "-tls1_3"), {"rsa"}),
    "two certificates and a client's, TLS 1.2 alone": ((*BOTH, *CLIENTS, "-tls1_2"), {"rsa", "ec"}),
    "two certificates and a client's, TLS 1.3 alone": ((*BOTH, *CLIENTS, "-tls1_3"), {"rsa", "ec"}),
    "TLS 1.1 alone": ((*FILES["rsa"], "-tls1_1", *OLD), {"rsa"}),
    "TLS 1.0 alone, two certificates": ((*BOTH, "-tls1", *OLD), {"rsa", "ec"}),
    "key exchange without forward secrecy": ((*FILES["rsa"], "-tls1_2", "-cipher", "AES128-SHA:@SECLEVEL=0"), {"rsa"}),
    "a client's certificate, key exchange of finite fields": (
        (*FILES["rsa"], *CLIENTS, "-tls1_2", "-cipher", "DHE-RSA-AES128-GCM-SHA256:@SECLEVEL=0"),
        {"rsa"},
    ),
    "a client's certificate, TLS 1.0 alone": ((*FILES["rsa"], *CLIENTS, "-tls1", *OLD), {"rsa"}),
    "a client's certificate, without forward secrecy": (
        (*FILES["rsa"], *CLIENTS, "-tls1_2", "-cipher", "AES128-SHA:@SECLEVEL=0"),
        set(),  # nothing proves the key before the end of this handshake
    ),
    "another certificate for other names": (
        (*FILES["ec"], "-servername", NAME, "-cert2", "rsa.pem", "-key2", "rsa.key"),
        {"rsa"},
    ),
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, authority: Authority) -> pathlib.Path:
    place = tmp_path_factory.mktemp("served")
    keys: dict[str, t.Any] = {
        "rsa": rsa.generate_private_key(public_exponent=65537, key_size=2048),
        "ec": ec.generate_private_key(ec.SECP256R1()),
    }
    for name, key in keys.items():
        (place / f"{name}.key").write_bytes(key_pem(key))
        (place / f"{name}.pem").write_text(pem(authority.issue(NAME, key=key)))
    return place


def fingerprint(folder: pathlib.Path, name: str) -> str:
    return hashlib.sha256(ssl.PEM_cert_to_DER_cert((folder / f"{name}.pem").read_text())).hexdigest()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
    return port


@contextlib.contextmanager
def served_by(folder: pathlib.Path, *options: str) -> Iterator[handshake.Service]:
    port = free_port()
    command = ["openssl", "s_server", "-accept", f"127.0.0.1:{port}", "-quiet", *options]
    quiet = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    server = subprocess.Popen(command, cwd=folder, env={**os.environ, "OPENSSL_CONF": "/dev/null"}, **quiet)  # type: ignore[call-overload]
    try:
        while server.poll() is None:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=5):
                break
            time.sleep(0.02)
        assert server.poll() is None, "this openssl has no such server"
        yield handshake.Service("127.0.0.1", port, NAME, timeout=1)
    finally:
        server.kill()
        server.wait()


@pytest.mark.parametrize("kind", SERVERS)
def test_the_certificate_is_found(folder: pathlib.Path, kind: str) -> None:
    options, shown = SERVERS[kind]
    with served_by(folder, *options) as service:
        found = {name for name in FILES if handshake.is_served(service, fingerprint=fingerprint(folder, name))}
    assert found == shown


def test_what_is_served_instead_is_told(folder: pathlib.Path) -> None:
    with served_by(folder, *BOTH) as service:
        told = handshake.seen_instead(service, fingerprint="0" * 64)
    assert told
    for sentence in told:
        assert all(fingerprint(folder, name) in sentence for name in FILES)


def test_a_port_that_speaks_no_tls_is_told() -> None:
    """Such as that of a mail server, which greets first."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        child = os.fork()
        if child == 0:
            while True:
                connection, _address = listener.accept()
                connection.sendall(b"220 mail.example.jp ESMTP\r\n")
                connection.close()
        try:
            service = handshake.Service("127.0.0.1", listener.getsockname()[1], NAME, timeout=1)
            told = handshake.seen_instead(service, fingerprint="0" * 64)
        finally:
            os.kill(child, 9)
            os.waitpid(child, 0)
    assert told
    assert "no TLS handshake came about" in told.en
    assert "TLS" in told.ja


def message(kind: int, body: bytes) -> bytes:
    return bytes([kind]) + len(body).to_bytes(3, "big") + body


def hello(cipher: int) -> bytes:
    return message(2, b"\x03\x03" + bytes(32) + b"\0" + cipher.to_bytes(2, "big") + b"\0")


# A signature of nobody: what a server without the key can say of its part of the key exchange.
FORGED = message(12, b"\x03\x00\x1d\x20" + bytes(range(32)) + b"\x08\x04\x01\x00" + bytes(256))
DONE = message(14, b"")
IMPOSTORS: t.Final[dict[str, tuple[int, bytes, bytes]]] = {
    "says nothing more": (0xC02F, b"", b""),
    "signs with another key": (0xC02F, FORGED + DONE, b""),
    "needs no signature": (0x009C, DONE, b""),
    "signs once it is too late": (0x009C, DONE, FORGED),
}


@pytest.mark.parametrize("kind", IMPOSTORS)
def test_a_certificate_without_its_key_is_not_served(folder: pathlib.Path, kind: str) -> None:
    """Certificates are public: whoever has ended the handshake before proving the key has only shown one."""
    cipher, then, late = IMPOSTORS[kind]
    der = ssl.PEM_cert_to_DER_cert((folder / "rsa.pem").read_text())
    entry = len(der).to_bytes(3, "big") + der
    text = hello(cipher) + message(11, len(entry).to_bytes(3, "big") + entry) + then
    with socket.create_server(("127.0.0.1", 0)) as listener:
        child = os.fork()
        if child == 0:
            while True:
                connection, _address = listener.accept()
                with contextlib.suppress(OSError), connection:
                    connection.recv(1 << 14)
                    connection.sendall(b"\x16\x03\x03" + len(text).to_bytes(2, "big") + text)
                    connection.recv(1 << 14)
                    connection.sendall(b"\x16\x03\x03" + len(late).to_bytes(2, "big") + late if late else b"")
        try:
            service = handshake.Service("127.0.0.1", listener.getsockname()[1], NAME, timeout=1)
            told = handshake.seen_instead(service, fingerprint=fingerprint(folder, "rsa"))
        finally:
            os.kill(child, 9)
            os.waitpid(child, 0)
    assert told
    assert "no TLS handshake came about" in told.en


def test_a_port_where_nothing_listens_is_told() -> None:
    service = handshake.Service("127.0.0.1", free_port(), NAME, timeout=1)
    told = handshake.seen_instead(service, fingerprint="0" * 64)
    assert told
    assert "no connection came about" in told.en
    assert "refused" in told.en


ODD: t.Final[dict[str, dict[str, t.Any]]] = {
    "a label of 64 characters": {"address": "a" * 64 + ".jp"},
    "an empty label": {"address": ".example"},
    "a name with NUL": {"address": "www\0.example.jp"},
    "a lone surrogate": {"address": "\udc80"},
    "a port beyond the last": {"port": 65536},
    "a port below the first": {"port": -1},
    "a server name of no characters": {"server_name": ""},
    "a server name with an empty label": {"server_name": "www..example.jp"},
    "a server name with NUL": {"server_name": "www\0.example.jp"},
    "time without an end": {"timeout": 10**400},
    "no time": {"timeout": -1},
}


@pytest.mark.parametrize("name", ODD)
def test_what_no_service_has_is_not_served(folder: pathlib.Path, name: str) -> None:
    now = [0.0]

    def later(_seconds: float) -> None:
        now[0] += 3600

    for options in ((*FILES["rsa"],), (*FILES["rsa"], "-tls1_3", *CLIENTS)):
        with served_by(folder, *options) as there:
            service = dc.replace(there, **ODD[name])
            told = handshake.seen_instead(service, fingerprint="0" * 64, clock=lambda: now[0], sleep=later)
        assert told
        assert told.en
        assert told.ja
