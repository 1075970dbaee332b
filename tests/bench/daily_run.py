# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Row "daily run, 300 orders, 5 due": renew.yml that renews and registers five, against apply.yml that orders five.

Prints a JSON row. Both are whole runs of ansible-playbook in turns, each at a desk of its own, as it was before; the
service makes the keys, so that no host takes part. The fastest of each counts.
"""

from __future__ import annotations

import datetime as dt
import pathlib
import shutil
import sys
import tempfile
import typing as t

from nothing_to_do import environment, of, tell, timed_play
from rehearsal_desk.store.store import Application, Store
from served import fill, issued, running_desk, write_orders

ORDERS, DUE, ROUNDS, TARGET = 300, 5, 4, 1.2
LEFT: t.Final = dt.timedelta(days=27)  # of the certificates that are due
LIFE: t.Final = dt.timedelta(days=199)


def main() -> int:
    with tempfile.TemporaryDirectory() as scratch:
        folder = pathlib.Path(scratch)
        for path in write_orders(folder / "orders", ORDERS):
            text = path.read_text(encoding="utf-8").replace("csr_origin: target", "csr_origin: service")
            on_hosts = ("    host: ", "    key: ", "    install:", "      certificate: ", "      chain: ")
            lines = [line for line in text.split("\n") if not line.startswith(on_hosts)]
            text = "\n".join(lines).replace("orders:\n", "  renewal: {when: window}\norders:\n", 1)
            path.write_text(text, encoding="utf-8")
        due, new = folder / "due.sqlite3", folder / "new.sqlite3"
        fill(f"sqlite:///{due}", ORDERS, **{**issued(), "csr_origin": "service"})
        end_soon(due)
        fill(f"sqlite:///{new}", ORDERS - DUE, **{**issued(), "csr_origin": "service"})
        rounds = [(timed(folder, "renew", due), timed(folder, "apply", new)) for _ in range(ROUNDS)]
    renew, apply = (min(times) for times in zip(*rounds, strict=True))
    tell(f"daily run, {ORDERS} orders, {DUE} due", renew / apply, TARGET, seconds=round(renew, 2))
    return 0


def end_soon(database: pathlib.Path) -> None:
    """Let the certificates of the last orders end soon."""
    store = Store(f"sqlite:///{database}")
    with store.writing() as session:
        for number in range(ORDERS - DUE, ORDERS):
            application = session.get_one(Application, number + 1)
            (procedure,) = application.procedures
            procedure.not_after = dt.datetime.now(dt.UTC) + LEFT
            procedure.issued_at = procedure.not_before = procedure.not_after - LIFE
    store.close()


def timed(folder: pathlib.Path, playbook: str, database: pathlib.Path) -> float:
    """The seconds of this playbook at the desk as it was filled."""
    place = pathlib.Path(tempfile.mkdtemp(dir=folder))
    copied = shutil.copy(database, place / "desk.sqlite3")
    with running_desk(f"sqlite:///{copied}", folder=place) as told:
        variables = {**environment(place, told), "XDG_STATE_HOME": str(place / "state")}
        return timed_play([*of(playbook, folder), "-e", "certificate_spread=false"], folder, variables)


if __name__ == "__main__":
    sys.exit(main())
