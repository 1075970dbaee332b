# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Paths on hosts: what a host would refuse after the purchase is refused before it."""

from __future__ import annotations

import typing as t
from types import SimpleNamespace

import pytest
from ansible_collections.iij.server_certificate.plugins.module_utils._target import installation, orders, wanted_keys
from ansible_collections.iij.server_certificate.plugins.plugin_utils._tasks.installations import list_verdicts
from ansible_collections.iij.server_certificate.plugins.plugin_utils._values.order import Prove
from hypothesis import given
from hypothesis import strategies as st
from portfolios import DV, LINKED, OV, rules_broken

SECOND = DV | {"install": {"certificate": "/etc/pki/tls/certs/blog.pem"}}


def order(number: int, *, host: str = "web1", key: dict[str, str], install: dict[str, str]) -> dict[str, t.Any]:
    return OV | {
        "name": f"o{number}",
        "common_name": f"o{number}.example.jp",
        "host": host,
        "key": key,
        "install": install,
        "renewal": {"key": "keep"},
    }


@pytest.mark.parametrize("value", [[], "/etc/www.pem", {"certificate": "/etc/www.pem"}, ["/etc/www.pem", 1]])
def test_former_paths_are_a_list_of_paths(value: object) -> None:
    assert rules_broken([OV | {"install": OV["install"] | {"was_at": value}}]) == ["VALUE-TYPE"]


@pytest.mark.parametrize("path", ["/", "/etc/ssl/", "/etc/ssl/.", "/etc/ssl/.."])
@pytest.mark.parametrize("field", ["key.path", "key.csr_path", "install.certificate", "install.chain"])
def test_a_path_that_names_no_file(path: str, field: str) -> None:
    part, name = field.split(".")
    assert rules_broken([OV | {part: OV[part] | {name: path}}]) == ["PATH-FILE"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"install": {"certificate": "/etc/www.pem", "chain": "/etc/www.pem"}},
        {"install": {"certificate": "/etc/www.pem", "full_chain": "/etc//./x/../www.pem"}},
        {"key": {"path": "/etc/www.key"}, "install": {"combined": "/etc/www.key"}},
        {"key": {"path": "/etc/www.key", "csr_path": "/etc/www.key"}},
        {"key": {"path": "/etc/www.key"}, "install": {"certificate": "/etc/www.csr"}},
        {"install": {"certificate": "/etc/www.pem", "was_at": ["/etc/old.pem", "/etc/./www.pem"]}},
        {"key": {"path": "/etc/www.key"}, "install": {"certificate": "/etc/www.pem", "was_at": ["/etc/www.key"]}},
    ],
)
def test_files_of_one_order_that_would_be_one_file(wrong: dict[str, t.Any]) -> None:
    assert rules_broken([OV | wrong]) == ["PATH-SHARED"]


@pytest.mark.parametrize(
    ("key", "install"),
    [
        ({"path": "/a/2.key"}, {"certificate": "/a/1.pem"}),
        ({"path": "/a/2.key"}, {"chain": "//a/b/../1.pem", "certificate": "/a/2.pem"}),
        ({"path": "/a/1.pem", "csr_path": "/a/2.csr"}, {"certificate": "/a/2.pem"}),
        ({"path": "/a/2.key"}, {"certificate": "/a/1.key"}),
        ({"path": "/a/2.key"}, {"certificate": "/a/2.pem", "was_at": ["/a/1.pem"]}),
        ({"path": "/a/2.key"}, {"certificate": "/a/2.pem", "was_at": ["/a/old.pem", "/a/1.key"]}),
        ({"path": "/a/1.key"}, {"certificate": "/a/2.pem"}),  # with the CSR beside it
        ({"path": "/a/2.key", "csr_path": "/a/1.csr"}, {"certificate": "/a/2.pem"}),
    ],
)
def test_orders_that_would_write_one_file(key: dict[str, str], install: dict[str, str]) -> None:
    first = order(1, key={"path": "/a/1.key"}, install={"certificate": "/a/1.pem"})
    assert rules_broken([first, order(2, key=key, install=install)]) == ["PATH-SHARED"]
    assert rules_broken([first, order(2, host="web2", key=key, install=install)]) == []
    assert rules_broken([first, order(2, key=key, install=install) | {"state": "cancelled", "contract_id": "c1"}]) == []


@pytest.mark.parametrize(
    ("key", "certificate"),
    [
        ("/a/.1.key.next", "/a/2.pem"),
        ("/a/b/../.1.key.3f9a41c2", "/a/2.pem"),
        ("/a/.1.pem.set/current/certificate", "/a/2.pem"),
        ("/a/2.key", "/a/.1.csr.0a1b_xyz.tmp"),
        ("/a/2.key", "/a/.1.pem.2026-11-28@20:30:11~"),
        ("/a/2.key", "/a/.2.key.next"),
    ],
)
def test_what_is_kept_hidden_beside_a_file_has_its_place_too(key: str, certificate: str) -> None:
    first = order(1, key={"path": "/a/1.key"}, install={"certificate": "/a/1.pem"})
    second = order(2, key={"path": key, "csr_path": "/a/2.csr"}, install={"certificate": certificate})
    assert rules_broken([first, second]) == rules_broken([second, first]) == ["PATH-SHARED"]
    elsewhere = second | {"host": "web2"}
    assert rules_broken([first, elsewhere]) == (["PATH-SHARED"] if "2.key" in certificate else [])


@pytest.mark.parametrize("path", ["/a/.1.key", "/a/.x.next", "/b/.1.key.next", "/a/.1.key.old", "/a/.git/1.key.next"])
def test_a_hidden_file_that_is_kept_beside_none_is_a_file_as_any(path: str) -> None:
    first = order(1, key={"path": "/a/1.key"}, install={"certificate": "/a/1.pem"})
    assert rules_broken([first, order(2, key={"path": path}, install={"certificate": "/a/2.pem"})]) == []


REISSUE = {"reissue": {"serial": "0a", "reason": "key_lost"}}


def test_one_key_for_two_certificates_is_no_mistake_where_each_keeps_it_and_has_a_csr_of_its_own() -> None:
    first = order(1, key={"path": "/a/1.key"}, install={"certificate": "/a/1.pem"})
    second = order(2, key={"path": "/a/1.key", "csr_path": "/a/2.csr"}, install={"certificate": "/a/2.pem"})
    assert rules_broken([first, second]) == []


@pytest.mark.parametrize(
    "change",
    [
        {"renewal": {"when": "window"}},
        {"renewal": {"when": "silence", "key": "rotate"}},
        {"generation": 2},
        REISSUE,
        {"key": {"path": "/a/1.key", "csr_path": "/a/2.csr", "regenerate": "always"}},
    ],
)
def test_nor_does_either_of_them_get_a_new_key_that_takes_the_other_ones_place(change: dict[str, t.Any]) -> None:
    first = order(1, key={"path": "/a/1.key"}, install={"certificate": "/a/1.pem"})
    second = order(2, key={"path": "/a/./1.key", "csr_path": "/a/2.csr"}, install={"certificate": "/a/2.pem"})
    assert rules_broken([first, second | change]) == rules_broken([second | change, first]) == ["KEY-NOT-KEPT"]
    assert rules_broken([first, second | change | {"host": "web2"}]) == []


def test_mistakes_elsewhere_do_not_hide_it() -> None:
    broken = rules_broken([OV, SECOND | {"install": dict(OV["install"]), "term": "forever"}])
    assert sorted(broken) == ["PATH-SHARED", "VALUE-CHOICE"]
    assert rules_broken([OV, SECOND, LINKED]) == []


PIECES = st.sampled_from(["/", "/a", "/b", "/.", "/..", "//a", "/a.key", "/a.csr"])
PATHS = st.lists(PIECES, min_size=1, max_size=3).map("".join)
INSTALLS = st.dictionaries(st.sampled_from(["certificate", "chain", "full_chain", "combined"]), PATHS, min_size=1)
KEYS = st.fixed_dictionaries({"path": PATHS}, optional={"csr_path": PATHS})


@given(st.lists(st.tuples(KEYS, INSTALLS), min_size=1, max_size=3))
def test_what_is_accepted_is_accepted_by_the_host(drawn: list[tuple[dict[str, str], dict[str, str]]]) -> None:
    wanted = [order(number, key=key, install=install) for number, (key, install) in enumerate(drawn)]
    if rules_broken(wanted):
        return
    issued = [each | {"certificate_fingerprint": "x"} for each in wanted]
    for parse, given_orders in ((_for_keys, wanted), (_for_certificates, issued)):
        assert not orders.carry_out(given_orders, parse=parse, act=lambda asked: asked).failures


def _for_keys(fields: t.Mapping[str, t.Any]) -> wanted_keys.WantedKey:
    return wanted_keys.parse(fields)


def _for_certificates(fields: t.Mapping[str, t.Any]) -> installation.WantedInstallation:
    return installation.parse(fields, passphrases=installation.Passphrases())


@pytest.mark.parametrize(
    "prove",
    [
        {"address": "www..example.jp"}, {"address": "a" * 64 + ".jp"}, {"address": ".example"},
        {"address": "10.0.0.256"}, {"server_name": "例え.jp"}, {"timeout": True}, {"port": 65536},
        {"address": "https://lb.example.jp"}, {"address": 10}, {"server_name": "*.example.jp"},
        {"timeout": 0}, {"timeout": 3601}, {"timeout": 10**400}, {"timeout": "30"},
    ],
)  # fmt: skip
def test_a_service_that_cannot_be(prove: dict[str, t.Any]) -> None:
    assert rules_broken([OV | {"install": OV["install"] | {"prove": prove}}]) == ["VALUE-TYPE"]


@given(
    address=st.one_of(st.ip_addresses().map(str), st.text("aZ09-_.:%"), st.text()),
    timeout=st.integers(),
)
def test_what_check_lets_pass_the_host_takes(address: str, timeout: int) -> None:
    prove = {"address": address, "timeout": timeout, "port": 443, "server_name": address}
    broken = rules_broken([OV | {"install": OV["install"] | {"prove": prove}}])
    asked = {
        "name": "www", "common_name": "www.example.jp", "certificate_fingerprint": "ab" * 32,
        "install": {"certificate": "/etc/www.pem", "prove": prove},
    }  # fmt: skip
    if broken:
        return
    service = installation.parse(asked, passphrases=installation.Passphrases()).service
    assert service
    assert (service.address, service.timeout) == (address, timeout)
    address.encode("idna")


@pytest.mark.parametrize("address", ["a" * 64 + ".jp", ".example", "www\0.example.jp", "%bad%"])
def test_an_address_of_a_host_that_is_none_leaves_its_order_unproved(address: str) -> None:
    """What the inventory calls a host may be no name of the network."""
    install = SimpleNamespace(prove=Prove(seen_from="controller", timeout=1))
    order = SimpleNamespace(name="www", common_name="www.example.jp", install=install)
    entry = SimpleNamespace(order=order, application=SimpleNamespace(certificate_fingerprint="ab" * 32))
    assert list_verdicts([entry], {"www"}, address=address) == {"www": False}  # type: ignore[list-item]
