# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""RSA keys that everybody can break, and that a CA must refuse [BR 6.1.1.3]; pure arithmetic on public numbers.

Known keys of the Debian accident of 2008 are not looked up: no library of today ships the list.
"""

from __future__ import annotations

import functools
import math

from . import deps
from .csrs import load_request
from .pem import blocks

CLOSE_PRIMES = "close primes"
ROCA = "ROCA"
SMALL_FACTOR = "small factor"
EXPONENT = "exponent"

_FERMAT_ROUNDS = 100  # [BR 6.1.1.3]
_SMALL_PRIMES = tuple(n for n in range(3, 752, 2) if all(n % d for d in range(3, int(n**0.5) + 1, 2)))
# Keys of the flawed library lie, modulo each of these primes, in the powers of 65537 (CVE-2017-15361).
_ROCA_PRIMES = tuple(n for n in _SMALL_PRIMES if n <= 167)


def csr_weakness(pem: str) -> str | None:
    """Return which weakness the key of a request has, one of the words of this module, or None."""
    (block,) = blocks(pem.encode())
    key = load_request(block.der()).public_key()
    if not isinstance(key, deps.rsa.RSAPublicKey):
        return None
    numbers = key.public_numbers()
    return rsa_weakness(numbers.n, exponent=numbers.e)


def rsa_weakness(modulus: int, *, exponent: int) -> str | None:
    """Return which weakness an RSA key has, or None."""
    if exponent < 3 or exponent % 2 == 0:
        return EXPONENT
    if modulus % 2 == 0 or any(modulus % prime == 0 for prime in _SMALL_PRIMES):
        return SMALL_FACTOR
    if _is_roca(modulus):
        return ROCA
    return CLOSE_PRIMES if _has_close_primes(modulus) else None


def _has_close_primes(modulus: int) -> bool:
    """Check by Fermat's method whether the primes are near the root, where a few rounds find them."""
    middle = math.isqrt(modulus - 1) + 1
    for _round in range(_FERMAT_ROUNDS):
        square = middle * middle - modulus
        if math.isqrt(square) ** 2 == square:
            return True
        middle += 1
    return False


def _is_roca(modulus: int) -> bool:
    return all(modulus % prime in _powers_of_65537(prime) for prime in _ROCA_PRIMES)


@functools.cache
def _powers_of_65537(prime: int) -> frozenset[int]:
    powers, power = set(), 1
    while power not in powers:
        powers.add(power)
        power = power * 65537 % prime
    return frozenset(powers)


__all__ = ("CLOSE_PRIMES", "EXPONENT", "ROCA", "SMALL_FACTOR", "csr_weakness", "rsa_weakness")
