# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""check.yml and import.yml as users run them; vaulted values; the rules of a product."""

from __future__ import annotations

import datetime as dt
import json
import re
import subprocess
import sys
import typing as t

import pytest
import yaml
from ansible_collections.iij.server_certificate.tests.contract.fake_desk import fake_desk, told
from ansible_collections.iij.server_certificate.tests.playbooks.recording_proxy import RecordingProxy
from ansible_collections.iij.server_certificate.tests.playbooks.trial_site import ROOT

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
    assert [complaint["rule"] for complaint in run.of("cert_portfolio")["complaints"]] == [
        "TERM-OUTLASTS",
        "RENEWAL-UNSAID",
    ]
    strict = ("-e", "certificate_strict=true")
    site.run("check", *later, *strict)  # what no order could change refuses nothing
    site.write_orders({**site.here("www"), "term": "1 year"})
    assert "TERM-VALIDITY" in site.run("check", "-e", "certificate_check_date=2026-12-01", *strict, fails=True).output
    assert "2029-13-01" in site.run("check", "-e", "certificate_check_date=2029-13-01", fails=True).output


def test_import_adopts_everything_and_proves_itself(site: Site) -> None:
    for name in ("one", "two", "two"):
        site.desk.api("POST", "/applications", {**BY_HAND, "common_name": f"{name}.example.jp"})
    imported = site.orders / "imported.yml"
    site.orders.mkdir(exist_ok=True)
    run = site.run("import", "-e", f"certificate_import_file={imported}")
    assert f"Applications without an order: 3. {imported} now has an order for each of them" in run.output
    assert "Next: read that file" in run.output and run.output.count("next action  ") == 1
    orders = yaml.safe_load(imported.read_text(encoding="utf-8"))["orders"]
    assert [order["name"] for order in orders] == ["one.example.jp", "two.example.jp", "two.example.jp-2"]
    assert orders[2]["duplicate_of"] == "two.example.jp"
    before = imported.read_bytes()
    run = site.run("import", "-e", f"certificate_import_file={imported}")
    assert (imported.read_bytes(), run.recap()["localhost"]["changed"]) == (before, 0)
    assert "There is nothing to import; no file was written." in run.output
    assert site.run("apply").recap()["localhost"]["changed"] == 0
    assert len(site.desk.purchases()) == 3


def test_an_import_whose_orders_would_renew_at_once_says_so(site: Site) -> None:
    """What defaults of the folder complete may be due: it is no order that changes nothing."""
    now = dt.datetime.now(dt.UTC)
    site.desk.control("PUT", "/clock", {"now": (now - dt.timedelta(days=200)).isoformat()})
    subject = {
        "state_or_province_name": "Tokyo", "locality_name": "Chiyoda-ku", "organization_name": "Example Co., Ltd."
    }  # fmt: skip
    applicant = {"name": "Web", "department": "Web", "email": "certs@example.jp", "phone": "+81-3-0000-0000"}
    bought = site.desk.api("POST", "/applications", {**BY_HAND, "common_name": "one.example.jp"})["result"]
    registration = {"csr_origin": "service", "csr": None, "subject": subject, "applicant": applicant}
    more = {"approval_email": None, "certificate_transparency": None, "terms_agreed": True}
    site.desk.api("PUT", f"/applications/{bought['contract_id']}/registration", {**registration, **more})
    site.desk.ca_work()
    window = site.desk.api("GET", f"/applications/{bought['contract_id']}")["result"]["renewal"]
    last = dt.datetime.fromisoformat(window["order_by"]) - dt.timedelta(hours=6)
    site.desk.control("PUT", "/clock", {"now": last.isoformat()})
    ours = {"csr_origin": "service", "subject": subject, "applicant": applicant, "terms_agreed": True}
    site.write("orders/defaults.yml", yaml.safe_dump({"version": 1, "defaults": ours}))
    run = site.run("import", "-e", f"certificate_import_file={site.orders}/imported.yml", fails=True)
    assert "to renew: 1" in run.output
    assert "The plan is not empty" in run.output


def test_import_takes_the_paths_of_its_own_documentation(site: Site) -> None:
    site.desk.api("POST", "/applications", {**BY_HAND, "common_name": "one.example.jp"})
    header = (ROOT / "playbooks" / "import.yml").read_text(encoding="utf-8")
    (documented,) = re.findall(r"^# +ansible-playbook iij.server_certificate.import (.*)$", header, re.MULTILINE)
    first, second = (site.run("import", *documented.split()) for _time in range(2))
    assert [run.recap()["localhost"]["changed"] for run in (first, second)] == [1, 0]
    orders = yaml.safe_load((site.orders / "imported.yml").read_text(encoding="utf-8"))["orders"]
    assert [order["common_name"] for order in orders] == ["one.example.jp"]


def test_an_import_in_check_mode_writes_nothing(site: Site) -> None:
    site.desk.api("POST", "/applications", {**BY_HAND, "common_name": "one.example.jp"})
    run = site.run("import", "--check", "-e", "certificate_import_file=orders/imported.yml")
    assert (run.recap()["localhost"]["changed"], site.orders.exists()) == (1, False)
    assert "Without --check, orders/imported.yml gets an order for each of them: one.example.jp." in run.output


@pytest.mark.parametrize("field", ["contract_id", "customer_code", "common_name", "linked_contract_id"])
def test_the_words_of_a_desk_are_no_program(site: Site, field: str) -> None:
    site.desk.api("POST", "/applications", {**BY_HAND, "common_name": "one.example.jp"})
    listing = site.desk.api("GET", "/applications")
    mark = site.folder / "mark"
    site.orders.mkdir()
    for row in listing["results"]:
        row[field] = f"{{{{ lookup('pipe', 'touch {mark}') }}}}"
    with fake_desk(lambda _asked: told(listing)) as hostile:
        process, record = site.start(
            "import", "-e", f"certificate_import_file={site.orders}/imported.yml", IIJ_CERT_DESK_URL=hostile.url
        )
        # Whether such an answer is refused or written down is no matter here.
        output, _ = process.communicate(timeout=60)
        assert record.exists() and not mark.exists(), output
    check, _record = site.start("check")
    output, _ = check.communicate(timeout=60)
    assert not mark.exists(), output


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
    assert site.desk.list_applications()["rsc00000001"]["state"] == "applied"
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
