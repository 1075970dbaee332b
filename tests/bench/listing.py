# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the last page of 10,000 applications costs against the first, through the JSON interface.

Prints one JSON line; pages of 1,000, asked for in turns over one kept connection, the fastest of each counts.
"""

from __future__ import annotations

import http.client
import json
import pathlib
import sys
import tempfile
import time
import typing as t
import urllib.parse

from served import PATIENCE, fill, running_desk

APPLICATIONS: t.Final = 10_000
PAGE: t.Final = 1_000
ROUNDS: t.Final = 15
TARGET: t.Final = 1.5


def main() -> int:
    with tempfile.TemporaryDirectory() as scratch:
        folder = pathlib.Path(scratch)
        database = f"sqlite:///{folder / 'desk.sqlite3'}"
        fill(database, APPLICATIONS, state="awaiting_registration")
        first, last = measure(database, folder=folder)
    ratio = round(last / first, 3)
    row = {"name": "list 10,000 applications, last page", "ratio": ratio, "target": TARGET, "ok": ratio <= TARGET}
    print(json.dumps(row))
    return 0 if row["ok"] else 1


def measure(database: str, *, folder: pathlib.Path) -> tuple[float, float]:
    """The fastest first and the fastest last page, in seconds."""
    with running_desk(database, folder=folder) as told:
        return _interleaved(told["url"], token=told["order_token"])


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
