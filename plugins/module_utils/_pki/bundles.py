# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""PKCS#12: key, certificate and chain in one file under a passphrase."""

from __future__ import annotations

import dataclasses as dc
import re
import typing as t

from . import certs, deps, keys

if t.TYPE_CHECKING:
    from .certs import CertFacts


MODERN, COMPATIBLE = ENCRYPTIONS = ("modern", "compatible")
_CHOICE_SINCE = (38,)
_ROUNDS = 20_000
_HEAD = re.compile(rb"\x30(?:[\x00-\x7f]|\x80|\x81.|\x82..|\x83...|\x84....)\x02\x01\x03", re.DOTALL)
_MODERN_IDENTIFIERS = (  # in DER: PBES2, and SHA-256, which the seal is made with
    bytes.fromhex("06092a864886f70d01050d"),
    bytes.fromhex("0609608648016503040201"),
)


@dc.dataclass(frozen=True)
class Bundle:
    """What a PKCS#12 file holds, without the key itself."""

    certificates: tuple[CertFacts, ...]  # the leaf first, then the chain in whatever order it lay there
    key_fingerprint: str | None


def make(
    key: t.Any, *, certificates: tuple[CertFacts, ...], name: str, passphrase: str, encryption: str = MODERN
) -> bytes:
    """Make a new file; before release 38, cryptography has the compatible encryption alone."""
    leaf, *chain = (deps.x509.load_der_x509_certificate(facts.der, deps.default_backend()) for facts in certificates)
    how = _encryption(encryption, passphrase.encode())
    return deps.pkcs12.serialize_key_and_certificates(name.encode(), key, leaf, chain or None, how)


def _encryption(word: str, passphrase: bytes) -> t.Any:
    if deps.VERSION < _CHOICE_SINCE:
        return deps.serialization.BestAvailableEncryption(passphrase)
    kinds, hashes = deps.pkcs12.PBES, deps.hashes
    algorithm, digest = {
        MODERN: (kinds.PBESv2SHA256AndAES256CBC, hashes.SHA256()),
        COMPATIBLE: (kinds.PBESv1SHA1And3KeyTripleDESCBC, hashes.SHA1()),
    }[word]
    builder = deps.serialization.PrivateFormat.PKCS12.encryption_builder()
    return builder.kdf_rounds(_ROUNDS).key_cert_algorithm(algorithm).hmac_hash(digest).build(passphrase)


def is_bundle(content: bytes) -> bool:
    """Check whether this begins as PKCS#12 does, with a sequence of a version and more [RFC 7292 4]."""
    return bool(_HEAD.match(content))


def is_modern(content: bytes) -> bool:
    """Check whether older readers cannot open this file: what it is encrypted and sealed with is there in clear."""
    return any(identifier in content for identifier in _MODERN_IDENTIFIERS)


def read(content: bytes, *, passphrase: str) -> Bundle | None:
    """Read what is in the file, or None if it is no such file or the passphrase does not open it."""
    try:
        key, leaf, chain = deps.pkcs12.load_key_and_certificates(content, passphrase.encode(), deps.default_backend())
    except deps.CONTENT_ERRORS:
        return None
    result = tuple(certs.facts(certificate) for certificate in (leaf, *chain) if certificate is not None)
    return Bundle(result, keys.fingerprint(key.public_key()) if key else None)


__all__ = ("COMPATIBLE", "ENCRYPTIONS", "MODERN", "Bundle", "is_bundle", "is_modern", "make", "read")
