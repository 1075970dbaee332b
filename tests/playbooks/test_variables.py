# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Variables of the playbooks: a misspelled one is refused before anything is done, a missing one is one sentence."""

from __future__ import annotations

import json
import os
import re
import subprocess
import typing as t

import pytest
from ansible_collections.iij.server_certificate.tests.playbooks.trial_site import PATIENCE, ROOT

if t.TYPE_CHECKING:
    from ansible_collections.iij.server_certificate.tests.playbooks.trial_site import Site

PLAYBOOKS: t.Final = sorted(path.stem for path in (ROOT / "playbooks").glob("*.yml"))
WITH_ORDERS: t.Final = sorted({*PLAYBOOKS} - {"doctor", "ledger"})

OWN_PLAY: t.Final = """
- hosts: localhost
  gather_facts: false
  tasks:
    - iij.server_certificate.cert_portfolio: {order_files: "{{ lookup('env', 'NOT_SET') }}", state: applied}
"""


@pytest.mark.parametrize("limit", ["web*", "@failed.retry"])
@pytest.mark.parametrize("playbook", PLAYBOOKS)
def test_a_limit_without_the_controller_is_refused(site: Site, playbook: str, limit: str) -> None:
    site.write_orders(site.target("www", "web1"))
    site.write("failed.retry", "web1\nweb2\n")
    run = site.run(playbook, "-e", "certificate_import_file=x.yml", "--limit", limit, fails=True)
    assert "--limit leaves out localhost" in run.output
    assert len([task for task in run.tasks if task.outcome == "failed"]) == 1
    assert site.desk.purchases() == []


@pytest.mark.parametrize("limit", ["web1,localhost", "web*:localhost", "@failed.retry", "@{folder}/failed.retry"])
def test_a_limit_with_the_controller_is_none(site: Site, limit: str) -> None:
    site.write_orders(site.target("www", "web1"))
    site.write("failed.retry", "web1\nlocalhost\n")
    run = site.run("check", "--limit", limit.format(folder=site.folder))
    assert "orders without mistakes: 1" in run.output
    assert [(task.host, task.outcome) for task in run.tasks] == [("localhost", "ok")]


@pytest.mark.parametrize("playbook", PLAYBOOKS)
def test_a_misspelled_variable_is_refused_by_every_playbook(site: Site, playbook: str) -> None:
    site.write_orders(site.target("www", "web1"))
    wrong = ("certificate_plan_fil=x.json", "certificate_max_new_order=0", "certifcate_budget=1", "certificate_xyzzy=1")
    run = site.run(playbook, *(word for pair in wrong for word in ("-e", pair)), fails=True)
    message = run.tasks[-1].result["msg"]
    assert "certificate_plan_fil is not a variable of these playbooks; did you mean certificate_plan_file?" in message
    assert (
        "certificate_max_new_order is not a variable of these playbooks; did you mean certificate_max_new_orders?"
        in message
    )
    assert "certifcate_budget is not a variable of these playbooks; did you mean certificate_budget?" in message
    assert "certificate_xyzzy is not a variable of these playbooks; did" not in message
    assert "certificate_xyzzy is not a variable of these playbooks" in message
    assert site.desk.purchases() == []
    run = site.run(playbook, "-e", "certificate_plan_fil=x.json", fails=True, LANGUAGE="ja")
    assert "certificate_plan_fil という変数は、これらのプレイブックにありません" in run.tasks[-1].result["msg"]


def test_a_slip_in_the_inventory_is_refused_and_variables_of_others_are_not(site: Site) -> None:
    site.write_orders(site.target("www", "web1"))
    site.write("group_vars/all.yml", "certificate_owner: web team\ncertificate_path: /srv\nbudget: 3\n")
    site.run("plan")
    site.write("group_vars/all.yml", "certificate_max_new_oders: 0\n")
    run = site.run("apply", fails=True)
    assert "did you mean certificate_max_new_orders?" in run.tasks[-1].result["msg"]
    assert site.desk.purchases() == []


def test_a_limit_that_cannot_be_read_is_refused(site: Site) -> None:
    site.write_orders(site.target("www", "web1"))
    site.write("group_vars/all.yml", 'limits: {renewals: 1}\ncertificate_max_new_orders: "{{ limits.new }}"\n')
    run = site.run("apply", fails=True)
    message = run.tasks[-1].result["msg"]
    assert message.startswith("certificate_max_new_orders is set, but its value cannot be read: ")
    assert site.desk.purchases() == []


@pytest.mark.parametrize("playbook", ["plan", "status"])
def test_what_a_play_alone_uses_is_refused_too(site: Site, playbook: str) -> None:
    site.write_orders(site.target("www", "web1"))
    run = site.run(playbook, "-e", json.dumps({"certificate_exit_on_changes": "{{ nobody }}"}), fails=True)
    assert "certificate_exit_on_changes is set, but" in run.tasks[-1].result["msg"]


def test_a_daily_run_places_no_order_whatever_is_shared_with_apply(site: Site) -> None:
    site.write_orders(site.target("www", "web1"))
    run = site.run("renew", "-e", "certificate_due_only=false", fails=True)
    assert "certificate_due_only is 'false', and renew.yml does only what is due" in run.output
    run = site.run("renew", "-e", "certificate_daily=false", "-e", "certificate_due_only=false", fails=True)
    assert "certificate_daily is not a variable of these playbooks" in run.output
    assert site.desk.purchases() == []
    site.run("renew", "-e", "certificate_due_only=true")


def test_a_limit_of_a_managed_host_alone_buys_nothing_for_it(site: Site) -> None:
    site.write_orders(site.target("www", "web1"), site.target("shop", "web2"))
    site.write("host_vars/web1.yml", "certificate_max_new_orders: 0\n")
    run = site.run("apply", fails=True)
    assert "certificate_max_new_orders is set for web1, and not for localhost" in run.output
    assert site.desk.purchases() == ["default/shop/1"]
    site.write("host_vars/web1.yml", "")
    site.write("group_vars/all.yml", "certificate_max_new_orders: 2\n")
    site.run("renew", "-e", "certificate_budget=0")
    site.run("apply")
    assert site.desk.purchases() == ["default/shop/1", "default/www/1"]


def test_a_limit_of_the_controller_counts_beside_one_of_all(site: Site) -> None:
    site.write_orders(site.target("www", "web1"), site.target("shop", "web2"))
    site.write("group_vars/all.yml", "certificate_max_new_orders: 0\n")
    site.write("host_vars/localhost.yml", "certificate_max_new_orders: 2\n")
    run = site.run("apply")
    assert site.desk.purchases() == ["default/shop/1", "default/www/1"]
    assert run.output.count("certificate_max_new_orders: the value of localhost counts") == 1


def test_what_is_left_out_on_purpose_is_not_refused(site: Site) -> None:
    site.write_orders(site.target("www", "web1"))
    given = "{{ lookup('ansible.builtin.env', 'NO_BUDGET') | default(omit, true) }}"
    site.run("apply", "-e", json.dumps({"certificate_budget": given}))
    assert site.desk.purchases() == ["default/www/1"]


@pytest.mark.parametrize(
    ("lang", "says"),
    [("en", "certificate_orders is missing: name the file or folder"), ("ja", "certificate_orders がありません")],
)
@pytest.mark.parametrize("playbook", WITH_ORDERS)
def test_forgotten_orders_are_one_sentence(site: Site, playbook: str, lang: str, says: str) -> None:
    done = subprocess.run(
        [site.command, f"iij.server_certificate.{playbook}", "-i", "localhost,"],
        env={**site.environment(), "LANGUAGE": lang, "PATH": os.environ["PATH"]},
        cwd=site.folder, capture_output=True, text=True, timeout=PATIENCE,
    )  # fmt: skip
    assert done.returncode == 2
    assert says in done.stdout
    for unfit in ("undefined", "Finalization", "Traceback"):
        assert unfit not in done.stdout + done.stderr


@pytest.mark.parametrize(
    ("lang", "says"),
    [("en", "No inventory was named: add -i"), ("ja", "インベントリが指定されていません。-i inventory.yml")],
)
def test_templates_without_an_inventory_are_told_to_name_one(site: Site, lang: str, says: str) -> None:
    site.write_orders({**site.here("www"), "common_name": "{{ domain }}"})
    command = [
        site.command,
        "iij.server_certificate.check",
        "-e",
        f"certificate_orders={site.folder}",
    ]
    environment = {**site.environment(), "LANGUAGE": lang, "PATH": os.environ["PATH"]}
    done = subprocess.run(command, env=environment, cwd="/", capture_output=True, text=True, timeout=PATIENCE)
    assert done.returncode == 2
    assert says in done.stdout
    run = site.run("check", fails=True, LANGUAGE=lang)
    assert says not in run.output


def test_a_forgotten_file_for_an_import(site: Site) -> None:
    site.write_orders(site.here("www"))
    run = site.run("import", fails=True)
    assert re.match("certificate_import_file is missing", run.tasks[-1].result["msg"])


def test_a_value_that_is_none_is_told_by_its_variable(site: Site) -> None:
    site.write_orders(site.here("www"))
    run = site.run("apply", "-e", "certificate_budget=much", fails=True, LANGUAGE="ja")
    assert run.tasks[-1].result["msg"] == "certificate_budget の値 'much' は整数ではありません"
    run = site.run("record", fails=True)
    assert run.tasks[-1].result["msg"].startswith("Name one of these: certificate_records, ")


@pytest.mark.parametrize("playbook", ["apply", "check"])
def test_an_empty_value_takes_no_working_directory(site: Site, playbook: str) -> None:
    site.write_orders(site.target("www", "web1"))
    run = site.run(playbook, "-e", "certificate_orders=", fails=True)
    assert run.tasks[-1].result["msg"].startswith("certificate_orders is empty: name the file or folder of the orders")
    site.write("own.yml", OWN_PLAY)
    run = site.run(str(site.folder / "own.yml"), fails=True)
    assert run.tasks[-1].result["msg"].startswith("order_files is empty: name the file or folder of the orders")
    assert site.desk.purchases() == []
