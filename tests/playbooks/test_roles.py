# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The roles as users run them: one certificate end to end in every layout, and the report on what is installed."""

from __future__ import annotations

import datetime as dt
import json
import pathlib
import stat
import subprocess
import typing as t

import pytest
from ansible_collections.iij.server_certificate.tests.contract import sample_orders as sample
from ansible_collections.iij.server_certificate.tests.docs.markdown_blocks import page_of
from ansible_collections.iij.server_certificate.tests.playbooks.trial_site import ROOT

if t.TYPE_CHECKING:
    from ansible_collections.iij.server_certificate.tests.playbooks.trial_site import Run, Site

LAYOUTS: t.Final = {
    "nginx": ["fullchain.pem"],
    "apache": ["chain.pem", "pem"],
    "haproxy": ["pem"],
    "pem": ["chain.pem", "fullchain.pem", "pem"],
    "pkcs12": ["p12"],
}
PLAYBOOK: t.Final = """\
- hosts: web1
  gather_facts: false
  tasks:
    - name: One certificate of each layout
      ansible.builtin.include_role:
        name: iij.server_certificate.certificate
      vars:
        certificate_name: "{{ item }}"
        certificate_layout: "{{ item }}"
        certificate_directory: "{{ folder }}/certs"
        certificate_key_directory: "{{ folder }}/private"
        certificate_reload: "touch {{ folder }}/reloaded-{{ item }}"
        certificate_pkcs12_passphrase: "{{ 'sesame opens' if item == 'pkcs12' else '' }}"
        certificate_order: "{{ ordered | combine({'common_name': item ~ '.example.jp'}) }}"
      loop: "{{ layouts }}"
"""
REPORT: t.Final = """\
- hosts: all
  gather_facts: false
  roles:
    - iij.server_certificate.expiry_report
"""


def run_role(site: Site, *arguments: str, playbook: str = PLAYBOOK, fails: bool = False) -> Run:
    ordered = {
        "product": "sureserver_cloud", "term": "6 months", "customer_code": "SG00000001", "terms_agreed": True,
        "subject": sample.SUBJECT, "applicant": sample.APPLICANT,
    }  # fmt: skip
    variables = {"folder": str(site.at("web1")), "layouts": list(LAYOUTS), "ordered": ordered}
    given = ("-e", json.dumps(variables), *arguments)
    return site.run(str(site.write("role.yml", playbook)), *given, fails=fails, IIJ_CERT_TOKEN=site.desk.register_token)


def test_one_certificate_end_to_end_in_every_layout(site: Site) -> None:
    run_role(site)
    assert site.desk.purchases() == [f"default/{layout}/1" for layout in sorted(LAYOUTS)]
    assert not list((site.at("web1") / "certs").iterdir()), "nothing is issued yet"
    site.desk.ca_work()
    run_role(site, "--check")
    assert not list((site.at("web1") / "certs").iterdir())
    run_role(site)
    found = sorted(path.name for path in (site.at("web1") / "certs").glob("[!.]*"))
    assert found == sorted(f"{layout}.{ending}" for layout, endings in LAYOUTS.items() for ending in endings)
    assert all(site.at("web1", f"reloaded-{layout}").exists() for layout in LAYOUTS)
    again = run_role(site)
    assert again.changed() == set()
    assert len(site.desk.purchases()) == len(LAYOUTS)
    bundle = site.at("web1", "certs/pkcs12.p12")
    command = ["openssl", "pkcs12", "-in", str(bundle), "-passin", "pass:sesame opens", "-nokeys"]
    assert "CN = pkcs12.example.jp" in subprocess.run(command, check=True, capture_output=True, text=True).stdout
    assert "sesame" not in again.output


def test_folders_that_are_there_keep_their_modes(site: Site) -> None:
    folders = {"private": 0o700, "certs": 0o2750}
    for name, mode in folders.items():
        (site.at("web1") / name).mkdir()
        (site.at("web1") / name).chmod(mode)
    run_role(site, "--check")
    run_role(site)
    assert {name: stat.S_IMODE((site.at("web1") / name).stat().st_mode) for name in folders} == folders


def test_folders_that_the_role_makes_are_closed_enough(site: Site) -> None:
    run_role(site)
    modes = {name: stat.S_IMODE((site.at("web1") / name).stat().st_mode) for name in ("certs", "private")}
    assert modes == {"certs": 0o755, "private": 0o711}


def test_a_host_that_can_make_no_key_costs_no_contract(site: Site) -> None:
    folder = site.at("web1") / "private"
    folder.mkdir()
    folder.chmod(0o777)
    failed = run_role(site, fails=True)
    assert str(folder) in failed.output
    assert site.desk.purchases() == []


def test_what_would_leave_the_key_without_its_passphrase_is_refused(site: Site) -> None:
    """A number that YAML has read, the name itself, which Ansible would hide, and an order under another name."""
    passphrase = '        certificate_key_passphrase: "{{ given }}"\n        certificate_order:'
    playbook = PLAYBOOK.replace("        certificate_order:", passphrase)
    only = {"layouts": ["pem"]}
    for given, says in (
        (123456, "the passphrase of pem is not text"),
        ("pem", "the passphrase of pem is in the name pem"),
    ):
        failed = run_role(site, "-e", json.dumps({**only, "given": given}), playbook=playbook, fails=True)
        assert says in failed.output
    renamed = playbook.replace("item ~ '.example.jp'}", "item ~ '.example.jp', 'name': 'shop'}")
    failed = run_role(site, "-e", json.dumps({**only, "given": "sesame opens"}), playbook=renamed, fails=True)
    assert "certificate_order: name is none of its fields" in failed.output
    assert site.desk.purchases() == [] and not list((site.at("web1") / "private").glob("*.key"))
    run_role(site, "-e", json.dumps({**only, "given": "sesame opens"}), playbook=playbook)
    assert "ENCRYPTED" in site.at("web1", "private/pem.key").read_text().splitlines()[0]


@pytest.mark.parametrize("given", ["", None])
def test_no_passphrase_is_none_and_fields_of_the_role_may_be_repeated(site: Site, given: str | None) -> None:
    playbook = PLAYBOOK.replace(
        "        certificate_order:", '        certificate_key_passphrase: "{{ given }}"\n        certificate_order:'
    )
    repeated = "item ~ '.example.jp', 'name': item, 'host': 'web1', 'key': {'path': folder ~ '/private/pem.key'}}"
    playbook = playbook.replace("item ~ '.example.jp'}", repeated).replace("if item == 'pkcs12' else ''", "and given")
    run_role(site, "-e", json.dumps({"layouts": ["pem"], "given": given}), playbook=playbook)
    assert site.desk.purchases() == ["default/pem/1"]
    assert "ENCRYPTED" not in site.at("web1", "private/pem.key").read_text()


def test_a_host_that_is_stopped_by_another_one_says_so(site: Site) -> None:
    folder = site.at("web1") / "private"
    folder.mkdir()
    folder.chmod(0o777)
    site.at("web2").mkdir(exist_ok=True)
    each = PLAYBOOK.replace("hosts: web1\n", "hosts: web1,web2\n  any_errors_fatal: true\n")
    each = each.replace(
        '"{{ item }}"\n        certificate_layout', '"{{ inventory_hostname }}"\n        certificate_layout'
    )
    run = run_role(
        site, playbook=each.replace("{{ folder }}", "{{ folder | dirname }}/{{ inventory_hostname }}"), fails=True
    )
    assert f'fatal: [web1]: FAILED! => {{"changed": false, "msg": "web1: {folder}/web1.key is not touched' in run.output
    assert 'fatal: [web2]: FAILED! => {"changed": false, "msg": "Stopped here, for another host' in run.output
    assert site.desk.purchases() == []


def test_a_check_may_start_at_a_later_task(site: Site) -> None:
    play = PLAYBOOK.replace("  tasks:\n", "  roles:\n").replace(
        "    - name: One certificate of each layout\n      ansible.builtin.include_role:\n        name: ",
        "    - role: ",
    )
    later = ("--check", "--start-at-task", "Register the CSR", "-e", "item=pem")
    run = run_role(site, *later, playbook=play[: play.index("      loop:")], fails=True)
    assert "does not exist; create it, or correct the path" in run.output


def test_tasks_with_a_passphrase_are_kept_from_callbacks_and_their_faults_are_told(site: Site) -> None:
    run = run_role(site)
    made = [task for task in run.tasks if task.action in ("csr_register", "certificate_install")]
    assert len(made) == 3 * len(LAYOUTS)
    assert sum("censored" in task.result for task in made) == 3, "those of pkcs12"
    site.desk.ca_work()
    (site.at("web1") / "certs" / "pkcs12.p12").write_text("nonsense")
    failed = run_role(site, fails=True)
    assert "is to hold PKCS#12, but something else is in it" in failed.output
    assert "sesame" not in failed.output


def test_the_report_tells_the_days_left_of_all_hosts(site: Site) -> None:
    www = site.target("www", "web1")
    named = {"common_name": "{{ label }}.example.jp", "install": {**www["install"], "reload": "web"}}
    site.write_orders({**www, **named}, site.target("mail", "web1"), site.target("bank", "web2"))
    elsewhere = {"certificate_template_variables": {"label": "www"}, "certificate_commands": {"web": "/bin/true"}}
    site.run("apply", "-e", json.dumps(elsewhere))
    site.desk.ca_work()
    site.run("collect", "-e", json.dumps(elsewhere))
    site.at("web2", "bank.pem").unlink()
    playbook = site.write("report.yml", REPORT)
    report = {
        **elsewhere,
        "expiry_report_orders": str(site.orders),
        "expiry_report_json_path": str(site.folder / "expiry.json"),
        "expiry_report_table_path": str(site.folder / "expiry.txt"),
    }
    nothing = {"IIJ_CERT_DESK_URL": "", "IIJ_CERT_ORDER_TOKEN": "", "IIJ_CERT_REGISTER_TOKEN": ""}
    site.run(str(playbook), "-e", json.dumps(report), **nothing)
    rows = json.loads((site.folder / "expiry.json").read_text())["certificates"]
    assert [(row["host"], row["name"], row["found"], row["key_matches"]) for row in rows] == [
        ("web2", "bank", False, None),
        ("web1", "mail", True, True),
        ("web1", "www", True, True),
    ]
    now = dt.datetime.now(dt.UTC)
    assert all(row["days_left"] == (dt.datetime.fromisoformat(row["not_after"]) - now).days for row in rows[1:])
    table = (site.folder / "expiry.txt").read_text()
    assert "mail.example.jp" in table
    assert "no file: " in table
    strict = json.dumps({**report, "expiry_report_fail_days": 14})
    failing = site.run(str(playbook), "-e", strict, fails=True, LANGUAGE="ja", **nothing)
    assert str(site.at("web2", "bank.pem")) in failing.output
    assert "ファイルなし: " in (site.folder / "expiry.txt").read_text()


def make_certificate(site: Site, name: str, *, subject: str) -> dict[str, str]:
    """A certificate for years that signs itself, as a file to look at, on the disk that both hosts have."""
    path, key = site.write(f"disk/{name}.pem", ""), site.write(f"disk/{name}.key", "")
    command = [
        "openssl",
        "req",
        "-x509",
        "-nodes",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:P-256",
        "-days",
        "900",
    ]
    names = ["-subj", subject, "-addext", f"subjectAltName=DNS:{name}.example.jp"]
    subprocess.run([*command, *names, "-out", str(path), "-keyout", str(key)], check=True, capture_output=True)
    return {"name": name, "path": str(path), "key_path": str(key)}


def run_report(site: Site, play: str, role: str, files: list[dict[str, str]], *, fails: bool) -> tuple[Run, t.Any]:
    """Run the report on two hosts, with these lines added to its play and its role; returns its JSON, too."""
    path = site.folder / "expiry.json"
    playbook = site.write(
        "report.yml",
        f"- hosts: web1,web2\n  gather_facts: false\n{play}"
        f"  roles:\n    - role: iij.server_certificate.expiry_report\n{role}",
    )
    options = {"expiry_report_files": files, "expiry_report_json_path": str(path), "expiry_report_fail_days": 14}
    run = site.run(str(playbook), "-e", json.dumps(options), fails=fails)
    return run, json.loads(path.read_text())


def test_the_report_of_a_play_in_batches_is_whole_and_fails_in_the_end(site: Site) -> None:
    www, other = (make_certificate(site, name, subject=f"/CN={name}.example.jp") for name in ("www", "other"))
    wrong = {**www, "key_path": other["key_path"]}
    run, report = run_report(site, "  serial: 1\n", "", [wrong], fails=True)
    assert [row["host"] for row in report["certificates"]] == ["web1", "web2"]
    assert report["not_asked"] == []
    assert "web2                     not asked, or no answer" in run.output, "so far"
    for host in ("web1", "web2"):
        assert f"{host}: {www['path']}: its private key is another one" in run.output


def test_the_report_fails_for_a_key_that_is_missing(site: Site) -> None:
    www = make_certificate(site, "www", subject="/CN=www.example.jp")
    pathlib.Path(www["key_path"]).unlink()
    run, _report = run_report(site, "", "", [www], fails=True)
    assert f"web1: There is no private key at {www['key_path']}" in run.output


def test_a_report_on_nothing_is_refused(site: Site) -> None:
    """As of a misspelled variable: no row is wrong in an empty report."""
    slip = "      vars: {expiry_report_order: orders/, expiry_report_fail_days: 14}\n"
    playbook = site.write("report.yml", REPORT.replace("hosts: all", "hosts: web1") + slip)
    playbook.write_text(playbook.read_text().replace("- iij", "- role: iij"))
    run = site.run(str(playbook), fails=True)
    assert "Name expiry_report_orders or expiry_report_files" in run.output
    site.run(str(playbook), "-e", json.dumps({"expiry_report_files": []}))


def test_a_host_that_is_told_nothing_is_in_no_other_hosts_way(site: Site) -> None:
    www = make_certificate(site, "www", subject="/CN=www.example.jp")
    (site.folder / "host_vars").mkdir(exist_ok=True)
    site.write("host_vars/web2.yml", json.dumps({"expiry_report_files": [www]}))
    report = "      vars: {expiry_report_json_path: " + str(site.folder / "expiry.json") + "}\n"
    playbook = site.write("report.yml", REPORT.replace("hosts: all", "hosts: web1,web2") + report)
    playbook.write_text(playbook.read_text().replace("- iij", "- role: iij"))
    site.run(str(playbook))
    rows = json.loads((site.folder / "expiry.json").read_text())["certificates"]
    assert [row["host"] for row in rows] == ["web2"]


@pytest.mark.parametrize("name", ["the\tshop", "the\u200bshop"])
def test_the_report_has_the_rows_of_odd_names(site: Site, name: str) -> None:
    www, other = (make_certificate(site, label, subject=f"/CN={label}.example.jp") for label in ("www", "other"))
    run, report = run_report(site, "", "", [{**www, "key_path": other["key_path"], "name": name}], fails=True)
    assert len(report["certificates"]) == 2
    assert f"web1: {www['path']}: its private key is another one" in run.output


def test_the_report_is_made_where_a_condition_leaves_out_the_first_host(site: Site) -> None:
    files = [make_certificate(site, "www", subject="/O=Example"), {"path": str(site.folder / "absent.pem")}]
    run, report = run_report(site, "", "      when: inventory_hostname == 'web2'\n", files, fails=True)
    assert {row["host"] for row in report["certificates"]} == {"web2"}
    assert report["not_asked"] == []
    assert "fits  www.example.jp" in run.output, "a certificate without a common name"
    assert f"web2: no file: {site.folder}/absent.pem" in run.output


def run_example(site: Site, role: str, *arguments: str, **variables: t.Any) -> Run:
    """Run the play on the page of a role; these variables take the place of those in it."""
    (block,) = page_of(ROOT / "roles" / role / "README.md").blocks
    playbook = site.write(f"{role}.yml", block.text)
    groups = site.write("groups.ini", "[web]\nweb1\n")
    given = json.dumps({"ansible_become": False, **variables})
    return site.run(str(playbook), "-i", str(groups), "-e", given, *arguments)


def test_the_pages_of_the_roles_show_plays_that_work(site: Site) -> None:
    key, full_chain = site.at("web1", "private/www.key"), site.at("web1", "certs/www.fullchain.pem")
    here = {
        "certificate_directory": str(full_chain.parent), "certificate_key_directory": str(key.parent),
        "certificate_reload": f"touch {site.at('web1', 'reloaded')}", "certificate_prove": {},
    }  # fmt: skip
    run_example(site, "certificate", "--check", "--diff", **here)
    assert site.desk.purchases() == [] and not key.parent.exists()
    run_example(site, "certificate", **here)
    site.desk.ca_work()
    run_example(site, "certificate", **here)
    assert full_chain.exists() and site.at("web1", "reloaded").exists()
    site.write_orders(
        {**site.target("www", "web1"), "key": {"path": str(key)}, "install": {"full_chain": str(full_chain)}}
    )
    report = site.write("build/expiry.json", "")
    run_example(site, "expiry_report", "--check")
    assert not report.read_text()
    run_example(site, "expiry_report")
    (row,) = json.loads(report.read_text())["certificates"]
    assert (row["name"], row["found"], row["key_matches"]) == ("www", True, True)
