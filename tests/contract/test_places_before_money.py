# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A certificate that its host could not install is not paid for: what installing would refuse is found before."""

from __future__ import annotations

import pathlib
import typing as t

import pytest
from ansible_collections.iij.server_certificate.tests.contract import sample_orders as sample
from ansible_collections.iij.server_certificate.tests.contract.host_folders import Hosts
from ansible_collections.iij.server_certificate.tests.runs_of_tasks import Tasks
from ansible_collections.iij.server_certificate.tests.unit.plugins.authority import key_pem

if t.TYPE_CHECKING:
    from ansible_collections.iij.server_certificate.tests.contract.desk_process import DeskControl

Json = dict[str, t.Any]

NAME: t.Final = "www.example.jp"
KEY: t.Final = sample.new_key()


def spoil_folder(pem: pathlib.Path) -> None:
    pem.parent.rmdir()


def spoil_by_folder(pem: pathlib.Path) -> None:
    pem.mkdir()


def spoil_by_file(pem: pathlib.Path) -> None:
    pem.write_text("server { listen 443 ssl; }\n", encoding="utf-8")


def spoil_by_mode(pem: pathlib.Path) -> None:
    pem.parent.chmod(0o777)


def spoil_by_link(pem: pathlib.Path) -> None:
    pem.symlink_to(pem.parent / "nowhere")


SPOILT: t.Final = (spoil_folder, spoil_by_folder, spoil_by_file, spoil_by_mode, spoil_by_link)
ROLES: t.Final = ("certificate", "chain", "full_chain", "combined", "pkcs12")


def order(hosts: Hosts, csr_origin: str, role: str = "certificate") -> Json:
    """An order whose file of this role belongs into a folder of its own."""
    place = hosts.place("web1", "www")
    pem = hosts.folder / "web1" / "certs" / "www.pem"
    pem.parent.mkdir()
    install = {role: str(pem)} if role != "chain" else {**place["install"], role: str(pem)}
    fields: Json = {**place, "install": install}
    if csr_origin == "supplied":
        csr = hosts.folder / "www.csr"
        csr.write_text(sample.csr_of(KEY, NAME), encoding="utf-8")
        fields = {"host": "web1", "install": install, "csr_path": str(csr), "csr_origin": "supplied", "subject": None}
        if role in ("combined", "pkcs12"):
            fields["key"] = {"path": place["key"]["path"]}
    return sample.fields(**fields)


def tasks_of(desk: DeskControl, folder: pathlib.Path, hosts: Hosts, *orders: Json, **options: t.Any) -> Tasks:
    def reached(role: str) -> Json:
        return {"desk_url": desk.url, "desk_token": desk.order_token if role == "order" else desk.register_token}

    return Tasks(
        desk=reached, options={"orders": list(orders), **options}, folder=folder, execute=hosts,
        inventory=("localhost", "web1"),
    )  # fmt: skip


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("spoil", SPOILT, ids=lambda spoil: spoil.__name__)
@pytest.mark.parametrize("csr_origin", ["target", "supplied"])
def test_a_place_that_would_be_refused_costs_no_contract(
    desk: DeskControl, tmp_path: pathlib.Path, csr_origin: str, spoil: t.Callable[[pathlib.Path], None], role: str
) -> None:
    hosts = Hosts(tmp_path)
    wanted = order(hosts, csr_origin, role)
    pem = pathlib.Path(wanted["install"][role])
    spoil(pem)
    result = tasks_of(desk, tmp_path, hosts, wanted).apply()
    assert desk.purchases() == []
    assert "www: still open, for web1 is not ready for it; nothing was ordered" in result["msg"]
    assert str(pem) in result["msg"]


def test_the_only_copy_of_a_key_is_not_paid_over(desk: DeskControl, tmp_path: pathlib.Path) -> None:
    hosts = Hosts(tmp_path)
    wanted = order(hosts, "target", "combined")
    pathlib.Path(wanted["install"]["combined"]).write_bytes(key_pem(KEY))
    result = tasks_of(desk, tmp_path, hosts, wanted).apply()
    assert (desk.purchases(), "nothing was ordered" in result["msg"]) == ([], True)
    wanted["install"]["backup"] = True  # then it is kept
    tasks_of(desk, tmp_path, hosts, wanted).apply()
    assert desk.purchases() == ["default/www/1"]


@pytest.mark.parametrize("csr_origin", ["target", "supplied"])
def test_a_host_that_cannot_be_reached_costs_no_contract(
    desk: DeskControl, tmp_path: pathlib.Path, csr_origin: str
) -> None:
    hosts = Hosts(tmp_path)
    wanted = order(hosts, csr_origin)
    hosts.down.add("web1")
    result = tasks_of(desk, tmp_path, hosts, wanted).apply()
    assert (desk.purchases(), "nothing was ordered" in result["msg"]) == ([], True)


@pytest.mark.parametrize("csr_origin", ["target", "supplied"])
def test_what_is_bought_already_is_registered_in_time(
    desk: DeskControl, tmp_path: pathlib.Path, csr_origin: str
) -> None:
    """A deadline runs: the place may be put right until the certificate is there."""
    hosts = Hosts(tmp_path)
    wanted = order(hosts, csr_origin)
    fields = ("customer_code", "common_name", "product", "term", "usage", "terms_agreed")
    bought = {"client_reference": None, "linked_contract_id": None, **{name: wanted[name] for name in fields}}
    desk.api("POST", "/applications", bought)
    spoil_folder(pathlib.Path(wanted["install"]["certificate"]))
    result = tasks_of(desk, tmp_path, hosts, wanted).apply()
    assert {row["state"] for row in desk.list_applications().values()} == {"applied"}
    assert not result.get("failed"), result["msg"]


def test_a_task_that_is_to_buy_all_the_same_does(desk: DeskControl, tmp_path: pathlib.Path) -> None:
    hosts = Hosts(tmp_path)
    wanted = order(hosts, "target")
    spoil_folder(pathlib.Path(wanted["install"]["certificate"]))
    tasks_of(desk, tmp_path, hosts, wanted, buy_before_host=True).apply()
    assert desk.application("default/www/1")["state"] == "applied", "and registers what the host has made"
