# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Lines that a newcomer stumbled over: whose they are, what was installed where, and what differs."""

from __future__ import annotations

import re
import typing as t

if t.TYPE_CHECKING:
    from ansible_collections.iij.server_certificate.tests.playbooks.trial_site import Site


def test_lines_name_their_host_and_what_was_installed(site: Site) -> None:
    site.write_orders(site.target("www", "web1"), site.target("bank", "web2"))
    run = site.run("apply", "--check", "--diff", LANGUAGE="ja")
    assert "\\u" not in run.output
    run = site.run("apply")
    assert re.findall(r"^\[\d/2\] \w+: registered", run.output, re.MULTILINE) == [
        "[1/2] bank: registered", "[2/2] www: registered",
    ]  # fmt: skip
    (row, *_others) = run.of("cert_portfolio")["orders"]
    assert row["reason"] != "ordered already"
    rows = site.run("status").of("cert_application_info")["orders"]
    assert {row["reason"] for row in rows} == {"registered, and somebody else is at work"}
    site.desk.ca_work()
    run = site.run("collect")
    place = re.escape(str(site.at("web1", "www.pem")))
    assert re.search(rf"^web1: www: installed at {place}, valid until 20\d\d-\d\d-\d\d$", run.output, re.MULTILINE)
    assert "installed at" not in site.run("collect").output


def test_many_keys_on_a_host_are_announced_and_counted(site: Site) -> None:
    site.write_orders(*(site.target(f"shop{number:02}", "web1") for number in range(11)))
    run = site.run("apply")
    lines = [line for line in run.output.splitlines() if line.startswith("web1: ")]
    assert lines == [
        "web1: keys and CSRs of 11 orders: what is missing is made now, on all cores of the host",
        "web1: made for 11 orders: 11 keys, 11 CSRs",
    ]
    assert "web1: keys" not in site.run("apply").output


def test_what_is_ordered_already_says_where_and_what_differs(site: Site) -> None:
    by_hand = {
        "customer_code": "SG00000001", "common_name": "www.example.jp", "product": "secure_server_id",
        "term": "1 year", "usage": "other", "linked_contract_id": None, "terms_agreed": True,
    }  # fmt: skip
    site.desk.api("POST", "/applications", by_hand, token=site.desk.order_token)
    order = site.here("www", product="secure_server_id", approval_email="admin@example.jp")
    site.write_orders({**order, "certificate_transparency": True})
    (found,) = [c for c in site.run("plan", fails=True).of("cert_portfolio")["complaints"] if c["severity"] == "error"]
    assert found["rule"] == "ALREADY-ORDERED"
    assert "(reference -, ordered at the portal)" in found["wrong"]
    assert "It differs from this order: term is '1 year' at the desk, '6 months' in the order." in found["wrong"]


def test_no_line_about_a_host_that_is_not_reached_is_a_command_to_a_ci(site: Site) -> None:
    """What ssh says may be what the host says to it: its banner."""
    site.write_orders(site.target("www", "web1"))
    ssh = site.write("ssh", "#!/bin/sh\nprintf 'a\\n::error::forged\\n  ::add-mask::a\\n' >&2\nexit 255\n")
    ssh.chmod(0o755)
    site.run("apply")
    site.desk.ca_work()
    site.write_orders(site.target("www", "web1"), site.target("new", "web1"))
    for playbook in ("apply", "collect"):
        told = site.run(playbook, fails=True, ANSIBLE_SSH_EXECUTABLE=str(ssh)).of("fail")["msg"]
        assert "forged" in told
        assert not [line for line in told.splitlines() if line.lstrip().startswith("::")]
