# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""`prove` on the whole way, at a server that a `reload` of the order starts."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import typing as t

import pytest

if t.TYPE_CHECKING:
    import pathlib
    from collections.abc import Iterator

    from ansible_collections.iij.server_certificate.tests.playbooks.trial_site import Site

# A server for the files of the order www, which reads them again each time that this is run.
RELOAD: t.Final = """\
#!/bin/bash
cd "$(dirname "$0")"; accept=$1; shift
[ -f server.pid ] && kill "$(cat server.pid)" 2>/dev/null; sleep 0.2
setsid openssl s_server -accept "$accept" -cert www.pem -key www.key -cert_chain www-chain.pem -quiet "$@" \\
  > server.log 2>&1 < /dev/null &
echo $! > server.pid
"""
ADDRESS: t.Final = "127.0.0.2"  # of a host that is not the controller


@contextlib.contextmanager
def served(site: Site) -> Iterator[pathlib.Path]:
    script = site.at("web1", "reload.sh")
    script.write_text(RELOAD)
    script.chmod(0o755)
    another = ["-keyout", "ec.key", "-out", "ec.pem", "-subj", "/CN=www.example.jp", "-days", "90"]
    elliptic = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", *another]
    subprocess.run(elliptic, cwd=script.parent, check=True, capture_output=True)
    try:
        yield script
    finally:
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            os.kill(int(site.at("web1", "server.pid").read_text()), signal.SIGTERM)


def collected(site: Site, *, accept: str, options: str = "", prove: dict[str, t.Any]) -> dict[str, t.Any]:
    with served(site) as script, socket.create_server((accept, 0)) as free:
        port = free.getsockname()[1]
        free.close()
        order = site.target("www", "web1")
        order["install"] |= {"reload": "serve", "prove": {"port": port, **prove}}
        site.write_orders(order)
        commands = json.dumps({"certificate_commands": {"serve": f"{script} {accept}:{port} {options}"}})
        site.run("apply", "-e", commands)
        site.desk.ca_work()
        run = site.run("collect", "-e", commands, "-e", f"ansible_host={ADDRESS} ansible_connection=local")
    (row,) = run.of("certificate_install", "web1")["installed"]
    return row


@pytest.mark.parametrize("seen_from", ["host", "controller"])
def test_a_server_with_two_certificates_on_one_port(site: Site, seen_from: str) -> None:
    row = collected(
        site,
        accept="127.0.0.1",
        options="-dcert ec.pem -dkey ec.key",
        prove={"seen_from": seen_from, "address": "127.0.0.1", "timeout": 20},
    )
    assert row["actions"][-1] == "prove"


def test_seen_from_the_controller_an_address_that_is_left_out_is_the_hosts(site: Site) -> None:
    row = collected(site, accept=ADDRESS, prove={"seen_from": "controller", "timeout": 20})
    assert row["actions"][-1] == "prove"
