# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""Which certificate a server really serves: asked by TLS handshakes, from wherever this runs.

A server may have one certificate for each kind of key, so it is asked in several ways. Only what is served is asked
here: whether it can be trusted was judged before it was installed. So old versions and weak ciphers do, and a server
that ends the handshake, since it wants a certificate from its clients too, has shown its own by then, and proved that
it has the key.
"""

from __future__ import annotations

import contextlib
import dataclasses as dc
import hashlib
import socket
import ssl
import subprocess
import sys
import time
import typing as t

from .._core import defaults
from .._core.phrases import Phrase, join_phrases, verbatim
from .._core.system_errors import reason_of
from . import tls_records

if t.TYPE_CHECKING:
    from collections.abc import Callable, Iterator

# What the libraries raise for names and numbers that no service has is one more way of not seeing the certificate.
_FAILURES = (OSError, ValueError, OverflowError, TypeError)
_INTERVAL = 0.25
_LONGEST_ATTEMPT = 5.0
_WITHOUT_REQUIREMENTS = ":@SECLEVEL=0"
_LEGACY_SERVER_CONNECT = 0x4  # ssl.OP_LEGACY_SERVER_CONNECT, from Python 3.12 on
_SERVICE = Phrase("{0} port {1} (server name {2})", "{0} のポート {1} (サーバ名 {2})")
_OTHERS = Phrase(
    "it served other certificates (SHA-256 {0})", "別の証明書が使われています (SHA-256フィンガープリント {0})"
)
_NO_TLS = Phrase("no TLS handshake came about ({0})", "TLSハンドシェイクができません ({0})")
_NO_CONNECTION = Phrase("no connection came about ({0})", "接続できません ({0})")
_NO_WORDS = Phrase("no reason given", "理由不明")

# Python cannot choose signature algorithms before 3.15, and with TLS 1.3 nothing else chooses among certificates; but
# OpenSSL reads them from its configuration when a process starts.
_SIGNATURES = {
    "RSA": "RSA-PSS+SHA256:RSA-PSS+SHA384:RSA-PSS+SHA512:RSA+SHA256:RSA+SHA384:RSA+SHA512",
    "ECDSA": "ECDSA+SHA256:ECDSA+SHA384:ECDSA+SHA512",
}
_CONFIGURATION = "openssl_conf=c\n[c]\nssl_conf=s\n[s]\nsystem_default=d\n[d]\nSignatureAlgorithms={0}\n"
_ASKING = """
import hashlib, socket, ssl, sys
address, port, name, patience = sys.argv[1:]
context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
context.minimum_version = ssl.TLSVersion.TLSv1_3
connection = socket.create_connection((address, int(port)), timeout=float(patience))
secured = context.wrap_socket(connection, server_hostname=name)
print(hashlib.sha256(secured.getpeercert(binary_form=True)).hexdigest())
"""


@dc.dataclass(frozen=True)
class Service:
    """Where a certificate is served, and how long a server may take to serve a new one."""

    address: str
    port: int
    server_name: str
    timeout: int

    @property
    def patience(self) -> float:
        return min(_LONGEST_ATTEMPT, self.timeout)

    def phrase(self) -> Phrase:
        """Return the service in words."""
        return _SERVICE.filled(self.address, self.port, self.server_name)


@dc.dataclass(frozen=True)
class Answer:
    """What came of one handshake: the SHA-256 fingerprint of a certificate, or why there is none."""

    fingerprint: str | None = None
    version: str | None = None
    fault: Phrase = _NO_WORDS


def answers(service: Service) -> Iterator[Answer]:
    """Yield what the server answers to each way of asking it, the most usual one first."""
    first = _ask(service, "ALL")
    yield first
    older = [_ask(service, kind, newest=ssl.TLSVersion.TLSv1_2) for kind in ("aRSA", "aECDSA") if first.version]
    yield from older
    if first.version == "TLSv1.3" and not any(answer.fingerprint for answer in older):
        yield from (_ask_for_signature(service, algorithms) for algorithms in _SIGNATURES.values())


def seen_instead(
    service: Service,
    *,
    fingerprint: str,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> Phrase | None:
    """Return None once this certificate is served, or what is there instead when the time is up.

    Asked once at least.
    """
    end = clock() + min(service.timeout, defaults.PROVE_LONGEST)
    while True:
        seen = []
        for answer in answers(service):
            if answer.fingerprint == fingerprint:
                return None
            seen.append(answer)
        if clock() >= end:
            return _told(seen)
        sleep(_INTERVAL)


def is_served(service: Service, *, fingerprint: str) -> bool:
    """Check whether this certificate is served before the time is up."""
    return seen_instead(service, fingerprint=fingerprint) is None


def _told(seen: list[Answer]) -> Phrase:
    others = sorted({answer.fingerprint for answer in seen if answer.fingerprint})
    return _OTHERS.filled(", ".join(others)) if others else join_phrases(answer.fault for answer in seen[:1])


def _ask(service: Service, ciphers: str, *, newest: ssl.TLSVersion | None = None) -> Answer:
    try:
        connection = socket.create_connection((service.address, service.port), timeout=service.patience)
    except _FAILURES as error:
        return Answer(fault=_NO_CONNECTION.filled(reason_of(error)))
    with connection:
        try:
            attempt = tls_records.shaken(
                connection, _context(ciphers, newest=newest), name=service.server_name, patience=service.patience
            )
        except _FAILURES as error:
            attempt = tls_records.Attempt(None, b"", b"", error)
    secured = attempt.secured
    der = secured.getpeercert(binary_form=True) if secured else tls_records.proved_certificate(attempt.agreed)
    message = _NO_TLS.filled(verbatim(getattr(attempt.fault, "reason", None) or attempt.fault))
    version = (secured and secured.version()) or ("TLS" if attempt.heard else None)
    return Answer(hashlib.sha256(der).hexdigest() if der else None, version=version, fault=message)


def _context(ciphers: str, *, newest: ssl.TLSVersion | None) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.options |= _LEGACY_SERVER_CONNECT
    context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    context.maximum_version = newest or ssl.TLSVersion.MAXIMUM_SUPPORTED
    context.set_ciphers(ciphers + _WITHOUT_REQUIREMENTS)
    return context


def _ask_for_signature(service: Service, algorithms: str) -> Answer:
    asking = (sys.executable, "-I", "-c", _ASKING, service.address, service.port, service.server_name, service.patience)
    with contextlib.suppress(*_FAILURES, subprocess.TimeoutExpired):
        # AnsibleModule.run_command knows no time limit.
        done = subprocess.run(  # pylint: disable=ansible-bad-function
            [str(word) for word in asking],
            input=_CONFIGURATION.format(algorithms).encode(),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={"OPENSSL_CONF": "/dev/stdin"},
            timeout=service.patience * 2,
            check=False,
        )
        return Answer(done.stdout.decode().strip() or None)
    return Answer()


__all__ = ("Answer", "Service", "answers", "is_served", "seen_instead")
