# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Row "nothing to do, 100 keys and CSRs, against community.crypto": the host leg of csr_register against a loop of
openssl_privatekey and openssl_csr over the same number of keys and CSRs, all of them right already.

community.crypto comes with the PyPI package `ansible`, which uv puts into build/peer-venv at first. Of its
playbook only what goes beyond an empty one counts; of our side the whole process of the module. Prints one JSON row.
"""

from __future__ import annotations

import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time
import typing as t

import host_keys

PEER: t.Final = host_keys.ROOT / "build" / "peer-venv"
PACKAGE: t.Final = "ansible==12.3.0"
KEYS, ROUNDS, TARGET = host_keys.KEYS, 3, 0.02
EMPTY: t.Final = "- hosts: localhost\n  gather_facts: false\n  tasks: []\n"
LOOP: t.Final = """\
- hosts: localhost
  connection: local
  gather_facts: false
  tasks:
    - community.crypto.openssl_privatekey:
        path: "{{ folder }}/www{{ item }}.key"
        size: 2048
      loop: "{{ range(100) | list }}"
    - community.crypto.openssl_csr:
        path: "{{ folder }}/www{{ item }}.csr"
        privatekey_path: "{{ folder }}/www{{ item }}.key"
        common_name: "www{{ item }}.example.jp"
        country_name: JP
        state_or_province_name: Tokyo
        locality_name: Chiyoda-ku
        organization_name: Example Co.
        subject_alt_name: "DNS:www{{ item }}.example.jp"
      loop: "{{ range(100) | list }}"
"""


def main() -> int:
    install_peer()
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        host_keys.module(folder)
        theirs = playbook(LOOP, folder) - min(playbook(EMPTY, folder) for _round in range(ROUNDS))
        ours = min(host_keys.timed(lambda: host_keys.module(folder, changed=False)) for _round in range(ROUNDS))
    ratio = round(ours / theirs, 4)
    name = "nothing to do, 100 keys and CSRs, against community.crypto"
    row = {"name": name, "ratio": ratio, "target": TARGET, "ok": ratio <= TARGET}
    print(f"{ours:.2f} s against {theirs:.2f} s", file=sys.stderr)
    print(json.dumps(row))
    return 0 if row["ok"] else 1


def install_peer() -> None:
    if (PEER / ".ready").exists():
        return
    uv = str(pathlib.Path(sys.executable).with_name("uv"))
    subprocess.run([uv, "venv", "--quiet", "--clear", "--python", sys.executable, str(PEER)], check=True)
    command = [uv, "pip", "install", "--quiet", "--compile-bytecode", "--python", str(PEER / "bin" / "python")]
    subprocess.run([*command, PACKAGE, "cryptography"], check=True)
    (PEER / ".ready").touch()


def playbook(text: str, folder: pathlib.Path) -> float:
    """The seconds that a playbook takes, which must succeed."""
    file = folder / "playbook.yml"
    file.write_text(text, encoding="utf-8")
    command = [str(PEER / "bin" / "ansible-playbook"), str(file), "-e", f"folder={folder}", "-i", "localhost,"]
    environment = {
        **os.environ,
        "ANSIBLE_PYTHON_INTERPRETER": str(PEER / "bin" / "python"),
        "ANSIBLE_HOME": str(folder),
    }
    start = time.monotonic()
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode != 0 or (text == LOOP and "changed=0" not in done.stdout):
        sys.exit(done.stdout[-3000:] + done.stderr)
    return time.monotonic() - start


if __name__ == "__main__":
    sys.exit(main())
