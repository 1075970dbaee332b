# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The whole way over the portal's screens: doctor, plan with quotes, apply, the CA's work, collect, and again."""

from __future__ import annotations

import subprocess
import typing as t

import pytest
from ansible_collections.iij.server_certificate.tests.contract import sample_orders as sample
from ansible_collections.iij.server_certificate.tests.contract.portal_desks import CHROMIUM, NEEDS_BROWSER
from ansible_collections.iij.server_certificate.tests.contract.test_portal_faults import renamed
from ansible_collections.iij.server_certificate.tests.playbooks.trial_site import Run, Site, open_site

if t.TYPE_CHECKING:
    from ansible_collections.iij.server_certificate.tests.playbooks.ssh_hosts import SshHost

NAMES = ("api", "cdn", "shop", "www")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, ssh_hosts: dict[str, SshHost]) -> t.Iterator[Site]:
    with open_site(tmp_path_factory.mktemp("portal"), ssh_hosts) as opened:
        opened.write("orders/csr/shop.csr", sample.csr_of(sample.new_key(), "*.shop.example.jp"))
        approval = {"approval_email": "admin@shop.example.jp", "csr_path": "csr/shop.csr"}
        linked = sample.linked_fields(linked_contract={"service": "gio_content_acceleration"})
        opened.write_orders(
            opened.target("www", "web1"),
            opened.here("api", product="企業認証SSL", approval_email="admin@example.jp"),
            opened.here(
                "shop", common_name="*.shop.example.jp", product="quick_ssl_wildcard", csr_origin="supplied", **approval
            ),
            linked,
        )
        yield opened


def run(site: Site, playbook: str, *arguments: str, fails: bool = False, **environment: str) -> Run:
    """A playbook that knows the portal's log-in only."""
    user, password = site.desk.group_admin
    told = site.run(
        playbook,
        *arguments,
        fails=fails,
        IIJ_CERT_DESK="portal",
        IIJ_CERT_DESK_URL=site.desk.portal_url,
        IIJ_CERT_ORDER_TOKEN="",
        IIJ_CERT_REGISTER_TOKEN="",
        IIJ_CERT_PORTAL_USER=user,
        IIJ_CERT_PORTAL_PASSWORD=password,
        IIJ_CERT_REQUEST_INTERVAL="0",
        IIJ_CERT_LISTING_LAG="0",
        **environment,
    )
    assert password not in told.output
    return told


def test_the_whole_way(site: Site) -> None:
    planned = run(site, "plan", "-e", "certificate_quote=true", "-v")
    assert planned.of("cert_portfolio")["counts"]["to_order"] == 4
    assert "Only a quote: the desk would take the new orders and renewals as they are (4)." in planned.output
    assert site.desk.purchases() == []

    applied = run(site, "apply", "--diff", "-vvv")
    assert ("localhost", "cert_portfolio") in applied.changed()
    rows = {row["common_name"].split(".")[-3]: row for row in site.desk.list_applications().values()}
    assert sorted(rows) == list(NAMES)
    assert {row["state"] for row in rows.values()} == {"applied"}
    assert len(site.desk.purchases()) == 4

    site.desk.ca_work()
    site.desk.advance(3)
    collected = run(site, "collect", "--diff")
    assert {host for host, action in collected.changed() if action == "certificate_install"} == {"localhost", "web1"}
    root = site.write("root.pem", site.desk.root())
    for host, name in (("web1", "www"), ("localhost", "api"), ("localhost", "shop")):
        leaf, chain = site.at(host, f"{name}.pem"), site.at(host, f"{name}-chain.pem")
        command = ["openssl", "verify", "-CAfile", root, "-untrusted", chain, leaf]
        assert subprocess.run(command, capture_output=True).returncode == 0

    files = site.snapshot("web1", "localhost")
    for playbook in ("apply", "collect"):
        again = run(site, playbook)
        assert again.changed() == set(), again.output
    assert site.snapshot("web1", "localhost") == files
    assert len(site.desk.purchases()) == 4
    rows = run(site, "status").of("cert_application_info")["orders"]
    assert {row["state"] for row in rows} == {"issued", "installed"}


def test_the_password_stays_in_the_environment(site: Site) -> None:
    """Not in a file of a host, nor in the ledger, in a result, or in a copy of a page."""
    secret = site.desk.group_admin[1].encode()
    places = [path for path in site.folder.rglob("*") if path.is_file() and site.folder / "desk" not in path.parents]
    assert any(path.name.endswith(".ledger.jsonl") for path in places)
    assert [path for path in places if secret in path.read_bytes()] == []


def test_a_quote_tells_what_the_confirm_screen_says_otherwise(site: Site) -> None:
    site.write_orders(site.here("news"), file="news.yml")
    before = site.desk.purchases()
    site.desk.faults(*renamed("news.example.jp", "old.example.jp", "/portal/orders/*"))
    told = run(site, "plan", "-e", "certificate_quote=true", fails=True)
    (complaint,) = told.of("cert_portfolio")["complaints"]
    assert (complaint["rule"], complaint["order"]) == ("QUOTE-REFUSED", "news")
    assert "「コモンネーム」 is old.example.jp on the screen, news.example.jp in the order" in told.output
    site.desk.no_faults()
    assert site.desk.purchases() == before
    (site.orders / "news.yml").unlink()


@NEEDS_BROWSER
def test_the_portal_in_a_browser(site: Site) -> None:
    """In Ansible's own worker processes, which start the browser and take it with them."""
    started = site.folder / "started"
    browser = site.write("chromium", f'#!/bin/sh\necho >{started}\nexec {CHROMIUM} "$@"\n')
    browser.chmod(0o755)
    site.write_orders(site.here("news"), file="news.yml")
    before = site.desk.purchases()
    with_browser = {"IIJ_CERT_PORTAL_ENGINE": "browser", "IIJ_CERT_PORTAL_BROWSER_PATH": str(browser)}
    run(site, "plan", "-e", "certificate_quote=true", **with_browser)
    assert started.exists()
    assert site.desk.purchases() == before
    (site.orders / "news.yml").unlink()


def test_the_doctor_tells_what_was_renamed(site: Site) -> None:
    site.write_orders(site.here("news"), file="news.yml")
    own = site.folder / "screens.yml"
    assert run(site, "doctor").of("portal_doctor")["fits"]
    site.desk.faults(*renamed("利用形態", "ご利用の形態"))
    told = run(site, "doctor", "-e", f"certificate_map_file={own}", fails=True).of("portal_doctor")
    missing = [row for row in told["labels"] if row["verdict"] == "missing"]
    assert [(row["screen"], row["label"], row["map_entry"]) for row in missing] == [
        ("order_form", "利用形態", "words.usage"),
    ]  # fmt: skip
    # The map that it wrote repairs it as it is.
    repaired = site.write("repaired.yml", repaired_play(str(own)))
    assert run(site, str(repaired)).of("portal_doctor")["fits"]
    site.desk.no_faults()
    (site.orders / "news.yml").unlink()


def repaired_play(own: str) -> str:
    return f"""---
- hosts: localhost
  connection: local
  gather_facts: false
  tasks:
    - iij.server_certificate.portal_doctor:
        desk: portal
        order_files: "{{{{ certificate_orders }}}}"
        screen_map: {own}
"""
