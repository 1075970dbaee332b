# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Keys that a CA must refuse are told from sound ones."""

from __future__ import annotations

import pytest
from ansible_collections.iij.server_certificate.plugins.module_utils._pki import weak_keys
from cryptography.hazmat.primitives.asymmetric import rsa

SOUND = rsa.generate_private_key(public_exponent=65537, key_size=2048).public_key().public_numbers().n
PRIMORIAL = 1
for _prime in [n for n in range(3, 168, 2) if all(n % d for d in range(3, n, 2))]:
    PRIMORIAL *= _prime


def next_probable_prime(number: int, step: int = 2) -> int:
    while pow(2, number - 1, number) != 1:
        number += step
    return number


def test_a_sound_key_has_no_weakness() -> None:
    assert weak_keys.rsa_weakness(SOUND, exponent=65537) is None
    assert weak_keys.rsa_weakness(SOUND, exponent=3) is None


@pytest.mark.parametrize("exponent", [1, 2, 65536])
def test_exponents_that_are_none(exponent: int) -> None:
    assert weak_keys.rsa_weakness(SOUND, exponent=exponent) == weak_keys.EXPONENT


@pytest.mark.parametrize("factor", [2, 3, 751])
def test_small_factors(factor: int) -> None:
    assert weak_keys.rsa_weakness(SOUND * factor, exponent=65537) == weak_keys.SMALL_FACTOR


def test_close_primes() -> None:
    first = next_probable_prime((3 << 1022) + 1)
    second = next_probable_prime(first + 2)
    assert weak_keys.rsa_weakness(first * second, exponent=65537) == weak_keys.CLOSE_PRIMES


def test_primes_of_the_flawed_library() -> None:
    # Its primes have the form k * M + (65537 ** a mod M), M being the product of the first odd primes.
    shape = pow(65537, 12345, 2 * PRIMORIAL)
    first = next_probable_prime((1 << 700) * 2 * PRIMORIAL + shape, step=2 * PRIMORIAL)
    second = next_probable_prime((1 << 760) * 2 * PRIMORIAL + shape, step=2 * PRIMORIAL)
    assert weak_keys.rsa_weakness(first * second, exponent=65537) == weak_keys.ROCA
