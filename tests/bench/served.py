# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What several benchmarks are held on: order files, and a rehearsal desk with so many applications."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import os
import pathlib
import subprocess
import sys
import time
import typing as t

from rehearsal_desk.rules.admins import CUSTOMER_CODE
from rehearsal_desk.running import seeds
from rehearsal_desk.store import schema
from rehearsal_desk.store.store import Application, Procedure, Store

PATIENCE: t.Final = 60
PORTFOLIO: t.Final = "bench"
ROOT: t.Final = pathlib.Path(__file__).resolve().parents[2]

HEAD = """\
version: 1
defaults:
  customer_code: SG00000001
  term: 6 months
  usage: other
  subject:
    state_or_province_name: Tokyo
    locality_name: Chiyoda-ku
    organization_name: Example Co., Ltd.
  applicant:
    name: Web Operations
    department: Infrastructure
    email: certs@example.jp
    phone: "+81-3-0000-0000"
  terms_agreed: true
orders:
"""
# The order of design.md's example: what people write who leave the common part to defaults.
ORDER = """\
  - name: www{0}
    common_name: www{0}.example.jp
    product: {1}
    csr_origin: target
    host: web{0}
    key: {{type: RSA, size: 2048, path: /etc/pki/tls/private/www{0}.key}}
    install:
      certificate: /etc/pki/tls/certs/www{0}.pem
      chain: /etc/pki/tls/certs/www{0}-chain.pem
{2}"""
KINDS = (
    ("sureserver_cloud", ""),
    ("quick_ssl", "    approval_email: admin@example.jp\n"),
    ("secure_server_id", "    approval_email: admin@example.jp\n    certificate_transparency: true\n"),
)
A_FILE: t.Final = 100  # orders


def write_orders(folder: pathlib.Path, count: int) -> list[pathlib.Path]:
    """Order files of 100 orders each: www0, www1 and so on."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for start in range(0, count, A_FILE):
        names = range(start, min(start + A_FILE, count))
        path = folder / f"orders{start // A_FILE:03}.yml"
        path.write_text(HEAD + "".join(ORDER.format(n, *KINDS[n % len(KINDS)]) for n in names), encoding="utf-8")
        paths.append(path)
    return paths


def write_inventory(folder: pathlib.Path, count: int) -> str:
    """An inventory of the hosts that so many of these orders name."""
    path = folder / "inventory.yml"
    path.write_text(json.dumps({"all": {"hosts": {f"web{number}": {} for number in range(count)}}}), encoding="utf-8")
    return str(path)


def fill(database: str, count: int, *, certificates: int = 1, **standing: t.Any) -> None:
    """An application for each of so many orders, written at once: ordering them one by one would take minutes.

    `certificates`: how many procedures each has behind it, all of this standing.
    """
    schema.migrate(database)
    store = Store(database)
    seeds.sow(store)
    now = dt.datetime.now(dt.UTC)
    with store.writing() as session:
        session.add_all(
            Application(
                customer_code=CUSTOMER_CODE,
                client_reference=f"{PORTFOLIO}/www{number}/1",
                common_name=f"www{number}.example.jp",
                product=KINDS[number % len(KINDS)][0],
                term="6 months",
                usage="other",
                ordered_at=now,
                procedures=[
                    _procedure(f"{PORTFOLIO}/www{number}/1", now, standing, number=each + 1)
                    for each in range(certificates)
                ],
            )
            for number in range(count)
        )
    store.close()


def _procedure(reference: str, now: dt.datetime, standing: dict[str, t.Any], *, number: int) -> Procedure:
    """The first procedure of a contract, or a renewal after it."""
    before = f"{number - 1}" * 64
    return Procedure(
        number=number,
        kind="new" if number == 1 else "renewal",
        replaces=None if number == 1 else before,
        customer_code=CUSTOMER_CODE,
        client_reference=reference if number == 1 else f"{reference}/renewal:{before[:16]}",
        opened_by="order",
        opened_at=now,
        term="6 months",
        register_by=now.date() + dt.timedelta(days=3650),
        **standing,
    )


def issued() -> dict[str, t.Any]:
    """The standing of an application for which nothing is left to do."""
    now = dt.datetime.now(dt.UTC)
    return {
        "state": "issued",
        "csr_origin": "customer",
        "public_key_fingerprint": "0" * 64,
        "certificate_fingerprint": "0" * 64,
        "serial_number": "4" * 40,
        "registered_at": now,
        "contacted_at": now,
        "issued_at": now,
        "downloaded_at": now,
        "not_before": now,
        "not_after": now + dt.timedelta(days=180),
    }


@contextlib.contextmanager
def running_desk(database: str, *, folder: pathlib.Path) -> t.Iterator[dict[str, str]]:
    """What a started desk tells of itself: URL and tokens."""
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
        yield json.loads(ready.read_text(encoding="utf-8"))
    finally:
        process.terminate()
        process.wait(PATIENCE)
        ready.unlink(missing_ok=True)
