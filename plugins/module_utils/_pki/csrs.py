# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""Certificate signing requests: make them, and tell what is in one; nothing read is ever quoted in a message."""

from __future__ import annotations

import dataclasses as dc
import typing as t
import warnings

from .._core import errors, names
from . import deps, keys, pem, requests

if t.TYPE_CHECKING:
    from cryptography.x509 import CertificateSigningRequest, Extensions, Name

    from .keys import SigningKey

_LABEL = "CERTIFICATE REQUEST"
_OUTDATED = ("md5", "sha1")
_RSA_PSS = "1.2.840.113549.1.1.10"
_LABELS = (_LABEL, "NEW CERTIFICATE REQUEST")  # the second is keytool's and old IIS's


@dc.dataclass(frozen=True)
class CsrFacts:
    """What a request asks for, and whether its own key signed it."""

    common_name: str | None
    subject: names.Subject
    dns_names: tuple[str, ...]
    other_names: bool  # the SAN also holds names that are not DNS names
    key_type: str
    key_size: int | None
    curve: str | None
    public_key_fingerprint: str
    signature_valid: bool
    signature_digest: str | None
    pem: str

    @property
    def signature_outdated(self) -> bool:
        """Whether it is signed with a digest that nobody takes any more; the signature may fit all the same."""
        return self.signature_digest in _OUTDATED

    def asks_for(self, subject: names.Subject, *, dns_names: tuple[str, ...], public_key_fingerprint: str) -> bool:
        """Check whether it is a sound request for just this; the order of the attributes means nothing."""
        return (
            self.signature_valid
            and not self.signature_outdated
            and self.public_key_fingerprint == public_key_fingerprint
            and sorted(self.subject) == sorted(subject)
            and self.dns_names == dns_names
            and not self.other_names
        )


def make_csr(key: SigningKey, *, subject: names.Subject, dns_names: tuple[str, ...]) -> bytes:
    """Make a request in PEM with a subject alternative name, signed with SHA-256."""
    x509 = deps.x509
    # cryptography itself makes the country a PrintableString and the rest UTF8Strings, as BR 7.1.4.2 wants it.
    attributes = [
        x509.NameAttribute(x509.ObjectIdentifier(names.DN_BY_NAME[name].oid), value) for name, value in subject
    ]
    builder = x509.CertificateSigningRequestBuilder().subject_name(x509.Name(attributes))
    alternative = x509.SubjectAlternativeName([x509.DNSName(name) for name in dns_names])
    request = builder.add_extension(alternative, critical=False).sign(key, deps.hashes.SHA256())
    return request.public_bytes(deps.serialization.Encoding.PEM)


def read_csr(content: bytes) -> CsrFacts:
    """Read the facts of the one request in PEM or DER; raises PrivateKeyGiven or a kind of CsrBroken."""
    if pem.holds_private_key(content):
        raise errors.PrivateKeyGiven
    der = _request_der(content)
    try:
        return _facts(der)
    except deps.CONTENT_ERRORS:
        raise (errors.PrivateKeyGiven if keys.is_private_key(der) else errors.CsrBroken) from None


def may_be_csr(content: bytes) -> bool:
    """Check whether this is made as a request in PEM, be it whole or damaged."""
    return bool(pem.labels(content).intersection(_LABELS))


def _request_der(content: bytes) -> bytes:
    blocks = pem.blocks(content)
    if not blocks:
        return content
    requests = [block for block in blocks if block.label in _LABELS]
    if len(requests) > 1:
        raise errors.SeveralCsrs
    if not requests:
        raise errors.CertificateGiven if blocks[0].label == "CERTIFICATE" else errors.CsrBroken
    try:
        return requests[0].der()
    except ValueError:
        raise errors.CsrBroken from None


def load_request(der: bytes) -> CertificateSigningRequest:
    """Load a request to look at; its bytes may differ from those that are signed."""
    parts = requests.dissect(der)
    requests.refuse_key_forms(parts.key_algorithm)
    return deps.x509.load_der_x509_csr(requests.widen_subject(der, parts.subject), deps.default_backend())


def _facts(der: bytes) -> CsrFacts:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the library's remarks on lengths; the rules say them with their place
        return _facts_of(load_request(der), der)


def _facts_of(request: CertificateSigningRequest, der: bytes) -> CsrFacts:
    public = request.public_key()
    spec = keys.kind(public)
    dns_names, other_names = alternative_names(request.extensions)
    return CsrFacts(
        common_name=common_name(request.subject),
        subject=subject(request.subject),
        dns_names=dns_names,
        other_names=other_names,
        key_type=spec.type,
        key_size=spec.size,
        curve=spec.curve,
        public_key_fingerprint=keys.fingerprint(public),
        signature_valid=_signature_valid(request, signed=requests.dissect(der).signed),
        signature_digest=_digest_name(request),
        pem=pem.encode(der, label=_LABEL),
    )


def _digest_name(request: CertificateSigningRequest) -> str | None:
    try:
        digest = request.signature_hash_algorithm
    except deps.CONTENT_ERRORS:
        return None
    return digest.name if digest else None


def _signature_valid(request: CertificateSigningRequest, *, signed: bytes) -> bool:
    """Check the signature itself: the library's own answer is no where it dislikes the digest."""
    public, digest = request.public_key(), request.signature_hash_algorithm
    try:
        if isinstance(public, deps.rsa.RSAPublicKey) and digest:
            is_pss = request.signature_algorithm_oid.dotted_string == _RSA_PSS
            # Older releases do not tell the parameters of this algorithm, and do not read such a request either.
            padding: t.Any = request.signature_algorithm_parameters if is_pss else deps.padding.PKCS1v15()
            public.verify(request.signature, signed, padding, digest)
        elif isinstance(public, deps.ec.EllipticCurvePublicKey) and digest:
            public.verify(request.signature, signed, deps.ec.ECDSA(digest))
        else:
            return bool(request.is_signature_valid)
    except (deps.InvalidSignature, AttributeError):
        return False
    except deps.CONTENT_ERRORS:  # an algorithm that OpenSSL no longer speaks
        return False
    return True


def subject(name: Name) -> names.Subject:
    """Return a subject as (attribute, value) in its own order; an attribute outside the table goes by its OID."""
    return tuple((_attribute(item.oid.dotted_string), _text(item.value)) for item in name)


def _attribute(oid: str) -> str:
    entry = names.DN_BY_OID.get(oid)
    return entry.name if entry else oid


def _text(value: str | bytes) -> str:
    return value if isinstance(value, str) else value.hex()


def common_name(name: Name) -> str | None:
    """Return the first common name of a subject."""
    return next((value for attribute, value in subject(name) if attribute == "common_name"), None)


def alternative_names(extensions: Extensions) -> tuple[tuple[str, ...], bool]:
    """Return the DNS names of the SAN, and whether it holds names of other kinds too."""
    try:
        result = extensions.get_extension_for_class(deps.x509.SubjectAlternativeName).value
    except deps.x509.ExtensionNotFound:
        return (), False
    dns_names = tuple(result.get_values_for_type(deps.x509.DNSName))
    return dns_names, len(list(result)) > len(dns_names)


__all__ = (
    "CsrFacts",
    "alternative_names",
    "common_name",
    "load_request",
    "make_csr",
    "may_be_csr",
    "read_csr",
    "subject",
)
