# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs the benchmarks beside this file and writes build/bench.json: a list of {name, ratio, target, ok, took, cores}.

Each script prints one JSON row a line; a ratio compares two sides measured in turns within one run. `took` are the
seconds of the row's whole script, `cores` those that it had.
"""

from __future__ import annotations

import json
import os
import pathlib
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
SCRIPTS = (
    "check_orders.py",
    "forecast_orders.py",
    "listing.py",
    "nothing_to_do.py",
    "daily_run.py",
    "place_orders.py",
    "host_keys.py",
    "kept_keys.py",
    "request_counts.py",
    "collect_hosts.py",
)
TARGET = HERE.parents[1] / "build" / "bench.json"


def main() -> int:
    rows = []
    for script in SCRIPTS:
        begun = time.monotonic()
        done = subprocess.run([sys.executable, HERE / script], capture_output=True, text=True, check=False)
        measured = {"took": round(time.monotonic() - begun, 1), "cores": len(os.sched_getaffinity(0))}
        if done.returncode != 0:
            sys.exit(f"{script} failed:\n{done.stderr}")
        for line in done.stdout.splitlines():
            rows.append({**json.loads(line), **measured})
            print(
                "{name}: {ratio} x, at most {target} x: {verdict}".format(verdict=word(rows[-1]["ok"]), **rows[-1]),
                flush=True,
            )
    TARGET.parent.mkdir(exist_ok=True)
    TARGET.write_text(json.dumps(rows, indent=2) + "\n", encoding="utf-8")
    return 0 if all(row["ok"] for row in rows) else 1


def word(ok: bool) -> str:
    return "ok" if ok else "TOO SLOW"


if __name__ == "__main__":
    sys.exit(main())
