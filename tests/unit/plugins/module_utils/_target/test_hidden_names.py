# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the collection keeps under a hidden name is taken, too: a key that waits is nobody else's file."""

from __future__ import annotations

import pathlib
import typing as t

import pytest
from ansible_collections.iij.server_certificate.plugins.module_utils._core import errors
from ansible_collections.iij.server_certificate.plugins.module_utils._core.paths import hidden_beside
from ansible_collections.iij.server_certificate.plugins.module_utils._target import (
    accesses,
    ensure_certificate,
    ensure_key_csr,
    files,
    live_keys,
)
from ansible_collections.iij.server_certificate.tests.unit.plugins.authority import NOW, key_pem
from ansible_collections.iij.server_certificate.tests.unit.plugins.module_utils._target.sites import Site
from cryptography.hazmat.primitives.asymmetric import ec


def order(folder: pathlib.Path, name: str, file: str, **key: str) -> dict[str, t.Any]:
    return {
        "name": name, "common_name": f"{name}.example.co.jp", "csr_origin": "target",
        "key": {"path": str(folder / file), **key}, "install": {"certificate": str(folder / f"{name}.pem")},
    }  # fmt: skip


@pytest.mark.parametrize("folder", ["", "link"])
@pytest.mark.parametrize("backwards", [False, True])
def test_no_order_has_its_key_where_that_of_another_one_waits(
    tmp_path: pathlib.Path, folder: str, backwards: bool
) -> None:
    (tmp_path / "link").symlink_to(".")
    orders = [order(tmp_path, "www", "www.key"), order(tmp_path / folder, "other", ".www.key.next", mode="0640")]
    for _run in range(2):
        harvest = ensure_key_csr.ensure_all(orders[:: -1 if backwards else 1], check=False)
    (failure,) = harvest.failures
    assert (failure.name, type(failure.fault)) == ("other", errors.PathShared)
    assert "the order www" in failure.fault.message("en")
    assert [outcome.wanted.name for outcome in harvest.outcomes] == ["www"]


def test_nor_has_one_its_own_request_there(tmp_path: pathlib.Path) -> None:
    wanted = order(tmp_path, "www", "www.key", csr_path=str(tmp_path / ".www.key.next"))
    (failure,) = ensure_key_csr.ensure_all([wanted], check=True).failures
    assert isinstance(failure.fault, errors.PathShared)


def test_nor_a_certificate(site: Site) -> None:
    first = site.order()
    install = {"certificate": str(site.folder / ".www.pem.set" / "current" / "certificate")}
    second = {**site.order(), "name": "other", "install": install}
    handover = ensure_certificate.Handover()
    harvest = ensure_certificate.ensure_all([first, second], handover=handover, now=NOW, check=True)
    assert [(failure.name, type(failure.fault)) for failure in harvest.failures] == [("other", errors.PathShared)]


def test_a_hidden_file_beside_nothing_of_an_order_is_a_file_as_any(tmp_path: pathlib.Path) -> None:
    names = ("www.key", ".other.key", ".site.next", ".cafe.deadbeef", ".www.key.old")
    orders = [order(tmp_path, f"o{number}", name) for number, name in enumerate(names)]
    assert not ensure_key_csr.ensure_all(orders, check=True).failures


def test_every_name_that_is_made_is_known(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    made: set[str] = set()
    for module, name in ((pathlib.Path, "symlink_to"), (pathlib.Path, "mkdir")):
        really = getattr(module, name)
        monkeypatch.setattr(
            module,
            name,
            lambda path, *args, _really=really, **more: (made.add(str(path)), _really(path, *args, **more)),
        )
    write = files.os.open
    monkeypatch.setattr(
        files.os, "open", lambda path, *args, **more: (made.add(str(path)), write(path, *args, **more))[1]
    )
    link = files.os.link
    monkeypatch.setattr(files.os, "link", lambda old, new, **more: (made.add(str(new)), link(old, new, **more)))
    site.ensure(site.contents)
    site.key = ec.generate_private_key(ec.SECP256R1())
    waiting = live_keys.staged_path(str(site.folder / "www.key"))
    files.publish_exclusive(waiting, content=key_pem(site.key), access=accesses.Access(0o600))
    site.issue(since=NOW)
    order = site.order()
    site.ensure(site.contents, install={**order["install"], "backup": True})
    own = {path for role, path in order["install"].items() if role in ("certificate", "chain", "full_chain")}
    own.add(str(site.folder / "www.key"))
    hidden = {path for path in made if "/." in path.removeprefix(str(site.folder))}
    assert {path.rpartition(".")[2].rstrip("~") for path in hidden} >= {"next", "tmp", "set", "link"}
    assert not [path for path in hidden if not {*hidden_beside(path)} & {*own, waiting}]
