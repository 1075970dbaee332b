# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Work that is given to nobody is not done: a host that the inventory lacks is told before money, and fails a run."""

from __future__ import annotations

import dataclasses as dc
import typing as t

import pytest

if t.TYPE_CHECKING:
    from ansible_collections.iij.server_certificate.tests.playbooks.trial_site import Site


@pytest.mark.parametrize("host", ["wbe1", "all", "WEB1", "localhost"])
@pytest.mark.parametrize("playbook", ["plan", "apply"])
def test_no_order_for_a_host_that_is_not_there(site: Site, playbook: str, host: str) -> None:
    site.write_orders({**site.target("www", "web1"), "host": host}, site.target("bank", "web2"))
    run = site.run(playbook, fails=True)
    (complaint,) = run.of("cert_portfolio")["complaints"]
    assert (complaint["rule"], complaint["order"], complaint["field"]) == ("HOST-NOT-IN-INVENTORY", "www", "host")
    assert complaint["line"] > 0
    assert ("Did you mean web1?" in complaint["todo"]) == (host == "wbe1")
    assert site.desk.purchases() == []


@pytest.mark.parametrize("module", ["csr_register", "certificate_install", "certificate_file_info"])
def test_the_controller_works_by_its_name_only_where_the_inventory_has_it(site: Site, module: str) -> None:
    """Ansible takes localhost for the controller whatever the inventory says."""
    site.write_orders(site.target("www", "localhost"))
    task = f"iij.server_certificate.{module}: {{order_files: {site.orders}}}"
    play = site.write("own.yml", f"- hosts: localhost\n  gather_facts: false\n  tasks: [{{{task}}}]\n")
    run = site.run(str(play), fails=True)
    assert [complaint["rule"] for complaint in run.of(module)["complaints"]] == ["HOST-NOT-IN-INVENTORY"]
    assert not list(site.at("localhost").rglob("*.*"))
    listed = dc.replace(site, hosts={**site.hosts, "localhost": site.hosts["web1"]})
    assert listed.run(str(play)).of(module).get("complaints", []) == []


def test_collect_installs_nothing_on_a_controller_that_is_not_listed(site: Site) -> None:
    order = site.here("www")
    site.write_orders(order)
    site.run("apply")
    site.desk.ca_work()
    site.write_orders({**order, "host": "localhost"})
    site.run("collect", fails=True)
    assert not site.at("localhost", "www.pem").exists()
    site.write_orders(order)
    site.run("collect")
    assert site.at("localhost", "www.pem").exists(), "an order without a host is the controller's"


def test_an_inventory_that_was_forgotten(site: Site) -> None:
    site.write_orders(site.target("www", "web1"))
    forgetful = dc.replace(site, hosts={})
    assert forgetful.run("check").of("cert_portfolio")["checked"] == 1, "check judges files alone"
    run = forgetful.run("apply", fails=True)
    assert [complaint["rule"] for complaint in run.of("cert_portfolio")["complaints"]] == ["HOST-NOT-IN-INVENTORY"]
    assert site.desk.purchases() == []


def test_a_certificate_whose_host_is_gone_fails_the_collection(site: Site) -> None:
    site.write_orders(site.target("www", "web1"), site.target("bank", "web2"))
    site.run("apply")
    site.desk.ca_work()
    site.run("collect")
    site.write_orders({**site.target("www", "web1"), "host": "web9"}, site.target("bank", "web2"))
    run = site.run("collect", fails=True)
    assert "www: the inventory has no host web9; correct host, or name the inventory with -i" in run.output
    assert "state: cancelled" not in run.output
    assert "bank: " not in run.output.partition("no host")[2]
