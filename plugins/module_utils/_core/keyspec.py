# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""What kind of key: the one an order asks for, or the one that was found."""

from __future__ import annotations

import dataclasses as dc
import typing as t

from . import defaults, errors
from .phrases import Phrase

if t.TYPE_CHECKING:
    from collections.abc import Mapping

RSA = "RSA"
ECDSA = "ECDSA"

SMALLEST_RSA = 2048  # BR 6.1.5
LARGEST_RSA = 16384  # OpenSSL's own limit; a slip of the finger must not keep a host busy for hours

# When a key that is there gives way to a new one: the words of community.crypto. Its `fail` would say what `never` says
# here, for every key is checked against the order.
NEVER, PARTIAL, FULL, ALWAYS = REGENERATE = ("never", "partial_idempotence", "full_idempotence", "always")

# What an order file may ask for; a task of one's own may ask for any size within the limits.
RSA_SIZES = (2048, 3072, 4096)
# The named curves that an order may ask for. BR 6.1.5 knows P-521 too, but no browser wants it.
CURVES = ("P-256", "P-384")


@dc.dataclass(frozen=True)
class KeySpec:
    """A kind of key; RSA keys have a size and no curve, ECDSA keys a curve and no size, others neither."""

    type: str
    size: int | None = None
    curve: str | None = None

    def __str__(self) -> str:
        return " ".join(str(part) for part in (self.type, self.size, self.curve) if part is not None)


def read_key_spec(key: Mapping[str, t.Any]) -> KeySpec:
    """Read the kind of key that the `key` of an order asks for."""
    kind = key.get("type") or defaults.KEY_TYPE
    if kind == RSA:
        return KeySpec(RSA, size=_rsa_size(key.get("size") or defaults.KEY_SIZE))
    if kind == ECDSA:
        return KeySpec(ECDSA, curve=_curve(key.get("curve") or defaults.KEY_CURVE))
    raise errors.FieldWrong(field="key.type", allowed=_one_of(RSA, ECDSA))


def regenerate(key: Mapping[str, t.Any]) -> str:
    """Return when the `key` of an order asks for a new key although there is one."""
    word = key.get("regenerate") or defaults.REGENERATE
    if word not in REGENERATE:
        raise errors.FieldWrong(field="key.regenerate", allowed=_one_of(*REGENERATE))
    return str(word)


def _rsa_size(size: object) -> int:
    if not isinstance(size, int) or not SMALLEST_RSA <= size <= LARGEST_RSA or size % 8:
        allowed = Phrase("a multiple of 8 from {0} to {1}", "{0}以上{1}以下の8の倍数")
        raise errors.FieldWrong(field="key.size", allowed=allowed.filled(SMALLEST_RSA, LARGEST_RSA))
    return size


def _one_of(*choices: str) -> Phrase:
    return Phrase(" or ".join(choices), "、".join(choices) + " のいずれか")


def _curve(curve: object) -> str:
    if curve not in CURVES:
        raise errors.FieldWrong(field="key.curve", allowed=_one_of(*CURVES))
    return str(curve)


__all__ = (
    "ALWAYS",
    "CURVES",
    "ECDSA",
    "FULL",
    "NEVER",
    "PARTIAL",
    "REGENERATE",
    "RSA",
    "RSA_SIZES",
    "KeySpec",
    "read_key_spec",
    "regenerate",
)
