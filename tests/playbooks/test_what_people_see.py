# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What reviewers and pipes are given: warnings in every form of a plan, and tables where they are looked for."""

from __future__ import annotations

import json
import subprocess
import sys
import typing as t

import pytest
from ansible_collections.iij.server_certificate.tests.playbooks.trial_site import PATIENCE

if t.TYPE_CHECKING:
    from ansible_collections.iij.server_certificate.tests.playbooks.trial_site import Site


def unlogged(site: Site) -> dict[str, t.Any]:
    more = {"approval_email": "admin@example.jp", "certificate_transparency": False}
    return site.here("unlogged", product="secure_server_id", **more)


def reports(site: Site, name: str) -> dict[str, str]:
    folder = site.folder / "build"
    return {suffix: (folder / f"{name}.{suffix}").read_text(encoding="utf-8") for suffix in ("json", "md", "html")}


@pytest.mark.parametrize(("playbook", "name"), [("plan", "plan"), ("apply", "apply"), ("status", "status")])
def test_a_warning_is_in_the_table_and_in_every_report(site: Site, playbook: str, name: str) -> None:
    site.write_orders(unlogged(site))
    run = site.run(playbook, "-e", f"certificate_reports_path={site.folder / 'build'}")
    wrong = "Chrome and Apple distrust a certificate that is not logged."
    found = reports(site, name)
    assert wrong in run.output
    assert all(wrong in text for text in found.values())
    assert [c["rule"] for c in json.loads(found["json"])["complaints"]] == [
        "EMAIL-VALIDATION-ENDS",
        "TRANSPARENCY-OPT-OUT",
    ]
    assert "TRANSPARENCY-OPT-OUT" in found["md"]


def test_a_plan_shows_which_limit_an_apply_would_refuse(site: Site) -> None:
    site.write_orders(site.here("a"), site.here("b"))
    limits = ("-e", "certificate_max_new_orders=1", "-e", "certificate_budget=5")
    run = site.run("plan", *limits)
    result = run.of("cert_portfolio")
    assert {c["rule"] for c in result["complaints"]} == {"MAX-NEW-ORDERS", "BUDGET-UNPRICED"}
    assert "New orders that would be placed: 2; max_new_orders is 1." in result["text"]
    assert result["verdict"] == "changes"


def test_a_quote_is_told_and_is_no_order(site: Site) -> None:
    site.write_orders(site.here("www"), site.here("bank"))
    quoted, folder = ("-e", "certificate_quote=true"), ("-e", f"certificate_reports_path={site.folder / 'build'}")
    for call in (("plan",), ("apply", "--check")):
        assert "would take the new orders and renewals as they are (2)." in site.run(*call, *quoted, *folder).output
    assert "QUOTE-TAKEN" in reports(site, "plan")["md"]
    assert "this run would order. Nothing was ordered" in site.run("apply", *quoted, fails=True).output
    assert site.desk.purchases() == []


@pytest.mark.parametrize("playbook", ["plan", "apply", "status"])
def test_a_table_goes_into_a_pipe_and_not_into_what_programs_read(site: Site, playbook: str) -> None:
    site.write_orders(site.here("www"))

    def piped(**environment: str) -> tuple[str, str]:
        done = subprocess.run(
            [site.command, f"iij.server_certificate.{playbook}", "-i", "localhost,", "-c", "local",
             "-e", f"certificate_orders={site.orders}", "-e", f"ansible_python_interpreter={sys.executable}"],
            env={**site.environment(), **environment}, cwd=site.folder, capture_output=True, text=True,
            timeout=PATIENCE, check=True,
        )  # fmt: skip
        return done.stdout, done.stderr

    out, err = piped()
    assert "next action" in out
    assert "next action" not in err
    here = site.write("callback_plugins/rows_json.py", JSON_CALLBACK)
    out, err = piped(ANSIBLE_STDOUT_CALLBACK="rows_json", ANSIBLE_CALLBACK_PLUGINS=str(here.parent))
    assert [json.loads(line) for line in out.splitlines()]
    assert "next action" in err


JSON_CALLBACK: t.Final = '''\
import json

from ansible.plugins.callback import CallbackBase

DOCUMENTATION = """
name: rows_json
type: stdout
short_description: A callback that a program reads
description: [One JSON object for each result.]
"""


class CallbackModule(CallbackBase):
    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "stdout"
    CALLBACK_NAME = "rows_json"

    def v2_runner_on_ok(self, result):
        self._display.display(json.dumps({"host": result.host.get_name()}))
'''


def test_a_run_tells_its_work_once_and_what_came_of_it_once(site: Site) -> None:
    site.write_orders(*(site.here(f"shop{number:02}") for number in range(12)))
    told = site.run("apply").output
    for words in ("+ shop03: order", "shop03: ordered", "next action  ", "\n12 orders  "):
        assert told.count(words) == 1
    again = site.run("apply").output
    assert "\n12 orders  " in again and "shop03" not in again


@pytest.mark.parametrize("playbook", ["check", "plan", "apply", "collect", "status"])
def test_people_read_a_mistake_once_and_programs_get_it_whole(site: Site, playbook: str) -> None:
    site.write_orders({**site.here("mail"), "product": "quick_sll"}, site.here("www"))
    alone = site.run(playbook, ANSIBLE_CALLBACKS_ENABLED="", fails=True).output
    assert alone.count("'quick_sll' is not a product") == 1
    (line,) = [line for line in alone.splitlines() if line.startswith("fatal: ")]
    assert line.endswith('"}') and "complaints" not in line and len(line) < 300
    (found,) = site.run(playbook, ANSIBLE_CALLBACKS_ENABLED="record_results", fails=True).tasks[-1].result["complaints"]
    assert found["rule"] == "PRODUCT-UNKNOWN"


def test_a_status_shows_every_order_that_can_be_read(site: Site) -> None:
    site.write_orders(site.here("www"), site.here("bank"))
    site.run("apply")
    site.write_orders({**site.here("mail"), "product": "quick_sll"}, file="other-department.yml")
    site.write("orders/broken.yml", "version: [1")
    folder = site.folder / "build"
    run = site.run("status", "-e", f"certificate_reports_path={folder}", fails=True)
    result = run.of("cert_application_info")
    assert {row["name"]: row["state"] for row in result["orders"]} == dict.fromkeys(("www", "bank"), "applied")
    assert {c["rule"] for c in result["complaints"]} == {"PRODUCT-UNKNOWN", "YAML-SYNTAX"}
    assert "www    www.example.jp" in run.output
    assert "Mistakes in the orders: 2. The status shows the 2 other orders" in result["msg"]
    assert "nothing was ordered" not in run.output
    assert sorted(file.name for file in folder.iterdir()) == ["status.html", "status.json", "status.md"]
    # What only the desk shows to be wrong hides no other order either.
    for name in ("other-department.yml", "broken.yml"):
        (site.orders / name).unlink()
    site.write_orders(site.here("copy", contract_id="rsc00000099"), file="copy.yml")
    result = site.run("status", fails=True).of("cert_application_info")
    assert {row["name"] for row in result["orders"]} == {"www", "bank"}
    assert {c["order"] for c in result["complaints"]} == {"copy"}
