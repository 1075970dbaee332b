# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A key in service that is gone, or another one: a service that runs does not show it, and its next start would.

Also orders that share a key, and a compromised key that comes back from an old backup.
"""

from __future__ import annotations

import datetime as dt
import pathlib
import typing as t

import pytest
from ansible_collections.iij.server_certificate.plugins.module_utils._core import keyspec
from ansible_collections.iij.server_certificate.plugins.module_utils._pki import keys
from ansible_collections.iij.server_certificate.tests.contract import sample_orders as sample
from ansible_collections.iij.server_certificate.tests.contract.test_renewals_whole_way import Site, kinds
from cryptography import x509
from cryptography.hazmat.primitives import serialization

if t.TYPE_CHECKING:
    from ansible_collections.iij.server_certificate.tests.contract.desk_process import DeskControl


class Shop(Site):
    """A site whose contract has been renewed, so that its key is one of a set."""

    def renew_once(self) -> bytes:
        """Return the first key."""
        self.first_certificate()
        first = self.hosts.key("web1", "www")
        self.days_before_end(28)
        self.renew()
        assert self.hosts.key("web1", "www") != first
        return first

    def renew(self) -> None:
        self.tasks.renew()
        self.desk.ca_work()
        self.tasks.renew()

    @property
    def key(self) -> pathlib.Path:
        return self.hosts.folder / "web1" / "www.key"

    def put_key(self, content: bytes) -> None:
        self.key.unlink()
        self.key.write_bytes(content)
        self.key.chmod(0o600)

    def collect(self) -> list[str]:
        """Return the messages of the hosts' failures."""
        self.tasks.results.clear()
        self.tasks.collect()
        return [each["message"] for result in self.tasks.results for each in result.get("failures", ())]


@pytest.fixture
def shop(desk: DeskControl, tmp_path: pathlib.Path) -> Shop:
    return Shop(desk, tmp_path)


def test_a_key_that_is_gone_comes_back_from_the_set(shop: Shop) -> None:
    shop.renew_once()
    key = shop.hosts.key("web1", "www")
    shop.key.unlink()
    assert shop.collect() == []
    assert shop.hosts.key("web1", "www") == key
    assert shop.collect() == [] and not any(result["changed"] for result in shop.tasks.results)


def test_a_key_that_another_has_replaced_is_told_and_kept(shop: Shop) -> None:
    first = shop.renew_once()
    shop.put_key(first)
    (message,) = shop.collect()
    assert str(shop.key) in message and "not that of the certificate in service" in message
    assert shop.key.read_bytes() == first, "no key is overwritten"
    shop.tasks.results.clear()
    shop.tasks.renew()
    assert any(result.get("failures") for result in shop.tasks.results), "the daily run goes on telling it"


def test_a_key_that_is_gone_for_good_is_told(shop: Shop) -> None:
    shop.first_certificate()
    shop.key.unlink()
    (message,) = shop.collect()
    assert str(shop.key) in message and "is lost" in message
    assert kinds(shop.desk) == ["new"]


def test_a_compromised_key_from_a_backup_is_not_certified_again(desk: DeskControl, tmp_path: pathlib.Path) -> None:
    shop = Shop(desk, tmp_path, renewal={"when": "window", "key": "keep"})
    serial = shop.first_certificate()
    compromised = shop.hosts.key("web1", "www")
    shop.desk.advance(20)
    shop.fields["reissue"] = {"serial": serial, "reason": "key_compromised"}
    shop.renew()
    good = shop.hosts.key("web1", "www")
    del shop.fields["reissue"]
    shop.days_before_end(28)
    shop.put_key(compromised)
    shop.renew()
    assert kinds(desk) == ["new", "renewal"]
    assert shop.hosts.key("web1", "www") not in (compromised, good)


def test_a_kept_key_stays_over_renewals(desk: DeskControl, tmp_path: pathlib.Path) -> None:
    shop = Shop(desk, tmp_path, renewal={"when": "window", "key": "keep"})
    shop.first_certificate()
    key = shop.hosts.key("web1", "www")
    for _period in range(3):
        shop.days_before_end(28)
        shop.renew()
        assert shop.hosts.key("web1", "www") == key


def share_key(shop: Shop, path: pathlib.Path, **more: t.Any) -> dict[str, t.Any]:
    """Add an order whose key is that of the first one."""
    place = shop.hosts.place("web1", "shop") | {"key": {"path": str(path), "csr_path": str(path.parent / "shop.csr")}}
    other = sample.fields(name="shop", common_name="shop.example.jp", **place, **more)
    shop.tasks.options["orders"].append(other)
    return other


def require_pairs(shop: Shop, *names: str) -> None:
    """Each certificate has its key at the one path."""
    key = serialization.load_pem_private_key(shop.key.read_bytes(), None)
    for name in names:
        leaf = x509.load_pem_x509_certificate(shop.key.with_name(f"{name}.pem").read_bytes())
        assert leaf.public_key() == key.public_key(), name


def test_no_order_is_left_with_the_key_of_another(shop: Shop) -> None:
    """Two orders whose keys are made at one path: the renewal of one would take the key of the other away."""
    other = share_key(shop, shop.key, renewal={"when": "window"})
    first = shop.tasks.apply()
    assert {each["order"] for each in first["complaints"] if each["rule"] == "KEY-NOT-KEPT"} == {"www", "shop"}
    shop.desk.ca_work()
    shop.tasks.collect()
    require_pairs(shop, "www", "shop")
    ends = min(row["current"]["not_after"] for row in shop.desk.list_applications().values())
    shop.set_clock(dt.datetime.fromisoformat(ends) - dt.timedelta(days=28))
    shop.tasks.results.clear()
    shop.renew()
    told = [each["message"] for result in shop.tasks.results for each in result.get("failures", ())]
    assert told and all("keep" in message for message in told)
    assert kinds(shop.desk) == ["new", "new"], "hosts first: nothing is bought that would break the other one"
    require_pairs(shop, "www", "shop")
    for order in (shop.fields, other):
        order["renewal"] = {"when": "window", "key": "keep"}
    shop.renew()
    assert kinds(shop.desk) == ["new", "new", "renewal", "renewal"]
    require_pairs(shop, "www", "shop")


def test_a_new_key_that_waits_beside_a_shared_one_leaves_a_way_out(shop: Shop) -> None:
    """A run that was killed had made it, before the order shared its key; nothing tells whether it was paid for."""
    share_key(shop, shop.key, renewal={"when": "window", "key": "keep"})
    shop.fields["renewal"]["key"] = "keep"
    shop.tasks.apply()
    shop.desk.ca_work()
    shop.tasks.collect()
    waiting = shop.key.with_name(".www.key.next")
    waiting.touch(mode=0o600)
    waiting.write_bytes(keys.to_pem(keys.generate(keyspec.KeySpec("RSA", size=2048))))
    ends = min(row["current"]["not_after"] for row in shop.desk.list_applications().values())
    shop.set_clock(dt.datetime.fromisoformat(ends) - dt.timedelta(days=28))
    shop.tasks.results.clear()
    shop.renew()
    told = {each["message"] for result in shop.tasks.results for each in result.get("failures", ())}
    assert told and all(f"otherwise remove {waiting}" in message for message in told)
    waiting.unlink()
    shop.renew()
    assert kinds(shop.desk) == ["new", "new", "renewal", "renewal"]
    require_pairs(shop, "www", "shop")


def test_nor_with_that_of_an_order_whose_path_leads_there_by_a_link(shop: Shop) -> None:
    """That is for the host to see."""
    shop.first_certificate()
    folder = shop.key.parent
    (folder.parent / "alias").symlink_to(folder)
    share_key(shop, folder.parent / "alias" / "www.key", renewal={"when": "window"})
    shop.tasks.apply()
    assert any("alias/www.key" in result.get("msg", "") for result in shop.tasks.results)
    assert kinds(shop.desk) == ["new"], "no other was bought"
    require_pairs(shop, "www")


def test_no_order_takes_the_files_of_another_by_a_link(shop: Shop) -> None:
    """Neither before it is bought, nor where its paths were changed to it afterwards."""
    shop.first_certificate()
    folder = shop.key.parent
    (folder.parent / "alias").symlink_to(folder)
    place = shop.hosts.place("web1", "shop")
    files = place["install"]
    linked = {role: str(folder.parent / "alias" / name) for role, name in (("certificate", "www.pem"), ("chain", "c"))}
    other = sample.fields(name="shop", common_name="shop.example.jp", **place, renewal={"when": "window"})
    shop.tasks.options["orders"].append(other)
    other["install"] = linked
    shop.tasks.apply()
    assert kinds(shop.desk) == ["new"], "no other was bought"
    other["install"] = files
    shop.tasks.apply()
    shop.desk.ca_work()
    other["install"] = linked
    for run in (shop.tasks.renew, shop.tasks.collect, shop.tasks.renew):
        shop.tasks.results.clear()
        run()
        told = [each for result in shop.tasks.results for each in result.get("failures", ())]
        assert "shop" in {each["name"] for each in told} and all(
            "alias/www.pem" in each["message"] for each in told[:1]
        )
    shop.hosts.serial("web1", "www")
    leaf = x509.load_pem_x509_certificate((folder / "www.pem").read_bytes())
    assert "www.example.jp" in leaf.subject.rfc4514_string(), "its own certificate"
    other["install"] = files
    shop.tasks.collect()
    shop.hosts.serial("web1", "shop")
