# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whose a public file was, nobody made the owner of the private key that takes its place."""

from __future__ import annotations

import os
import typing as t

import pytest
from ansible_collections.iij.server_certificate.plugins.module_utils._target import installation
from ansible_collections.iij.server_certificate.tests.unit.plugins.authority import NOW
from ansible_collections.iij.server_certificate.tests.unit.plugins.module_utils._target.accounts import (
    NOBODY,
    TWO_ACCOUNTS,
)
from ansible_collections.iij.server_certificate.tests.unit.plugins.module_utils._target.sites import Site

pytestmark = [TWO_ACCOUNTS, pytest.mark.parametrize("role", installation.WITH_KEY)]
SESAME: t.Final = installation.Passphrases(bundles={"www": "open sesame"})


def _only(site: Site, role: str, **key: str) -> dict[str, t.Any]:
    install = {"certificate": None, "chain": None, "full_chain": None, role: str(site.folder / "one.pem")}
    return {"install": install, "key": {"path": str(site.folder / "www.key"), **key}, "passphrases": SESAME}


def _accounts(site: Site) -> tuple[int, int]:
    status = (site.folder / "one.pem").stat()
    return status.st_uid, status.st_gid


@pytest.mark.parametrize("before", ["certificates", "nothing"])
@pytest.mark.parametrize("mode", ["0600", "0640"])
def test_a_key_is_given_to_no_account_that_had_a_public_file(site: Site, role: str, before: str, mode: str) -> None:
    place = site.folder / "one.pem"
    place.write_text("".join(site.contents.values()) if before == "certificates" and role == "combined" else "")
    place.chmod(0o644)
    os.chown(place, NOBODY.pw_uid, NOBODY.pw_gid)
    (site.folder / "www.key").chmod(int(mode, 8))
    site.ensure(site.contents, **_only(site, role, mode=mode))
    assert _accounts(site) == (0, 0), "the private key is nobody's now"


def test_an_account_that_had_the_key_has_the_next_one(site: Site, role: str) -> None:
    site.ensure(site.contents, **_only(site, role))
    os.chown((site.folder / "one.pem").resolve(), NOBODY.pw_uid, NOBODY.pw_gid)
    site.issue(since=NOW)
    assert site.ensure(site.contents, **_only(site, role)).actions == (f"write_{role}",)
    assert _accounts(site) == (NOBODY.pw_uid, NOBODY.pw_gid)


def test_an_account_of_the_order_has_it_in_any_case(site: Site, role: str) -> None:
    (site.folder / "one.pem").touch()
    site.ensure(site.contents, **_only(site, role, owner="nobody", group=str(NOBODY.pw_gid)))
    assert _accounts(site) == (NOBODY.pw_uid, NOBODY.pw_gid)
