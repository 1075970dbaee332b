# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Fixtures for the tests of everything that runs on hosts; they import nothing of the controller."""

from __future__ import annotations

import pytest
from ansible_collections.iij.server_certificate.tests.unit.plugins.authority import Authority, self_signed
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from hypothesis import HealthCheck, settings

# How long an example takes is no verdict: the machine may be busy with something else.
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")


@pytest.fixture(scope="session")
def root() -> Authority:
    key, certificate = self_signed("Test Root", authority=True)
    return Authority("Test Root", key, certificate, ())


@pytest.fixture(scope="session")
def authority(root: Authority) -> Authority:
    """An intermediate below an intermediate, the way public chains often are."""
    return root.below("Test Policy CA").below("Test Issuing CA")


@pytest.fixture(scope="session")
def rsa_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@pytest.fixture(scope="session")
def rsa_authority(root: Authority, rsa_key: rsa.RSAPrivateKey) -> Authority:
    return root.below("Test RSA CA", key=rsa_key)


@pytest.fixture
def ec_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())
