# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import os
import pathlib
import shutil
import typing as t

import postgres
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from rehearsal_desk.store import schema
from rehearsed import Rehearsal, served, settings_for


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Tests of the desk itself run on both stores, those of its faces on SQLite."""
    if "store" in metafunc.fixturenames:
        both = metafunc.module.__name__.startswith("test_desk_")
        metafunc.parametrize("store", ["sqlite", "postgresql"] if both else ["sqlite"], scope="session")


@pytest.fixture(scope="session")
def cluster() -> t.Iterator[postgres.Cluster]:
    """A private PostgreSQL."""
    binaries = postgres.programs()
    if binaries is None:
        if os.environ.get("CI") == "true":
            pytest.fail("PostgreSQL is not installed, and CI must not do without it")
        pytest.skip("PostgreSQL is not installed: what concerns it is NOT tested")
    with postgres.cluster(binaries) as running:
        yield running


@pytest.fixture(scope="session")
def empty_file(tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    """A file of SQLite with the tables of the desk and nothing in them."""
    file = tmp_path_factory.mktemp("empty") / "desk.sqlite3"
    schema.migrate(f"sqlite:///{file}")
    return file


@pytest.fixture
def database(store: str, tmp_path: pathlib.Path, request: pytest.FixtureRequest) -> str:
    """The URL of a store of one's own, copied from one that is made by all migrations."""
    if store == "sqlite":
        copy = shutil.copyfile(request.getfixturevalue("empty_file"), tmp_path / "desk.sqlite3")
        return f"sqlite:///{copy}"
    return t.cast("postgres.Cluster", request.getfixturevalue("cluster")).new_database()


@pytest.fixture
def desk(database: str) -> t.Iterator[Rehearsal]:
    """A desk of one's own, over real HTTP."""
    with served(settings_for(database)) as rehearsal:
        yield rehearsal


@pytest.fixture(scope="session")
def shared_desk(tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[Rehearsal]:
    """A desk for tests whose requests are all refused, so that none can notice another."""
    database = tmp_path_factory.mktemp("desk") / "desk.sqlite3"
    with served(settings_for(database)) as rehearsal:
        yield rehearsal


@pytest.fixture(scope="session")
def rsa_2048() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@pytest.fixture(scope="session")
def p_256() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())
