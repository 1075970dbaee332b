# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pathlib
import typing as t

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from rehearsed import Rehearsal, served, settings_for


@pytest.fixture
def desk(tmp_path: pathlib.Path) -> t.Iterator[Rehearsal]:
    """A desk of one's own, over real HTTP."""
    database = tmp_path / "desk.sqlite3"
    with served(settings_for(database), database=database) as rehearsal:
        yield rehearsal


@pytest.fixture(scope="session")
def shared_desk(tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[Rehearsal]:
    """A desk for tests whose requests are all refused, so that none can notice another."""
    database = tmp_path_factory.mktemp("desk") / "desk.sqlite3"
    with served(settings_for(database), database=database) as rehearsal:
        yield rehearsal


@pytest.fixture(scope="session")
def rsa_2048() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@pytest.fixture(scope="session")
def p_256() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())
