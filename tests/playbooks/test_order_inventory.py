# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Order files as an inventory, read by ansible-inventory and ansible-playbook."""

from __future__ import annotations

import json
import os
import pathlib
import subprocess
import typing as t

import pytest
import yaml
from ansible_collections.iij.server_certificate.plugins.inventory.orders import EXAMPLES
from ansible_collections.iij.server_certificate.tests.contract import sample_orders as sample
from ansible_collections.iij.server_certificate.tests.contract.desk_process import TOOLS
from ansible_collections.iij.server_certificate.tests.playbooks.trial_site import ROOT

# The examples of the plugin's page; the second one is the first one and more.
PLAIN, GROUPED = yaml.safe_load_all(EXAMPLES)
CONFIGURATION: t.Final = {**GROUPED, "lang": "en", "template_variables": {"key_folder": "/etc/pki"}}
PLAY: t.Final = """
- hosts: certificate_ca_globalsign
  connection: local
  gather_facts: false
  tasks:
    - ansible.builtin.debug:
        msg: "{{ inventory_hostname }}: {{ certificate_orders_by_name.keys() | join(' ') }}"
"""


@pytest.fixture
def folder(tmp_path: pathlib.Path) -> pathlib.Path:
    """Two order files for two hosts beside the plugin's configuration, which an unusual name may start."""
    (tmp_path / "orders").mkdir()
    (tmp_path / "our-certificate_orders.yaml").write_text(yaml.safe_dump(CONFIGURATION), encoding="utf-8")
    (tmp_path / "play.yml").write_text(PLAY, encoding="utf-8")
    made_there = {"csr_origin": "target", "key": {"path": "{{ key_folder }}/www.key"}}
    quick = {"product": "quick_ssl", "subject": None, "approval_email": "admin@example.jp", **made_there}
    write(tmp_path, "web", sample.fields(host="web1", **made_there), sample.fields(**sample.fresh()))
    wildcard = {"name": "shop", "common_name": "*.shop.example.jp", "product": "quick_ssl_wildcard"}
    wildcard["key"] = {"path": "/etc/pki/shop.key"}
    gone = {"name": "gone", "common_name": "gone.example.jp", "state": "cancelled", "contract_id": "rsc00000009"}
    write(
        tmp_path,
        "shop-1",
        sample.fields(host="web1", **{**quick, **wildcard}),
        sample.fields(host="web2", **quick, name="blog", common_name="blog.example.jp"),
        sample.fields(host="web3", **quick, **gone),
    )
    return tmp_path


def write(folder: pathlib.Path, name: str, *orders: sample.Fields) -> None:
    text = yaml.safe_dump({"version": 1, "orders": list(orders)}, sort_keys=False)
    (folder / "orders" / f"{name}.yml").write_text(text, encoding="utf-8")


def ansible(program: str, *arguments: str, folder: pathlib.Path) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("ANSIBLE_", "IIJ_"))}
    ours = {"ANSIBLE_COLLECTIONS_PATH": str(ROOT / "collections"), "ANSIBLE_HOME": str(folder / "ansible")}
    return subprocess.run(
        [str(TOOLS / program), "-i", str(folder / "our-certificate_orders.yaml"), *arguments],
        env={**kept, **ours, "ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FAILED": "true", "LC_ALL": "C.UTF-8"},
        capture_output=True,
        text=True,
    )


def test_hosts_groups_and_variables_of_an_inventory(folder: pathlib.Path) -> None:
    assert PLAIN.items() <= GROUPED.items()
    done = ansible("ansible-inventory", "--list", "--export", folder=folder)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout, object_hook=lambda found: found.get("__ansible_unsafe", found))
    groups = {name: sorted(group["hosts"]) for name, group in told.items() if "hosts" in group}
    assert groups == {
        "certificate_hosts": ["web1", "web2"],
        "certificate_ca_cybertrust": ["web1"],
        "certificate_ca_globalsign": ["web1", "web2"],
        "certificate_csr_origin_target": ["web1", "web2"],
        "certificate_orders_shop_1": ["web1", "web2"],
        "certificate_orders_web": ["web1"],
        "certificate_product_quick_ssl": ["web2"],
        "certificate_product_quick_ssl_wildcard": ["web1"],
        "certificate_product_sureserver_cloud": ["web1"],
        "certificate_usage_other": ["web1", "web2"],
        "from_cybertrust": ["web1"],
        "from_globalsign": ["web1", "web2"],
        "has_wildcard": ["web1"],
    }
    variables = told["_meta"]["hostvars"]["web1"]
    assert variables["certificate_count"] == 2 and set(variables["certificate_orders_by_name"]) == {"www", "shop"}
    assert variables["certificate_orders_by_name"]["www"] == {
        "common_name": "www.example.jp", "product": "sureserver_cloud", "ca": "cybertrust", "term": "6 months",
        "usage": "other", "csr_origin": "target", "contract_id": None, "generation": 1,
        "key_path": "/etc/pki/www.key", "install": {}, "file": str(folder / "orders" / "web.yml"),
    }  # fmt: skip
    assert not [private for private in (*sample.APPLICANT.values(), "admin@example.jp") if private in done.stdout]


def test_a_host_of_two_folders_has_the_orders_of_both(folder: pathlib.Path) -> None:
    (folder / "orders" / "shop-1.yml").rename(folder / "shop.yml")
    other = folder / "certificate_orders.yml"
    other.write_text(yaml.safe_dump({**CONFIGURATION, "order_files": "shop.yml"}), encoding="utf-8")
    done = ansible("ansible-inventory", "-i", str(other), "--host", "web1", folder=folder)
    variables = json.loads(done.stdout)
    assert sorted(variables["certificate_orders_by_name"]) == ["shop", "www"]
    assert variables["certificate_authorities"] == ["cybertrust", "globalsign"]
    assert variables["certificate_count"] == 2


def test_a_prefix_that_no_group_may_have_makes_one_group_of_hosts(folder: pathlib.Path) -> None:
    text = yaml.safe_dump({**CONFIGURATION, "group_prefix": "my-"})
    (folder / "our-certificate_orders.yaml").write_text(text, encoding="utf-8")
    groups = json.loads(ansible("ansible-inventory", "--list", "--export", folder=folder).stdout)
    assert [name for name in groups["all"]["children"] if name.endswith("hosts")] == ["my_hosts"]


def test_a_home_that_nobody_has_is_named(folder: pathlib.Path) -> None:
    text = yaml.safe_dump({**CONFIGURATION, "order_files": "~nobody-of-this-name/orders", "lang": "ja"})
    (folder / "our-certificate_orders.yaml").write_text(text, encoding="utf-8")
    done = ansible("ansible-inventory", "--list", folder=folder)
    assert "~nobody-of-this-name/orders: ホームディレクトリが分かりません" in done.stderr


def test_a_playbook_runs_on_it(folder: pathlib.Path) -> None:
    done = ansible("ansible-playbook", str(folder / "play.yml"), folder=folder)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "web1: shop www" in done.stdout and "web2: blog" in done.stdout and "web3" not in done.stdout


def test_mistakes_in_orders_are_told_as_check_tells_them(folder: pathlib.Path) -> None:
    write(folder, "wrong", sample.fields(**sample.fresh(), host="web9", term="5 years"))
    done = ansible("ansible-inventory", "--graph", folder=folder)
    assert done.returncode != 0 and "Traceback" not in done.stderr
    told = " ".join(done.stderr.split())
    assert f"{folder}/orders/wrong.yml:7:3: order" in told and "[VALUE-CHOICE]" in told, told
    assert "web9" not in done.stdout


@pytest.mark.parametrize(
    "host",
    ["all", "ungrouped", "localhost", "127.0.0.1", "certificate_hosts", "certificate_usage_other", "has_wildcard"],
)
def test_no_host_has_the_name_of_a_group_or_of_the_controller(folder: pathlib.Path, host: str) -> None:
    made_there = {"csr_origin": "target", "key": {"path": "/etc/pki/x.key"}}
    write(folder, "odd", sample.fields(**sample.fresh(), **made_there, host=host))
    done = ansible("ansible-inventory", "--list", folder=folder)
    assert done.returncode != 0 and "Traceback" not in done.stderr
    assert "[HOST-RESERVED]" in done.stderr and f"{folder}/orders/odd.yml" in done.stderr
    assert "web1" not in done.stdout


def test_a_controller_that_is_listed_before_may_be_named(folder: pathlib.Path) -> None:
    made_there = {"csr_origin": "target", "key": {"path": "/etc/pki/x.key"}}
    write(folder, "odd", sample.fields(**sample.fresh(), **made_there, host="localhost"))
    (folder / "before.ini").write_text("localhost ansible_connection=local\n", encoding="utf-8")
    arguments = ("-i", str(folder / "our-certificate_orders.yaml"), "--graph")
    done = subprocess.run(
        [str(TOOLS / "ansible-inventory"), "-i", str(folder / "before.ini"), *arguments],
        env={**os.environ, "ANSIBLE_COLLECTIONS_PATH": str(ROOT / "collections"), "LC_ALL": "C.UTF-8"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0 and "localhost" in done.stdout, done.stderr


def test_texts_that_are_marked_unsafe_are_facts_like_others(folder: pathlib.Path) -> None:
    text = (folder / "orders" / "web.yml").read_text(encoding="utf-8")
    assert "name: www\n" in text
    for mark in ("", "%TAG !a! !un\n---\n"):
        tag = "!a!safe" if mark else "!unsafe"
        changed = text.replace("common_name: www", f"contract_id: {tag} rsc00000001\n  common_name: www")
        (folder / "orders" / "web.yml").write_text(mark + changed, encoding="utf-8")
        done = ansible("ansible-inventory", "--list", "--export", folder=folder)
        assert done.returncode == 0, done.stderr
        assert "rsc00000001" in done.stdout
