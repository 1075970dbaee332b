# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.iij.server_certificate.plugins.module_utils._core import (
    certificate_errors,
    chain_errors,
    errors,
)
from ansible_collections.iij.server_certificate.tests.unit.plugins.authority import (
    DAY,
    NOW,
    Authority,
    key_pem,
    pem,
    self_signed,
)
from ansible_collections.iij.server_certificate.tests.unit.plugins.module_utils._target.sites import (
    ALL_FILES,
    NAME,
    Site,
)
from cryptography.hazmat.primitives.asymmetric import ec


@pytest.mark.parametrize(
    ("contents", "fault"),
    [
        ({"certificate": "nonsense"}, certificate_errors.CertificateBroken),
        ({"certificate": ""}, certificate_errors.CertificateBroken),
        ({"certificate": None}, certificate_errors.CertificateBroken),
        ({"chain": "nonsense"}, certificate_errors.CertificateBroken),
        ({"chain": ""}, chain_errors.ChainEmpty),
        ({"chain": None}, chain_errors.ChainEmpty),
        ({"certificate": "\ud800"}, certificate_errors.CertificateBroken),
    ],
)
def test_contents_that_are_no_certificates(site: Site, contents: dict[str, t.Any], fault: type[errors.Fault]) -> None:
    site.refuses({**site.contents, **contents}, fault)


def test_contents_that_are_no_contents(site: Site) -> None:
    site.refuses("nonsense", errors.FieldWrong)


def test_a_leaf_comes_alone(site: Site) -> None:
    site.refuses({**site.contents, "certificate": pem(site.certificate) * 2}, certificate_errors.NotOneCertificate)


def test_a_private_key_among_the_contents(site: Site) -> None:
    site.refuses({**site.contents, "certificate": key_pem(site.key).decode()}, errors.PrivateKeyGiven)


def test_another_certificate_than_the_one_issued(site: Site) -> None:
    fault = site.refuses(site.contents, certificate_errors.AnotherCertificate, certificate_fingerprint="ab" * 32)
    assert "ab" * 32 in str(fault)


@pytest.mark.parametrize("name", ["shop.example.jp", "*.example.jp", "example.jp"])
def test_a_certificate_for_another_name(site: Site, name: str) -> None:
    site.issue(name)
    fault = site.refuses(site.contents, certificate_errors.NameDiffers)
    assert f"for {name}, but the order is for {NAME}" in str(fault)


def test_a_certificate_without_alternative_names(site: Site) -> None:
    site.issue(dns_names=())
    site.refuses(site.contents, certificate_errors.NameDiffers)


SERVER, CLIENT, CODE, ANY = "1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2", "1.3.6.1.5.5.7.3.3", "2.5.29.37.0"


def test_a_certificate_that_may_issue_others(site: Site) -> None:
    site.issue(authority=True, dns_names=(NAME,))
    for files in ({}, {"chain": None, "full_chain": None}):
        assert NAME in str(site.refuses(site.contents, certificate_errors.MayIssue, install=files))


@pytest.mark.parametrize("usages", [(CLIENT,), (CODE,), (ANY,), (CLIENT, CODE)])
def test_a_certificate_for_another_purpose(site: Site, usages: tuple[str, ...]) -> None:
    site.issue(usages=usages)
    assert all(usage in str(site.refuses(site.contents, certificate_errors.NotForServers)) for usage in usages)


@pytest.mark.parametrize("usages", [(), (SERVER,), (SERVER, CLIENT), (CLIENT, SERVER)])
def test_a_certificate_for_servers(site: Site, usages: tuple[str, ...]) -> None:
    site.issue(usages=usages)
    assert site.ensure(site.contents).actions


def test_a_certificate_for_another_key(site: Site) -> None:
    site.issue(key=ec.generate_private_key(ec.SECP256R1()))
    assert "www.key" in str(site.refuses(site.contents, certificate_errors.KeyNotOfCertificate))


def test_no_key_where_one_is_expected(site: Site) -> None:
    (site.folder / "www.key").unlink()
    assert str(site.folder / "www.key") in str(site.refuses(site.contents, certificate_errors.KeyElsewhere))
    nowhere = {"key": {"path": str(site.folder / "no" / "www.key")}}
    assert "no/www.key" in str(site.refuses(site.contents, certificate_errors.KeyElsewhere, **nowhere))


def test_a_key_that_is_still_at_the_portal(site: Site) -> None:
    (site.folder / "www.key").unlink()
    fault = site.refuses(site.contents, errors.KeyNotDownloaded, csr_origin="service")
    assert "download it from the portal" in str(fault)


@pytest.mark.parametrize("password", [None, b"x"])
def test_a_key_that_cannot_be_read(site: Site, password: bytes | None) -> None:
    content = key_pem(site.key, password=password) if password else b"nonsense"
    (site.folder / "www.key").write_bytes(content)
    site.refuses(site.contents, errors.KeyEncrypted if password else errors.KeyBroken)


def test_without_a_key_on_the_host_the_registered_one_counts(site: Site) -> None:
    (site.folder / "www.key").unlink()
    for key in (None, {}, {"path": None}):
        site.refuses(site.contents, certificate_errors.PublicKeyDiffers, key=key, public_key_fingerprint="ab" * 32)
        site.refuses(site.contents, errors.FieldWrong, key=key, public_key_fingerprint=None)
    assert site.ensure(site.contents, key=None).actions


def test_a_certificate_of_tomorrow(site: Site) -> None:
    site.issue(since=NOW + DAY)
    assert "2026-11-23T05:00:00Z" in str(site.refuses(site.contents, certificate_errors.NotYetValid))
    assert site.ensure(site.contents, now=NOW + 2 * DAY).actions


def test_a_certificate_of_yesterday(site: Site) -> None:
    assert "2027-05-21" in str(site.refuses(site.contents, certificate_errors.NoLongerValid, now=NOW + 181 * DAY))


def test_a_chain_that_leads_elsewhere(site: Site, rsa_authority: Authority) -> None:
    fault = site.refuses({**site.contents, "chain": rsa_authority.chain_pem}, chain_errors.ChainBroken)
    assert "Test RSA CA" in str(fault)
    # Nobody asked for a chain, but one that is given must be right all the same.
    unasked = {"install": {"chain": None, "full_chain": None}}
    site.refuses({**site.contents, "chain": rsa_authority.chain_pem}, chain_errors.ChainBroken, **unasked)


def test_a_chain_that_nobody_asked_for_need_not_be_given(site: Site) -> None:
    unasked = {"chain": None, "full_chain": None}
    contents = {"certificate": site.contents["certificate"]}
    assert site.ensure(contents, install=unasked).actions == ("write_certificate",)
    assert not site.ensure(install=unasked).missing


def test_an_older_certificate_than_the_installed(site: Site) -> None:
    site.ensure(site.contents)
    site.issue(since=NOW - 30 * DAY)
    fault = site.refuses(site.contents, certificate_errors.OlderThanInstalled)
    assert "2026-10-23" in str(fault)
    assert "2026-11-21" in str(fault)
    (site.folder / "www.pem").unlink()
    assert site.ensure(site.contents).actions


def test_a_stand_in_is_no_newer_certificate(site: Site) -> None:
    """Servers are often started with something self-signed, made after the real one was issued."""
    for stand_in in (
        self_signed(NAME, authority=False, since=NOW)[1],
        site.authority.issue("old.example.jp", since=NOW),
    ):
        (site.folder / "www.pem").write_text(pem(stand_in))
        assert "write_certificate" in site.ensure(site.contents).actions


def test_a_private_key_is_never_overwritten(site: Site) -> None:
    for name in ALL_FILES:
        path = site.folder / name
        path.write_bytes(pem(site.certificate).encode() + key_pem(site.key))
        assert str(path) in str(site.refuses(site.contents, errors.PrivateKeyInTheWay))
        site.refuses(None, errors.PrivateKeyInTheWay)
        path.unlink()


def test_every_file_has_a_path_of_its_own(site: Site) -> None:
    for install in ({"chain": str(site.folder / "www.pem")}, {"certificate": str(site.folder / "www.key")}):
        site.refuses(site.contents, errors.PathShared, install=install)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"install": {"certificate": None, "full_chain": None}}, "install"),
        ({"install": {"combined": "/x.pem"}, "key": None}, "key.path"),
        ({"install": {"chain": "chain.pem"}}, "install.chain"),
        ({"install": {"mode": "rw"}}, "install.mode"),
        ({"certificate_fingerprint": None}, "certificate_fingerprint"),
        ({"common_name": None}, "common_name"),
        ({"key": "www.key"}, "key"),
    ],
)
def test_what_the_controller_should_have_refused(site: Site, changes: dict[str, t.Any], field: str) -> None:
    with pytest.raises(errors.FieldWrong) as caught:
        site.parse(**changes)
    assert caught.value.field == field


def test_a_missing_folder_is_named(site: Site) -> None:
    site.refuses(site.contents, errors.FolderMissing, install={"chain": str(site.folder / "no" / "chain.pem")})
