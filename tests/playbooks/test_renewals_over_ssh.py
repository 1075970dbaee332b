# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The daily run over SSH: the clock of the desk begins so long ago that a whole period ends these days."""

from __future__ import annotations

import dataclasses as dc
import re
import typing as t

if t.TYPE_CHECKING:
    from ansible_collections.iij.server_certificate.tests.playbooks.trial_site import Site

WINDOW: t.Final = {"renewal": {"when": "window"}}


def purchases(site: Site) -> list[str]:
    return [row["kind"] for row in site.desk.control("GET", "/purchases")["results"]]


def test_a_whole_period_by_daily_runs(site: Site) -> None:
    site.desk.begin_long_ago(days_left=25)
    site.write_orders(site.target("www", "web1", **WINDOW))
    site.run("apply")
    site.desk.ca_work()
    site.run("collect")
    first = site.at("web1", "www.pem").read_bytes(), site.at("web1", "www.key").read_bytes()

    # Nothing is due: nothing is told, and no host is visited.
    quiet = site.run("renew")
    assert not quiet.changed() and "rsc00000001" not in quiet.output
    assert [task.host for task in quiet.tasks if task.action == "certificate_install" and task.host == "web1"] == []
    looks = [task for task in quiet.tasks if task.action == "cert_portfolio" and task.outcome != "skipped"]
    assert len(looks) == 1, "one look, and nothing more"

    # A mistake in one order costs the other one nothing, and fails the run in its end.
    site.desk.enter_window()
    site.write_orders(site.target("www", "web1", **WINDOW), {**site.target("bad", "web1"), "product": "sureserver"})
    run = site.run("renew", "-e", "certificate_spread=false", fails=True)
    assert "bad: " in run.tasks[-1].result["msg"] and "www: renewed (rsc00000001)" in run.output
    assert purchases(site) == ["new", "renewal"]
    (row,) = site.desk.list_applications().values()
    assert row["procedure"]["state"] == "applied", "ordered and registered in one run"
    assert (site.at("web1", "www.pem").read_bytes(), site.at("web1", "www.key").read_bytes()) == first

    # Nothing is left to do but at a host that is down: the daily run fails in its end, and names order and host.
    site.write_orders(site.target("www", "web1", **WINDOW))
    site.desk.ca_work()
    down = dc.replace(site, hosts={**site.hosts, "web1": dc.replace(site.hosts["web1"], port=1)})
    told = down.run("renew", fails=True).tasks[-1]
    assert told.action == "fail" and "www: still open, for web1 did not take part." in told.result["msg"]
    run = site.run("renew")
    assert re.search(r"www: installed at \S+www\.pem", run.output)
    assert site.at("web1", "www.pem").read_bytes() != first[0] and site.at("web1", "www.key").read_bytes() != first[1]
    assert purchases(site) == ["new", "renewal"]
    assert not site.run("renew").changed()
