# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An order that names another place for its key: the next one lies there, while the certificate in service has its own.

Nothing is wrong with that, however many runs pass until the CA has issued the next certificate.
"""

from __future__ import annotations

import pathlib
import typing as t

import pytest
from ansible_collections.iij.server_certificate.tests.contract import sample_orders as sample
from ansible_collections.iij.server_certificate.tests.contract.test_keys_that_are_lost_or_changed import Shop
from ansible_collections.iij.server_certificate.tests.contract.test_renewals_whole_way import kinds
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

if t.TYPE_CHECKING:
    from ansible_collections.iij.server_certificate.tests.contract.desk_process import DeskControl


@pytest.fixture
def shop(desk: DeskControl, tmp_path: pathlib.Path) -> Shop:
    return Shop(desk, tmp_path)


def at(shop: Shop, name: str) -> pathlib.Path:
    return shop.hosts.folder / "web1" / name


def renew(shop: Shop) -> list[str]:
    """Return the messages of the hosts' failures."""
    shop.tasks.results.clear()
    shop.tasks.renew()
    return [each["message"] for result in shop.tasks.results for each in result.get("failures", ())]


def issue(shop: Shop) -> None:
    shop.tasks.apply()
    shop.desk.ca_work()
    assert shop.collect() == []


def write_key(path: pathlib.Path) -> rsa.RSAPrivateKey:
    key, form = sample.new_key(), serialization.PrivateFormat.PKCS8
    path.unlink(missing_ok=True)
    path.touch(mode=0o600)
    path.write_bytes(key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()))
    return key


def supply(shop: Shop, name: str) -> None:
    """Put a key on the host and its CSR on the controller, and name both in the order."""
    csr, key = shop.hosts.folder / f"{name}.csr", at(shop, f"{name}.key")
    csr.write_text(sample.csr_of(write_key(key), "www.example.jp"), encoding="utf-8")
    shop.fields.update(csr_origin="supplied", csr_path=str(csr), key={"path": str(key)})
    shop.fields.pop("subject", None)


def move_at_the_renewal(shop: Shop) -> None:
    issue(shop)
    shop.fields["key"] = {"path": str(at(shop, "new.key"))}


def move_by_a_reissue(shop: Shop) -> None:
    issue(shop)
    serial = shop.application()["current"]["serial_number"]
    shop.fields.update(key={"path": str(at(shop, "new.key"))}, reissue={"serial": serial, "reason": "key_compromised"})


def move_with_another_csr_path(shop: Shop) -> None:
    shop.fields["key"] = {"path": str(at(shop, "www.key")), "csr_path": str(at(shop, "a.csr"))}
    issue(shop)
    shop.fields["key"] = {"path": str(at(shop, "new.key")), "csr_path": str(at(shop, "b.csr"))}


def supply_another(shop: Shop) -> None:
    supply(shop, "one")
    issue(shop)
    supply(shop, "two")


def make_keys_here(shop: Shop) -> None:
    """IIJ made the first key."""
    key, subject = shop.fields.pop("key"), shop.fields["subject"]
    shop.fields.update(csr_origin="service")
    issue(shop)
    shop.fields.update(csr_origin="target", key=key, subject=subject)


@pytest.mark.parametrize(
    "move",
    [move_at_the_renewal, move_by_a_reissue, move_with_another_csr_path, supply_another, make_keys_here],
    ids=lambda move: move.__name__,
)
def test_the_next_key_may_lie_where_the_order_names_it(shop: Shop, move: t.Callable[[Shop], None]) -> None:
    move(shop)
    assert shop.collect() == []
    shop.days_before_end(28)
    shop.tasks.apply()
    assert len(kinds(shop.desk)) == 2 or "reissue" in shop.fields
    assert shop.application()["procedure"], "the CA is at work"
    for _day in range(2):
        assert (renew(shop), shop.collect()) == ([], [])
    before = shop.hosts.fingerprint("web1", "www")
    shop.desk.ca_work()
    assert shop.collect() == []
    assert shop.hosts.fingerprint("web1", "www") != before
    assert (renew(shop), shop.collect()) == ([], [])


def test_a_lost_csr_is_no_reason_to_take_the_next_key_for_a_wrong_one(shop: Shop) -> None:
    move_at_the_renewal(shop)
    shop.days_before_end(28)
    shop.tasks.renew()
    at(shop, "new.csr").unlink()
    assert shop.collect() == []


def test_a_key_that_is_neither_is_told_and_not_overwritten(shop: Shop) -> None:
    """The advice is safe to follow, too: what lies there may be a key that somebody has paid for."""
    move_at_the_renewal(shop)
    shop.days_before_end(28)
    shop.tasks.renew()
    write_key(at(shop, "new.key"))
    (message,) = shop.collect()
    assert "Keep what lies there under another name" in message


def test_a_file_that_holds_its_key_needs_no_other(shop: Shop) -> None:
    shop.fields["install"] = {"combined": str(at(shop, "www.pem"))}
    issue(shop)
    shop.key.unlink()
    assert shop.collect() == []


def test_a_key_that_is_gone_is_told_though_the_order_names_the_next_csr(shop: Shop) -> None:
    supply(shop, "one")
    issue(shop)
    csr = shop.hosts.folder / "two.csr"
    csr.write_text(sample.csr_of(sample.new_key(), "www.example.jp"), encoding="utf-8")
    shop.fields["csr_path"] = str(csr)
    assert shop.collect() == []
    at(shop, "one.key").unlink()
    (message,) = shop.collect()
    assert "one.key" in message
