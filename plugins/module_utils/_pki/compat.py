# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""What newer releases of cryptography do in one call, for every release from the floor on."""

from __future__ import annotations

import contextlib
import datetime as dt
import typing as t

from . import deps

if t.TYPE_CHECKING:
    from collections.abc import Iterator

    from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
    from cryptography.x509 import Certificate

_VALIDATION_SWITCH = (39,)


def not_before(certificate: Certificate) -> dt.datetime:
    return _in_utc(certificate, "not_valid_before")


def not_after(certificate: Certificate) -> dt.datetime:
    return _in_utc(certificate, "not_valid_after")


def _in_utc(certificate: Certificate, field: str) -> dt.datetime:
    aware: dt.datetime | None = getattr(certificate, f"{field}_utc", None)  # from 42 on
    if aware is not None:
        return aware
    naive: dt.datetime = getattr(certificate, field)
    return naive.replace(tzinfo=dt.timezone.utc)


def load_private_key(text: bytes, *, passphrase: bytes | None = None) -> PrivateKeyTypes:
    """Load the key, without OpenSSL 3's own validation of RSA keys.

    45 ms a key, where `keys` checks the same in 0.1 ms.
    """
    if deps.VERSION >= _VALIDATION_SWITCH:
        return deps.serialization.load_pem_private_key(text, password=passphrase, unsafe_skip_rsa_key_validation=True)
    with _without_validation():
        return deps.serialization.load_pem_private_key(text, password=passphrase)


def signed_by(certificate: Certificate, *, issuer: Certificate) -> bool:
    """Check whether the issuer's key made the signature; says nothing about names."""
    key = issuer.public_key()
    signature, signed = certificate.signature, certificate.tbs_certificate_bytes
    try:
        if hasattr(certificate, "verify_directly_issued_by"):  # from 40 on; knows RSA-PSS too
            certificate.verify_directly_issued_by(issuer)
        elif isinstance(key, deps.rsa.RSAPublicKey):
            key.verify(signature, signed, deps.padding.PKCS1v15(), _digest(certificate))
        elif isinstance(key, deps.ec.EllipticCurvePublicKey):
            key.verify(signature, signed, deps.ec.ECDSA(_digest(certificate)))
        else:
            return False
    except deps.InvalidSignature:
        return False
    except deps.CONTENT_ERRORS:
        return False
    return True


def _digest(certificate: Certificate) -> t.Any:
    algorithm = certificate.signature_hash_algorithm
    if algorithm is None:  # Ed25519 and the like, which no public CA uses
        raise ValueError("signature without a digest")
    return algorithm


@contextlib.contextmanager
def _without_validation() -> Iterator[None]:
    # Releases before 39 know the switch only as an attribute of the backend; where it is absent (3.3), loading is fast.
    backend: t.Any = deps.default_backend()
    if not hasattr(backend, "_rsa_skip_check_key"):
        yield
        return
    backend._rsa_skip_check_key = True
    try:
        yield
    finally:
        backend._rsa_skip_check_key = False


__all__ = ("load_private_key", "not_after", "not_before", "signed_by")
