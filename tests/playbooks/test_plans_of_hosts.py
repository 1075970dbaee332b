# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Promise 3 on hosts: what a host is asked is shown by a plan, and nothing else is done by apply and collect."""

from __future__ import annotations

import json
import typing as t

import pytest

if t.TYPE_CHECKING:
    from ansible_collections.iij.server_certificate.tests.playbooks.trial_site import Run, Site

Arguments = tuple[str, ...]


def commands(site: Site, reload: str) -> Arguments:
    """The task's command `note`, which leaves a trace."""
    return "-e", json.dumps({"certificate_commands": {"note": f"touch {site.at('web1', reload)}"}})


@pytest.fixture
def reviewed(site: Site) -> Arguments:
    """An order whose certificate lies on its host, and a plan of that which was reviewed."""
    write(site)
    site.run("apply", *commands(site, "reloaded"))
    site.desk.ca_work()
    site.run("collect", *commands(site, "reloaded"))
    site.run("plan", *commands(site, "reloaded"), "-e", f"certificate_reports_path={site.folder / 'build'}")
    return "-e", f"certificate_plan_file={site.folder / 'build' / 'plan.json'}"


def write(site: Site, **install: t.Any) -> None:
    order = site.target("www", "web1")
    order["install"] |= {"reload": "note", **install}
    site.write_orders(order)


def moved(run: Run, action: str = "cert_portfolio", host: str = "localhost") -> str:
    (complaint,) = run.of(action, host)["complaints"]
    assert (complaint["rule"], complaint["order"]) == ("PLAN-HOST-MOVED", "www")
    return str(complaint["wrong"])


@pytest.mark.parametrize("playbook", ["apply", "collect"])
def test_nothing_is_done_on_hosts_that_was_not_reviewed(site: Site, reviewed: Arguments, playbook: str) -> None:
    before = site.snapshot("web1")
    assert site.run(playbook, *reviewed, *commands(site, "reloaded")).changed() == set()
    write(site, mode="0640")
    run = site.run(playbook, *reviewed, *commands(site, "reloaded"), fails=True)
    assert "install.mode: 0644 -> 0640" in moved(run)
    write(site)
    run = site.run(playbook, *reviewed, *commands(site, "elsewhere"), fails=True)
    assert "install.reload: note (sha256:" in moved(run)
    assert site.snapshot("web1") == before
    write(site, mode="0640")
    assert site.run("collect", *commands(site, "reloaded")).changed() == {("web1", "certificate_install")}


def test_a_host_is_held_to_the_plan_by_itself_too(site: Site, reviewed: Arguments) -> None:
    write(site, mode="0640")
    task = site.write(
        "install.yml",
        """
- hosts: web1
  gather_facts: false
  tasks:
    - iij.server_certificate.certificate_install:
        order_files: "{{ certificate_orders }}"
        plan_file: "{{ certificate_plan_file }}"
        commands: "{{ certificate_commands }}"
""",
    )
    before = site.snapshot("web1")
    run = site.run(str(task), *reviewed, *commands(site, "reloaded"), fails=True)
    assert "install.mode: 0644 -> 0640" in moved(run, "certificate_install", "web1")
    assert site.snapshot("web1") == before


def test_a_digest_alone_does_not_hold_a_host(site: Site) -> None:
    site.write_orders(site.here("www"))
    for module in ("certificate_install", "csr_register"):
        task = f"iij.server_certificate.{module}: {{order_files: x, plan_digest: y}}"
        text = f"- hosts: localhost\n  gather_facts: false\n  tasks: [{{{task}}}]\n"
        run = site.run(str(site.write("digest.yml", text)), fails=True)
        assert "required by 'plan_digest': plan_file" in run.output


def test_a_plan_shows_what_changes_on_hosts(site: Site, reviewed: Arguments) -> None:
    reports = ("-e", f"certificate_reports_path={site.folder / 'new'}", *commands(site, "reloaded"))
    write(site, mode="0640", backup=True)
    for before in (site.folder / "build" / "plan.json", site.folder / "before"):
        if before.suffix != ".json":
            site.orders.rename(site.folder / "after")
            write(site)
            site.orders.rename(before)
            (site.folder / "after").rename(site.orders)
        run = site.run("plan", *reports, "-e", f"certificate_compare_with={before}")
        page = (site.folder / "new" / "plan.md").read_text(encoding="utf-8")
        for change in ("install.backup: false -> true", "install.mode: 0644 -> 0640"):
            assert f"~ www, on its host: {change}\n" in run.output
            assert f"`www, on its host: {change}`" in page
        assert "Nothing changes at the desk; collect.yml carries out what changes on hosts." in run.output
        (row,) = run.of("cert_portfolio")["orders"]
        assert [change["field"] for change in row["host_changes"]] == ["install.backup", "install.mode"]
    run = site.run("plan", *reports, "-e", f"certificate_compare_with={site.orders}")
    assert "Nothing to do." in run.output and "on its host" not in run.output


def test_a_name_of_a_command_is_that_of_the_host(site: Site) -> None:
    """Without its reload a new certificate lies there and is not served, and nobody would have been told."""
    write(site)
    site.write("host_vars/web1.yml", json.dumps({"certificate_commands": {"note": f"touch {site.at('web1', 'own')}"}}))
    site.run("plan")  # the controller need not have it
    site.write("host_vars/web1.yml", json.dumps({"certificate_commands": {"other": "true"}}))
    site.write("group_vars/all.yml", json.dumps({"certificate_commands": {"note": "true"}}))
    for playbook in ("check", "apply"):
        run = site.run(playbook, fails=True)
        assert "COMMAND-UNKNOWN" in run.output and "other" in run.output
    site.write("host_vars/web1.yml", json.dumps({"certificate_commands": {"note": "{{ nobody_defines_this }}"}}))
    run = site.run("check", fails=True)
    assert "HOST-COMMANDS" in run.output and "'nobody_defines_this' is undefined" in run.output
    assert site.desk.list_applications() == {}


def test_a_host_may_have_its_own_text_of_a_command(site: Site) -> None:
    """The plan is made on the controller, for the commands of the host."""
    site.write("host_vars/web1.yml", json.dumps({"certificate_commands": {"note": f"touch {site.at('web1', 'own')}"}}))
    site.write("group_vars/all.yml", json.dumps({"certificate_commands": {"note": f"touch {site.at('web1', 'all')}"}}))
    write(site)
    build = ("-e", f"certificate_reports_path={site.folder / 'build'}")
    held = ("-e", f"certificate_plan_file={site.folder / 'build' / 'plan.json'}")
    site.run("plan", *build)
    site.run("apply", *held)
    site.desk.ca_work()
    site.run("collect", *held)
    assert site.at("web1", "own").exists() and not site.at("web1", "all").exists()
    site.write("host_vars/web1.yml", json.dumps({"certificate_commands": {"note": f"touch {site.at('web1', 'new')}"}}))
    assert "install.reload: note (sha256:" in moved(site.run("collect", *held, fails=True))
