# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A CA that refuses the key of another certificate, at a portal that shows no keys: the controller remembers them."""

from __future__ import annotations

import dataclasses as dc
import datetime as dt
import pathlib
import typing as t

import pytest
from ansible_collections.iij.server_certificate.plugins.plugin_utils._desk.private_files import find_state_folder
from ansible_collections.iij.server_certificate.tests.contract import sample_orders as sample
from ansible_collections.iij.server_certificate.tests.contract.test_renewals_whole_way import Site, kinds
from ansible_collections.iij.server_certificate.tests.contract.test_used_keys import (
    REFUSES,
    bring_first_key_back,
    states,
)
from cryptography.hazmat.primitives.serialization import load_pem_private_key

if t.TYPE_CHECKING:
    from ansible_collections.iij.server_certificate.tests.contract.desk_process import DeskControl


def at_portal(site: Site) -> Site:
    user, password = site.desk.group_admin
    portal = {"desk": "portal", "desk_url": site.desk.portal_url, "portal_user": user, "portal_password": password,
              "request_interval": 0, "listing_lag": 0}  # fmt: skip
    site.tasks = dc.replace(site.tasks, desk=lambda _role: portal)
    return site


@pytest.fixture
def site(desk: DeskControl, tmp_path: pathlib.Path) -> Site:
    return at_portal(Site(desk, tmp_path, **REFUSES))


def forget() -> None:
    """A runner that is new remembers nothing; its ledger is of no use to what is tested here either."""
    for memory in find_state_folder().glob("*.memory.jsonl"):
        memory.unlink()


def fingerprints(site: Site) -> list[str]:
    return [row["public_key_fingerprint"] for row in site.desk.list_applications().values()]


@pytest.mark.parametrize("renewal", [{"when": "window"}, {"when": "window", "key": "keep"}])
@pytest.mark.parametrize("remembers", [True, False])
def test_a_contract_in_place_of_a_rejected_one_gets_a_new_key(
    site: Site, remembers: bool, renewal: dict[str, str]
) -> None:
    site.fields["renewal"] = renewal
    site.tasks.apply()
    (first,) = states(site)
    site.desk.ca_reject(first, reason="no such company")
    site.fields["generation"] = 2
    if not remembers:
        forget()
    site.tasks.apply()
    assert sorted(states(site).values()) == ["applied", "rejected"]
    assert len(set(fingerprints(site))) == 2
    site.desk.ca_work()
    site.tasks.collect()
    site.hosts.serial("web1", "www")
    assert site.tasks.apply()["verdict"] == "nothing_to_do" and kinds(site.desk) == ["new", "new"]


def test_the_key_of_an_earlier_certificate_is_refused_before_the_purchase(site: Site) -> None:
    """It is back from a backup, as the key of another order."""
    contract_id, place, _back = bring_first_key_back(site)
    other = sample.fields(name="shop", common_name="shop.example.jp", renewal={"when": "window"}, **place, **REFUSES)
    site.tasks.options["orders"].append(other)
    for _run in range(2):
        (row,) = site.tasks.apply()["orders"]
        assert contract_id in row["error"] and "nothing was ordered" in row["error"]
    assert kinds(site.desk) == ["new", "renewal"]


@pytest.mark.parametrize("origin", ["target", "supplied"])
def test_the_key_of_a_removed_order_is_refused_before_the_purchase(site: Site, origin: str) -> None:
    site.first_certificate()
    contract_id = site.application()["contract_id"]
    place = site.hosts.place("web1", "shop") | {"key": site.fields["key"]}
    if origin == "supplied":
        csr = site.hosts.folder / "shop.csr"
        key = load_pem_private_key(site.hosts.key("web1", "www"), None)
        csr.write_text(sample.csr_of(key, "shop.example.jp"))
        place = {"csr_origin": "supplied", "csr_path": str(csr)}
    other = sample.fields(name="shop", common_name="shop.example.jp", renewal={"when": "window"}, **place, **REFUSES)
    site.tasks.options["orders"][:] = [other]
    for _run in range(2):
        result = site.tasks.apply()
        reason = result["msg"] if origin == "supplied" else result["orders"][0]["error"]
        assert contract_id in reason and "GlobalSign" in reason
    assert kinds(site.desk) == ["new"]


@pytest.mark.parametrize("remembers", [True, False])
def test_the_key_of_the_own_contract_is_kept(site: Site, remembers: bool) -> None:
    """Its contract is the second one, for which a key that nobody knows is a new one only once."""
    site.fields["renewal"] = {"when": "window", "key": "keep"}
    site.tasks.apply()
    (first,) = states(site)
    site.desk.ca_reject(first, reason="no such company")
    site.fields["generation"] = 2
    site.tasks.apply()
    site.desk.ca_work()
    site.tasks.collect()
    key = site.hosts.key("web1", "www")
    end = next(row["current"]["not_after"] for row in site.desk.list_applications().values() if row["current"])
    site.set_clock(dt.datetime.fromisoformat(end) - dt.timedelta(days=28))
    if not remembers:
        forget()
    site.tasks.renew()
    site.desk.ca_work()
    site.tasks.renew()
    site.hosts.serial("web1", "www")
    assert kinds(site.desk) == ["new", "new", "renewal"] and site.hosts.key("web1", "www") == key
