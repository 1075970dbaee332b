# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A CA that refuses the key of another certificate: what its registration would be refused for is not bought."""

from __future__ import annotations

import pathlib
import typing as t

import pytest
from ansible_collections.iij.server_certificate.tests.contract import sample_orders as sample
from ansible_collections.iij.server_certificate.tests.contract.test_renewals_whole_way import Site, kinds

if t.TYPE_CHECKING:
    from ansible_collections.iij.server_certificate.tests.contract.desk_process import DeskControl

REFUSES = {"product": "quick_ssl", "approval_email": "admin@example.jp", "subject": None}


@pytest.fixture
def site(desk: DeskControl, tmp_path: pathlib.Path) -> Site:
    return Site(desk, tmp_path, **REFUSES)


def states(site: Site) -> dict[str, str]:
    return {contract_id: row["state"] for contract_id, row in site.desk.list_applications().items()}


def test_a_contract_in_place_of_a_rejected_one_gets_a_new_key(site: Site) -> None:
    site.tasks.apply()
    (first,) = states(site)
    site.desk.ca_reject(first, reason="no such company")
    site.fields["generation"] = 2
    site.tasks.apply()
    rows = site.desk.list_applications()
    assert {row["state"] for row in rows.values()} == {"rejected", "applied"}
    assert len({row["public_key_fingerprint"] for row in rows.values()}) == 2
    site.desk.ca_work()
    site.tasks.collect()
    site.hosts.serial("web1", "www")
    assert site.tasks.apply()["verdict"] == "nothing_to_do" and kinds(site.desk) == ["new", "new"]


@pytest.mark.parametrize("installs", [True, False])
def test_the_key_of_a_removed_order_is_refused_before_the_purchase(site: Site, installs: bool) -> None:
    first = site.first_certificate()
    contract_id = site.application()["contract_id"]
    place = site.hosts.place("web1", "shop") | {"key": site.fields["key"]}
    if not installs:
        del place["install"]
    other = sample.fields(name="shop", common_name="shop.example.jp", renewal={"when": "window"}, **place, **REFUSES)
    site.tasks.options["orders"][:] = [other]
    for _run in range(2):
        (row,) = site.tasks.apply()["orders"]
        reason = row["error"]
        assert contract_id in reason and "key.path" in reason and "nothing was ordered" in reason
    assert kinds(site.desk) == ["new"]
    other["key"] = {"path": str(site.hosts.folder / "web1" / "shop.key")}
    site.tasks.apply()
    assert kinds(site.desk) == ["new", "new"] and "applied" in states(site).values()
    assert site.hosts.serial("web1", "www") == first


def test_a_ca_that_does_not_care_is_given_it(desk: DeskControl, tmp_path: pathlib.Path) -> None:
    site = Site(desk, tmp_path)
    site.first_certificate()
    place = site.hosts.place("web1", "shop") | {"key": site.fields["key"]}
    other = sample.fields(name="shop", common_name="shop.example.jp", renewal={"when": "window"}, **place)
    site.tasks.options["orders"][:] = [other]
    site.tasks.apply()
    assert kinds(site.desk) == ["new", "new"]
