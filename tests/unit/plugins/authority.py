# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A certificate authority and keys for the tests of everything that runs on hosts; elliptic, because those are fast."""

from __future__ import annotations

import dataclasses as dc
import datetime as dt
import typing as t

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

UTC = dt.timezone(dt.timedelta(0))  # dt.UTC came with Python 3.11, and these tests run on hosts' Pythons
NOW = dt.datetime(2026, 11, 22, 5, 0, tzinfo=UTC)
DAY = dt.timedelta(days=1)


def naive(moment: dt.datetime) -> dt.datetime:
    return moment.astimezone(UTC).replace(tzinfo=None)


def pem(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(serialization.Encoding.PEM).decode()


def key_pem(key: t.Any, *, form: str = "PKCS8", password: bytes | None = None) -> bytes:
    encryption = serialization.BestAvailableEncryption(password) if password else serialization.NoEncryption()
    written: bytes = key.private_bytes(
        serialization.Encoding.PEM, getattr(serialization.PrivateFormat, form), encryption
    )
    return written


@dc.dataclass(frozen=True)
class Authority:
    """Issues certificates for the tests; `name` is its subject."""

    name: str
    key: t.Any
    certificate: x509.Certificate
    chain: tuple[x509.Certificate, ...]  # itself and what is above it, without the root

    @property
    def chain_pem(self) -> str:
        return "".join(map(pem, self.chain))

    def issue(
        self,
        common_name: str | None,
        *,
        key: t.Any = None,
        dns_names: tuple[str, ...] | None = None,
        since: dt.datetime = NOW - DAY,
        until: dt.datetime = NOW + 180 * DAY,
        authority: bool = False,
        usages: tuple[str, ...] = (),
    ) -> x509.Certificate:
        subject = [x509.NameAttribute(NameOID.COUNTRY_NAME, "JP")]
        subject += [x509.NameAttribute(NameOID.COMMON_NAME, common_name)] if common_name else []
        public = (key or ec.generate_private_key(ec.SECP256R1())).public_key()
        builder = (
            x509.CertificateBuilder()
            .subject_name(x509.Name(subject))
            .issuer_name(self.certificate.subject if self.certificate else x509.Name(subject))
            .public_key(public)
            .serial_number(x509.random_serial_number())
            .not_valid_before(naive(since))
            .not_valid_after(naive(until))
            .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
        )
        names = (common_name,) if dns_names is None and common_name and not authority else dns_names or ()
        if names:
            alternative = x509.SubjectAlternativeName([x509.DNSName(name) for name in names])
            builder = builder.add_extension(alternative, critical=False)
        if usages:
            usage = x509.ExtendedKeyUsage([x509.ObjectIdentifier(identifier) for identifier in usages])
            builder = builder.add_extension(usage, critical=False)
        return builder.sign(self.key, hashes.SHA256())

    def below(self, name: str, *, key: t.Any = None) -> Authority:
        key = key or ec.generate_private_key(ec.SECP256R1())
        certificate = self.issue(name, key=key, authority=True, until=NOW + 3650 * DAY)
        return Authority(name, key, certificate, (certificate, *self.chain))


def self_signed(
    name: str, *, authority: bool, since: dt.datetime = NOW - DAY, until: dt.datetime = NOW + 3650 * DAY
) -> tuple[t.Any, x509.Certificate]:
    key = ec.generate_private_key(ec.SECP256R1())
    nobody = Authority(name, key, t.cast("x509.Certificate", None), ())
    return key, nobody.issue(name, key=key, authority=authority, since=since, until=until)
