# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A task that does not run as root: what it may not write is refused by check mode and by the run in the same words."""

from __future__ import annotations

import os
import pathlib
import tempfile
import typing as t

import pytest
from ansible_collections.iij.server_certificate.plugins.module_utils._core import errors
from ansible_collections.iij.server_certificate.tests.unit.plugins.module_utils._target import accounts, key_orders
from ansible_collections.iij.server_certificate.tests.unit.plugins.module_utils._target.accounts import NOBODY

if t.TYPE_CHECKING:
    from collections.abc import Iterator

    from ansible_collections.iij.server_certificate.tests.unit.plugins.module_utils._target.accounts import Machine
    from ansible_collections.iij.server_certificate.tests.unit.plugins.module_utils._target.sites import Site

pytestmark = accounts.TWO_ACCOUNTS


@pytest.fixture
def machine() -> Iterator[Machine]:
    """Not pytest's own folder, which only root may enter; `victim` is a folder of root's that everybody may read."""
    with tempfile.TemporaryDirectory() as name:
        made = accounts.made_in(pathlib.Path(name))
        made.victim.chmod(0o755)
        yield made


def say_as_nobody(act: t.Callable[[], object]) -> str:
    """Do it in a process with the rights of nobody, and return the sentence that it was refused with."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.setgroups([])
            os.setgid(NOBODY.pw_gid)
            os.setuid(NOBODY.pw_uid)
            act()
            os.write(writer, b"done")
        except errors.Fault as fault:
            os.write(writer, str(fault).encode())
        finally:
            os._exit(0)
    os.close(writer)
    with os.fdopen(reader, encoding="utf-8") as said:
        text = said.read()
    assert os.waitpid(child, 0)[1] == 0
    return text


def say_of_key(machine: Machine, **fields: t.Any) -> list[str]:
    asked = key_orders.order(machine.app, **fields)
    return [say_as_nobody(lambda check=check: key_orders.ensure(asked, check=check)) for check in (True, False)]


def test_only_root_gives_a_key_to_another_account(machine: Machine) -> None:
    for account in ({"owner": "root"}, {"group": "root"}):
        said = say_of_key(machine, key=account)
        assert said[0] == said[1]
        assert f"Only root can give {machine.app}/www.key to the {next(iter(account))} root" in said[0]
    assert list(machine.app.iterdir()) == []
    assert say_of_key(machine, key={"owner": NOBODY.pw_name}) == ["done", "done"]


def test_a_folder_of_roots_is_told_before_it_is_needed(machine: Machine) -> None:
    said = say_of_key(machine, key={"csr_path": str(machine.victim / "www.csr")})
    assert said == [f"{machine.victim}/www.csr cannot be read or written: Permission denied."] * 2
    assert list(machine.app.iterdir()) == [], "no key is made for a CSR that has no place"


def test_a_key_of_another_account_keeps_its_mode_and_check_mode_tells_it(machine: Machine) -> None:
    key_orders.ensure(key_orders.order(machine.victim))
    (machine.victim / "www.key").chmod(0o640)
    asked = key_orders.order(machine.victim)
    os.chown(machine.victim / "www.key", 0, NOBODY.pw_gid)
    for check in (True, False):
        said = say_as_nobody(lambda check=check: key_orders.ensure(asked, check=check))
        assert said == f"{machine.victim}/www.key cannot be read or written: Operation not permitted."


@pytest.fixture
def nobodys(site: Site, machine: Machine) -> t.Callable[..., list[str]]:
    """Install a certificate as nobody, whose key is in a folder of nobody's, in check mode and for good."""
    key = machine.app / "www.key"
    key.write_bytes((site.folder / "www.key").read_bytes())
    key.chmod(0o600)
    os.chown(key, NOBODY.pw_uid, NOBODY.pw_gid)

    def install(folder: pathlib.Path, **install: t.Any) -> list[str]:
        paths = {
            "certificate": str(folder / "www.pem"),
            "chain": str(machine.app / "chain.pem"),
            "full_chain": None,
            **install,
        }
        fields = {"key": {"path": str(key)}, "install": paths}
        return [
            say_as_nobody(lambda check=check: site.ensure(site.contents, check=check, **fields))
            for check in (True, False)
        ]

    return install


def test_a_certificate_that_cannot_be_installed_is_told_by_check_mode(
    nobodys: t.Callable[..., list[str]], machine: Machine
) -> None:
    said = nobodys(machine.victim)
    assert said == [f"{machine.victim}/www.pem cannot be read or written: Permission denied."] * 2
    said = nobodys(machine.app, owner="root")
    assert said[0] == said[1]
    assert f"Only root can give {machine.app}/" in said[0]
    assert [path.name for path in machine.app.iterdir()] == ["www.key"]
    assert nobodys(machine.app, owner=NOBODY.pw_name) == ["done", "done"]
