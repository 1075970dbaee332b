# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Row "100 RSA-2048 keys and CSRs on one host": the host leg of csr_register, against `openssl genrsa` on all cores.

How long a key takes is a matter of luck, so each side makes several hundred of them, in turns, and the ratio is that of
the sums. Prints one JSON row.
"""

from __future__ import annotations

import concurrent.futures
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time
import typing as t

ROOT: t.Final = pathlib.Path(__file__).resolve().parents[2]
KEYS, ROUNDS, TARGET = 100, 3, 0.6


def main() -> int:
    ours = theirs = 0.0
    for _round in range(ROUNDS):
        with tempfile.TemporaryDirectory() as folder:
            theirs += timed(lambda: openssl(pathlib.Path(folder)))
        with tempfile.TemporaryDirectory() as folder:
            ours += timed(lambda: module(pathlib.Path(folder)))
    ratio = round(ours / theirs, 3)
    row = {"name": "100 RSA-2048 keys and CSRs on one host", "ratio": ratio, "target": TARGET, "ok": ratio <= TARGET}
    print(f"{ours:.2f} s against {theirs:.2f} s for {KEYS * ROUNDS} keys", file=sys.stderr)
    print(json.dumps(row))
    return 0 if row["ok"] else 1


def timed(act: t.Callable[[], object]) -> float:
    start = time.monotonic()
    act()
    return time.monotonic() - start


def openssl(folder: pathlib.Path) -> None:
    """As many keys at once as there are cores."""

    def make(number: int) -> None:
        command = ["openssl", "genrsa", "-out", str(folder / f"{number}.key"), "2048"]
        subprocess.run(command, check=True, stderr=subprocess.DEVNULL)

    with concurrent.futures.ThreadPoolExecutor(len(os.sched_getaffinity(0))) as pool:
        list(pool.map(make, range(KEYS)))


def module(folder: pathlib.Path, *, changed: bool = True) -> None:
    """The module as a host runs it: a Python of its own, its options on standard input."""
    orders = [order(folder, number) for number in range(KEYS)]
    options = json.dumps({"ANSIBLE_MODULE_ARGS": {"orders": orders}})
    command = [sys.executable, "-c", RUN, str(ROOT / "collections")]
    done = subprocess.run(command, input=options, check=True, capture_output=True, text=True)
    answer = json.loads(done.stdout)
    if len(answer["csrs"]) != KEYS or answer["changed"] != changed:
        sys.exit(f"the module did not do its work: {answer.get('msg')}")


def order(folder: pathlib.Path, number: int) -> dict[str, t.Any]:
    name = f"www{number}"
    subject = {"state_or_province_name": "Tokyo", "locality_name": "Chiyoda-ku", "organization_name": "Example Co."}
    key = {"type": "RSA", "size": 2048, "path": str(folder / f"{name}.key")}
    return {"name": name, "common_name": f"{name}.example.jp", "subject": subject, "csr_origin": "target", "key": key}


RUN: t.Final = """
import json, sys
sys.path.insert(0, sys.argv.pop())
from ansible.module_utils import testing
from ansible_collections.iij.server_certificate.plugins.modules import csr_register
with testing.patch_module_args(json.load(sys.stdin)["ANSIBLE_MODULE_ARGS"]):
    csr_register.main()
"""

if __name__ == "__main__":
    sys.exit(main())
