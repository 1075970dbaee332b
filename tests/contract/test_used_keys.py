# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A CA that refuses the key of another certificate: what its registration would be refused for is not bought."""

from __future__ import annotations

import dataclasses as dc
import datetime as dt
import pathlib
import typing as t

import pytest
from ansible_collections.iij.server_certificate.tests.contract import sample_orders as sample
from ansible_collections.iij.server_certificate.tests.contract.test_renewals_whole_way import Site, kinds
from cryptography.hazmat.primitives.serialization import load_pem_private_key

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


@pytest.mark.parametrize("change", [{"generation": 2}, {"name": "www2"}])
def test_a_contract_in_place_of_one_whose_renewal_was_rejected_gets_a_new_key(
    site: Site, change: dict[str, t.Any]
) -> None:
    """The key of that renewal waits beside the one in use, and no certificate of it was ever issued."""
    site.first_certificate()
    site.days_before_end(28)
    site.tasks.renew()
    (first,) = states(site)
    site.desk.ca_reject(first, reason="no such company")
    row = site.application()
    used = {row["current"]["public_key_fingerprint"], row["procedure"]["public_key_fingerprint"]}
    site.days_before_end(-1)
    site.fields |= change
    site.tasks.apply()
    (row,) = (row for row in site.desk.list_applications().values() if row["contract_id"] != first)
    assert row["state"] == "applied" and len(used) == 2 and row["public_key_fingerprint"] not in used
    site.desk.ca_work()
    site.tasks.collect()
    site.hosts.serial("web1", "www")
    assert kinds(site.desk) == ["new", "new", "renewal"]


def bring_first_key_back(site: Site) -> tuple[str, dict[str, t.Any], pathlib.Path]:
    """Renew, and put the first key where the order `shop` has its own; returns the contract, its places, that file."""
    site.first_certificate()
    key = site.hosts.key("web1", "www")
    contract_id = site.application()["contract_id"]
    site.days_before_end(28)
    for _run in range(2):
        site.tasks.renew()
        site.desk.ca_work()
    assert site.hosts.key("web1", "www") != key
    place = site.hosts.place("web1", "shop")
    back = pathlib.Path(place["key"]["path"])
    back.write_bytes(key)
    back.chmod(0o600)
    return contract_id, place, back


@pytest.mark.parametrize("origin", ["target", "supplied"])
def test_a_key_of_an_earlier_certificate_is_refused_before_the_purchase(site: Site, origin: str) -> None:
    """It is back from a backup, as the key of another order."""
    contract_id, place, back = bring_first_key_back(site)
    if origin == "supplied":
        csr = back.with_suffix(".csr")
        csr.write_text(sample.csr_of(load_pem_private_key(back.read_bytes(), None), "shop.example.jp"))
        place = {"csr_origin": "supplied", "csr_path": str(csr)}
    other = sample.fields(name="shop", common_name="shop.example.jp", renewal={"when": "window"}, **place, **REFUSES)
    site.tasks.options["orders"].append(other)
    for _run in range(2):
        result = site.tasks.apply()
        reason = result["msg"] if origin == "supplied" else result["orders"][0]["error"]
        assert contract_id in reason and "GlobalSign" in reason
    assert kinds(site.desk) == ["new", "renewal"]


def test_the_key_of_the_own_contract_is_kept(desk: DeskControl, tmp_path: pathlib.Path) -> None:
    site = Site(desk, tmp_path, **REFUSES | {"renewal": {"when": "window", "key": "keep"}})
    site.first_certificate()
    key = site.hosts.key("web1", "www")
    for _period in range(2):
        site.days_before_end(28)
        site.tasks.renew()
        desk.ca_work()
        site.tasks.renew()
        site.hosts.serial("web1", "www")
    assert kinds(desk) == ["new", "renewal", "renewal"] and site.hosts.key("web1", "www") == key


ROLE: t.Final = (
    ("csr_register", "prepared"),
    ("cert_application", None),
    ("csr_register", None),
    ("certificate_install", None),
)


def run_role(site: Site, order: dict[str, t.Any], *, check: bool = False) -> str | None:
    """Run the tasks of the role certificate, which ends with the first one that fails; returns its message."""
    tasks = dc.replace(site.tasks, options={"spread": False})
    for module, state in ROLE:
        asked = {"order": order} if module == "cert_application" else {"orders": [order]}
        result = tasks.run(module, "web1", check=check, state=state, **asked)
        if result.get("failed"):
            return str(result["msg"])
    return None


def test_a_role_buys_nothing_with_the_key_of_another_contract(site: Site) -> None:
    assert run_role(site, site.fields) is None
    site.desk.ca_work()
    assert run_role(site, site.fields) is None
    site.hosts.serial("web1", "www")
    contract_id = site.application()["contract_id"]
    place = site.hosts.place("web1", "shop") | {"key": site.fields["key"]}
    other = sample.fields(name="shop", common_name="shop.example.jp", renewal={"when": "window"}, **place, **REFUSES)
    for check in (True, False, False):
        site.hosts.check = check
        reason = run_role(site, other, check=check)
        assert reason and reason.startswith("shop: ") and contract_id in reason and "key.path" in reason
    assert kinds(site.desk) == ["new"]
    other["key"] = {"path": str(site.hosts.folder / "web1" / "shop.key")}
    assert run_role(site, other) is None and kinds(site.desk) == ["new", "new"]
    end = site.desk.list_applications()[contract_id]["current"]["not_after"]
    site.set_clock(dt.datetime.fromisoformat(end) - dt.timedelta(days=28))
    assert run_role(site, site.fields) is None
    assert kinds(site.desk) == ["new", "new", "renewal"]
