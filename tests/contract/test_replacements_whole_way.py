# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Moves of everyday, from end to end: another product in place of a contract, another name, another host."""

from __future__ import annotations

import dataclasses as dc
import pathlib
import typing as t

import pytest
from ansible_collections.iij.server_certificate.tests.contract.test_renewals_whole_way import Site, kinds

if t.TYPE_CHECKING:
    from ansible_collections.iij.server_certificate.tests.contract.desk_process import DeskControl

    Json = dict[str, t.Any]


@pytest.fixture
def site(desk: DeskControl, tmp_path: pathlib.Path) -> Site:
    return Site(desk, tmp_path)


def contracts(site: Site) -> dict[str, Json]:
    """The contracts of the desk by ID, as its list shows them."""
    rows: dict[str, Json] = {row["contract_id"]: row for row in site.desk.list_applications().values()}
    return rows


def replace(site: Site, **other: t.Any) -> str:
    """Write into the order that another contract takes the place of the one there is, which is returned."""
    old: str = site.application()["contract_id"]
    site.fields.update(generation=2, replaces=old, **other)
    return old


def test_another_product_takes_the_place_once_it_is_on_its_host_and_not_before(site: Site) -> None:
    serial = site.first_certificate()
    old = replace(site, product="sureserver_ev_cloud")
    for _run in range(2):
        site.tasks.apply()
    assert kinds(site.desk) == ["new", "new"]
    assert contracts(site)[old]["renewal"]["decision"] == "undecided"
    site.desk.ca_work()
    site.tasks.apply()
    assert contracts(site)[old]["renewal"]["decision"] == "undecided", "issued is not in use"
    site.tasks.collect()
    assert site.hosts.serial("web1", "www") != serial
    for _run in range(2):
        site.tasks.apply()
    assert contracts(site)[old]["renewal"]["decision"] == "cancel"
    assert contracts(site)[old]["state"] == "issued", "it stays usable to its expiry"
    new = next(row for contract_id, row in contracts(site).items() if contract_id != old)
    assert new["renewal"]["decision"] == "undecided"
    assert kinds(site.desk) == ["new", "new"]


def test_a_lost_answer_to_the_cancellation_does_no_harm(site: Site) -> None:
    site.first_certificate()
    old = replace(site)
    site.tasks.apply()
    site.desk.ca_work()
    site.tasks.collect()
    site.desk.fault("drop_after_commit", method="POST", path=f"/api/v1/applications/{old}/cancellation")
    for _run in range(2):
        site.tasks.apply()
    decisions = {contract_id: row["renewal"]["decision"] for contract_id, row in contracts(site).items()}
    assert decisions.pop(old) == "cancel"
    assert list(decisions.values()) == ["undecided"]


def test_a_renamed_order_is_the_same_contract(site: Site) -> None:
    serial = site.first_certificate()
    site.fields.update(name="shop-front", was_named="www")
    for _run in range(2):
        found = site.tasks.apply()
    assert [row["name"] for row in found["orders"]] in ([], ["shop-front"])
    assert kinds(site.desk) == ["new"]
    site.days_before_end(28)
    site.tasks.renew()
    assert site.application()["procedure"]["client_reference"].split("/")[1] == "www", "its reference stays"
    site.desk.ca_work()
    site.tasks.renew()
    assert site.hosts.serial("web1", "www") != serial
    assert kinds(site.desk) == ["new", "renewal"]


def move(site: Site, host: str = "web2") -> None:
    site.fields.update(site.hosts.place(host, "www"))
    site.tasks = dc.replace(site.tasks, inventory=("localhost", "web1", host))


def test_an_order_moves_to_another_host_by_a_reissue_with_a_key_made_there(site: Site) -> None:
    serial, key = site.first_certificate(), site.hosts.key("web1", "www")
    move(site)
    site.fields["reissue"] = {"serial": serial, "reason": "key_lost"}
    site.tasks.apply()
    site.desk.ca_work()
    site.tasks.collect()
    assert site.hosts.serial("web2", "www") != serial
    assert site.hosts.key("web2", "www") != key
    assert site.hosts.serial("web1", "www") == serial, "files of the host before are nobody's to remove"
    assert kinds(site.desk) == ["new"]


def test_an_order_moves_to_another_host_at_its_next_renewal(site: Site) -> None:
    serial = site.first_certificate()
    move(site)
    site.tasks.collect()
    assert "no key moves" in site.tasks.results[-1]["msg"] and "reissue" in site.tasks.results[-1]["msg"]
    site.days_before_end(28)
    site.tasks.renew()
    site.desk.ca_work()
    site.tasks.renew()
    assert site.hosts.serial("web2", "www") != serial
    assert kinds(site.desk) == ["new", "renewal"]


def test_no_key_of_the_contract_before_is_certified_again_nor_one_that_waits_for_its_renewal(site: Site) -> None:
    site.first_certificate()
    site.days_before_end(28)
    site.tasks.renew()
    waiting = site.application()["procedure"]["public_key_fingerprint"]
    old = replace(site, product="sureserver_ev_cloud")
    site.tasks.apply()
    (new,) = (row for contract_id, row in contracts(site).items() if contract_id != old)
    assert new["public_key_fingerprint"] not in (waiting, contracts(site)[old]["public_key_fingerprint"], None)


def test_a_contract_whose_certificate_came_back_to_its_host_is_not_cancelled(site: Site) -> None:
    """The change was reverted, the old contract reissued as `collect` advises, and the revert reverted."""
    serial = site.first_certificate()
    site.days_before_end(45)
    before = dict(site.fields)
    old = replace(site, product="sureserver_ev_cloud")
    for fields in (dict(site.fields), {**before, "reissue": {"serial": serial, "reason": "key_lost"}}):
        site.fields.clear()
        site.fields.update(fields)
        site.tasks.apply()
        site.desk.ca_work()
        site.tasks.collect()
        site.desk.advance(1)
    served = site.hosts.serial("web1", "www")
    del site.fields["reissue"]
    site.fields.update(generation=2, replaces=old, product="sureserver_ev_cloud")
    site.tasks.apply()
    assert contracts(site)[old]["renewal"]["decision"] == "undecided"
    assert site.hosts.serial("web1", "www") == served
    assert site.tasks.renew()["verdict"] != "nothing_to_do", "its host lacks the key of the other one"
