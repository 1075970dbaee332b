# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A host that somebody has taken answers more than it was asked; no order of another host hears it."""

from __future__ import annotations

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
