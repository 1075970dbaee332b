# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A host that somebody has taken answers more than it was asked; no order of another host hears it."""

from __future__ import annotations

import dataclasses as dc
import functools
import pathlib
import typing as t

import pytest
from ansible_collections.iij.server_certificate.plugins.module_utils._core import names
from ansible_collections.iij.server_certificate.plugins.module_utils._pki import csrs
from ansible_collections.iij.server_certificate.tests.contract import sample_orders as sample
from ansible_collections.iij.server_certificate.tests.runs_of_tasks import Tasks

if t.TYPE_CHECKING:
    from ansible_collections.iij.server_certificate.tests.contract.desk_process import DeskControl

Json = dict[str, t.Any]

HOSTS: t.Final = ("web1", "web2")
OWN: t.Final = {host: sample.new_key() for host in HOSTS}
THEIRS: t.Final = sample.new_key()
SUPPLIED: t.Final = sample.new_key()


def common_name(host: str) -> str:
    return f"{host}.example.jp"


def make_csr(key: t.Any, name: str) -> str:
    subject = names.subject(name, fields=dict(sample.SUBJECT))
    return csrs.make_csr(key, subject=subject, dns_names=(name,)).decode()


def order_of(host: str, **changes: t.Any) -> Json:
    made_there = {"csr_origin": "target", "key": {"path": f"/srv/{host}.key"}}
    return sample.fields(**{"name": host, "common_name": common_name(host), "host": host, **made_there, **changes})


def tasks_at(desk: DeskControl, folder: pathlib.Path, orders: list[Json], *, taken: str) -> Tasks:
    def execute(host: str, _module: str, _arguments: Json) -> Json:
        answered = {host: OWN[host]} if host != taken else {order["name"]: THEIRS for order in orders}
        return {
            "changed": True,
            "csrs": [{"name": name, "csr": make_csr(key, common_name(name))} for name, key in answered.items()],
        }

    def reached(role: str) -> Json:
        return {"desk_url": desk.url, "desk_token": desk.order_token if role == "order" else desk.register_token}

    return Tasks(
        desk=reached, options={"orders": orders}, folder=folder, execute=execute, inventory=("localhost", *HOSTS)
    )


def registered_keys(desk: DeskControl) -> dict[str, str]:
    """The fingerprints of the keys that are registered, by common name."""
    return {row["common_name"]: row["public_key_fingerprint"] for row in desk.list_applications().values()}


def fingerprint(key: t.Any, name: str) -> str:
    return csrs.read_csr(make_csr(key, name).encode()).public_key_fingerprint


@pytest.mark.parametrize("taken", HOSTS)
def test_a_csr_counts_only_from_the_host_of_its_order(desk: DeskControl, tmp_path: pathlib.Path, taken: str) -> None:
    tasks_at(desk, tmp_path, [order_of(host) for host in HOSTS], taken=taken).apply()
    (sound,) = {*HOSTS} - {taken}
    assert registered_keys(desk)[common_name(sound)] == fingerprint(OWN[sound], common_name(sound))


@pytest.mark.parametrize("alone", [False, True])
def test_a_supplied_csr_is_what_was_reviewed(desk: DeskControl, tmp_path: pathlib.Path, alone: bool) -> None:
    """Also where csr_register is used alone, and the host whose order it is answers with a CSR of its own."""
    path = tmp_path / "web1.csr"
    path.write_text(make_csr(SUPPLIED, common_name("web1")), encoding="ascii")
    supplied = order_of("web1", csr_origin="supplied", csr_path=str(path), subject=None)
    tasks = tasks_at(desk, tmp_path, [supplied, order_of("web2")], taken="web1")
    if alone:
        tasks.run("cert_portfolio", state="applied")
        tasks.run("csr_register", "web1")
    else:
        tasks.apply()
    assert not tasks.results[0].get("failed"), tasks.results[0]
    assert registered_keys(desk)[common_name("web1")] == fingerprint(SUPPLIED, common_name("web1"))


def test_a_csr_for_more_than_its_order_says_is_not_registered(desk: DeskControl, tmp_path: pathlib.Path) -> None:
    """Where csr_register is used alone, too: the CA would be asked for a name that nobody has ordered."""

    def execute(_host: str, _module: str, _arguments: Json) -> Json:
        subject = names.subject(common_name("web1"), fields=dict(sample.SUBJECT))
        asking = csrs.make_csr(THEIRS, subject=subject, dns_names=(common_name("web1"), "bank.example.jp")).decode()
        return {"changed": True, "csrs": [{"name": "web1", "csr": asking}]}

    tasks = dc.replace(tasks_at(desk, tmp_path, [order_of("web1")], taken="web1"), execute=execute)
    tasks.run("cert_portfolio", state="applied")
    result = tasks.run("csr_register", "web1")
    assert not registered_keys(desk)[common_name("web1")]
    assert result["failed"], result
    assert "the CSR does not ask for what the order says" in result["msg"]


@pytest.mark.parametrize("alone", [False, True])
def test_what_is_registered_is_the_csr_that_was_judged(desk: DeskControl, tmp_path: pathlib.Path, alone: bool) -> None:
    """Programs differ in where a block of PEM begins: another request before it may be what the CA reads."""
    subject = names.subject(common_name("web1"), fields=dict(sample.SUBJECT))
    names_of_both = (common_name("web1"), "bank.example.jp")
    before = (
        csrs.make_csr(THEIRS, subject=subject, dns_names=names_of_both)
        .decode()
        .replace("REQUEST-----\n", "REQUEST-----", 1)
    )
    both = before + make_csr(OWN["web1"], common_name("web1"))
    made = {"changed": True, "csrs": [{"name": "web1", "csr": both}]}
    tasks = dc.replace(tasks_at(desk, tmp_path, [order_of("web1")], taken=""), execute=lambda *_: made)
    if alone:
        tasks.run("cert_portfolio", state="applied")
        tasks.run("csr_register", "web1")
    else:
        tasks.apply()
    assert registered_keys(desk)[common_name("web1")] == fingerprint(OWN["web1"], common_name("web1"))


@pytest.mark.parametrize(
    ("module", "field", "value"),
    [
        ("certificate_install", "missing", 5),
        ("certificate_install", "installed", [{"name": ["web1"]}]),
        ("certificate_install", "unproved", {"web1": True}),
        ("csr_register", "csrs", "none"),
        ("csr_register", "failures", [1]),
        ("csr_register", "diff", functools.reduce(lambda below, _level: [below], range(100), "deep")),
    ],
)
def test_an_answer_without_its_form_fails_its_host(
    desk: DeskControl, tmp_path: pathlib.Path, module: str, field: str, value: object
) -> None:
    """What a playbook collects from all hosts would fail for all of them otherwise."""
    order = order_of("web1", install={"certificate": "/srv/web1.pem"})
    tasks = dc.replace(tasks_at(desk, tmp_path, [order], taken=""), execute=lambda *_: {"changed": True, field: value})
    result = asking(desk, tasks, module)
    assert result["failed"], result
    assert result["msg"].startswith(f"the host's answer cannot be used: {field} "), result["msg"]


@pytest.mark.parametrize("module", ["certificate_install", "csr_register"])
def test_a_failure_without_a_reason_has_one(desk: DeskControl, tmp_path: pathlib.Path, module: str) -> None:
    order = order_of("web1", install={"certificate": "/srv/web1.pem"})
    tasks = dc.replace(tasks_at(desk, tmp_path, [order], taken=""), execute=lambda *_: {"failed": True})
    assert asking(desk, tasks, module)["msg"] == "the host told no reason"


def asking(desk: DeskControl, tasks: Tasks, module: str) -> Json:
    """Run this module on web1 where it has something to ask it."""
    tasks.run("cert_portfolio", state="applied")
    if module == "certificate_install":
        made = {"changed": True, "csrs": [{"name": "web1", "csr": make_csr(OWN["web1"], common_name("web1"))}]}
        dc.replace(tasks, execute=lambda *_: made).run("csr_register", "web1")
        (contract,) = desk.list_applications()
        desk.ca_work(contract)
    return tasks.run(module, "web1")
