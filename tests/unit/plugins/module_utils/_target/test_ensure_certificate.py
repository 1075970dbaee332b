# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import errno
import os
import pathlib
import stat
import typing as t

import pytest
from ansible_collections.iij.server_certificate.plugins.module_utils._core import certificate_errors, errors
from ansible_collections.iij.server_certificate.plugins.module_utils._pki import csrs, keys
from ansible_collections.iij.server_certificate.plugins.module_utils._target import ensure_certificate as use_case
from ansible_collections.iij.server_certificate.plugins.module_utils._target import files
from ansible_collections.iij.server_certificate.tests.unit.plugins.authority import (
    NOW,
    Authority,
    key_pem,
)
from ansible_collections.iij.server_certificate.tests.unit.plugins.module_utils._target.sites import (
    ALL_FILES,
    NAME,
    Site,
)
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

# --- the two calls


def test_without_contents_a_new_host_misses_them(site: Site) -> None:
    before = site.state()
    outcome = site.ensure()
    assert outcome.missing
    assert site.state() == before


def test_with_contents_all_files_are_written_the_leaf_last(site: Site) -> None:
    outcome = site.ensure(site.contents)
    assert outcome.actions == ("write_chain", "write_full_chain", "write_certificate")
    assert (site.folder / "www.pem").read_text() == site.contents["certificate"]
    assert (site.folder / "chain.pem").read_text() == site.contents["chain"]
    assert (site.folder / "full.pem").read_text() == site.contents["certificate"] + site.contents["chain"]
    assert all(stat.S_IMODE((site.folder / name).stat().st_mode) == 0o644 for name in ALL_FILES)
    assert outcome.as_result() == {
        "name": "www",
        "certificate_path": str(site.folder / "www.pem"),
        "chain_path": str(site.folder / "chain.pem"),
        "full_chain_path": str(site.folder / "full.pem"),
        "combined_path": None,
        "pkcs12_path": None,
        "issuer": "Test Issuing CA",
        "not_after": "2027-05-21T05:00:00Z",
        "serial_number": site.facts.serial_number,
        "certificate_fingerprint": site.facts.certificate_fingerprint,
        "changed": True,
        "planned": False,
        "actions": ["write_chain", "write_full_chain", "write_certificate"],
        "backup_files": {},
        "removed_files": [],
    }


def test_then_nothing_is_missing_and_nothing_changes(site: Site) -> None:
    site.ensure(site.contents)
    before = site.state()
    for contents in (None, site.contents):
        outcome = site.ensure(contents)
        assert not outcome.missing
        assert not outcome.changes
        assert outcome.as_result()["serial_number"] == site.facts.serial_number
    assert site.state() == before


def test_a_new_certificate_replaces_the_old_one_and_leaves_the_chain(site: Site) -> None:
    site.ensure(site.contents)
    chain = (site.folder / "chain.pem").stat().st_ino
    site.issue(since=NOW)
    assert site.ensure().missing
    assert site.ensure(site.contents).actions == ("write_full_chain", "write_certificate")
    assert (site.folder / "chain.pem").stat().st_ino == chain
    assert not site.ensure().missing


WRECKS = st.dictionaries(st.sampled_from(ALL_FILES), st.sampled_from(["gone", "empty", "nonsense", "swapped", "mode"]))


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(wrecks=WRECKS, chain=st.booleans(), full_chain=st.booleans())
def test_whatever_happened_to_the_files_two_calls_are_enough(
    site: Site, wrecks: dict[str, str], chain: bool, full_chain: bool
) -> None:
    absent: dict[str, t.Any] = {
        role: None for role, there in (("chain", chain), ("full_chain", full_chain)) if not there
    }
    for name in ALL_FILES:
        (site.folder / name).unlink(missing_ok=True)  # what an example left that did not name it is not ours
    site.ensure(site.contents)
    for name, wreck in wrecks.items():
        _wreck(site.folder / name, wreck)
    first = site.ensure(install=absent)
    if first.missing:
        planned = site.ensure(site.contents, check=True, install=absent).actions
        assert site.ensure(site.contents, install=absent).actions == planned != ()
    before = site.state()
    again = site.ensure(install=absent)
    assert not again.missing
    assert again.actions == ()
    assert site.state() == before


def _wreck(path: pathlib.Path, wreck: str) -> None:
    text = path.read_text()
    path.unlink()
    if wreck == "gone":
        return
    first, *others = text.split("-----BEGIN")[1:]
    swapped = "".join(f"-----BEGIN{block}" for block in [*others, first])
    path.write_text({"empty": "", "nonsense": "nonsense", "swapped": swapped, "mode": text}[wreck])
    path.chmod(0o600 if wreck == "mode" else 0o644)


def test_a_chain_of_another_authority_is_not_in_its_place(site: Site, rsa_authority: Authority) -> None:
    site.ensure(site.contents)
    (site.folder / "chain.pem").write_text(rsa_authority.chain_pem)
    (site.folder / "full.pem").write_text(site.contents["certificate"] + rsa_authority.chain_pem)
    assert site.ensure().missing
    assert site.ensure(site.contents).actions == ("write_chain", "write_full_chain")


def test_line_ends_and_comments_are_no_reason_to_write(site: Site) -> None:
    site.ensure(site.contents)
    for name in ALL_FILES:
        path = site.folder / name
        path.write_bytes(b"# kept by hand\r\n" + path.read_bytes().replace(b"\n", b"\r\n"))
    before = site.state()
    assert not site.ensure().missing
    assert site.ensure(site.contents).actions == ()
    assert site.state() == before


def test_modes_are_repaired_without_contents(site: Site) -> None:
    site.ensure(site.contents)
    (site.folder / "www.pem").chmod(0o600)
    assert site.ensure(check=True).actions == ("repair_certificate_mode",)
    assert site.ensure().actions == ("repair_certificate_mode",)
    assert site.ensure().actions == ()


def test_the_mode_of_the_key_is_repaired_without_contents(site: Site) -> None:
    site.ensure(site.contents)
    key = site.folder / "www.key"
    key.chmod(0o644)
    before = key.read_bytes(), key.stat().st_ino, key.stat().st_mtime_ns
    foretold = site.ensure(check=True)
    assert stat.S_IMODE(key.stat().st_mode) == 0o644
    done = site.ensure()
    assert foretold.actions == done.actions == ("repair_key_mode",)
    assert foretold.before.as_diff(site.parse())["modes"][str(key)] == "0644"
    assert foretold.after_as_diff()["modes"][str(key)] == "0600"
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert (key.read_bytes(), key.stat().st_ino, key.stat().st_mtime_ns) == before
    assert site.ensure().actions == ()


def test_of_a_link_the_file_behind_it_is_repaired(site: Site) -> None:
    site.ensure(site.contents)
    real = site.folder / "elsewhere.key"
    (site.folder / "www.key").rename(real)
    (site.folder / "www.key").symlink_to(real)
    real.chmod(0o640)
    assert site.ensure().actions == ("repair_key_mode",)
    assert (site.folder / "www.key").is_symlink()
    assert stat.S_IMODE(real.stat().st_mode) == 0o600


def test_the_key_is_repaired_with_new_certificates_too(site: Site) -> None:
    (site.folder / "www.key").chmod(0o644)
    planned = site.ensure(site.contents, check=True).actions
    assert planned == ("write_chain", "write_full_chain", "write_certificate", "repair_key_mode")
    assert site.ensure(site.contents).actions == planned
    assert stat.S_IMODE((site.folder / "www.key").stat().st_mode) == 0o600


@pytest.mark.parametrize("origin", ["supplied", "service"])
def test_a_key_that_was_made_elsewhere_keeps_its_mode(site: Site, origin: str) -> None:
    site.ensure(site.contents)
    (site.folder / "www.key").chmod(0o644)
    outcome = site.ensure(csr_origin=origin)
    assert outcome.actions == ()
    assert str(site.folder / "www.key") not in outcome.after_as_diff()["modes"]
    assert stat.S_IMODE((site.folder / "www.key").stat().st_mode) == 0o644


def test_a_key_that_was_never_at_its_path_is_made_there_for_the_next_certificate(site: Site) -> None:
    """The order has another key.path since; the key in use stays where it was made."""
    site.ensure(site.contents)
    (site.folder / "www.key").unlink()
    assert site.ensure(check=True).actions == site.ensure().actions == ()


@pytest.mark.parametrize("check", [True, False])
def test_a_key_that_was_there_and_is_gone_is_told(site: Site, check: bool) -> None:
    site.ensure(site.contents)
    (site.folder / "www.key").unlink()
    request = csrs.make_csr(site.key, subject=(("common_name", NAME),), dns_names=(NAME,))
    (site.folder / "www.csr").write_bytes(request)
    with pytest.raises(certificate_errors.KeyElsewhere):
        site.ensure(check=check)


@pytest.mark.parametrize("check", [True, False])
def test_a_key_in_service_whose_passphrase_a_daily_run_does_not_have_is_left_alone(site: Site, check: bool) -> None:
    encrypted = keys.to_pem(site.key, passphrase="open sesame")
    (site.folder / "www.key").write_bytes(encrypted)
    site.ensure(site.contents, passphrases=use_case.Passphrases(keys={"www": "open sesame"}))
    assert not site.ensure(check=check).changes
    with pytest.raises(errors.PassphraseWrong):
        site.ensure(check=check, passphrases=use_case.Passphrases(keys={"www": "sesame"}))


@pytest.mark.parametrize("check", [True, False])
@pytest.mark.parametrize("origin", ["target", "supplied", "service"])
def test_another_key_in_its_place_is_told_and_kept(site: Site, origin: str, check: bool) -> None:
    site.ensure(site.contents)
    other = key_pem(ec.generate_private_key(ec.SECP256R1()))
    (site.folder / "www.key").write_bytes(other)
    with pytest.raises(certificate_errors.KeyReplaced):
        site.ensure(check=check, csr_origin=origin)
    assert (site.folder / "www.key").read_bytes() == other


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (lambda key: key.unlink(), certificate_errors.KeyElsewhere),
        (lambda key: key.write_bytes(key_pem(ec.generate_private_key(ec.SECP256R1()))), None),
    ],
)
def test_check_mode_foretells_what_the_contents_will_be_refused_for(
    site: Site, change: t.Callable[[pathlib.Path], object], fault: type[errors.Fault] | None
) -> None:
    change(site.folder / "www.key")
    with pytest.raises(fault or certificate_errors.KeyNotOfCertificate):
        site.ensure(check=True)
    with pytest.raises(fault or certificate_errors.KeyNotOfCertificate):
        site.ensure(site.contents)


def test_only_files_have_a_mode_to_repair(site: Site) -> None:
    site.ensure(site.contents)
    (site.folder / "www.key").unlink()
    (site.folder / "www.key").mkdir(mode=0o755)
    site.refuses(None, errors.NotARegularFile)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may give files away")
def test_the_key_goes_back_to_the_account_that_is_asked_for(site: Site) -> None:
    key = {"path": str(site.folder / "www.key"), "owner": "12", "group": "34", "mode": "0640"}
    site.ensure(site.contents)
    assert site.ensure(key=key).actions == ("repair_key_mode",)
    status = (site.folder / "www.key").stat()
    assert (status.st_uid, status.st_gid, stat.S_IMODE(status.st_mode)) == (12, 34, 0o640)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may give files away")
def test_files_go_to_the_account_that_is_asked_for(site: Site) -> None:
    site.ensure(site.contents, install={"owner": "12", "group": "34", "mode": "0640"})
    status = (site.folder / "www.pem").stat()
    assert (status.st_uid, status.st_gid, stat.S_IMODE(status.st_mode)) == (12, 34, 0o640)


def test_check_mode_writes_nothing_and_decides_the_same(site: Site) -> None:
    before = site.state()
    planned = site.ensure(site.contents, check=True)
    assert site.state() == before
    assert planned.planned
    assert planned.as_result()["not_after"] == "2027-05-21T05:00:00Z"
    assert site.ensure(site.contents).actions == planned.actions


# --- many


def test_all_orders_in_one_go(site: Site) -> None:
    shop = site.folder / "shop"
    shop.mkdir()
    other = Site(shop, site.authority, ec.generate_private_key(ec.SECP256R1()))
    wanted = [site.order(), other.order(name="shop"), other.order(name="twin")]
    first = use_case.result(_all(wanted, {}), check=False, lang="en")
    assert (first["changed"], first["missing"], first["installed"]) == (False, ["www"], [])
    assert [row["name"] for row in first["failures"]] == ["shop", "twin"]
    planned = use_case.result(_all(wanted[:2], {}, check=True), check=True, lang="en")
    assert (planned["changed"], planned["missing"]) == (True, ["www", "shop"])

    given = {"www": site.contents, "shop": {**other.contents, "chain": "nonsense"}}
    second = use_case.result(_all(wanted[:2], given), check=False, lang="en")
    assert second["changed"]
    assert [row["name"] for row in second["installed"]] == ["www"]
    assert [row["name"] for row in second["failures"]] == ["shop"]

    third = use_case.result(_all(wanted[:1], {}), check=False, lang="en")
    assert (third["changed"], third["missing"], third["diff"]) == (False, [], {"before": {}, "after": {}})


def _all(wanted: list[dict[str, t.Any]], given: dict[str, t.Any], *, check: bool = False) -> t.Any:
    return use_case.ensure_all(wanted, handover=use_case.Handover(given), now=NOW, check=check)


def test_the_diff_shows_both_certificates(site: Site) -> None:
    site.ensure(site.contents)
    old = site.facts
    site.issue(since=NOW)
    missing = use_case.result(_all([site.order()], {}), check=False, lang=None)["diff"]
    diff = use_case.result(_all([site.order()], {"www": site.contents}), check=False, lang=None)["diff"]
    assert missing["before"] == diff["before"]
    assert diff["before"]["www"]["certificate"] == {
        "subject": f"C=JP, CN={NAME}",
        "serial_number": old.serial_number,
        "not_after": "2027-05-21T05:00:00Z",
        "certificate_fingerprint": old.certificate_fingerprint,
    }
    expected = {"certificate_fingerprint": site.facts.certificate_fingerprint}
    assert missing["after"]["www"]["certificate"] == expected
    assert expected.items() <= diff["after"]["www"]["certificate"].items()
    assert diff["after"]["www"]["modes"][str(site.folder / "www.pem")] == "0644"


def test_a_failure_between_two_files_leaves_all_as_it_was(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    really, before = files.write_new, site.state()

    def fail_at_the_leaf(path: pathlib.Path, **options: t.Any) -> None:
        if path.name.startswith(".www.pem"):
            raise OSError(errno.ENOSPC, "")
        really(path, **options)

    monkeypatch.setattr(files, "write_new", fail_at_the_leaf)
    harvest = _all([site.order()], {"www": site.contents})
    assert "No space left on device" in str(harvest.failures[0].fault)
    assert not use_case.result(harvest, check=False, lang="en")["changed"]
    assert site.state() == before
    assert sorted(path.name for path in site.folder.iterdir()) == ["www.key"]
    monkeypatch.undo()
    assert site.ensure(site.contents).actions == ("write_chain", "write_full_chain", "write_certificate")


def test_the_key_itself_is_in_no_result(site: Site) -> None:
    harvest = _all([site.order()], {"www": site.contents})
    shown = repr(harvest) + repr(use_case.result(harvest, check=False, lang="ja"))
    lines = key_pem(site.key).decode().splitlines()[1:-1]
    assert not any(line in shown for line in lines)
    assert keys.fingerprint(site.key.public_key()) == site.facts.public_key_fingerprint
