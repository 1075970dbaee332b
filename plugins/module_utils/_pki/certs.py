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

from .._core import errors, names
from .._core.phrases import Phrase
from . import compat, csrs, deps, keys, pem

if t.TYPE_CHECKING:
    from cryptography.x509 import Certificate

_LABEL = "CERTIFICATE"
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

    def is_for(self, name: str) -> bool:
        """Whether it was issued for just this name: SAN always required, CN a copy of one of its names [BR 7.1.4.3]."""
        common_name_fits = self.common_name is None or names.same(self.common_name, name)
        return common_name_fits and any(names.same(entry, name) for entry in self.dns_names)


def read_certificates(content: bytes, *, what: Phrase = _LEAF) -> tuple[CertFacts, ...]:
    """Every certificate in the text, at least one; `what` names the text in the fault."""
    if pem.holds_private_key(content):
        raise errors.PrivateKeyGiven
    return _certificates(pem.blocks(content), what=what)


def read_beside_key(content: bytes) -> tuple[CertFacts, ...]:
    """Every certificate of a file that also holds the private key, at least one."""
    return _certificates(tuple(block for block in pem.blocks(content) if "PRIVATE KEY" not in block.label))


def _certificates(blocks: tuple[pem.Block, ...], *, what: Phrase = _LEAF) -> tuple[CertFacts, ...]:
    if not blocks or any(block.label != _LABEL for block in blocks):
        raise errors.CertificateBroken(what=what)
    try:
        return tuple(facts(deps.x509.load_der_x509_certificate(block.der())) for block in blocks)
    except deps.CONTENT_ERRORS:
        raise errors.CertificateBroken(what=what) from None


def facts(certificate: Certificate) -> CertFacts:
    """What a certificate says that another reader has made out already."""
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


def chain_fault(leaf: CertFacts, *, chain: tuple[CertFacts, ...]) -> errors.ChainEmpty | errors.ChainBroken | None:
    """The first link at which the chain does not lead upwards from the leaf, by name and by signature, or None."""
    if not chain:
        return errors.ChainEmpty()
    for position, (below, above) in enumerate(zip((leaf, *chain), chain), start=1):
        if not _issued(below, issuer=above):
            above_text, below_text = (names.subject_text(facts.subject) for facts in (above, below))
            return errors.ChainBroken(position=position, subject=above_text, below=below_text)
    return None


def _issued(below: CertFacts, *, issuer: CertFacts) -> bool:
    lower, upper = (deps.x509.load_der_x509_certificate(facts.der) for facts in (below, issuer))
    return lower.issuer == upper.subject and compat.signed_by(lower, issuer=upper)


def rfc3339(moment: dt.datetime) -> str:
    """A moment the way that the desk and every result of ours write it."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


__all__ = ("CertFacts", "chain_fault", "facts", "read_beside_key", "read_certificates", "rfc3339")
