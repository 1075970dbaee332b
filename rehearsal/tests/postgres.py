# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A private PostgreSQL for tests: a cluster of its own on a loopback port, gone without a trace afterwards."""

from __future__ import annotations

import contextlib
import dataclasses as dc
import itertools
import os
import pathlib
import shutil
import socket
import subprocess
import tempfile
import typing as t

import psycopg
from psycopg import sql
from rehearsal_desk.store import schema

_SUPERUSER: t.Final = "rehearsal"
_TEMPLATE: t.Final = "desk_template"

# Nothing here has to survive a power cut.
_SETTINGS: t.Final = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "120",
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
}


def programs() -> pathlib.Path | None:
    """Where the newest installed server is; None when there is none."""
    found = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
    if found:
        return found[-1]
    initdb = shutil.which("initdb")
    return pathlib.Path(initdb).parent if initdb else None


@dc.dataclass(frozen=True)
class Cluster:
    """A running server."""

    port: int
    numbers: t.Iterator[int] = dc.field(default_factory=itertools.count)

    def new_database(self) -> str:
        """The URL of a database with the tables of the desk and nothing in them."""
        name = f"desk_{next(self.numbers)}"
        self._make(name, template=_TEMPLATE)
        return self.url(name)

    def empty_database(self) -> str:
        """The URL of a database with nothing at all in it."""
        name = f"empty_{next(self.numbers)}"
        self._make(name, template="template0")
        return self.url(name)

    def prepare(self) -> None:
        """Make the tables that every new database is copied from."""
        self._make(_TEMPLATE, template="template0")
        schema.migrate(self.url(_TEMPLATE))

    def url(self, name: str) -> str:
        return f"postgresql://{_SUPERUSER}@127.0.0.1:{self.port}/{name}"

    def _make(self, name: str, *, template: str) -> None:
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            command = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
            connection.execute(command.format(sql.Identifier(name), sql.Identifier(template)))


@contextlib.contextmanager
def cluster(binaries: pathlib.Path) -> t.Iterator[Cluster]:
    """A server for as long as the block lasts; root runs it as the user postgres, since it refuses root."""
    as_user: dict[str, t.Any] = {"user": "postgres", "group": "postgres"} if os.geteuid() == 0 else {}
    with tempfile.TemporaryDirectory(prefix="desk-postgresql-", ignore_cleanup_errors=True) as scratch:
        if as_user:
            shutil.chown(scratch, **as_user)
        data = f"{scratch}/data"
        initdb: list[str | pathlib.Path] = [
            binaries / "initdb",
            "-D",
            data,
            "-U",
            _SUPERUSER,
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--locale=C",
            "-N",
        ]
        subprocess.run(initdb, check=True, stdout=subprocess.DEVNULL, cwd=scratch, **as_user)
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        options = " ".join(f"-c {name}='{value}'" for name, value in {**_SETTINGS, "port": str(port)}.items())
        control: list[str | pathlib.Path] = [binaries / "pg_ctl", "-D", data, "-s", "-w"]
        start = [*control, "-l", f"{scratch}/log", "-o", options, "start"]
        subprocess.run(start, check=True, cwd=scratch, stdout=subprocess.DEVNULL, **as_user)
        try:
            server = Cluster(port)
            server.prepare()
            yield server
        finally:
            subprocess.run([*control, "-m", "immediate", "stop"], check=True, cwd=scratch, **as_user)
