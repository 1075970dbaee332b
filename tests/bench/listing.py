# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the last page of 10,000 applications costs against the first, through the JSON interface.

Prints one JSON line; pages of 1,000, asked for in turns over one kept connection, the fastest of each counts.
"""

from __future__ import annotations

import datetime as dt
import http.client
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time
import typing as t
import urllib.parse

from rehearsal_desk import schema, seeds
from rehearsal_desk.admins import CUSTOMER_CODE
from rehearsal_desk.store import Application, Store

APPLICATIONS: t.Final = 10_000
PAGE: t.Final = 1_000
ROUNDS: t.Final = 15
TARGET: t.Final = 1.5
PATIENCE: t.Final = 30


def main() -> int:
    with tempfile.TemporaryDirectory() as scratch:
        folder = pathlib.Path(scratch)
        database = f"sqlite:///{folder / 'desk.sqlite3'}"
        fill(database)
        first, last = measure(database, folder=folder)
    ratio = round(last / first, 3)
    row = {"name": "list 10,000 applications, last page", "ratio": ratio, "target": TARGET, "ok": ratio <= TARGET}
    print(json.dumps(row))
    return 0 if row["ok"] else 1


def fill(database: str) -> None:
    """So many applications, written at once: ordering them one by one would take minutes."""
    schema.migrate(database)
    store = Store(database)
    seeds.sow(store)
    now = dt.datetime(2026, 11, 22, 5, tzinfo=dt.UTC)
    with store.writing() as session:
        session.add_all(
            Application(
                customer_code=CUSTOMER_CODE,
                client_reference=f"bench/n{number}/1",
                common_name=f"www{number}.example.jp",
                product="sureserver_cloud",
                term="6 months",
                usage="other",
                state="awaiting_registration",
                ordered_at=now,
                register_by=now.date() + dt.timedelta(days=3650),
            )
            for number in range(APPLICATIONS)
        )
    store.close()


def measure(database: str, *, folder: pathlib.Path) -> tuple[float, float]:
    """The fastest first and the fastest last page, in seconds."""
    ready = folder / "ready.json"
    command = [sys.executable, "-m", "rehearsal_desk", "serve", "--port", "0", "--database", database]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    process = subprocess.Popen([*command, "--ready-file", str(ready)], stdout=subprocess.DEVNULL, env=environment)
    try:
        deadline = time.monotonic() + PATIENCE
        while not ready.exists():
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError("the rehearsal desk did not start")
            time.sleep(0.02)
        told = json.loads(ready.read_text(encoding="utf-8"))
        return _interleaved(told["url"], token=told["order_token"])
    finally:
        process.terminate()
        process.wait(PATIENCE)


def _interleaved(url: str, *, token: str) -> tuple[float, float]:
    address = urllib.parse.urlsplit(url)
    connection = http.client.HTTPConnection(str(address.hostname), address.port, timeout=PATIENCE)

    def seconds(offset: int) -> float:
        started = time.perf_counter()
        path = f"/api/v1/applications?offset={offset}&limit={PAGE}"
        connection.request("GET", path, headers={"Authorization": f"Bearer {token}"})
        content = json.loads(connection.getresponse().read())
        passed = time.perf_counter() - started
        if (len(content["results"]), content["total"]) != (PAGE, APPLICATIONS):
            raise RuntimeError(f"a page of {len(content['results'])} of {content['total']} applications")
        return passed

    rounds = [(seconds(0), seconds(APPLICATIONS - PAGE)) for _ in range(ROUNDS)]
    return min(first for first, _last in rounds), min(last for _first, last in rounds)


if __name__ == "__main__":
    sys.exit(main())
