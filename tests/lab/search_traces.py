# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Search all that a sandbox holds for the hosts' private keys and the desk's tokens; then plant leaks and find them.

Run in the sandbox by the scenario key_stays_home, after everything has been kept that can be kept.
"""

from __future__ import annotations

import base64
import json
import os
import pathlib
import subprocess
import sys
import typing as t

from ansible_collections.iij.server_certificate.tests.playbooks import leak_search

STATE: t.Final = pathlib.Path(os.environ["HOSTLAB_STATE"])
HOSTS: t.Final = sorted(folder.name for folder in (STATE / "hosts").iterdir())
CONTROLLER: t.Final = ("home", "tmp", "traces", "molecule", "desk")
IN_MEMORY: t.Final = ("tmp", "run", "dev/shm")  # folders of a host that are on no disk
TOKENS: t.Final = ("IIJ_CERT_ORDER_TOKEN", "IIJ_CERT_REGISTER_TOKEN")
END_OF_GREETING: t.Final = b"Stop with Ctrl-C."  # until here the desk tells its tokens to whoever has started it

# A search that looks at nothing finds nothing: each of these must be there to be searched.
KEPT_ON_HOST: t.Final = (
    "root/.ansible/tmp/*/AnsiballZ_csr_register.py",
    "root/.ansible/tmp/*/AnsiballZ_certificate_install.py",
)
KEPT_HERE: t.Final = (
    "traces/ansible.log", "traces/results.jsonl", "desk/desk.sqlite3", "desk/desk.log",
    "home/.local/state/iij.server_certificate/*.jsonl", *(f"traces/facts/*{host}" for host in HOSTS),
)  # fmt: skip
WORDS_OF_THE_LOG: t.Final = ("SSH: EXEC", "AnsiballZ_csr_register.py", "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER")


def main() -> int:
    require_traces()
    keys = private_keys()
    secrets = [leak_search.private_key(str(file), content) for file, content in keys.items()]
    secrets += [leak_search.token(name, os.environ[name]) for name in TOKENS]
    search = searched(secrets, but_not=keys)
    found = sorted(search.hits)
    leaks = plant(keys)
    unnoticed = leaks - {pathlib.PurePath(hit.place).name for hit in searched(secrets, but_not=keys).hits}
    print(f"{len(secrets)} secrets, {len(search.places)} places, {len(found)} hits")
    print(f"{len(leaks)} leaks planted, {len(unnoticed)} of them unnoticed")
    print(*found, *sorted(unnoticed), sep="\n")
    return 1 if found or unnoticed else 0


def disk(host: str) -> pathlib.Path:
    return STATE / "hosts" / host / "upper"


def inside(host: str) -> pathlib.Path:
    """The file systems of a host as its own processes see them."""
    nspawn = (STATE / "hosts" / host / "pid").read_text().strip()
    leader = pathlib.Path(f"/proc/{nspawn}/task/{nspawn}/children").read_text().split()[0]
    return pathlib.Path(f"/proc/{leader}/root")


def require_traces() -> None:
    wanted = [(disk(host), pattern) for host in HOSTS for pattern in KEPT_ON_HOST] + [(STATE, one) for one in KEPT_HERE]
    missing = [f"{folder}/{pattern}" for folder, pattern in wanted if not any(folder.glob(pattern))]
    log = (STATE / "traces" / "ansible.log").read_text(encoding="utf-8")
    missing += [f"{word} in the log" for word in WORDS_OF_THE_LOG if word not in log]
    if missing:
        sys.exit(f"not kept, so not searched: {missing}")


def private_keys() -> dict[pathlib.Path, bytes]:
    """Every private key where it belongs; there is one on each host."""
    folders = [disk(host) / "etc/ssl/private" for host in HOSTS]
    files = [file for folder in folders for file in folder.iterdir() if file.is_file() and not file.is_symlink()]
    keys = {file: content for file in files if b"PRIVATE KEY" in (content := file.read_bytes())}
    if len(keys) != len(HOSTS):
        sys.exit(f"{len(HOSTS)} keys are expected, not {sorted(map(str, keys))}")
    return keys


def searched(secrets: list[leak_search.Secret], *, but_not: t.Collection[pathlib.Path]) -> leak_search.Search:
    search = leak_search.Search(*secrets)
    greeting = STATE / "desk" / "desk.log"
    told = {STATE / "desk" / "desk.json", greeting}
    for name in CONTROLLER:
        search.folder(STATE / name, but_not=told)
    search.content("desk.log", greeting.read_bytes().partition(END_OF_GREETING)[2])
    for host in HOSTS:
        journals = disk(host) / "var/log/journal"
        search.folder(disk(host), but_not={*but_not, *journals.rglob("*")})
        command = ["journalctl", "--directory", str(journals), "--output", "export", "--quiet"]
        search.content(f"journal of {host}", subprocess.run(command, capture_output=True, check=True).stdout)
        for folder in IN_MEMORY:
            search.folder(inside(host) / folder)
    return search


def plant(keys: dict[pathlib.Path, bytes]) -> set[str]:
    """Leave secrets in each kind of place; the names of the files that hold them."""
    pem = next(iter(keys.values()))
    order_token, register_token = (os.environ[name].encode() for name in TOKENS)
    root = STATE / "hosts" / HOSTS[-1] / "root"
    leaks = {
        root / "root/.ansible/tmp/planted-payload": b"ZIPDATA = '" + base64.b64encode(b"ab" + pem) + b"'",
        root / "var/tmp/planted-on-another-host": pem,
        root / "var/log/planted-token": b"desk_token=" + order_token,
        inside(HOSTS[0]) / "tmp/planted-in-memory": base64.b64encode(b"abc" + register_token),
        STATE / "traces/facts/planted-fact": json.dumps({"key": pem.decode()}).encode(),
        STATE / "home/planted-at-home": pem.replace(b"\n", b" "),
        STATE / "desk/planted-at-the-desk": pem[-200:],
    }
    for place, content in leaks.items():
        place.write_bytes(content)
    return {place.name for place in leaks}


if __name__ == "__main__":
    sys.exit(main())
