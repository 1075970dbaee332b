# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Another account plants links, keys and sets where root will write: nothing elsewhere is touched, nothing is taken."""

from __future__ import annotations

import contextlib
import os
import pathlib
import tempfile
import typing as t

import pytest
from ansible_collections.iij.server_certificate.plugins.module_utils._core import errors
from ansible_collections.iij.server_certificate.plugins.module_utils._target.file_facts import describe
from ansible_collections.iij.server_certificate.plugins.module_utils._target.installation import Passphrases
from ansible_collections.iij.server_certificate.tests.unit.plugins.authority import NOW, Authority, key_pem, pem
from ansible_collections.iij.server_certificate.tests.unit.plugins.module_utils._target import key_orders
from ansible_collections.iij.server_certificate.tests.unit.plugins.module_utils._target.accounts import (
    NOBODY,
    TWO_ACCOUNTS,
    Machine,
    as_nobody,
    made_in,
)
from ansible_collections.iij.server_certificate.tests.unit.plugins.module_utils._target.sites import Site
from cryptography.hazmat.primitives.asymmetric import ec

if t.TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = TWO_ACCOUNTS
OWNED: t.Final = {"owner": "nobody", "group": str(NOBODY.pw_gid)}


@pytest.fixture
def machine() -> Iterator[Machine]:
    """Not pytest's own folder, which only root may enter."""
    with tempfile.TemporaryDirectory() as name:
        yield made_in(pathlib.Path(name))


@pytest.fixture
def site(machine: Machine, authority: Authority, ec_key: ec.EllipticCurvePrivateKey) -> Site:
    """An order whose key is root's and whose certificate goes into nobody's folder."""
    folder = machine.root / "site"
    folder.mkdir(mode=0o700)
    return Site(folder, authority, ec_key)


def refused(act: t.Callable[[], object]) -> str:
    """The name of the fault that ends this, or nothing."""
    try:
        act()
    except errors.Fault as fault:
        assert str(fault.message("ja")) != str(fault.message("en"))
        return type(fault).__name__
    return ""


def install_into(folder: pathlib.Path, site: Site, **more: t.Any) -> dict[str, t.Any]:
    places = {"certificate": str(folder / "tls.pem"), "chain": str(folder / "chain.pem"), "full_chain": None}
    return {"install": {**places, **more}}


# --- the four of a service account's folder


@pytest.mark.parametrize("check", [False, True])
def test_a_link_to_another_tenants_key_gives_nobody_that_key(machine: Machine, check: bool) -> None:
    key_orders.written(machine.victim / "other-tenant.key", ec.generate_private_key(ec.SECP256R1()))
    as_nobody("ln", "-s", machine.victim / "other-tenant.key", machine.app / "tls.key")
    before = machine.state()
    asked = key_orders.order(machine.app, key={"path": str(machine.app / "tls.key"), "mode": "0640", **OWNED})
    fault = refused(lambda: key_orders.ensure(asked, check=check))
    assert machine.state() == before
    assert fault == "FolderNotTrusted"


def test_a_link_to_another_tenants_key_is_not_repaired_by_an_installation(machine: Machine, site: Site) -> None:
    key_orders.written(machine.victim / "other-tenant.key", site.key)
    as_nobody("ln", "-s", machine.victim / "other-tenant.key", machine.app / "tls.key")
    before = machine.state()
    key = {"path": str(machine.app / "tls.key"), "mode": "0640", **OWNED}
    fault = refused(lambda: site.ensure(site.contents, key=key))
    assert machine.state() == before
    assert fault == "FolderNotTrusted"


def test_a_planted_set_has_nothing_removed_elsewhere(machine: Machine, site: Site) -> None:
    (machine.victim / "deleteme").write_text("needed")
    planted = machine.app / ".tls.pem.set" / "deadbeef"
    as_nobody("mkdir", "-p", planted)
    as_nobody("ln", "-s", machine.victim / "deleteme", planted / "x")
    before = machine.state()
    fault = refused(lambda: site.ensure(site.contents, **install_into(machine.app, site)))
    assert machine.state() == before
    assert fault == "FolderNotTrusted"


def test_a_csr_is_not_written_through_a_planted_link(machine: Machine) -> None:
    (machine.victim / "shadow").write_text("root:x")
    (machine.victim / "shadow").chmod(0o600)
    as_nobody("ln", "-s", machine.victim / "shadow", machine.app / "tls.csr")
    before = machine.state()
    asked = key_orders.order(machine.app, key={"path": str(machine.app / "tls.key"), **OWNED})
    fault = refused(lambda: key_orders.ensure(asked))
    assert machine.state() == before
    assert fault == "FolderNotTrusted"
    assert not (machine.app / "tls.key").exists()


def test_a_file_that_a_planted_link_names_is_not_given_away(machine: Machine, site: Site) -> None:
    (machine.victim / "passwd").write_text("root:x:0:0::/root:/bin/sh\n")
    as_nobody("ln", "-s", machine.victim / "passwd", machine.app / "chain.pem")
    before = machine.state()
    fault = refused(lambda: site.ensure(site.contents, **install_into(machine.app, site, owner="nobody")))
    assert machine.state() == before
    assert fault == "FolderNotTrusted"


# --- the two of a folder that is open to all


@pytest.fixture
def sticky(machine: Machine) -> pathlib.Path:
    folder = machine.root / "sticky"
    folder.mkdir()
    folder.chmod(0o1777)
    return folder


def planted(path: pathlib.Path, key: t.Any) -> None:
    as_nobody("sh", "-c", 'umask 077; printf %s "$2" > "$1"', "sh", path, key_pem(key).decode())


def test_a_planted_key_is_not_certified(sticky: pathlib.Path) -> None:
    planted(sticky / "www.key", ec.generate_private_key(ec.SECP256R1()))
    assert refused(lambda: key_orders.ensure(key_orders.order(sticky))) == "FolderNotTrusted"
    assert not (sticky / "www.csr").exists()


def test_a_planted_key_that_waits_does_not_win(sticky: pathlib.Path) -> None:
    key_orders.written(sticky / "www.key", ec.generate_private_key(ec.SECP256R1()))
    planted(sticky / ".www.key.next", ec.generate_private_key(ec.SECP256R1()))
    assert refused(lambda: key_orders.ensure(key_orders.order(sticky))) == "FolderNotTrusted"
    assert not (sticky / "www.csr").exists()


# --- the same by other ways


@pytest.mark.parametrize("name", ["www.key", ".www.key.next"])
def test_a_key_that_was_moved_in_from_elsewhere_counts_only_with_a_known_owner(machine: Machine, name: str) -> None:
    folder = machine.root / "closed"
    folder.mkdir()
    if name != "www.key":
        key_orders.written(folder / "www.key", ec.generate_private_key(ec.SECP256R1()))
    key_orders.written(folder / name, ec.generate_private_key(ec.SECP256R1()))
    os.chown(folder / name, NOBODY.pw_uid, NOBODY.pw_gid)
    assert refused(lambda: key_orders.ensure(key_orders.order(folder))) == "KeyNotTrusted"
    assert key_orders.ensure(key_orders.order(folder, key=OWNED)).after


def test_a_link_of_nobody_on_the_way_is_not_followed(machine: Machine, site: Site) -> None:
    """Root moved it into a folder of its own, or gave the folder another owner later."""
    (machine.root / "way").symlink_to(machine.victim)
    os.lchown(machine.root / "way", NOBODY.pw_uid, NOBODY.pw_gid)
    fault = refused(lambda: site.ensure(site.contents, **install_into(machine.root / "way", site)))
    assert list(machine.victim.iterdir()) == []
    assert fault == "LinkNotTrusted"


def test_a_set_that_was_planted_before_the_folder_was_taken_over_is_refused(machine: Machine, site: Site) -> None:
    (machine.victim / "deleteme").write_text("needed")
    as_nobody("mkdir", "-p", machine.app / ".tls.pem.set" / "deadbeef")
    as_nobody("ln", "-s", machine.victim / "deleteme", machine.app / ".tls.pem.set" / "deadbeef" / "x")
    os.chown(machine.app, 0, 0)
    before = machine.state()
    fault = refused(lambda: site.ensure(site.contents, **install_into(machine.app, site)))
    assert machine.state() == before
    assert fault == "FolderNotTrusted"


def test_links_of_a_set_that_name_other_files_are_not_followed(machine: Machine, site: Site) -> None:
    """Even where all that was planted was given to root afterwards."""
    (machine.victim / ".x.deadbeef").write_text("needed")
    (machine.victim / "x").write_text("needed")
    planted_set = machine.app / ".tls.pem.set" / "deadbeef"
    planted_set.mkdir(parents=True)
    for number, place in enumerate(("x", ".x.deadbeef", "../site/www.key")):
        (planted_set / f"role{number}").symlink_to(machine.victim / place)
    os.chown(machine.app, 0, 0)
    before, key = machine.state(), (site.folder / "www.key").read_bytes()
    assert site.ensure(site.contents, **install_into(machine.app, site)).actions
    assert machine.state() == before
    assert (site.folder / "www.key").read_bytes() == key
    assert not planted_set.exists()


def test_a_report_does_not_look_through_a_planted_link(machine: Machine, site: Site) -> None:
    (machine.victim / "other.pem").write_text(pem(site.certificate))
    as_nobody("ln", "-s", machine.victim / "other.pem", machine.app / "tls.pem")
    for file in ({"path": str(machine.app / "tls.pem")}, {"path": str(machine.victim / "other.pem")}):
        row = describe(file, now=NOW, passphrases=Passphrases(), lang="en")
        seen = (row["common_name"], "become_user: nobody" in (row["message"] or ""))
        assert seen == ((None, True) if "app" in file["path"] else ("www.example.jp", False))


def test_root_may_work_as_the_owner_of_the_folder(machine: Machine, authority: Authority) -> None:
    """What the refusal advises: `become_user: nobody`."""
    asked = key_orders.order(machine.app)
    child = os.fork()
    if child == 0:
        with contextlib.suppress(BaseException):
            os.setgroups([])
            os.setgid(NOBODY.pw_gid)
            os.setuid(NOBODY.pw_uid)
            key_orders.ensure(asked)
            os._exit(0)
        os._exit(1)
    assert os.waitpid(child, 0)[1] == 0
    assert (machine.app / "www.key").stat().st_uid == NOBODY.pw_uid
