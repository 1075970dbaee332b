# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""Issued certificates: read them, and see whether a chain leads upwards from the leaf."""

from __future__ import annotations

import dataclasses as dc
import datetime as dt
import hashlib
import typing as t

from .._core import certificate_errors, chain_errors, errors, names
from .._core.phrases import Phrase
from . import compat, csrs, deps, keys, pem

if t.TYPE_CHECKING:
    from cryptography.x509 import Certificate

LONGEST_CHAIN = 10
_LABEL = "CERTIFICATE"
_SERVER_AUTH = "1.3.6.1.5.5.7.3.1"
_LEAF = Phrase("certificate", "証明書")


@dc.dataclass(frozen=True)
class CertFacts:
    """What a certificate says; `der` is the certificate itself."""

    subject: names.Subject
    issuer: names.Subject
    common_name: str | None
    dns_names: tuple[str, ...]
    serial_number: str
    not_before: dt.datetime
    not_after: dt.datetime
    certificate_fingerprint: str
    public_key_fingerprint: str
    der: bytes = dc.field(repr=False)

    @property
    def pem(self) -> str:
        return pem.encode(self.der, label=_LABEL)

    @property
    def is_self_issued(self) -> bool:
        return self.issuer == self.subject

    @property
    def is_authority(self) -> bool:
        """Whether it may issue others [RFC 5280 4.2.1.9]."""
        return any(constraints.ca for constraints in self._extensions(deps.x509.BasicConstraints))

    @property
    def usages(self) -> tuple[str, ...]:
        """What its key may be used for, by object identifiers; none where it does not say [RFC 5280 4.2.1.12]."""
        return tuple(oid.dotted_string for usage in self._extensions(deps.x509.ExtendedKeyUsage) for oid in usage)

    def _extensions(self, kind: type[t.Any]) -> list[t.Any]:
        extensions = deps.x509.load_der_x509_certificate(self.der).extensions
        return [extension.value for extension in extensions if isinstance(extension.value, kind)]

    def is_for(self, name: str) -> bool:
        """Check whether it was issued for just this name.

        SAN always required, CN a copy of one of its names [BR 7.1.4.3].
        """
        common_name_fits = self.common_name is None or names.same(self.common_name, name)
        return common_name_fits and any(names.same(entry, name) for entry in self.dns_names)


def read_certificates(content: bytes, *, what: Phrase = _LEAF) -> tuple[CertFacts, ...]:
    """Read every certificate in the text, at least one; `what` names the text in the fault."""
    if pem.holds_private_key(content):
        raise errors.PrivateKeyGiven
    return _certificates(pem.blocks(content), what=what)


def read_beside_key(content: bytes) -> tuple[CertFacts, ...]:
    """Read every certificate of a file that may hold the private key and more, at least one."""
    return _certificates(tuple(block for block in pem.blocks(content) if block.label == _LABEL))


def others_beside(content: bytes) -> bytes:
    """Return what else is in such a file: DH parameters, for one, which some servers read from there."""
    kinds = (_LABEL, "PRIVATE KEY")
    return b"".join(block.text for block in pem.blocks(content) if not block.label.endswith(kinds))


def may_be_certificates(content: bytes) -> bool:
    """Check whether this is made as the file of a server's certificates, be it whole or damaged.

    A bundle of many authorities is no such file.
    """
    if _LABEL in pem.labels(content):
        return sum(block.label == _LABEL for block in pem.blocks(content)) <= LONGEST_CHAIN + 1
    try:
        deps.x509.load_der_x509_certificate(content)
    except deps.CONTENT_ERRORS:
        return False
    return True


def _certificates(blocks: tuple[pem.Block, ...], *, what: Phrase = _LEAF) -> tuple[CertFacts, ...]:
    if not blocks or any(block.label != _LABEL for block in blocks):
        raise certificate_errors.CertificateBroken(what=what)
    try:
        return tuple(facts(deps.x509.load_der_x509_certificate(block.der())) for block in blocks)
    except deps.CONTENT_ERRORS:
        raise certificate_errors.CertificateBroken(what=what) from None


def facts(certificate: Certificate) -> CertFacts:
    """Return what a certificate says that another reader has made out already."""
    der = certificate.public_bytes(deps.serialization.Encoding.DER)
    dns_names, _other_names = csrs.alternative_names(certificate.extensions)
    return CertFacts(
        subject=csrs.subject(certificate.subject),
        issuer=csrs.subject(certificate.issuer),
        common_name=csrs.common_name(certificate.subject),
        dns_names=dns_names,
        serial_number=format(certificate.serial_number, "x"),
        not_before=compat.not_before(certificate),
        not_after=compat.not_after(certificate),
        certificate_fingerprint=hashlib.sha256(der).hexdigest(),
        public_key_fingerprint=keys.fingerprint(certificate.public_key()),
        der=der,
    )


def use_fault(leaf: CertFacts) -> errors.Fault | None:
    """Say why this certificate is of no server, or None: it may issue others, or is for other uses [BR 7.1.2.7]."""
    if leaf.is_authority:
        return certificate_errors.MayIssue(subject=names.subject_text(leaf.subject))
    if leaf.usages and _SERVER_AUTH not in leaf.usages:
        return certificate_errors.NotForServers(usages=", ".join(leaf.usages))
    return None


def chain_fault(
    leaf: CertFacts, *, chain: tuple[CertFacts, ...], now: dt.datetime | None = None
) -> errors.Fault | None:
    """Say why this chain does not lead upwards from the leaf, by name and by signature, or None.

    Whether each certificate of it is valid is judged for a given moment alone.
    """
    if not chain:
        return chain_errors.ChainEmpty()
    if len(chain) > LONGEST_CHAIN:
        return chain_errors.ChainTooLong(found=len(chain), most=LONGEST_CHAIN)
    seen = {leaf.certificate_fingerprint}
    for position, (below, above) in enumerate(zip((leaf, *chain), chain), start=1):
        fault = _link_fault(below, above, position=position, seen=seen, now=now)
        if fault:
            return fault
        seen.add(above.certificate_fingerprint)
    return None


def _link_fault(
    below: CertFacts, above: CertFacts, *, position: int, seen: set[str], now: dt.datetime | None
) -> errors.Fault | None:
    subject = names.subject_text(above.subject)
    if above.certificate_fingerprint in seen:
        return chain_errors.ChainRepeats(position=position, subject=subject)
    if not _issued(below, issuer=above):
        return chain_errors.ChainBroken(position=position, subject=subject, below=names.subject_text(below.subject))
    if not above.is_authority:
        return chain_errors.ChainNotAuthority(position=position, subject=subject)
    if now and not above.not_before <= now <= above.not_after:
        since, until = rfc3339(above.not_before), rfc3339(above.not_after)
        return chain_errors.ChainNotValid(position=position, subject=subject, since=since, until=until)
    return None


def _issued(below: CertFacts, *, issuer: CertFacts) -> bool:
    lower, upper = (deps.x509.load_der_x509_certificate(facts.der) for facts in (below, issuer))
    return lower.issuer == upper.subject and compat.signed_by(lower, issuer=upper)


def rfc3339(moment: dt.datetime) -> str:
    """Return a moment the way that the desk and every result of ours write it."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


__all__ = (
    "LONGEST_CHAIN",
    "CertFacts",
    "chain_fault",
    "facts",
    "may_be_certificates",
    "others_beside",
    "read_beside_key",
    "read_certificates",
    "rfc3339",
    "use_fault",
)
