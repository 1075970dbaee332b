# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Sixteen orderers at once, on PostgreSQL with four workers: every reference buys once.

As a script: `python crowd.py [ATTEMPTS]` starts a private PostgreSQL and a desk, and prints figures; the exit code is 1
when a reference has bought twice.
"""

from __future__ import annotations

import collections
import concurrent.futures
import contextlib
import dataclasses as dc
import http.client
import json
import os
import pathlib
import random
import subprocess
import sys
import tempfile
import threading
import time
import typing as t
import urllib.parse

import postgres
import rehearsal_desk
from rehearsed import Rehearsal, order

ORDERERS: t.Final = 16
WORKERS: t.Final = 4
_ATTEMPTS: t.Final = 10_000
_EACH: t.Final = 4  # attempts for one reference
_PATIENCE: t.Final = 30

_SOURCE: t.Final = pathlib.Path(rehearsal_desk.__file__).parent.parent


@dc.dataclass
class Figures:
    """What the crowd was answered, and what the desk has sold."""

    attempts: int = 0
    references: int = 0
    purchases: int = 0
    seconds: float = 0
    statuses: collections.Counter[int] = dc.field(default_factory=collections.Counter)
    wrong: list[str] = dc.field(default_factory=list)

    def __str__(self) -> str:
        statuses = ", ".join(f"{status}: {count}" for status, count in sorted(self.statuses.items()))
        return (
            f"{self.attempts} attempts by {ORDERERS} orderers at {WORKERS} workers on PostgreSQL"
            f" in {self.seconds:.1f} s ({self.attempts / self.seconds:.0f} a second); answers {statuses};"
            f" {self.references} references, {self.purchases} purchases; {len(self.wrong)} wrong"
        )


def crowd(desk: Rehearsal, *, attempts: int) -> Figures:
    """Let the orderers order; each reference is tried several times, once in a while for another order."""
    references = [f"default/crowd{number}/1" for number in range(attempts // _EACH)]
    # Neighbours in this list meet at the desk at the same time.
    tries = [(reference, number) for reference in references for number in range(_EACH)]
    figures = Figures(attempts=len(tries), references=len(references))
    answers: dict[str, list[tuple[int, str | None]]] = {reference: [] for reference in references}
    started = time.monotonic()
    with concurrent.futures.ThreadPoolExecutor(ORDERERS, initializer=_connect, initargs=(desk,)) as pool:
        for reference, status, contract_id in pool.map(_try, tries):
            figures.statuses[status] += 1
            answers[reference].append((status, contract_id))
    figures.seconds = time.monotonic() - started
    sold = collections.Counter(row["client_reference"] for row in desk.control("GET", "/purchases")["results"])
    figures.purchases = sold.total()
    for reference, given in answers.items():
        statuses = collections.Counter(status for status, _contract in given)
        contracts = {contract for _status, contract in given if contract is not None}
        if (sold[reference], statuses[201], len(contracts)) != (1, 1, 1) or set(statuses) - {200, 201, 409}:
            figures.wrong.append(f"{reference}: {sold[reference]} purchases, answers {dict(statuses)}")
    return figures


_OWN: t.Final = threading.local()


def _connect(desk: Rehearsal) -> None:
    address = urllib.parse.urlsplit(desk.url)
    _OWN.connection = http.client.HTTPConnection(str(address.hostname), address.port, timeout=_PATIENCE)
    _OWN.headers = {"Authorization": f"Bearer {desk.order_token}"}


def _try(what: tuple[str, int]) -> tuple[str, int, str | None]:
    reference, number = what
    # The last of four tries wants another name in one case of four.
    other = number == _EACH - 1 and random.Random(reference).random() < 0.25
    body = order(client_reference=reference, common_name="other.example.jp" if other else "www.example.jp")
    _OWN.connection.request("POST", "/api/v1/applications", json.dumps(body), _OWN.headers)
    answer = _OWN.connection.getresponse()
    content = json.loads(answer.read())
    return reference, answer.status, content.get("result", {}).get("contract_id")


@contextlib.contextmanager
def desk_of_workers(database: str, *, folder: pathlib.Path, workers: int = WORKERS) -> t.Iterator[Rehearsal]:
    """A desk of several workers, started as a user would."""
    ready = folder / "ready.json"
    command = [sys.executable, "-m", "rehearsal_desk", "serve", "--port", "0", "--database", database]
    options = ["--workers", str(workers), "--ready-file", str(ready), "--access-log"]
    environment = {**os.environ, "PYTHONPATH": str(_SOURCE)}
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen([*command, *options], stdout=log, stderr=log, env=environment)
    try:
        deadline = time.monotonic() + _PATIENCE
        while not ready.exists():
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError((folder / "log").read_text(encoding="utf-8"))
            time.sleep(0.02)
        told = json.loads(ready.read_text(encoding="utf-8"))
        tokens = {name: told[name] for name in ("order_token", "register_token", "control_token")}
        yield Rehearsal(url=told["url"], database=database, **tokens)
    finally:
        process.terminate()
        process.wait(_PATIENCE)


def main(arguments: list[str]) -> int:
    attempts = int(arguments[0]) if arguments else _ATTEMPTS
    binaries = postgres.programs()
    if binaries is None:
        print("PostgreSQL is not installed.", file=sys.stderr)
        return 2
    with (
        tempfile.TemporaryDirectory() as scratch,
        postgres.cluster(binaries) as cluster,
        desk_of_workers(cluster.new_database(), folder=pathlib.Path(scratch)) as desk,
    ):
        figures = crowd(desk, attempts=attempts)
    for wrong in figures.wrong[:20]:
        print(wrong, file=sys.stderr)
    print(figures)
    return 1 if figures.wrong or figures.purchases != figures.references else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
