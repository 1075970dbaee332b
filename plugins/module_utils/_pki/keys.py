# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""Private keys: make, read, and name what they are. A key object never leaves the host, only its facts do."""

from __future__ import annotations

import dataclasses as dc
import hashlib
import typing as t

from .._core import errors, keyspec
from .._core.keyspec import KeySpec
from . import compat, deps, pem

if t.TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric import ec, rsa
    from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes, PublicKeyTypes

    SigningKey = t.Union[rsa.RSAPrivateKey, ec.EllipticCurvePrivateKey]

_PUBLIC_EXPONENT = 65537  # BR 6.1.6
_CURVES = {"secp256r1": "P-256", "secp384r1": "P-384", "secp521r1": "P-521"}


@dc.dataclass(frozen=True)
class KeyFacts:
    """What may be shown of a private key."""

    spec: KeySpec
    public_key_fingerprint: str


def generate(spec: KeySpec) -> SigningKey:
    """Make a new key of this kind."""
    if spec.type == keyspec.RSA:
        return deps.rsa.generate_private_key(public_exponent=_PUBLIC_EXPONENT, key_size=spec.size or 0)
    return deps.ec.generate_private_key(deps.ec.SECP384R1() if spec.curve == "P-384" else deps.ec.SECP256R1())


def to_pem(key: PrivateKeyTypes, *, passphrase: str | None = None) -> bytes:
    """Write the key as PKCS#8, which every server reads, encrypted if a passphrase is given."""
    serialization = deps.serialization
    encryption = (
        serialization.BestAvailableEncryption(passphrase.encode()) if passphrase else serialization.NoEncryption()
    )
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, encryption)


def load(content: bytes, *, path: str, passphrase: str | None = None) -> PrivateKeyTypes:
    """Load the first private key in the file, or a fault that names the file; a needless passphrase is not used."""
    block = first_block(content)
    if block is None:
        raise errors.KeyBroken(path=path)
    encrypted = _is_encrypted(block)
    if encrypted and not passphrase:
        raise errors.KeyEncrypted(path=path)
    try:
        key = compat.load_private_key(block.text, passphrase=passphrase.encode() if encrypted and passphrase else None)
        whole = _is_whole(key)
    except deps.CONTENT_ERRORS:
        # Libraries cannot tell a damaged key from a wrong passphrase, which is by far the more frequent of the two.
        raise (errors.PassphraseWrong if encrypted else errors.KeyBroken)(path=path) from None
    if not whole:
        raise errors.KeyBroken(path=path)
    return key


def first_block(content: bytes) -> pem.Block | None:
    """Return the first private key in the text as it is there, encrypted or not."""
    return next((block for block in pem.blocks(content) if block.label.endswith("PRIVATE KEY")), None)


def _is_encrypted(block: pem.Block) -> bool:
    return block.label.startswith("ENCRYPTED") or any(
        line.startswith(b"Proc-Type:") and b"ENCRYPTED" in line for line in block.lines
    )


def _is_whole(key: PrivateKeyTypes) -> bool:
    if isinstance(key, deps.rsa.RSAPrivateKey):
        return _fits_together(key.private_numbers())
    if isinstance(key, deps.ec.EllipticCurvePrivateKey):
        # Older releases take the public half in the file for granted.
        derived = deps.ec.derive_private_key(key.private_numbers().private_value, key.curve).public_key()
        return derived.public_numbers() == key.public_key().public_numbers()
    return True


def _fits_together(numbers: rsa.RSAPrivateNumbers) -> bool:
    # Any damaged number shows here; only the primality of p and q is taken on trust, which OpenSSL 3 spends 45 ms on.
    p, q, d = numbers.p, numbers.q, numbers.d
    n, e = numbers.public_numbers.n, numbers.public_numbers.e
    return (
        min(p, q) > 2
        and p * q == n
        and e * d % (p - 1) == 1
        and e * d % (q - 1) == 1
        and (numbers.dmp1, numbers.dmq1) == (d % (p - 1), d % (q - 1))
        and numbers.iqmp * q % p == 1
    )


def facts(content: bytes, *, path: str, passphrase: str | None = None) -> KeyFacts:
    """Return what may be shown of the private key in this file."""
    public = load(content, path=path, passphrase=passphrase).public_key()
    return KeyFacts(kind(public), fingerprint(public))


def kind(public: PublicKeyTypes) -> KeySpec:
    """Return what kind of key this is, also one that no order may ask for."""
    if isinstance(public, deps.rsa.RSAPublicKey):
        return KeySpec(keyspec.RSA, size=public.key_size)
    if isinstance(public, deps.ec.EllipticCurvePublicKey):
        return KeySpec(keyspec.ECDSA, curve=_CURVES.get(public.curve.name, public.curve.name))
    return KeySpec(type(public).__name__.strip("_").replace("PublicKey", ""))


def fingerprint(public: PublicKeyTypes) -> str:
    """Return the SHA-256 of the DER SubjectPublicKeyInfo, lower-case hexadecimal."""
    serialization = deps.serialization
    der = public.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return hashlib.sha256(der).hexdigest()


def is_private_key(der: bytes) -> bool:
    """Check whether this is a private key in DER, encrypted or not."""
    try:
        deps.serialization.load_der_private_key(der, password=None)
    except TypeError:  # it is encrypted
        return True
    except deps.CONTENT_ERRORS:
        return False
    return True


__all__ = (
    "KeyFacts",
    "SigningKey",
    "facts",
    "fingerprint",
    "first_block",
    "generate",
    "is_private_key",
    "kind",
    "load",
    "to_pem",
)
