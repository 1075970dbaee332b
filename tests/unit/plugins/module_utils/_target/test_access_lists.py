# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Access control lists of folders, of keys, and of the files that are replaced."""

from __future__ import annotations

import os
import pathlib
import stat
import subprocess
import tempfile
import typing as t

import pytest
from ansible_collections.iij.server_certificate.plugins.module_utils._core import trust_errors
from ansible_collections.iij.server_certificate.plugins.module_utils._target import door, files, installation
from ansible_collections.iij.server_certificate.tests.unit.plugins.authority import NOW, key_pem, pem
from ansible_collections.iij.server_certificate.tests.unit.plugins.module_utils._target import key_orders
from ansible_collections.iij.server_certificate.tests.unit.plugins.module_utils._target.accounts import (
    GROUP,
    NOBODY,
    TWO_ACCOUNTS,
    USER,
    as_nobody,
    give_list,
    list_with,
)
from ansible_collections.iij.server_certificate.tests.unit.plugins.module_utils._target.sites import Site
from cryptography.hazmat.primitives.asymmetric import ec

if t.TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = TWO_ACCOUNTS
ROOT: t.Final = 0
ROLES: t.Final = installation.ROLES
SESAME: t.Final = installation.Passphrases(bundles={"www": "open sesame"})

# What is named beside the owner, under which mode, and whether others may write by it.
LISTS: t.Final = {
    "another account may write": ((USER, 7, NOBODY.pw_uid), 0o775, True),
    "another group may write": ((GROUP, 7, NOBODY.pw_gid), 0o775, True),
    "another account may read": ((USER, 5, NOBODY.pw_uid), 0o775, False),
    "another account may write, but for the mask": ((USER, 7, NOBODY.pw_uid), 0o755, False),
    "root by its name may write": ((USER, 7, ROOT), 0o775, False),
    "root's own group by its number may write": ((GROUP, 7, ROOT), 0o775, False),
}


@pytest.fixture
def entered() -> Iterator[pathlib.Path]:
    """A folder that every account may enter, unlike those of pytest."""
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name).resolve()
        folder.chmod(0o755)
        yield folder


@pytest.fixture
def open_site(entered: pathlib.Path, site: Site) -> Site:
    """A site in a folder that nobody may pass."""
    return Site(entered, site.authority, site.key)


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize("where", ["in it", "below it"])
def test_a_folder_is_open_to_whom_its_list_lets_write(entered: pathlib.Path, name: str, where: str) -> None:
    named, mode, is_open = LISTS[name]
    folder = entered / "tls"
    (folder / "private").mkdir(parents=True)
    give_list(folder, list_with(named, mode=mode))
    path = str(folder / "www.key" if where == "in it" else folder / "private" / "www.key")
    if not is_open:
        assert door.file_of(path) == pathlib.Path(path)
        return
    with pytest.raises(trust_errors.FolderNotTrusted) as caught:
        door.file_of(path)
    for lang in ("en", "ja"):
        assert f"setfacl -b {folder}" in caught.value.message(lang)


def test_another_tenants_key_that_was_moved_in_is_not_handed_over(entered: pathlib.Path) -> None:
    folder = entered / "tls"
    folder.mkdir()
    give_list(folder, list_with((USER, 7, NOBODY.pw_uid), mode=0o775))
    content = key_orders.written(folder / "other.key", ec.generate_private_key(ec.SECP256R1()))
    as_nobody("mv", folder / "other.key", folder / "www.key")
    owned = {"owner": "nobody", "group": str(NOBODY.pw_gid)}
    for check in (True, False):
        with pytest.raises(trust_errors.FolderNotTrusted):
            key_orders.ensure(key_orders.order(folder, key=owned), check=check)
    assert [path.name for path in folder.iterdir()] == ["www.key"]
    assert ((folder / "www.key").read_bytes(), (folder / "www.key").stat().st_uid) == (content, ROOT)


# --- keys


KEYS: t.Final = {
    "everybody may write": (None, 0o666, True),
    "a group may write": (None, 0o660, True),
    "an account of the list may write": ((USER, 6, NOBODY.pw_uid), 0o660, True),
    "a group of the list may write": ((GROUP, 6, NOBODY.pw_gid), 0o660, True),
    "everybody may read": (None, 0o644, False),
    "an account of the list may read": ((USER, 4, NOBODY.pw_uid), 0o640, False),
}


def _open_key(path: pathlib.Path, name: str) -> bool:
    named, mode, is_open = KEYS[name]
    os.chown(path, ROOT, NOBODY.pw_gid)  # no group of root's alone
    path.chmod(mode)
    if named:
        give_list(path, list_with(named, mode=mode))
    return is_open


@pytest.mark.parametrize("name", KEYS)
@pytest.mark.parametrize("waits", [False, True], ids=["live", "waiting"])
def test_a_key_that_others_may_write_is_neither_repaired_nor_certified(
    tmp_path: pathlib.Path, name: str, waits: bool
) -> None:
    key_orders.written(tmp_path / "www.key", ec.generate_private_key(ec.SECP256R1()))
    place = tmp_path / (".www.key.next" if waits else "www.key")
    key_orders.written(place, ec.generate_private_key(ec.SECP256R1()))
    is_open, before = _open_key(place, name), place.stat()
    if not is_open:
        assert key_orders.ensure(key_orders.order(tmp_path)).actions == ("repair_key_mode", "create_csr")
        assert stat.S_IMODE(place.stat().st_mode) == 0o600
        return
    for check in (True, False):
        with pytest.raises(trust_errors.KeyOpenToOthers) as caught:
            key_orders.ensure(key_orders.order(tmp_path), check=check)
    for lang in ("en", "ja"):
        assert str(place) in caught.value.message(lang)
    assert (place.stat().st_mode, place.stat().st_ctime_ns) == (before.st_mode, before.st_ctime_ns)
    assert not (tmp_path / "www.csr").exists()
    place.unlink()
    assert key_orders.ensure(key_orders.order(tmp_path)).actions[-1] == "create_csr"


@pytest.mark.parametrize("name", KEYS)
def test_nor_is_it_installed_for(site: Site, name: str) -> None:
    if _open_key(site.folder / "www.key", name):
        site.refuses(site.contents, trust_errors.KeyOpenToOthers)
    else:
        assert "repair_key_mode" in site.ensure(site.contents).actions


def test_an_owner_of_the_order_may_write_its_key(tmp_path: pathlib.Path) -> None:
    key_orders.written(tmp_path / "www.key", ec.generate_private_key(ec.SECP256R1()))
    give_list(tmp_path / "www.key", list_with((USER, 6, NOBODY.pw_uid), mode=0o660))
    asked = key_orders.order(tmp_path, key={"owner": "nobody", "group": str(NOBODY.pw_gid)})
    assert key_orders.ensure(asked).actions == ("repair_key_mode", "create_csr")


# --- files that take the place of others


def _only(site: Site, role: str, **more: t.Any) -> dict[str, t.Any]:
    install = {"certificate": None, "chain": None, "full_chain": None, role: str(site.folder / "file"), **more}
    if role == "chain":
        install["certificate"] = str(site.folder / "www.pem")
    return {"install": install, "passphrases": SESAME}


def _may_nobody_read(path: pathlib.Path) -> bool:
    try:
        as_nobody("test", "-r", path)
    except subprocess.CalledProcessError:
        return False
    return True


@pytest.mark.parametrize("mode", ["0600", "0640"])
@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("named", [(USER, 7, NOBODY.pw_uid), (GROUP, 4, NOBODY.pw_gid)], ids=["user", "group"])
def test_no_list_of_the_file_before_opens_a_new_one(
    open_site: Site, role: str, mode: str, named: tuple[int, int, int]
) -> None:
    site, secret = open_site, role in installation.WITH_KEY
    asked = {**_only(site, role, mode=mode), "key": {"path": str(site.folder / "www.key"), "mode": mode}}
    file = site.folder / "file"
    if role != "pkcs12":
        file.write_text(pem(site.certificate))
        give_list(file, list_with(named, mode=0o664))
    else:
        site.ensure(site.contents, **asked)
        give_list(file.resolve(), list_with(named, mode=0o664))
        site.issue(since=NOW)
    site.ensure(site.contents, **asked)
    assert stat.S_IMODE(file.stat().st_mode) == int(mode, 8)
    # What holds no key keeps the list, under its mode; a file that held the key before was somebody's choice.
    kept = mode == "0640" and (not secret or role == "pkcs12")
    assert _may_nobody_read(file) == kept
    assert site.ensure(**asked).actions == ()


def test_the_list_of_a_key_goes_over_to_the_next_key_under_its_mode(open_site: Site) -> None:
    site = open_site
    asked: dict[str, t.Any] = {"key": {"path": str(site.folder / "www.key"), "mode": "0640"}}
    site.ensure(site.contents, **asked)
    key = site.folder / "www.key"
    give_list(key, list_with((USER, 4, NOBODY.pw_uid), mode=0o640))
    for mode, readable in (("0640", True), ("0600", False)):
        site.key = ec.generate_private_key(ec.SECP256R1())
        (site.folder / ".www.key.next").write_bytes(key_pem(site.key))
        (site.folder / ".www.key.next").chmod(int(mode, 8))
        site.issue(since=NOW)
        assert "activate_key" in site.ensure(site.contents, key={**asked["key"], "mode": mode}).actions
        assert _may_nobody_read(key) == readable


def test_a_list_never_opens_what_is_being_written(open_site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not even for a moment: what is opened then can be read later."""
    file, seen = open_site.folder / "file", []
    file.write_bytes(key_pem(open_site.key))
    give_list(file, list_with((USER, 6, NOBODY.pw_uid), mode=0o664))
    really = os.setxattr

    def setxattr(handle: int, *arguments: t.Any) -> None:
        really(handle, *arguments)
        seen.append(stat.S_IMODE(os.fstat(handle).st_mode))

    monkeypatch.setattr(os, "setxattr", setxattr)
    files.replace(str(file), content=key_pem(open_site.key), access=files.Access(0o600))
    assert set(seen) == {0o600}
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
