# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What order files seal is used, and is found in no output and in no file that is not its own."""

from __future__ import annotations

import re
import typing as t

import pytest
import yaml
from ansible.parsing.vault import VaultLib, VaultSecret

if t.TYPE_CHECKING:
    import pathlib

    from ansible_collections.iij.server_certificate.tests.playbooks.trial_site import Run, Site

PASSWORD: t.Final = "open sesame"
CANARY: t.Final = re.compile(r"can(?:ary)?[0-9]{3}x[a-z]+|999-000-\d+", re.IGNORECASE)


def seal(value: t.Any) -> t.Any:
    """The order with every text that holds a canary vaulted."""
    if isinstance(value, dict):
        return {key: seal(below) for key, below in value.items()}
    if isinstance(value, str) and CANARY.search(value):
        vault = VaultLib([("default", VaultSecret(PASSWORD.encode()))])
        return Sealed(vault.encrypt(value.encode()).decode())
    return value


class Sealed(str):
    """A vaulted text."""


class Dumper(yaml.SafeDumper):
    """Writes vaulted texts as Ansible does."""


Dumper.add_representer(Sealed, lambda dumper, text: dumper.represent_scalar("!vault", str(text), style="|"))


def full_order(site: Site) -> dict[str, t.Any]:
    """An order with a canary in every field that takes a free text."""
    on_host = site.at("web1")
    return {
        "name": "www",
        "customer_code": "SG00000001",
        "common_name": "can001xname.example.jp",
        "product": "secure_server_id",
        "term": "6 months",
        "usage": "other",
        "csr_origin": "target",
        "host": "web1",
        "terms_agreed": True,
        "approval_email": "admin@can001xname.example.jp",
        "certificate_transparency": True,
        "subject": {
            "state_or_province_name": "can003xstate",
            "locality_name": "can004xlocality",
            "organization_name": "can005xorganization, Ltd.",
        },
        "applicant": {
            "name": "can006xperson",
            "department": "can007xdepartment",
            "email": "can008xmail@example.jp",
            "phone": "+81-999-000-9",
        },
        "key": {"path": str(on_host / "can010xkey.key"), "csr_path": str(on_host / "can011xcsr.csr")},
        "install": {
            "certificate": str(on_host / "can012xcertificate.pem"),
            "chain": str(on_host / "can013xchain.pem"),
            "full_chain": str(on_host / "can014xfull.pem"),
            "combined": str(on_host / "can015xcombined.pem"),
        },
    }


@pytest.fixture
def sealed(site: Site) -> tuple[str, ...]:
    write(site, full_order(site))
    return "-vvv", "--diff", "--vault-password-file", str(site.write("password", f"{PASSWORD}\n"))


def write(site: Site, order: dict[str, t.Any]) -> None:
    site.write("orders/web.yml", yaml.dump({"version": 1, "orders": [seal(order)]}, Dumper=Dumper, sort_keys=False))


def shown(run: Run) -> list[str]:
    """The canaries of everything that a run said and returned."""
    return sorted({hit[0] for text in (run.output, repr(run.tasks)) for hit in CANARY.finditer(text)})


def kept(site: Site) -> dict[pathlib.Path, list[str]]:
    """The canaries of every file but those of the desk and of hosts, to whom they belong."""
    own = [site.folder / name for name in ("orders", "desk", "hosts", "local-tmp", "remote-tmp", "password")]
    found: dict[pathlib.Path, list[str]] = {}
    for file in site.folder.rglob("*"):
        if file.is_file() and not any(folder in (file, *file.parents) for folder in own):
            text = file.read_text(encoding="utf-8", errors="replace")
            if hits := sorted({hit[0] for hit in CANARY.finditer(text)}):
                found[file] = hits
    return found


def test_no_run_shows_what_is_sealed(site: Site, sealed: tuple[str, ...]) -> None:
    log = {"ANSIBLE_LOG_PATH": str(site.folder / "ansible.log")}
    reports = ("-e", f"certificate_reports_path={site.folder / 'build'}")
    plan = ("-e", f"certificate_plan_file={site.folder / 'build' / 'plan.json'}")
    runs = {
        "check": site.run("check", *sealed, **log),
        "plan": site.run("plan", *sealed, *reports, **log),
        "apply --check": site.run("apply", "--check", *sealed, *reports, *plan, **log),
        "apply": site.run("apply", *sealed, *reports, *plan, **log),
    }
    assert [row["common_name"] for row in site.desk.list_applications().values()] == ["can001xname.example.jp"]
    site.desk.ca_work()
    runs |= {
        "collect --check": site.run("collect", "--check", *sealed, **log),
        "collect": site.run("collect", *sealed, *plan, **log),
        "collect again": site.run("collect", *sealed, *plan, **log),
        "status": site.run("status", *sealed, *reports, **log),
        "import": site.run("import", *sealed, "-e", f"certificate_import_file={site.orders / 'more.yml'}", **log),
        "ledger": site.run("ledger", *sealed, "-e", f"certificate_export_path={site.folder / 'out.json'}", **log),
    }
    assert {name: hits for name, run in runs.items() if (hits := shown(run))} == {}
    assert kept(site) == {}
    assert site.at("web1", "can015xcombined.pem").is_file(), "what is sealed is used"
    assert runs["collect again"].changed() == set()
    (row,) = runs["collect"].of("certificate_install", "web1")["installed"]
    assert row["chain_path"] == "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER", "hidden by the host already"


def test_a_whole_file_may_be_sealed(site: Site, sealed: tuple[str, ...]) -> None:
    """Every word of it is vaulted then, and those that programs need are still known."""
    file = site.orders / "web.yml"
    content = yaml.dump({"version": 1, "orders": [full_order(site)]}, sort_keys=False)
    vault = VaultLib([("default", VaultSecret(PASSWORD.encode()))])
    file.write_bytes(vault.encrypt(content.encode()))
    reports = ("-e", f"certificate_reports_path={site.folder / 'build'}")
    plan = ("-e", f"certificate_plan_file={site.folder / 'build' / 'plan.json'}")
    runs = [site.run("plan", *sealed, *reports), site.run("apply", *sealed, *reports, *plan)]
    site.desk.ca_work()
    runs += [site.run("collect", *sealed, *plan), site.run("status", *sealed, *reports)]
    assert site.at("web1", "can015xcombined.pem").is_file()
    assert [hit for run in runs for hit in shown(run)] == []
    assert kept(site) == {}
    told = " ".join(runs[0].output.split())
    assert "Next: apply.yml orders, renews, registers and cancels; collect.yml fetches what is issued." in told
    assert "+ www: order セキュア・サーバID, 6 months" in told


WRONG: dict[str, t.Any] = {
    "customer_code": "SGcan101xcode",
    "common_name": "can102xname.example.zzz",
    "product": "can103xproduct",
    "term": "can104xterm",
    "usage": "can105xusage",
    "csr_origin": "can106xorigin",
    "csr_path": "can107xcsr.csr",
    "approval_email": "can108xmail@elsewhere.example.jp",
    "contract_id": "can109xcontract id",
    "duplicate_of": "can110xduplicate",
    "state": "can111xstate",
    "linked_contract": {"service": "can112xservice", "contract_id": "can113x contract"},
    "subject": {"organization_name": "can114xorganization®", "organizational_unit_name": "can115xunit"},
    "applicant": {"name": "can116xperson\u200b", "phone": "can117xphone", "email": "can118xmail", "department": 7},
    "key": {"type": "can119xtype", "path": "can120xkey", "mode": "can121xmode", "owner": "can122xowner "},
    "install": {
        "certificate": "can123xcertificate",
        "mode": "can124xmode",
        "validate": "can125xcommand",
        "reload": {"service": "can126xservice;"},
        "prove": {"address": "can127xaddress ", "server_name": "can128x name", "seen_from": "can129xplace"},
    },
    "can130xfield": "can131xvalue",
}  # fmt: skip


def test_no_mistake_shows_what_is_sealed(site: Site, sealed: tuple[str, ...]) -> None:
    build = site.folder / "build"
    build.mkdir()
    for field, value in WRONG.items():
        order = full_order(site) | {"name": field.replace("_", "-")}
        order[field] = {**order.get(field, {}), **value} if isinstance(value, dict) else value
        site.write(f"orders/{field}.yml", yaml.dump({"version": 1, "orders": [seal(order)]}, Dumper=Dumper))
    for form in ("json", "sarif", "github", "gitlab"):
        path = ("-e", f"certificate_complaints_path={build / form}", "-e", f"certificate_complaints_form={form}")
        run = site.run("check", *sealed, *path, fails=True)
        assert len(run.of("cert_portfolio")["complaints"]) > len(WRONG)
        assert set(shown(run)) <= {"can130xfield"}, "a name of a field is no value"
    run = site.run("plan", *sealed, "-e", f"certificate_reports_path={build}", fails=True)
    assert set(shown(run)) <= {"can130xfield"}
    assert {hit for hits in kept(site).values() for hit in hits} <= {"can130xfield"}
