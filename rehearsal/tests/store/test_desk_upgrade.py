# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A database of the version before contracts lived on: after the migration it shows and does the same."""

from __future__ import annotations

import datetime as dt
import pathlib
import typing as t

from alembic import command
from rehearsal_desk.store import schema
from rehearsal_desk.store.store import open_engine
from rehearsal_desk.store.vault import make_vault
from rehearsed import SUBJECT, Rehearsal, registration, served, settings_for
from sqlalchemy import text

NOW: t.Final = dt.datetime.now(dt.UTC).replace(microsecond=0)
DIGITS: t.Final = "5f" * 32
BASIC: t.Final = {
    "customer_code": "SG00000001",
    "common_name": "www.example.jp",
    "product": "sureserver_cloud",
    "term": "6 months",
    "usage": "other",
    "ordered_at": NOW,
    "register_by": NOW.date() + dt.timedelta(days=30),
}
REGISTERED: t.Final = {
    "registered_at": NOW,
    "csr_origin": "service",
    "public_key_fingerprint": DIGITS,
    "registration": "{}",
    "csr": "a CSR",
}
LONG_AGO: t.Final = NOW - dt.timedelta(days=190)
ISSUED: t.Final = {
    **REGISTERED,
    "contacted_at": NOW,
    "issued_at": NOW,
    "certificate_fingerprint": DIGITS,
    "serial_number": "4" * 40,
    "not_before": NOW,
    "not_after": NOW + dt.timedelta(days=198),
    "certificate": "-----BEGIN CERTIFICATE-----",
    "chain": "-----BEGIN CERTIFICATE-----",
}
ROWS: t.Final[tuple[dict[str, t.Any], ...]] = (
    {"state": "awaiting_registration"},
    {"state": "applied", **REGISTERED},
    {"state": "issued", **ISSUED},
    {"state": "cancelled", **ISSUED},
    {"state": "cancelled"},
    {"state": "rejected", "reason": "Not found.", **REGISTERED},
    {
        "state": "issued",
        **ISSUED,
        "not_after": NOW + dt.timedelta(days=8),
        "issued_at": LONG_AGO,
    },  # silence would have renewed it, and does now
)


def write_rows_of_before(database: str, *, sealed: bytes) -> None:
    if database.startswith("sqlite:"):
        pathlib.Path(database.removeprefix("sqlite:///")).unlink()  # it has the tables of today
    engine = open_engine(database)
    config = schema._config()
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            for statement in ("DROP SCHEMA public CASCADE", "CREATE SCHEMA public"):
                connection.execute(text(statement))
        config.attributes["connection"] = connection
        command.upgrade(config, "0003")
        for number, row in enumerate(ROWS, start=1):
            values = {"id": number, "client_reference": f"default/n{number}/1", **BASIC, **row}
            columns, places = ", ".join(values), ", ".join(f":{name}" for name in values)
            connection.execute(text(f"INSERT INTO applications ({columns}) VALUES ({places})"), values)
            bought = {"id": number, "contract_id": f"rsc{number:08}", "name": "www.example.jp", "at": NOW}
            told = "INSERT INTO purchases VALUES (:id, :id, :contract_id, NULL, :name, :at)"
            connection.execute(text(told), bought)
        connection.execute(text("INSERT INTO private_keys VALUES (3, :sealed)"), {"sealed": sealed})
        connection.execute(text("INSERT INTO approval_links VALUES ('digest', 2)"))
        if engine.dialect.name == "postgresql":
            connection.execute(text("SELECT setval('applications_id_seq', 100)"))
            connection.execute(text("SELECT setval('purchases_id_seq', 100)"))
    engine.dispose()


def test_what_was_there_is_shown_as_before(database: str) -> None:
    vault = make_vault()
    write_rows_of_before(database, sealed=vault.seal(b"-----BEGIN PRIVATE KEY-----", label="rsc00000003"))
    schema.migrate(database)
    with served(settings_for(database, vault=vault)) as desk:
        rows = desk.api("GET", "/applications")[1]["results"]
        states = [row["state"] for row in rows]
        # A certificate outlives the cancellation of its contract [M:3473591].
        assert states == ["awaiting_registration", "applied", "issued", "issued", "cancelled", "rejected", "issued"]
        assert [row["procedure"] and row["procedure"]["state"] for row in rows] == [*states[:2], *[None] * 4, "applied"]
        assert [row["renewal"] and row["renewal"]["decision"] for row in rows] == [
            None, None, "undecided", "cancel", None, None, "renew",
        ]  # fmt: skip
        for row, before in zip(rows, ROWS, strict=True):
            assert row["public_key_fingerprint"] == before.get("public_key_fingerprint")
            assert row["serial_number"] == before.get("serial_number")
            assert row["reason"] == before.get("reason")
        key = desk.api("GET", "/applications/rsc00000003/private-key", token=desk.register_token)[1]
        assert key["result"]["private_key"] == "-----BEGIN PRIVATE KEY-----"
        bought = desk.control("GET", "/purchases")["results"]
        assert [row["kind"] for row in bought] == [*["new"] * len(ROWS), "silence"]
        assert bought[-1]["ordered_at"] == bought[0]["ordered_at"], "at the last moment that the database knows"
        goes_on(desk)


def goes_on(desk: Rehearsal) -> None:
    """What was under way is carried on, and nothing more is bought by it."""
    again = desk.api("POST", "/applications", {**order_of_first(), "client_reference": "default/n1/1"})
    assert (again[0], again[1]["result"]["contract_id"]) == (200, "rsc00000001")
    registered = desk.api("PUT", "/applications/rsc00000001/registration", registration(subject=SUBJECT))
    assert (registered[0], registered[1]["result"]["state"]) == (200, "applied")
    assert desk.control("POST", "/ca/work", {"contract_ids": ["rsc00000001"]})["results"][0]["state"] == "issued"
    assert desk.purchases() == len(ROWS) + 1


def order_of_first() -> dict[str, t.Any]:
    told = ("customer_code", "common_name", "product", "term", "usage")
    return {**{name: BASIC[name] for name in told}, "linked_contract_id": None, "terms_agreed": True}
