# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The stores: migrations that equal the models, sealed keys, the audit, and what the desk does not start with."""

from __future__ import annotations

import pathlib
import stat
import typing as t

import postgres
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from rehearsal_desk.running import cli
from rehearsal_desk.running.app import create_app
from rehearsal_desk.store import schema
from rehearsal_desk.store.store import Base, open_engine
from rehearsal_desk.store.vault import BadKeyFile, CannotOpen, Vault, make_vault, open_vault
from rehearsed import (
    NEIGHBOUR_TOKEN,
    TOKYO,
    Rehearsal,
    complaints,
    csr_of,
    kept,
    linked_order,
    served,
    settings_for,
)

LINKED: t.Final = {"approval_email": "admin@example.jp", "certificate_transparency": True}


def test_models_equal_migrations(database: str) -> None:
    create_app(settings_for(database))  # whatever has tables is imported by now
    engine = open_engine(database)
    with engine.connect() as connection:
        differences = compare_metadata(MigrationContext.configure(connection), Base.metadata)
    engine.dispose()
    assert differences == []


def test_postgresql_is_migrated_only_by_who_says_so(
    cluster: postgres.Cluster, capsys: pytest.CaptureFixture[str]
) -> None:
    database = cluster.empty_database()
    with pytest.raises(schema.OutOfDate, match="rehearsal-desk migrate"):
        create_app(settings_for(database))
    assert cli.main(["serve", "--port", "0", "--database", database]) == 2
    assert "rehearsal-desk migrate" in capsys.readouterr().err
    for _ in range(2):
        assert cli.main(["migrate", "--database", database]) == 0
    create_app(settings_for(database))


def test_a_database_of_another_version_is_refused(tmp_path: pathlib.Path, capsys: pytest.CaptureFixture[str]) -> None:
    database = f"sqlite:///{tmp_path / 'desk.sqlite3'}"
    schema.migrate(database)
    engine = open_engine(database)
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    engine.dispose()
    assert cli.main(["serve", "--port", "0", "--database", database]) == 2
    told = capsys.readouterr().err
    assert "version" in told
    assert "Traceback" not in told


def private_key(desk: Rehearsal, contract_id: str, *, token: str | None = None) -> tuple[int, dict[str, t.Any]]:
    return desk.api("GET", f"/applications/{contract_id}/private-key", token=token)


def test_the_key_that_the_service_made(desk: Rehearsal) -> None:
    contract_id = desk.place()["contract_id"]
    assert complaints(private_key(desk, contract_id)[1]) == {("contract_id", "private_key")}
    desk.register(contract_id)
    assert private_key(desk, contract_id)[0] == 409, "not before issue"
    desk.control("POST", "/ca/work")
    status, answer = private_key(desk, contract_id, token=desk.register_token)
    assert status == 200
    pem = answer["result"]["private_key"]
    key = serialization.load_pem_private_key(pem.encode(), password=None)
    issued = desk.api("GET", f"/applications/{contract_id}/certificate")[1]["result"]
    assert x509.load_pem_x509_certificate(issued["certificate"].encode()).public_key() == key.public_key()
    assert answer["result"]["public_key_fingerprint"] == issued["public_key_fingerprint"]
    assert private_key(desk, contract_id, token=NEIGHBOUR_TOKEN)[0] == 404
    assert pem.splitlines()[5].encode() not in kept(desk.database)
    audit = [
        (entry["act"], entry["master_id"], entry["contract_id"]) for entry in desk.control("GET", "/audit")["results"]
    ]
    assert audit == [
        ("purchase", "RHS0000001", contract_id),
        ("private_key", "RHS0000002", contract_id),
        ("certificate", "RHS0000001", contract_id),
    ]


def test_keys_that_the_service_does_not_hold(desk: Rehearsal, rsa_2048: rsa.RSAPrivateKey) -> None:
    brought = desk.place()["contract_id"]
    desk.register(brought, csr_origin="customer", csr=csr_of(rsa_2048, **TOKYO), subject=None)
    linked = desk.place(**linked_order(client_reference="default/linked/1"))["contract_id"]
    desk.register(linked, **LINKED)
    desk.control("POST", "/ca/work")
    for contract_id in (brought, linked):
        assert private_key(desk, contract_id)[0] == 409
    assert private_key(desk, "rsc99999999")[0] == 404


def test_a_sealed_key_needs_its_key_file(database: str, tmp_path: pathlib.Path) -> None:
    def status(vault: Vault) -> int:
        with served(settings_for(database, vault=vault)) as again:
            return private_key(again, contract_id)[0]

    with served(settings_for(database, vault=open_vault(tmp_path / "desk.key"))) as desk:
        contract_id = desk.place()["contract_id"]
        desk.register(contract_id)
        desk.control("POST", "/ca/work")
    assert status(make_vault()) == 409
    assert status(open_vault(tmp_path / "desk.key")) == 200


def test_a_vault_opens_only_what_it_sealed_for_that_label() -> None:
    vault = make_vault()
    sealed = vault.seal(b"secret", label="rsc00000001")
    assert b"secret" not in sealed
    assert vault.open(sealed, label="rsc00000001") == b"secret"
    for other, label in ((vault, "rsc00000002"), (make_vault(), "rsc00000001")):
        with pytest.raises(CannotOpen):
            other.open(sealed, label=label)


def test_a_key_file_is_made_for_its_owner_alone(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "desk.key"
    sealed = open_vault(path).seal(b"secret", label="x")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert open_vault(path).open(sealed, label="x") == b"secret"
    assert "secret" not in repr(settings_for("sqlite:///x", vault=open_vault(path)))


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o620])
def test_a_key_file_that_others_can_use_is_refused(
    tmp_path: pathlib.Path, capsys: pytest.CaptureFixture[str], mode: int
) -> None:
    path = tmp_path / "desk.key"
    open_vault(path)
    path.chmod(mode)
    assert cli.main(["serve", "--port", "0", "--key-file", str(path)]) == 2
    told = capsys.readouterr()
    assert "chmod 600" in told.err
    assert path.read_text(encoding="ascii").strip() not in told.err + told.out


def test_a_key_file_that_is_none(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "desk.key"
    path.touch(mode=0o600)
    path.write_text("not a key", encoding="ascii")
    for bad in (path, tmp_path, tmp_path / "missing" / "desk.key"):
        with pytest.raises(BadKeyFile):
            open_vault(bad)


def test_several_workers_need_postgresql(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["serve", "--port", "0", "--workers", "2"]) == 2
    assert "SQLite serves one worker" in capsys.readouterr().err


def test_text_that_no_row_can_hold_finds_nothing(desk: Rehearsal) -> None:
    assert desk.api("GET", "/applications?client_reference=a%00b")[1]["total"] == 0
    assert desk.api("GET", "/linked-contracts?service=%00")[1]["total"] == 0
