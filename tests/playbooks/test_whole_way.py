# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The whole way over SSH: plan, apply, the CA's work, collect, and again; check mode foretells each step."""

from __future__ import annotations

import dataclasses as dc
import json
import pathlib
import re
import subprocess
import typing as t

import pytest
from ansible_collections.iij.server_certificate.tests.contract import sample_orders as sample
from ansible_collections.iij.server_certificate.tests.playbooks.trial_site import Run, Site, open_site

if t.TYPE_CHECKING:
    from ansible_collections.iij.server_certificate.tests.playbooks.ssh_hosts import SshHost

NAMES = ("api", "bank", "blog", "cdn", "shop", "www")
REGISTERING = {("localhost", "csr_register"), ("web1", "csr_register"), ("web2", "csr_register")}
INSTALLING = {("localhost", "certificate_install"), ("web1", "certificate_install"), ("web2", "certificate_install")}


@dc.dataclass(frozen=True, kw_only=True)
class Step:
    """A run, and what hosts and desk showed after it."""

    run: Run
    files: dict[str, tuple[bytes, int]]
    purchases: list[str | None]
    states: dict[str, str]
    ledger: int


Journey = dict[str, Step]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, ssh_hosts: dict[str, SshHost]) -> t.Iterator[Site]:
    with open_site(tmp_path_factory.mktemp("way"), ssh_hosts) as opened:
        write_portfolio(opened)
        yield opened


@pytest.fixture(scope="module")
def journey(site: Site) -> Journey:
    """Every step of the way, by name."""
    steps: Journey = {}

    def take(name: str, playbook: str, *arguments: str) -> None:
        run = site.run(playbook, *arguments)
        steps[name] = Step(
            run=run,
            files=site.snapshot(*site.hosts, "localhost"),
            purchases=site.desk.purchases(),
            states={row["client_reference"]: row["state"] for row in site.desk.list_applications().values()},
            ledger=sum(1 for file in site.folder.glob("state/**/*.ledger.jsonl") for _line in file.open()),
        )

    take("plan", "plan")
    take("apply, checked", "apply", "--check", "--diff")
    take("apply", "apply", "--diff")
    take("status, applied", "status")
    site.desk.ca_work()
    site.desk.advance(3)
    take("collect, checked", "collect", "--check", "--diff")
    take("collect", "collect", "--diff")
    take("apply again", "apply", "--diff")
    take("collect again", "collect", "--diff")
    take("apply again, checked", "apply", "--check")
    take("collect again, checked", "collect", "--check")
    take("status, done", "status")
    return steps


def write_portfolio(site: Site) -> None:
    """One order of every kind: RSA and ECDSA keys made on hosts, a supplied CSR, keys made by IIJ, a linked service."""
    site.write("orders/csr/shop.csr", sample.csr_of(sample.new_key(), "*.shop.example.jp"))
    approval = {"approval_email": "admin@example.jp"}
    site.write_orders(
        site.target("www", "web1"),
        site.target("bank", "web2", product="セキュア・サーバID EV", certificate_transparency=True, **approval),
        site.target("blog", "web2", product="quick_ssl", **approval, key={
            "path": str(site.at("web2", "blog.key")), "type": "ECDSA", "curve": "P-384", "mode": "0640",
        }),
        site.here(
            "shop", common_name="*.shop.example.jp", product="quick_ssl_wildcard", csr_origin="supplied",
            csr_path="csr/shop.csr", approval_email="admin@shop.example.jp",
        ),
        site.here("api", product="企業認証SSL", **approval, install={
            "certificate": str(site.at("localhost", "api.pem")), "full_chain": str(site.at("localhost", "a.pem")),
        }),
    )  # fmt: skip
    linked = sample.linked_fields(linked_contract={"service": "gio_content_acceleration"})
    site.write_orders(
        {name: linked[name] for name in linked if name not in ("customer_code", "term", "subject", "applicant")},
        file="delivery/cdn.yaml",
        term="1 year",
    )


def test_a_plan_looks_and_changes_nothing(journey: Journey) -> None:
    plan = journey["plan"]
    result = plan.run.of("cert_portfolio")
    assert [row["name"] for row in result["orders"]] == list(NAMES)
    assert (result["counts"]["to_order"], result["changed"], plan.run.changed()) == (6, False, set())
    assert {row["linked_contract_id"] for row in result["orders"]} == {None, "rga00000001"}
    assert (plan.files, plan.purchases, plan.ledger) == ({}, [], 0)


@pytest.mark.parametrize("step", ["apply", "collect"])
def test_check_mode_says_what_the_run_does(journey: Journey, step: str) -> None:
    checked, done = journey[f"{step}, checked"].run, journey[step].run
    assert checked.changed() == done.changed()
    # A run that did something looks at the desk once more; a check has nothing to look for.
    figures = ("changed", "failed", "unreachable")
    assert {host: [row[f] for f in figures] for host, row in checked.recap().items()} == {
        host: [row[f] for f in figures] for host, row in done.recap().items()
    }
    assert foretold(checked) == foretold(done)


def foretold(run: Run) -> dict[tuple[str, str], str]:
    """What each task says that check mode has something to say about, by host and task.

    Hosts are asked before they install what they lack, which is one thing in check mode.
    """
    once_more = (
        "Compare the order files with the desk once more",
        "Fetch the certificates that hosts were found to lack",
    )
    done = (task for task in run.tasks if task.outcome != "skipped" and task.task not in once_more)
    names = {"certificate_install": "certificate_install"}
    return {(task.host, names.get(task.action, task.task)): predicted(task.result) for task in done}


def predicted(result: dict[str, t.Any]) -> str:
    """The diff of a result without what only the act itself can tell: new IDs, keys' fingerprints, the certificate."""
    text = json.dumps(result.get("diff", {}), sort_keys=True, indent=1)
    text = re.sub(r'"(\(new\)|rsc\d{8})"', '"ID"', text)
    text = re.sub(r'"public_key_fingerprint": ("[0-9a-f]{64}"|null)', '"public_key_fingerprint": "K"', text)
    return re.sub(r'^\s*"(subject|serial_number|not_after)": .*\n', "", text, flags=re.MULTILINE).replace(",\n", "\n")


def test_check_mode_writes_nothing_anywhere(journey: Journey) -> None:
    before, checked = journey["plan"], journey["apply, checked"]
    assert (checked.files, checked.purchases, checked.states, checked.ledger) == ({}, [], {}, before.ledger)
    applied, collecting = journey["status, applied"], journey["collect, checked"]
    assert (collecting.files, collecting.purchases) == (applied.files, applied.purchases)


def test_apply_orders_and_registers_all(journey: Journey) -> None:
    applied = journey["apply"]
    assert applied.run.changed() == {("localhost", "cert_portfolio"), *REGISTERING}
    assert applied.purchases == [f"default/{name}/1" for name in NAMES]
    assert set(applied.states.values()) == {"applied"}
    assert applied.ledger == 2 * len(NAMES)
    modes = {pathlib.Path(path).name: oct(mode) for path, (_content, mode) in applied.files.items()}
    assert {name: mode for name, mode in modes.items() if name.endswith(".key")} == {
        "www.key": "0o600", "bank.key": "0o600", "blog.key": "0o640",
    }  # fmt: skip


def test_status_tells_what_comes_next_by_whom(journey: Journey) -> None:
    rows = journey["status, applied"].run.of("cert_application_info")["orders"]
    assert [row["name"] for row in rows] == list(NAMES)
    for row in rows:
        assert (row["state"], row["next_action_by"], row["standing"]) == ("applied", "ca", "waiting")
        assert "the CA makes contact" in row["next_action"]
    done = {row["name"]: row for row in journey["status, done"].run.of("cert_application_info")["orders"]}
    assert {name: row["state"] for name, row in done.items()} == {
        **dict.fromkeys(NAMES, "issued"), "cdn": "installed",
    }  # fmt: skip
    assert {name for name, row in done.items() if row["next_action"] != "nothing"} == {"api"}
    assert "download the private key" in done["api"]["next_action"]
    for name in NAMES:
        assert f"{name}.example.jp" in journey["status, done"].run.output


def test_collect_installs_what_openssl_accepts(site: Site, journey: Journey) -> None:
    assert journey["collect"].run.changed() == INSTALLING
    root = site.write("root.pem", site.desk.root())
    pairs = [(site.at("web1", "www.pem"), site.at("web1", "www-chain.pem")),
             (site.at("web2", "bank.pem"), site.at("web2", "bank-chain.pem")),
             (site.at("web2", "blog.pem"), site.at("web2", "blog-chain.pem")),
             (site.at("localhost", "shop.pem"), site.at("localhost", "shop-chain.pem")),
             (site.at("localhost", "api.pem"), site.at("localhost", "a.pem"))]  # fmt: skip
    for leaf, chain in pairs:
        verified = subprocess.run(
            ["openssl", "verify", "-CAfile", root, "-untrusted", chain, leaf], capture_output=True, text=True
        )
        assert verified.returncode == 0, verified.stdout + verified.stderr
    for name, host in (("www", "web1"), ("bank", "web2"), ("blog", "web2")):
        assert public_key(site.at(host, f"{name}.key")) == public_key(site.at(host, f"{name}.pem"))


def public_key(file: pathlib.Path) -> str:
    """The public key of a private key or of a certificate, as openssl writes it."""
    command = ["openssl", "pkey", "-pubout"] if file.suffix == ".key" else ["openssl", "x509", "-pubkey", "-noout"]
    return subprocess.run([*command, "-in", file], capture_output=True, text=True, check=True).stdout


def test_a_second_time_nothing_changes(journey: Journey) -> None:
    collected = journey["collect"]
    for name in ("apply again", "collect again", "apply again, checked", "collect again, checked"):
        again = journey[name]
        assert again.run.changed() == set(), name
        assert sum(row["changed"] for row in again.run.recap().values()) == 0
        assert (again.files, again.purchases, again.ledger) == (
            collected.files, collected.purchases, collected.ledger,
        )  # fmt: skip
        assert not re.search(r"^[+-]{3} ", again.run.output, re.MULTILINE), "an empty diff shows nothing"


def test_a_contract_that_no_order_names_is_told_and_left_alone(site: Site, journey: Journey) -> None:
    assert journey["status, done"].run.of("cert_application_info")["counts"]["unmanaged"] == 0
    (site.orders / "delivery" / "cdn.yaml").unlink()
    run = site.run("apply")
    (unmanaged,) = run.of("cert_portfolio")["unmanaged"]
    assert site.desk.list_applications()[unmanaged]["state"] == "installed"
    assert f"unmanaged: {unmanaged} cdn.example.jp" in run.output
    assert run.changed() == set()
