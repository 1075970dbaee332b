# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The rehearsal's certification authority: real X.509, a random root at each start, worth nothing."""

from __future__ import annotations

import dataclasses as dc
import datetime as dt
import secrets
import typing as t

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.types import CertificateIssuerPublicKeyTypes
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from rehearsal_desk.rules import catalogue
from rehearsal_desk.rules.csrs import SUBJECT_ORDER

# Wider than any time that the clock can be set to.
_CA_NOT_BEFORE: t.Final = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
_CA_NOT_AFTER: t.Final = dt.datetime(2049, 12, 31, tzinfo=dt.UTC)

_ORGANIZATION: t.Final = "Rehearsal (worthless certificates)"

# What an EV subject needs beyond OV [EVG 7.1.4.2]; a CA fills it in from its research, here it says Rehearsal.
_EV_EXTRAS: t.Final = (
    x509.NameAttribute(NameOID.BUSINESS_CATEGORY, "Rehearsal"),
    x509.NameAttribute(NameOID.JURISDICTION_COUNTRY_NAME, "JP"),
    x509.NameAttribute(NameOID.SERIAL_NUMBER, "Rehearsal"),
)


@dc.dataclass(frozen=True, slots=True, kw_only=True)
class Issued:
    """One certificate with its intermediates, the root left out."""

    certificate: str
    chain: str
    not_before: dt.datetime
    not_after: dt.datetime
    serial_number: str
    fingerprint: str


@dc.dataclass(frozen=True, slots=True)
class Signer:
    """A CA certificate with its key."""

    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate


class CertificationAuthority:
    """One root and one intermediate for each authority of the catalogue, their keys in memory only."""

    def __init__(self) -> None:
        self._root = _new_ca("Rehearsal Root", issuer=None)
        authorities = {product.authority.id for product in catalogue.PRODUCTS.values()}
        self._intermediates = {
            authority: _new_ca(f"Rehearsal Intermediate for {authority} products", issuer=self._root)
            for authority in sorted(authorities)
        }

    @property
    def root(self) -> str:
        """The root certificate in PEM."""
        return pem(self._root.certificate)

    def signer_for(self, authority: catalogue.Authority) -> Signer:
        """Return the intermediate that issues for this authority."""
        return self._intermediates[authority.id]

    def intermediate(
        self,
        common_name: str,
        *,
        issuer: Signer | None = None,
        path_length: int = 0,
        not_after: dt.datetime = _CA_NOT_AFTER,
    ) -> Signer:
        """Return a new intermediate below this issuer, or below the root."""
        return _new_ca(common_name, issuer=issuer or self._root, path_length=path_length, not_after=not_after)

    def issue(
        self,
        csr: str,
        *,
        common_name: str,
        product: catalogue.Product,
        term: str,
        now: dt.datetime,
        after: dt.datetime | None = None,
        until: dt.datetime | None = None,
    ) -> Issued:
        """Issue a certificate of this product for the key of this CSR.

        A renewal comes `after` the end of another one; a reissue keeps its end, `until`, or ends with the cap before.
        """
        request = x509.load_pem_x509_csr(csr.encode("ascii"))
        signer = self.signer_for(product.authority)
        not_before, not_after = validity(term, now=now, after=after)
        if until is not None:
            not_after = min(until, _cap(now) - dt.timedelta(seconds=1))
        builder = (
            x509.CertificateBuilder()
            .subject_name(_subject(request.subject, common_name=common_name, level=product.level))
            .issuer_name(signer.certificate.subject)
            .public_key(request.public_key())
            .serial_number(serial_number())
            .not_valid_before(not_before)
            .not_valid_after(not_after)
            # CN is a character-for-character copy of the only dNSName [BR 7.1.4.3].
            .add_extension(x509.SubjectAlternativeName([x509.DNSName(common_name)]), critical=False)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_leaf_usage(rsa_key=isinstance(request.public_key(), rsa.RSAPublicKey)), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(request.public_key()), critical=False)
            .add_extension(key_of(signer.certificate.public_key()), critical=False)
        )
        certificate = builder.sign(signer.key, hashes.SHA256())
        return Issued(
            certificate=pem(certificate),
            chain=pem(signer.certificate),
            not_before=not_before,
            not_after=not_after,
            serial_number=f"{certificate.serial_number:x}",
            fingerprint=certificate.fingerprint(hashes.SHA256()).hex(),
        )


def validity(term: str, *, now: dt.datetime, after: dt.datetime | None = None) -> tuple[dt.datetime, dt.datetime]:
    """Return the validity from now to the end of the term, or to the industry's cap where that is earlier [BR 6.3.2].

    The term of a renewal begins at the end of the certificate before, `after` [M:2261126].
    """
    begins = now if after is None else max(now, after + dt.timedelta(seconds=1))
    end = min(catalogue.term_later(begins, term=term), _cap(now))
    # notAfter is still inside, and any second beyond a full day counts as a day [BR 6.3.2].
    return now, end - dt.timedelta(seconds=1)


def _cap(now: dt.datetime) -> dt.datetime:
    return now + dt.timedelta(days=catalogue.longest_validity(now.date()))


def serial_number() -> int:
    """Return a random serial number."""
    # 20 octets whose first nibble is never zero, so that every way to write it in hexadecimal gives 40 digits.
    return secrets.randbits(158) | 1 << 158


def _subject(requested: x509.Name, *, common_name: str, level: catalogue.Level) -> x509.Name:
    # A DV subject may carry only C and CN [BR 7.1.2.7.2]; OU is banned everywhere [BR 7.1.2.7.4].
    kept = () if level == "DV" else ("ST", "L", "O")
    attributes: list[x509.NameAttribute[t.Any]] = [x509.NameAttribute(NameOID.COUNTRY_NAME, "JP")]
    for short in kept:
        attributes += requested.get_attributes_for_oid(SUBJECT_ORDER[short])[:1]
    if level == "EV":
        attributes += _EV_EXTRAS
    return x509.Name([*attributes, x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def _new_ca(
    common_name: str, *, issuer: Signer | None, path_length: int = 0, not_after: dt.datetime = _CA_NOT_AFTER
) -> Signer:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "JP"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, _ORGANIZATION),
            # The random part keeps the roots of two starts apart in a trust store.
            x509.NameAttribute(NameOID.COMMON_NAME, f"{common_name} {secrets.token_hex(4)}"),
        ]
    )
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject if issuer is None else issuer.certificate.subject)
        .public_key(key.public_key())
        .serial_number(serial_number())
        .not_valid_before(_CA_NOT_BEFORE)
        .not_valid_after(not_after)
        .add_extension(
            x509.BasicConstraints(ca=True, path_length=None if issuer is None else path_length), critical=True
        )
        .add_extension(_ca_usage(), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(key_of(key.public_key() if issuer is None else issuer.key.public_key()), critical=False)
    )
    return Signer(key, builder.sign(key if issuer is None else issuer.key, hashes.SHA256()))


def key_of(key: t.Any) -> x509.AuthorityKeyIdentifier:
    """Return what a certificate says about the key of its issuer."""
    return x509.AuthorityKeyIdentifier.from_issuer_public_key(t.cast(CertificateIssuerPublicKeyTypes, key))


def _leaf_usage(*, rsa_key: bool) -> x509.KeyUsage:
    return _usage(digital_signature=True, key_encipherment=rsa_key)


def _ca_usage() -> x509.KeyUsage:
    return _usage(digital_signature=True, key_cert_sign=True, crl_sign=True)


def _usage(
    *,
    digital_signature: bool = False,
    key_encipherment: bool = False,
    key_cert_sign: bool = False,
    crl_sign: bool = False,
) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=digital_signature,
        key_encipherment=key_encipherment,
        key_cert_sign=key_cert_sign,
        crl_sign=crl_sign,
        content_commitment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def pem(certificate: x509.Certificate) -> str:
    """Return a certificate in PEM."""
    return certificate.public_bytes(serialization.Encoding.PEM).decode("ascii")
