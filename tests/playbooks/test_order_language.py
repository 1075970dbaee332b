# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""check.yml and import.yml as users run them; vaulted values; the rules of a product."""

from __future__ import annotations

import json
import subprocess
import sys
import typing as t

import yaml
from ansible_collections.iij.server_certificate.tests.playbooks.recording_proxy import RecordingProxy

if t.TYPE_CHECKING:
    from ansible_collections.iij.server_certificate.tests.playbooks.trial_site import Site

BY_HAND = {
    "client_reference": None,
    "customer_code": "SG00000001",
    "product": "sureserver_cloud",
    "term": "6 months",
    "usage": "other",
    "linked_contract_id": None,
    "terms_agreed": True,
}


def test_check_asks_nobody_and_writes_for_code_hosts(site: Site) -> None:
    site.write_orders({**site.here("www"), "product": "quick_sll"})
    report = site.folder / "complaints.sarif"
    wanted = ("-e", f"certificate_complaints_path={report}", "-e", "certificate_complaints_form=sarif")
    with RecordingProxy(site.desk.url) as line:
        site.run("check", *wanted, fails=True, IIJ_CERT_DESK_URL=line.url)
        assert line.connections == 0
    (result,) = json.loads(report.read_text(encoding="utf-8"))["runs"][0]["results"]
    assert (result["ruleId"], result["level"]) == ("PRODUCT-UNKNOWN", "error")
    site.write_orders(site.here("www"))
    site.run("check", *wanted)
    assert json.loads(report.read_text(encoding="utf-8"))["runs"][0]["results"] == []


def test_check_judges_for_another_day_and_strictly(site: Site) -> None:
    site.write_orders(site.here("www"))
    later = ("-e", "certificate_check_date=2029-04-01")
    run = site.run("check", *later)
    assert [complaint["rule"] for complaint in run.of("cert_portfolio")["complaints"]] == ["TERM-VALIDITY"]
    site.run("check", *later, "-e", "certificate_strict=true", fails=True)
    assert "2029-13-01" in site.run("check", "-e", "certificate_check_date=2029-13-01", fails=True).output


def test_import_adopts_everything_and_proves_itself(site: Site) -> None:
    for name in ("one", "two", "two"):
        site.desk.api("POST", "/applications", {**BY_HAND, "common_name": f"{name}.example.jp"})
    imported = site.orders / "imported.yml"
    site.orders.mkdir(exist_ok=True)
    site.run("import", "-e", f"certificate_import_file={imported}")
    orders = yaml.safe_load(imported.read_text(encoding="utf-8"))["orders"]
    assert [order["name"] for order in orders] == ["one.example.jp", "two.example.jp", "two.example.jp-2"]
    assert orders[2]["duplicate_of"] == "two.example.jp"
    before = imported.read_bytes()
    run = site.run("import", "-e", f"certificate_import_file={imported}")
    assert (imported.read_bytes(), run.recap()["localhost"]["changed"]) == (before, 0)
    assert site.run("apply").recap()["localhost"]["changed"] == 0
    assert len(site.desk.purchases()) == 3


def test_an_import_overwrites_no_file(site: Site) -> None:
    site.write_orders(site.here("www"))
    site.desk.api("POST", "/applications", {**BY_HAND, "common_name": "other.example.jp"})
    before = (site.orders / "web.yml").read_bytes()
    run = site.run("import", "-e", f"certificate_import_file={site.orders / 'web.yml'}", fails=True)
    assert "is there already" in run.output
    assert (site.orders / "web.yml").read_bytes() == before


def test_vaulted_values_work_and_stay_hidden(site: Site) -> None:
    password = site.write("password", "open sesame\n")
    vault = [sys.executable, "-m", "ansible.cli.vault", "encrypt_string", "--vault-password-file", str(password)]
    closed = subprocess.run([*vault, "+81-3-1234-5678"], check=True, capture_output=True, text=True).stdout
    site.write_orders(site.here("www"))
    file = site.orders / "web.yml"
    content = yaml.safe_load(file.read_text(encoding="utf-8"))
    content["orders"][0]["applicant"] = {**content["orders"][0].get("applicant", {}), "phone": "CLOSED"}
    text = yaml.safe_dump(content, sort_keys=False).replace("CLOSED", closed.replace("\n", "\n          "))
    file.write_text(text, encoding="utf-8")
    assert "Give the vault password" in site.run("check", fails=True).output
    run = site.run("apply", "--diff", "-vvv", "--vault-password-file", str(password))
    assert site.desk.applications()["rsc00000001"]["state"] == "applied"
    assert "1234-5678" not in run.output


def test_product_info_needs_no_desk(site: Site) -> None:
    task = {"iij.server_certificate.product_info": {"product": "クイック認証SSL", "check_date": "2029-04-01"}}
    play = [{"hosts": "localhost", "gather_facts": False, "tasks": [task]}]
    playbook = site.write("product.yml", yaml.safe_dump(play, allow_unicode=True))
    (rules,) = site.run(str(playbook), IIJ_CERT_DESK_URL="").of("product_info")["products"]
    assert (rules["product"], rules["longest_validity_days"]) == ("quick_ssl", 47)
    assert rules["authority_facts"]["ecdsa"]["confidence"] == "unknown"


def test_a_wrong_option_is_told_in_the_language_of_the_task(site: Site) -> None:
    task = {"iij.server_certificate.product_info": {"product": "quick_sll", "lang": "ja"}}
    playbook = site.write(
        "product.yml", yaml.safe_dump([{"hosts": "localhost", "gather_facts": False, "tasks": [task]}])
    )
    assert "quick_ssl のことですか" in site.run(str(playbook), fails=True, IIJ_CERT_DESK_URL="").output
