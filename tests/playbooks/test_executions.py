# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How often a host is visited: once for each phase, however many orders it has."""

from __future__ import annotations

import sys
import typing as t

if t.TYPE_CHECKING:
    import pathlib

    from ansible_collections.iij.server_certificate.tests.playbooks.trial_site import Run, Site

ORDERS: t.Final = 10


def counting_interpreter(site: Site) -> tuple[pathlib.Path, pathlib.Path]:
    """A Python for the hosts that notes each time it is started, and where it does so."""
    log = site.folder / "executions"
    interpreter = site.write("python", f'#!/bin/sh\necho x >> {log}\nexec {sys.executable} "$@"\n')
    interpreter.chmod(0o755)
    return interpreter, log


def executions(site: Site, playbook: str, *arguments: str) -> tuple[int, Run]:
    interpreter, log = counting_interpreter(site)
    log.write_text("")
    run = site.run(playbook, "-e", f"ansible_python_interpreter={interpreter}", *arguments)
    return len(log.read_text().splitlines()), run


def test_one_execution_for_each_host_and_phase(site: Site) -> None:
    names = [(host, f"{host}-{number}") for host in site.hosts for number in range(ORDERS)]
    site.write_orders(*(site.target(name, host) for host, name in names))
    hosts = len(site.hosts)
    made, run = executions(site, "apply")
    assert made == hosts
    assert all(len(run.of("csr_register", host)["registrations"]) == ORDERS for host in site.hosts)
    assert executions(site, "apply")[0] == 0, "nothing waits for its registration"
    site.desk.ca_work()
    installed, run = executions(site, "collect")
    assert installed == 2 * hosts, "a look at what is there, and the installation of what is not"
    assert all(len(run.of("certificate_install", host)["installed"]) == ORDERS for host in site.hosts)
    assert executions(site, "collect")[0] == hosts
    unseen = ("-e", "certificate_repair=false")
    assert executions(site, "collect", *unseen)[0] == 0, "every host was heard to have all that it is to have"
    site.at("web1", "web1-0.pem").unlink()
    assert executions(site, "collect", *unseen)[0] == 0
    assert executions(site, "collect")[0] == hosts + 1, "what a host has lost is put back"
    assert site.at("web1", "web1-0.pem").exists()
