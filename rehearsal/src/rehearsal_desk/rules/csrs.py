# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Certificate signing requests: reading those of customers, making those of the service."""

from __future__ import annotations

import base64
import dataclasses as dc
import hashlib
import re
import typing as t

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes
from cryptography.x509.oid import NameOID

from rehearsal_desk.rules.wording import say

# The order of the attributes in a subject [BR 7.1.4.2].
SUBJECT_ORDER: t.Final = {
    "C": NameOID.COUNTRY_NAME,
    "ST": NameOID.STATE_OR_PROVINCE_NAME,
    "L": NameOID.LOCALITY_NAME,
    "O": NameOID.ORGANIZATION_NAME,
    "OU": NameOID.ORGANIZATIONAL_UNIT_NAME,
    "CN": NameOID.COMMON_NAME,
}

# The type of a subject's attribute (2.5.4.x), and the tag of a PrintableString behind it.
_PRINTABLE: t.Final = re.compile(rb"(\x06\x03\x55\x04.)\x13", re.DOTALL)

_SERVICE_KEY_BITS: t.Final = 2048  # ours: what the service generates is not published


class UnreadableCsr(ValueError):
    """The text is no usable CSR; `fault` says why without repeating any of it."""

    def __init__(self, fault: str) -> None:
        super().__init__(fault)
        self.fault: t.Final = fault


@dc.dataclass(frozen=True, slots=True, kw_only=True)
class Csr:
    """What the rules look at in a CSR."""

    pem: str
    subject: tuple[tuple[str, str], ...]  # short attribute names
    key_type: str  # RSA, EC or the name of something else
    key_size: int
    curve: str | None
    signature_valid: bool
    public_key_fingerprint: str

    def values(self, attribute: str) -> tuple[str, ...]:
        """List all values of one subject attribute."""
        return tuple(value for name, value in self.subject if name == attribute)


def read_csr(text: str) -> Csr:
    """Read the CSR in this PEM text; raises `UnreadableCsr`."""
    if "PRIVATE KEY" in text:
        raise UnreadableCsr(
            say(
                "This is a private key, not a CSR. It has not been kept, but it has left its host: make a new key.",
                "これはCSRではなく秘密鍵です。保存していませんが、ホストの外に出たため、新しい鍵を作成してください。",
            )
        )
    try:
        return _read(text.encode("ascii"))
    except (ValueError, TypeError, UnsupportedAlgorithm):
        # The cause may quote the text, so it is not chained.
        raise UnreadableCsr(
            say(
                "This is not one PEM block of a PKCS #10 certificate signing request.",
                "PEM形式のCSR (PKCS #10) 1つではありません。",
            )
        ) from None


def _read(pem: bytes) -> Csr:
    try:
        return _facts(x509.load_pem_x509_csr(pem))
    except ValueError:
        # The library refuses & and * in a PrintableString, which many tools write and CAs take.
        body = b"".join(line for line in pem.splitlines() if not line.startswith(b"-----"))
        der = base64.b64decode(body, validate=True)
        request = x509.load_der_x509_csr(_PRINTABLE.sub(lambda found: found[1] + b"\x0c", der))
        start = request.public_bytes(serialization.Encoding.DER).index(request.tbs_certrequest_bytes)
        signed = der[start : start + len(request.tbs_certrequest_bytes)]
        facts = _facts(request)
        return dc.replace(facts, pem=pem.decode("ascii"), signature_valid=_is_signed(request, signed))


def _is_signed(request: x509.CertificateSigningRequest, signed: bytes) -> bool:
    key, digest = request.public_key(), request.signature_hash_algorithm
    try:
        if isinstance(key, rsa.RSAPublicKey) and digest:
            key.verify(request.signature, signed, padding.PKCS1v15(), digest)
            return True
        if isinstance(key, ec.EllipticCurvePublicKey) and digest:
            key.verify(request.signature, signed, ec.ECDSA(digest))
            return True
    except InvalidSignature:
        pass
    return False


def make_csr(common_name: str, *, subject: t.Mapping[str, str]) -> tuple[Csr, bytes]:
    """Make a CSR with a fresh RSA key, and that key: PKCS #8 in PEM, not encrypted."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=_SERVICE_KEY_BITS)
    values = {"C": "JP", **subject, "CN": common_name}
    name = x509.Name(
        [x509.NameAttribute(oid, values[short]) for short, oid in SUBJECT_ORDER.items() if values.get(short)]
    )
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return _facts(x509.CertificateSigningRequestBuilder().subject_name(name).sign(key, hashes.SHA256())), pem


def key_fingerprint(key: CertificatePublicKeyTypes) -> str:
    """Return the SHA-256 of the DER SubjectPublicKeyInfo."""
    der = key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return hashlib.sha256(der).hexdigest()


def _facts(request: x509.CertificateSigningRequest) -> Csr:
    key = request.public_key()
    shorts = {oid: short for short, oid in SUBJECT_ORDER.items()}
    return Csr(
        pem=request.public_bytes(serialization.Encoding.PEM).decode("ascii"),
        subject=tuple((shorts.get(item.oid, item.oid.dotted_string), str(item.value)) for item in request.subject),
        key_type=_key_type(key),
        key_size=getattr(key, "key_size", 0),
        curve=key.curve.name if isinstance(key, ec.EllipticCurvePublicKey) else None,
        signature_valid=request.is_signature_valid,
        public_key_fingerprint=key_fingerprint(key),
    )


def _key_type(key: CertificatePublicKeyTypes) -> str:
    if isinstance(key, rsa.RSAPublicKey):
        return "RSA"
    if isinstance(key, ec.EllipticCurvePublicKey):
        return "EC"
    return type(key).__name__
