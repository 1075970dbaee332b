# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""Certificates in whatever form people are sent them: PEM, DER, PKCS#7."""

from __future__ import annotations

import re
import typing as t

from .._core import errors
from . import certs, deps, keys, pem

if t.TYPE_CHECKING:
    from .certs import CertFacts

_CERTIFICATES = ("CERTIFICATE", "X509 CERTIFICATE")
_BUNDLES = ("PKCS7", "CMS")
# A PKCS#12 file holds the key: SEQUENCE, version 3 [RFC 7292 4].
_PKCS12 = re.compile(rb"\x30(?:[\x00-\x7f]|\x80|\x81.|\x82..|\x83...|\x84....)\x02\x01\x03\x30", re.DOTALL)


def read_any(content: bytes) -> tuple[CertFacts, ...]:
    """Read every certificate in the content, none where it is something else; raises PrivateKeyGiven."""
    if pem.holds_private_key(content) or _PKCS12.match(content):
        raise errors.PrivateKeyGiven
    blocks = pem.blocks(content)
    if not blocks:
        return _read_der(content)
    result: list[CertFacts] = []
    for block in blocks:
        if block.label in (*_CERTIFICATES, *_BUNDLES):
            try:
                result.extend(_read_der(block.der()))
            except ValueError:  # no Base64
                continue
    return tuple(result)


def _read_der(der: bytes) -> tuple[CertFacts, ...]:
    if not der.startswith(b"\x30"):
        return ()
    try:
        return (certs.facts(deps.x509.load_der_x509_certificate(der, deps.default_backend())),)
    except deps.CONTENT_ERRORS:
        pass
    try:
        return tuple(map(certs.facts, deps.pkcs7.load_der_pkcs7_certificates(der)))
    except deps.CONTENT_ERRORS:
        pass
    if keys.is_private_key(der):
        raise errors.PrivateKeyGiven
    return ()


__all__ = ("read_any",)
