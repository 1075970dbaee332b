# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the last page of 10,000 applications costs against the first, through the JSON interface; and a page of
contracts that have been renewed against one of contracts with their first certificate.

Prints a JSON line a row; pages of 1,000, asked for in turns over kept connections, the fastest of each counts.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import pathlib
import sys
import tempfile
import time
import typing as t
import urllib.parse

from served import PATIENCE, fill, issued, running_desk

APPLICATIONS: t.Final = 10_000
PAGE: t.Final = 1_000
ROUNDS: t.Final = 15
TARGET: t.Final = 1.5


def main() -> int:
    with tempfile.TemporaryDirectory() as scratch:
        folder = pathlib.Path(scratch)
        database = f"sqlite:///{folder / 'desk.sqlite3'}"
        fill(database, APPLICATIONS, state="awaiting_registration")
        tell("list 10,000 applications, last page", *measure(database, folder=folder))
        tell("list 10,000 contracts with two certificates, against one", *measure_renewed(folder))
    return 0


def tell(name: str, base: float, compared: float) -> None:
    ratio = round(compared / base, 3)
    print(json.dumps({"name": name, "ratio": ratio, "target": TARGET, "ok": ratio <= TARGET}), flush=True)


def measure(database: str, *, folder: pathlib.Path) -> tuple[float, float]:
    """The fastest first and the fastest last page, in seconds."""
    with running_desk(database, folder=folder) as told:
        reader = Reader(told)
        rounds = [(reader.time_page(0), reader.time_page(APPLICATIONS - PAGE)) for _ in range(ROUNDS)]
    return min(first for first, _last in rounds), min(last for _first, last in rounds)


def measure_renewed(folder: pathlib.Path) -> tuple[float, float]:
    """The fastest page of contracts with one certificate, and with two, in seconds."""
    with contextlib.ExitStack() as desks:
        readers = []
        for certificates in (1, 2):
            place = folder / str(certificates)
            place.mkdir()
            database = f"sqlite:///{place / 'desk.sqlite3'}"
            fill(database, APPLICATIONS, certificates=certificates, **issued())
            readers.append(Reader(desks.enter_context(running_desk(database, folder=place))))
        rounds = [[reader.time_page(0) for reader in readers] for _ in range(ROUNDS)]
    one, two = (min(times) for times in zip(*rounds, strict=True))
    return one, two


class Reader:
    """Asks one desk for pages over a connection that is kept."""

    def __init__(self, told: dict[str, str]) -> None:
        address = urllib.parse.urlsplit(told["url"])
        self._connection = http.client.HTTPConnection(str(address.hostname), address.port, timeout=PATIENCE)
        self._headers = {"Authorization": f"Bearer {told['order_token']}"}

    def time_page(self, offset: int) -> float:
        """The seconds that a page takes."""
        started = time.perf_counter()
        path = f"/api/v1/applications?offset={offset}&limit={PAGE}"
        self._connection.request("GET", path, headers=self._headers)
        content = json.loads(self._connection.getresponse().read())
        passed = time.perf_counter() - started
        if (len(content["results"]), content["total"]) != (PAGE, APPLICATIONS):
            raise RuntimeError(f"a page of {len(content['results'])} of {content['total']} applications")
        return passed


if __name__ == "__main__":
    sys.exit(main())
