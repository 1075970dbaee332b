# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""PKCS#12: key, certificate and chain in one file under a passphrase."""

from __future__ import annotations

import dataclasses as dc
import typing as t

from . import certs, deps, keys

if t.TYPE_CHECKING:
    from .certs import CertFacts


@dc.dataclass(frozen=True)
class Bundle:
    """What a PKCS#12 file holds, without the key itself."""

    certificates: tuple[CertFacts, ...]  # the leaf first, then the chain in whatever order it lay there
    key_fingerprint: str | None


def make(key: t.Any, *, certificates: tuple[CertFacts, ...], name: str, passphrase: str) -> bytes:
    """A new file, encrypted as this release of cryptography thinks best."""
    leaf, *chain = (deps.x509.load_der_x509_certificate(facts.der, deps.default_backend()) for facts in certificates)
    encryption = deps.serialization.BestAvailableEncryption(passphrase.encode())
    return deps.pkcs12.serialize_key_and_certificates(name.encode(), key, leaf, chain or None, encryption)


def read(content: bytes, *, passphrase: str) -> Bundle | None:
    """What is in the file, or None if it is no such file or the passphrase does not open it."""
    try:
        key, leaf, chain = deps.pkcs12.load_key_and_certificates(content, passphrase.encode(), deps.default_backend())
    except deps.CONTENT_ERRORS:
        return None
    found = tuple(certs.facts(certificate) for certificate in (leaf, *chain) if certificate is not None)
    return Bundle(found, keys.fingerprint(key.public_key()) if key else None)


__all__ = ("Bundle", "make", "read")
