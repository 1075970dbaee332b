# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Row "check 10,000 orders in 100 files": reading and judging them, against yaml.CSafeLoader reading the same files.

Prints one JSON row. Both sides run in one process, in turns; the smallest CPU time of each counts, so that a busy
machine changes little.
"""

from __future__ import annotations

import datetime as dt
import json
import pathlib
import sys
import tempfile
import time
import typing as t

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "collections"))

import yaml  # noqa: E402
from ansible_collections.iij.server_certificate.plugins.plugin_utils._orders.files import Reader  # noqa: E402
from ansible_collections.iij.server_certificate.plugins.plugin_utils._orders.portfolio import judge_order_files  # noqa: E402
from served import write_orders  # noqa: E402

ORDERS, ROUNDS = 10_000, 5
TARGET = 1.3
DAY = dt.date(2026, 11, 22)
PLAIN = Reader(render=str, decrypt=str)


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        paths = write_orders(pathlib.Path(folder), ORDERS)
        ours, theirs = [], []
        for _round in range(ROUNDS):
            theirs.append(timed(lambda: [load(path) for path in paths]))
            ours.append(timed(lambda: check(folder)))
    ratio = min(ours) / min(theirs)
    row = {
        "name": "check 10,000 orders in 100 files",
        "ratio": round(ratio, 3),
        "target": TARGET,
        "ok": ratio <= TARGET,
    }
    print(json.dumps({**row, "seconds": round(min(ours), 2), "held_against_seconds": round(min(theirs), 2)}))
    return 0


def load(path: pathlib.Path) -> t.Any:
    return yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)


def check(folder: str) -> None:
    if len(judge_order_files(folder, PLAIN, day=DAY).accept()) != ORDERS:
        sys.exit("the orders are not accepted")


def timed(act: t.Callable[[], object]) -> float:
    start = time.process_time()
    act()
    return time.process_time() - start


if __name__ == "__main__":
    sys.exit(main())
