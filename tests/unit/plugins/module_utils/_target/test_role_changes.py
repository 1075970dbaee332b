# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A path that gets another role: what was a full chain becomes a certificate, and so on."""

from __future__ import annotations

import itertools
import pathlib
import shutil
import typing as t

import pytest
from ansible_collections.iij.server_certificate.plugins.module_utils._core import activation_errors, errors
from ansible_collections.iij.server_certificate.plugins.module_utils._target import installation
from ansible_collections.iij.server_certificate.tests.unit.plugins.authority import NOW, key_pem
from ansible_collections.iij.server_certificate.tests.unit.plugins.module_utils._target.killing import killed_at
from ansible_collections.iij.server_certificate.tests.unit.plugins.module_utils._target.sites import Site
from cryptography.hazmat.primitives.asymmetric import ec

SESAME: t.Final = installation.Passphrases(bundles={"www": "open sesame"})
PAIRS: t.Final = tuple(itertools.permutations(installation.ROLES, 2))


def asked(site: Site, role: str, **more: t.Any) -> dict[str, t.Any]:
    """An order with this path in this role; a chain goes with a certificate elsewhere."""
    install = {"certificate": None, "chain": None, "full_chain": None, role: str(site.folder / "one"), **more}
    if role == "chain":
        install["certificate"] = str(site.folder / "www.pem")
    return {"install": install, "passphrases": SESAME}


def leads_no_more(before: str, after: str) -> bool:
    """Whether another path leads the set then, so that a plain file there is not known to be of the order."""
    forms = {"pkcs12": "bundle", "combined": "key"}
    return "chain" in (before, after) and forms.get(before) != forms.get(after) and before != "certificate"


@pytest.mark.parametrize("renewed", [False, True], ids=["the same certificate", "a new one"])
@pytest.mark.parametrize("plain", [False, True], ids=["links", "plain files"])
@pytest.mark.parametrize(("before", "after"), PAIRS)
def test_a_path_changes_its_role(site: Site, before: str, after: str, plain: bool, renewed: bool) -> None:
    site.ensure(site.contents, **asked(site, before, plain_files=plain))
    if renewed:
        site.issue(since=NOW)
    order = asked(site, after, plain_files=plain)
    if plain and leads_no_more(before, after) and after != "combined":
        fault = site.refuses(site.contents, errors.Fault, **order)
        assert "move it away" in str(fault)
        (site.folder / "one").rename(site.folder / "away")
    foretold = site.ensure(site.contents, check=True, **order)
    done = site.ensure(site.contents, **order)
    assert done.actions == foretold.actions
    assert f"write_{after}" in done.actions
    fresh = site.folder / "fresh"
    fresh.mkdir()
    other = Site(fresh, site.authority, site.key)
    other.certificate, other.facts = site.certificate, site.facts
    other.ensure(other.contents, **asked(other, after, plain_files=plain))
    if after != "pkcs12":
        assert (site.folder / "one").read_bytes() == (fresh / "one").read_bytes()
    assert (site.folder / "one").stat().st_mode == (fresh / "one").stat().st_mode
    assert not site.ensure(**order).changes
    versions = site.parse(**order).fileset.versions
    assert versions.current
    assert before not in versions.files(versions.current) or (before, after) == ("certificate", "chain")


@pytest.mark.parametrize("plain", [False, True], ids=["links", "plain files"])
@pytest.mark.parametrize(("before", "after"), PAIRS)
def test_a_reload_that_fails_brings_the_file_of_before_back(site: Site, before: str, after: str, plain: bool) -> None:
    site.ensure(site.contents, **asked(site, before, plain_files=plain))
    content = (site.folder / "one").read_bytes()
    site.issue(since=NOW)
    if plain and leads_no_more(before, after) and after != "combined":
        return  # refused, as above
    with pytest.raises(activation_errors.ReloadFailed):
        site.ensure(site.contents, **asked(site, after, plain_files=plain, reload="false"))
    assert (site.folder / "one").read_bytes() == content
    assert site.ensure(site.contents, **asked(site, after, plain_files=plain)).actions


@pytest.mark.parametrize("after", installation.ROLES)
@pytest.mark.parametrize("before", installation.WITH_KEY)
def test_no_role_loses_the_only_copy_of_a_key(site: Site, before: str, after: str) -> None:
    site.ensure(site.contents, **asked(site, before))
    content = (site.folder / "one").read_bytes()
    site.key = ec.generate_private_key(ec.SECP256R1())
    (site.folder / "www.key").write_bytes(key_pem(site.key))
    site.issue(since=NOW)
    site.refuses(site.contents, activation_errors.KeyWouldBeLost, **asked(site, after))
    outcome = site.ensure(site.contents, **asked(site, after, backup=True))
    assert pathlib.Path(outcome.as_result()["backup_files"][after]).read_bytes() == content


@pytest.mark.parametrize(("before", "after"), [("full_chain", "certificate"), ("certificate", "combined")])
def test_killed_anywhere_the_path_shows_the_old_file_or_the_new_one(
    site: Site, tmp_path_factory: pytest.TempPathFactory, before: str, after: str
) -> None:
    site.ensure(site.contents, **asked(site, before))
    shown = [(site.folder / "one").read_bytes()]
    site.issue(since=NOW)
    fatal, killed = 0, True
    while killed:
        place = tmp_path_factory.mktemp("point") / "host"
        shutil.copytree(site.folder, place, symlinks=True)
        again = Site.__new__(Site)
        again.__dict__ = {**site.__dict__, "folder": place}
        killed = killed_at(fatal, lambda again=again: again.ensure(again.contents, **asked(again, after)))  # type: ignore[misc]
        seen = (place / "one").read_bytes()
        again.ensure(again.contents, **asked(again, after))
        assert seen in (*shown, (place / "one").read_bytes())
        assert not again.ensure(**asked(again, after)).changes
        fatal += 1
    assert fatal > 30
