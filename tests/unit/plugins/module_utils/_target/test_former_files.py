# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Files at former paths: removed once the certificate is in use at the new ones, and only those of the order."""

from __future__ import annotations

import pathlib
import shutil
import typing as t

import pytest
from ansible_collections.iij.server_certificate.plugins.module_utils._core import activation_errors, errors
from ansible_collections.iij.server_certificate.plugins.module_utils._pki import csrs
from ansible_collections.iij.server_certificate.plugins.module_utils._target import installation
from ansible_collections.iij.server_certificate.tests.unit.plugins.authority import key_pem, pem
from ansible_collections.iij.server_certificate.tests.unit.plugins.module_utils._target.killing import killed_at
from ansible_collections.iij.server_certificate.tests.unit.plugins.module_utils._target.sites import NAME, Site
from cryptography.hazmat.primitives.asymmetric import ec

SESAME: t.Final = installation.Passphrases(bundles={"www": "open sesame"})
ROLES: t.Final = ("certificate", "chain", "full_chain", "combined", "pkcs12")


@pytest.fixture(params=[False, True], ids=["links", "plain files"])
def plain(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


def files_in(site: Site, folder: str, *, plain: bool, roles: tuple[str, ...] = ROLES) -> dict[str, t.Any]:
    """Every kind of file in this folder beside that of the key."""
    place = site.folder / folder
    place.mkdir(exist_ok=True)
    nothing = dict.fromkeys(ROLES)
    return {**nothing, **{role: str(place / f"www.{role}") for role in roles}, "plain_files": plain}


def moved(site: Site, *, plain: bool, was_at: list[str] | None = None) -> dict[str, t.Any]:
    """An order whose files were in one folder, are in another, and may be removed where they were."""
    before = [path for path in files_in(site, "old", plain=plain).values() if isinstance(path, str)]
    install = {**files_in(site, "new", plain=plain), "was_at": before if was_at is None else was_at}
    return {"install": install, "passphrases": SESAME}


def installed_before(site: Site, *, plain: bool) -> None:
    site.ensure(site.contents, install=files_in(site, "old", plain=plain), passphrases=SESAME)


def names_in(folder: pathlib.Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_nothing_is_left_where_the_files_were(site: Site, *, plain: bool) -> None:
    installed_before(site, plain=plain)
    asked = moved(site, plain=plain)
    told = site.ensure(site.contents, check=True, **asked)
    assert told.actions[-1] == "remove_former_files"
    assert names_in(site.folder / "new") == []
    outcome = site.ensure(site.contents, **asked)
    assert outcome.actions[-1] == "remove_former_files"
    assert outcome.as_result()["removed_files"] == told.as_result()["removed_files"]
    assert set(outcome.as_result()["removed_files"]) == set(asked["install"]["was_at"])
    assert names_in(site.folder / "old") == []
    again = site.ensure(**asked)
    assert (again.actions, again.as_result()["removed_files"]) == ((), [])
    (site.folder / "old").rmdir()
    assert site.ensure(**asked).actions == ()


def test_they_stay_until_the_new_ones_are_proved(site: Site, *, plain: bool) -> None:
    installed_before(site, plain=plain)
    asked, before = moved(site, plain=plain), names_in(site.folder / "old")
    refused = {**asked, "install": {**asked["install"], "reload": "false"}}
    with pytest.raises(activation_errors.ReloadFailed):
        site.ensure(site.contents, **refused)
    assert names_in(site.folder / "old") == before
    proved = {**asked["install"], "prove": {"port": 9, "seen_from": "controller"}}
    assert site.ensure(site.contents, **{**asked, "install": proved}).unproved
    assert names_in(site.folder / "old") == before
    assert site.ensure(served=True, **{**asked, "install": proved}).actions == ("prove", "remove_former_files")
    assert names_in(site.folder / "old") == []


def test_a_file_that_moves_within_a_set(site: Site, *, plain: bool) -> None:
    before = files_in(site, "all", plain=plain, roles=("certificate", "chain"))
    site.ensure(site.contents, install=before)
    chain = site.folder / "all" / "www.chain"
    after = {**before, "chain": str(site.folder / "all" / "moved.chain"), "was_at": [str(chain)]}
    if plain:  # nothing tells whose a chain in a plain file was that no version has any more
        with pytest.raises(activation_errors.FormerFileForeign):
            site.ensure(site.contents, install=after)
        return
    assert site.ensure(site.contents, install=after).actions == ("write_chain", "remove_former_files")
    assert not chain.is_symlink() and not chain.exists()
    site.issue()
    renewed = site.ensure(site.contents, install=after)
    assert set(renewed.actions) == {"write_certificate"}
    left = [name for name in names_in(site.folder / "all") if "www.chain" in name]
    assert left == []


def test_the_leading_file_alone_moves(site: Site, *, plain: bool) -> None:
    before = files_in(site, "all", plain=plain, roles=("certificate", "chain"))
    site.ensure(site.contents, install=before)
    old = site.folder / "all" / "www.certificate"
    after = {**before, "certificate": str(site.folder / "all" / "moved.pem"), "was_at": [str(old)]}
    site.ensure(site.contents, install=after)
    for _issue in range(2):
        assert [name for name in names_in(site.folder / "all") if "www.certificate" in name] == []
        assert len([name for name in names_in(site.folder / "all") if name.startswith(".www.chain.")]) == 1
        site.issue()
        assert site.ensure(site.contents, install=after).actions == ("write_certificate",)


def test_a_file_that_is_no_longer_asked_for(site: Site, *, plain: bool) -> None:
    before = files_in(site, "all", plain=plain, roles=("certificate", "chain"))
    site.ensure(site.contents, install=before)
    chain = site.folder / "all" / "www.chain"
    after = {**before, "chain": None, "was_at": [str(chain)]}
    assert site.ensure(site.contents, install=after).actions == ("remove_former_files",)
    for _issue in range(2):
        assert [name for name in names_in(site.folder / "all") if "chain" in name] == []
        site.issue()
        assert site.ensure(site.contents, install=after).actions == ("write_certificate",)


def test_the_key_of_before_goes_with_its_csr(site: Site, ec_key: ec.EllipticCurvePrivateKey) -> None:
    old = ec.generate_private_key(ec.SECP256R1())
    (site.folder / "old.key").write_bytes(key_pem(old))
    (site.folder / "old.csr").write_bytes(csrs.make_csr(old, subject=(("common_name", NAME),), dns_names=(NAME,)))
    alone = {"was_at": [str(site.folder / "old.key")]}
    with pytest.raises(activation_errors.FormerFileForeign):
        site.ensure(site.contents, install=alone)
    both = {"was_at": [str(site.folder / "old.csr"), str(site.folder / "old.key")]}
    assert site.ensure(site.contents, install=both).removed == (both["was_at"][1], both["was_at"][0])
    assert not (site.folder / "old.key").exists()
    assert (site.folder / "www.key").read_bytes() == key_pem(ec_key)


def test_the_only_copy_of_the_key_in_use_stays(site: Site) -> None:
    site.ensure(site.contents)
    key = site.folder / "www.key"
    for changes in ({"key": {"path": str(site.folder / "moved.key")}}, {"key": None, "csr_origin": "supplied"}):
        asked = {**changes, "install": {"was_at": [str(key)]}}
        for check in (True, False):
            with pytest.raises(activation_errors.FormerKeyInUse):
                site.ensure(check=check, **asked)
        assert key.exists()
    (site.folder / "moved.key").write_bytes(key.read_bytes())
    (site.folder / "moved.key").chmod(0o600)
    moved = {"key": {"path": str(site.folder / "moved.key")}, "install": {"was_at": [str(key)]}}
    assert site.ensure(**moved).actions == ("remove_former_files",)
    assert (key.exists(), (site.folder / "moved.key").exists()) == (False, True)


FOREIGN: t.Final[dict[str, t.Callable[[Site], bytes]]] = {
    "another site's certificate": lambda site: pem(site.authority.issue("shop.example.jp", key=site.key)).encode(),
    "a key of somebody else": lambda _site: key_pem(ec.generate_private_key(ec.SECP256R1())),
    "another site's CSR": lambda site: csrs.make_csr(
        site.key, subject=(("common_name", "shop.example.jp"),), dns_names=("shop.example.jp",)
    ),
    "the chain of others": lambda site: site.authority.chain_pem.encode(),
    "another site's full chain": lambda site: (
        pem(site.authority.issue("shop.example.jp", key=site.key)) + site.authority.chain_pem
    ).encode(),
    "no certificate at all": lambda _site: b"root:x:0:0:root:/root:/bin/bash\n",
    "an empty file": lambda _site: b"",
}


@pytest.mark.parametrize("kind", FOREIGN)
def test_what_is_not_the_orders_stays_and_so_does_all_the_rest(site: Site, kind: str, *, plain: bool) -> None:
    installed_before(site, plain=plain)
    foreign = site.folder / "foreign"
    foreign.write_bytes(FOREIGN[kind](site))
    asked = moved(site, plain=plain)
    asked["install"]["was_at"].append(str(foreign))
    before = names_in(site.folder / "old")
    for check in (True, False):
        with pytest.raises(activation_errors.FormerFileForeign) as caught:
            site.ensure(site.contents, check=check, **asked)
        assert caught.value.path == str(foreign)
    assert (names_in(site.folder / "old"), foreign.exists()) == (before, True)
    assert (site.folder / "new" / "www.certificate").exists()


def test_a_path_in_use_is_no_former_path(site: Site) -> None:
    for path in ("www.pem", "www.key"):
        with pytest.raises(errors.PathShared):
            site.parse(install={"was_at": [str(site.folder / path)]})


def test_killed_before_any_operation_it_is_completed(site: Site, *, plain: bool) -> None:
    installed_before(site, plain=plain)
    asked, fatal, killed = moved(site, plain=plain), 0, True
    site.ensure(site.contents, **moved(site, plain=plain, was_at=[]))
    kept = site.folder.with_name(f"{site.folder.name}-kept")
    shutil.copytree(site.folder, kept, symlinks=True)
    while killed:
        killed = killed_at(fatal, lambda: site.ensure(**asked))
        site.ensure(**asked)
        assert names_in(site.folder / "old") == []
        assert site.ensure(**asked).actions == ()
        shutil.rmtree(site.folder)
        shutil.copytree(kept, site.folder, symlinks=True)
        fatal += 1
    assert fatal > 15
