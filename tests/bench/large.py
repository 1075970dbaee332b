# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The figures of the page "How large": `large.py [ORDERS [HOSTS]]`, by default 10,000 contracts on 1,000 hosts.

Prints a row for each playbook: seconds of its whole run and the most memory that one of its processes held. The hosts
are names in an inventory, and have said before that they have everything; none of them is visited.
"""

from __future__ import annotations

import pathlib
import re
import subprocess
import sys
import tempfile
import typing as t

from nothing_to_do import TOOL, environment, of, remember_all
from served import PATIENCE, fill, issued, running_desk, write_inventory, write_orders

PLAYBOOKS: t.Final = ("check", "plan", "renew", "status", "forecast")
MEASURED: t.Final = (
    "import resource, subprocess, sys, time; begun = time.monotonic();"
    "subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL);"
    "print(time.monotonic() - begun, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
)


def main(arguments: list[str]) -> int:
    orders, hosts = (*map(int, arguments), *(10_000, 1_000)[len(arguments) :])
    with tempfile.TemporaryDirectory() as scratch:
        folder = pathlib.Path(scratch)
        for path in write_orders(folder / "orders", orders):
            text = path.read_text(encoding="utf-8").replace("orders:\n", "  renewal: {when: window}\norders:\n", 1)
            on_host = re.sub(r"host: web(\d+)", lambda found: f"host: web{int(found[1]) % hosts}", text)
            path.write_text(on_host, encoding="utf-8")
        database = f"sqlite:///{folder / 'desk.sqlite3'}"
        fill(database, orders, **issued())
        inventory = write_inventory(folder, hosts)
        with running_desk(database, folder=folder) as desk:
            remember_all(folder, desk)
            for playbook in PLAYBOOKS:
                seconds, peak = run(playbook, folder, desk, inventory)
                print(f"{playbook:10} {seconds:6.1f} s {peak / 1024:6.0f} MB", flush=True)
    return 0


def run(playbook: str, folder: pathlib.Path, desk: dict[str, str], inventory: str) -> tuple[float, int]:
    """The seconds of a whole run, and the most memory of one of its processes in kB."""
    command = [TOOL, *of(playbook, folder), "-i", inventory]
    if playbook in ("status", "plan"):
        command += ["-e", f"certificate_reports_path={folder / 'reports'}"]
    done = subprocess.run(
        [sys.executable, "-c", MEASURED, *command],
        env=environment(folder, desk), cwd=folder, capture_output=True, text=True, check=True,
        timeout=10 * PATIENCE,
    )  # fmt: skip
    seconds, peak = done.stdout.split()
    return float(seconds), int(peak)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
