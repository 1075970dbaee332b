# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import datetime as dt
import typing as t

import pytest
from ansible_collections.iij.server_certificate.plugins.module_utils._core import (
    certificate_errors,
    chain_errors,
    errors,
)
from ansible_collections.iij.server_certificate.plugins.module_utils._pki import certs, compat, keys
from ansible_collections.iij.server_certificate.tests.unit.plugins.authority import (
    DAY,
    NOW,
    Authority,
    key_pem,
    pem,
    self_signed,
)
from cryptography.hazmat.primitives.asymmetric import ec

NAME = "www.example.jp"


def facts_of(text: str) -> tuple[certs.CertFacts, ...]:
    return certs.read_certificates(text.encode())


def test_a_certificate_says_what_was_issued(authority: Authority, ec_key: ec.EllipticCurvePrivateKey) -> None:
    certificate = authority.issue(NAME, key=ec_key)
    (facts,) = facts_of("words before\n" + pem(certificate))
    assert facts.common_name == NAME
    assert facts.dns_names == (NAME,)
    assert facts.subject == (("country_name", "JP"), ("common_name", NAME))
    assert facts.issuer[-1] == ("common_name", "Test Issuing CA")
    assert facts.public_key_fingerprint == keys.fingerprint(ec_key.public_key())
    assert int(facts.serial_number, 16) == certificate.serial_number
    assert facts.not_before == NOW - dt.timedelta(days=1)
    assert certs.rfc3339(facts.not_after) == "2027-05-21T05:00:00Z"
    assert facts.pem == pem(certificate)
    assert not facts.is_self_issued


@pytest.mark.parametrize(
    ("common_name", "dns_names", "fits"),
    [
        (NAME, (NAME,), True),
        (NAME, ("example.jp", NAME), True),
        ("WWW.example.jp", (NAME.upper(),), True),
        (None, (NAME,), True),
        (NAME, (), False),
        ("example.jp", ("example.jp", NAME), False),
        ("shop.example.jp", ("shop.example.jp",), False),
        ("*.example.jp", ("*.example.jp",), False),
    ],
)
def test_which_certificate_is_for_the_name(
    authority: Authority, common_name: str | None, dns_names: tuple[str, ...], fits: bool
) -> None:
    (facts,) = facts_of(pem(authority.issue(common_name, dns_names=dns_names)))
    assert facts.is_for(NAME) is fits


@pytest.mark.parametrize("text", ["", "nonsense", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"])
def test_what_is_no_certificate_is_said_to_be_none(text: str) -> None:
    with pytest.raises(certificate_errors.CertificateBroken, match="chain"):
        certs.read_certificates(text.encode(), what="chain")


def test_one_damaged_certificate_spoils_the_lot(authority: Authority) -> None:
    text = pem(authority.certificate)
    with pytest.raises(certificate_errors.CertificateBroken):
        facts_of(text + text.replace("\nM", "\nA", 1))
    with pytest.raises(certificate_errors.CertificateBroken):
        facts_of(text + text.replace("CERTIFICATE", "TRUSTED CERTIFICATE"))


def test_a_private_key_is_refused(authority: Authority, ec_key: ec.EllipticCurvePrivateKey) -> None:
    with pytest.raises(errors.PrivateKeyGiven):
        certs.read_certificates(pem(authority.certificate).encode() + key_pem(ec_key))


def test_a_chain_leads_upwards_link_by_link(authority: Authority, rsa_authority: Authority, root: Authority) -> None:
    for issuer in (authority, rsa_authority):
        (leaf,), chain = facts_of(pem(issuer.issue(NAME))), facts_of(issuer.chain_pem)
        assert certs.chain_fault(leaf, chain=chain) is None
        with_root = (*chain, *facts_of(pem(root.certificate)))
        assert certs.chain_fault(leaf, chain=with_root) is None


def test_where_a_chain_breaks_is_told(authority: Authority) -> None:
    (leaf,), (issuing, policy) = facts_of(pem(authority.issue(NAME))), facts_of(authority.chain_pem)
    assert isinstance(certs.chain_fault(leaf, chain=()), chain_errors.ChainEmpty)
    swapped = certs.chain_fault(leaf, chain=(policy, issuing))
    assert isinstance(swapped, chain_errors.ChainBroken)
    assert swapped.position == 1
    assert NAME in str(swapped)


def test_no_certificate_stands_twice_in_a_chain(authority: Authority, root: Authority) -> None:
    (leaf,), (issuing, policy) = facts_of(pem(authority.issue(NAME))), facts_of(authority.chain_pem)
    (top,) = facts_of(pem(root.certificate))
    for chain in ((issuing, issuing), (issuing, policy, top, top), (leaf, issuing), (issuing, policy, issuing)):
        fault = certs.chain_fault(leaf, chain=chain)
        assert type(fault).__name__ == "ChainRepeats", chain
    (alone,) = facts_of(pem(self_signed(NAME, authority=True)[1]))
    assert type(certs.chain_fault(alone, chain=(alone,) * 9000)).__name__ == "ChainTooLong"


def test_a_chain_is_short(root: Authority) -> None:
    issuer = root
    for number in range(11):
        issuer = issuer.below(f"CA {number}")
    (leaf,), chain = facts_of(pem(issuer.issue(NAME))), facts_of(issuer.chain_pem)
    fault = certs.chain_fault(leaf, chain=chain[:11])
    assert type(fault).__name__ == "ChainTooLong"
    assert "10" in fault.message("ja")
    assert certs.chain_fault(leaf, chain=chain[:10]) is None


def test_only_an_authority_may_stand_in_a_chain(authority: Authority) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    site = authority.issue("other.example.jp", key=key)
    (leaf,) = facts_of(pem(Authority("site", key, site, ()).issue(NAME)))
    fault = certs.chain_fault(leaf, chain=facts_of(pem(site) + authority.chain_pem))
    assert type(fault).__name__ == "ChainNotAuthority"
    assert fault.position == 1


def test_an_intermediate_is_valid_when_it_is_installed(authority: Authority) -> None:
    (leaf,), chain = facts_of(pem(authority.issue(NAME))), facts_of(authority.chain_pem)
    assert certs.chain_fault(leaf, chain=chain, now=NOW) is None
    for now in (NOW - 9 * DAY, NOW + 9999 * DAY):
        assert type(certs.chain_fault(leaf, chain=chain, now=now)).__name__ == "ChainNotValid"


def test_a_name_alone_makes_no_issuer(authority: Authority) -> None:
    impostor = certs.read_certificates(pem(self_signed(authority.name, authority=True)[1]).encode())
    (leaf,) = facts_of(pem(authority.issue(NAME)))
    assert impostor[0].subject == leaf.issuer
    assert isinstance(certs.chain_fault(leaf, chain=impostor), chain_errors.ChainBroken)
    assert impostor[0].is_self_issued


def test_signatures_are_checked_the_same_way_without_the_newer_call(
    authority: Authority, rsa_authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Older:
        """A certificate of a release before 40."""

        def __init__(self, certificate: t.Any) -> None:
            self.signature = certificate.signature
            self.tbs_certificate_bytes = certificate.tbs_certificate_bytes
            self.signature_hash_algorithm = certificate.signature_hash_algorithm

    for issuer, other in ((authority, rsa_authority), (rsa_authority, authority)):
        leaf = t.cast("t.Any", Older(issuer.issue(NAME)))
        assert compat.signed_by(leaf, issuer=issuer.certificate)
        assert not compat.signed_by(leaf, issuer=other.certificate)
        leaf.tbs_certificate_bytes += b"\0"
        assert not compat.signed_by(leaf, issuer=issuer.certificate)
