# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A rehearsal desk of one's own in a process of its own, and the hands of its clock, its CA and its faults."""

from __future__ import annotations

import atexit
import contextlib
import dataclasses as dc
import datetime as dt
import functools
import gc
import json
import multiprocessing
import os
import pathlib
import shutil
import sys
import tempfile
import time
import typing as t

import requests
from ansible_collections.iij.server_certificate.tests import canary
from rehearsal_desk.desk.authority import validity

if t.TYPE_CHECKING:
    from multiprocessing.process import BaseProcess

Json = dict[str, t.Any]

PATIENCE: t.Final = 120  # seconds that the desk may take to start or to answer
TOOLS: t.Final = pathlib.Path(sys.executable).parent
# Desks are forked from a process that has imported all that they need: importing takes them longer than starting. So
# is Ansible, from the libraries that it and this collection use, and from what of itself reads no configuration.
_LIBRARIES: t.Final = (
    "pytest",  # which the modules import that each fork begins in
    "sqlite3",
    "jinja2",
    "yaml",
    "cryptography.x509",
    "packaging.version",
    "requests",
    "voluptuous",
    "icalendar",
    "uvicorn.lifespan.on",
    "uvicorn.loops.asyncio",
    "uvicorn.protocols.http.h11_impl",
    "uvicorn.protocols.websockets.auto",
    "anyio._backends._asyncio",  # which is found by its name, at the first request
    *("cryptography.hazmat.backends.openssl.backend", "cryptography.hazmat.primitives.kdf.pbkdf2"),
    *("jinja2.nativetypes", "jinja2.sandbox", "packaging.specifiers", "distro"),
    *("cmd", "ctypes.util", "curses", "difflib", "multiprocessing.queues", "pty", "tarfile", "xml.etree.ElementTree"),
    # None of these imports ansible.constants, which reads the configuration.
    "ansible.config.manager",
    "ansible.utils.collection_loader",
    "ansible.utils.context_objects",
    "ansible.vars.hostvars",
    "ansible._internal._ssh._ssh_agent",
    "ansible._internal._templating._access",
    "ansible._internal._templating._jinja_patches",
    "ansible._internal._templating._utils",
)
FORKS: t.Final = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(["rehearsal_desk.running.cli", *_LIBRARIES])


@dc.dataclass(frozen=True, kw_only=True)
class DeskControl:
    """A running desk as its ready file describes it; nothing here goes through the collection."""

    url: str
    order_token: str = dc.field(repr=False)
    register_token: str = dc.field(repr=False)
    control_token: str = dc.field(repr=False)
    group_admin: tuple[str, str] = dc.field(repr=False)  # master ID and password
    service_admin: tuple[str, str] = dc.field(repr=False)
    database: pathlib.Path
    log: pathlib.Path
    process: BaseProcess

    @property
    def tokens(self) -> tuple[str, str]:
        """The credentials of the two roles."""
        return self.order_token, self.register_token

    @property
    def portal_url(self) -> str:
        return f"{self.url}/portal/"

    def call(self, method: str, path: str, body: object = None, *, token: str | None = None) -> requests.Response:
        headers = {"Authorization": f"Bearer {token or self.order_token}"}
        with requests.Session() as session:
            session.trust_env = False  # no proxy leads here, and finding none takes a third of a call
            return session.request(method, self.url + path, json=body, headers=headers, timeout=PATIENCE)

    def api(self, method: str, path: str, body: object = None, *, token: str | None = None) -> Json:
        """The answer to a call that succeeds."""
        answer = self.call(method, f"/api/v1{path}", body, token=token)
        assert answer.status_code in (200, 201), answer.text
        return t.cast("Json", answer.json())

    def list_applications(self) -> dict[str, Json]:
        """Every application by its contract ID."""
        return {row["contract_id"]: row for row in self.api("GET", "/applications?limit=1000")["results"]}

    def application(self, client_reference: str) -> Json:
        """The one application of this reference."""
        (row,) = self.api("GET", f"/applications?client_reference={client_reference}")["results"]
        return t.cast("Json", row)

    def purchases(self) -> list[str | None]:
        """The client reference of every purchase ever made, sorted."""
        told = self.control("GET", "/purchases")
        rows = [row["client_reference"] for row in told["results"]]
        assert told["count"] == len(rows)
        return sorted(rows, key=str)

    def ca_work(self, *contract_ids: str) -> None:
        """The CA confirms and issues, for these applications or for all."""
        self.control("POST", "/ca/work", {"contract_ids": contract_ids} if contract_ids else {})

    def ca_reject(self, contract_id: str, *, reason: str) -> None:
        self.control("POST", "/ca/reject", {"contract_id": contract_id, "reason": reason})

    def advance(self, days: int) -> None:
        self.control("PUT", "/clock", {"advance_days": days})

    def set_clock(self, moment: dt.datetime) -> None:
        self.control("PUT", "/clock", {"now": moment.isoformat()})

    def begin_long_ago(self, *, days_left: int) -> None:
        """Set the clock back to when a certificate of six months was issued that has so many whole days left today.

        How long ago that is depends on the months in between, and on how long certificates may live.
        """
        now, day = dt.datetime.now(dt.UTC), dt.timedelta(days=1)
        moments = (now - days * day for days in range(200))
        self.set_clock(next(at for at in moments if (validity("6 months", now=at)[1] - now).days == days_left))

    def enter_window(self) -> None:
        """Set the clock 28 days before the end of the first certificate: its renewal may be ordered."""
        row = next(iter(self.list_applications().values()))
        self.set_clock(dt.datetime.fromisoformat(row["not_after"]) - dt.timedelta(days=28))

    def fault(self, name: str, *, method: str, path: str, count: int = 1) -> None:
        """The next calls of this kind meet this fault, and no other fault is left."""
        self.control("PUT", "/faults", {"faults": [{"name": name, "method": method, "path": path, "count": count}]})

    def faults(self, *faults: Json) -> None:
        """These faults and no others; each strikes every time unless it says a count."""
        told = [{"every": True, **fault} if "count" not in fault else fault for fault in faults]
        self.control("PUT", "/faults", {"faults": told})

    def no_faults(self) -> None:
        self.control("PUT", "/faults", {"faults": []})

    def root(self) -> str:
        """The rehearsal root, PEM."""
        return self.call("GET", "/rehearsal/root", token=self.control_token).text

    def control(self, method: str, path: str, body: object = None) -> Json:
        answer = self.call(method, f"/rehearsal{path}", body, token=self.control_token)
        assert answer.status_code == 200, answer.text
        return t.cast("Json", answer.json())


@contextlib.contextmanager
def running_desk(
    folder: pathlib.Path, *knobs: str, postgresql: str | None = None, variant: str = ""
) -> t.Iterator[DeskControl]:
    """A desk with a database of its own for as long as the block lasts, started by the command that users give.

    With the URL of a PostgreSQL database it has two workers. `variant` is how the portal's screens are served, `knobs`
    are further options.
    """
    ready, log, database = folder / "desk.json", folder / "desk.log", folder / "desk.sqlite3"
    if not postgresql and not database.exists():
        shutil.copyfile(_empty_database(), database)
    kept_in = ["--database", postgresql, "--workers", "2"] if postgresql else ["--database", f"sqlite:///{database}"]
    process = FORKS.Process(
        target=_serve,
        args=(
            [
                "serve",
                "--port",
                "0",
                "--access-log",
                "--variant",
                variant,
                "--ready-file",
                str(ready),
                *kept_in,
                *knobs,
            ],
            str(log),
        ),
    )
    process.start()
    try:
        told = _when_ready(ready, process=process, log=log)
        words = {name: told[name] for name in ("url", "order_token", "register_token", "control_token")}
        admins = {role: (told[role]["master_id"], told[role]["password"]) for role in ("group_admin", "service_admin")}
        yield DeskControl(**words, **admins, database=database, log=log, process=process)
    finally:
        process.terminate()
        process.join(PATIENCE)


@functools.cache
def _empty_database() -> pathlib.Path:
    """A database with the desk's tables, as all migrations make them: half of a start would go to them."""
    folder = tempfile.mkdtemp(prefix="desk-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    database = pathlib.Path(folder) / "desk.sqlite3"
    process = FORKS.Process(target=_migrate, args=(f"sqlite:///{database}",))
    process.start()
    process.join(PATIENCE)
    assert process.exitcode == 0
    return database


def _migrate(database: str) -> None:
    from rehearsal_desk.store import schema

    schema.migrate(database)


def _serve(arguments: list[str], log: str) -> None:
    """The command rehearsal-desk, in a process that has its libraries already; its words go into the log."""
    gc.freeze()  # what was there before the fork is not walked, and so not copied, at each collection
    output = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    for descriptor in (1, 2):
        os.dup2(output, descriptor)
    for name in [name for name in os.environ if name.startswith("REHEARSAL_DESK_")]:
        del os.environ[name]
    from rehearsal_desk.running import cli

    create_app = cli.create_app
    cli.create_app = lambda *given, **named: Watched(create_app(*given, **named), log=f"{log}.canary")  # type: ignore
    sys.exit(cli.main(arguments))


class Watched:
    """A desk that writes down every request with the canary in it, which no request may have."""

    def __init__(self, app: t.Any, *, log: str) -> None:
        self._app = app
        self._log = log
        self._forms = canary.forms()

    async def __call__(self, scope: t.Any, receive: t.Any, send: t.Any) -> None:
        async def watched() -> t.Any:
            message = await receive()
            self._judge(scope, message.get("body", b""))
            return message

        if scope["type"] == "http":
            head = b"\n".join(b": ".join(header) for header in scope["headers"])
            self._judge(scope, b"\n".join([scope["raw_path"], scope["query_string"], head]))
        await self._app(scope, watched, send)

    def _judge(self, scope: t.Any, content: bytes) -> None:
        if any(form in content for form in self._forms):
            with open(self._log, "ab") as log:  # noqa: PTH123
                log.write(b"%s %s\n%s\n" % (scope["method"].encode(), scope["path"].encode(), content))


def _when_ready(ready: pathlib.Path, *, process: BaseProcess, log: pathlib.Path) -> dict[str, t.Any]:
    deadline = time.monotonic() + PATIENCE
    while not ready.exists():
        assert process.is_alive(), f"the desk ended: {log.read_text(encoding='utf-8')}"
        assert time.monotonic() < deadline, f"the desk did not start: {log.read_text(encoding='utf-8')}"
        time.sleep(0.01)
    return t.cast("dict[str, t.Any]", json.loads(ready.read_text(encoding="utf-8")))
