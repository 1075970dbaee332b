# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Paths that stay plain files (install.plain_files), for containers and chroots that see their folders apart."""

from __future__ import annotations

import os
import pathlib
import shutil
import tempfile
import typing as t

import pytest
from ansible_collections.iij.server_certificate.plugins.module_utils._core import activation_errors
from ansible_collections.iij.server_certificate.tests.unit.plugins.authority import NOW, Authority, key_pem, pem
from ansible_collections.iij.server_certificate.tests.unit.plugins.module_utils._target.killing import killed_at
from ansible_collections.iij.server_certificate.tests.unit.plugins.module_utils._target.sites import Site
from cryptography.hazmat.primitives.asymmetric import ec

if t.TYPE_CHECKING:
    from collections.abc import Iterator

CHAIN, CERTIFICATE, KEY = "certs/chain.pem", "certs/www.pem", "private/www.key"


class Apart(Site):
    """Key and certificates in folders of their own."""

    @property
    def root(self) -> pathlib.Path:
        return self.folder.parent

    def asked(self, *, plain: bool = True, **more: t.Any) -> dict[str, t.Any]:
        install = {"certificate": str(self.root / CERTIFICATE), "chain": str(self.root / CHAIN), "full_chain": None}
        return {"install": {**install, "plain_files": plain, **more}}

    def install(self, **more: t.Any) -> tuple[str, ...]:
        return self.ensure(self.contents, **self.asked(**more)).actions

    def rekey(self) -> None:
        """A new key waits, and its certificate is issued."""
        self.key = ec.generate_private_key(ec.SECP256R1())
        (self.folder / ".www.key.next").write_bytes(key_pem(self.key))
        (self.folder / ".www.key.next").chmod(0o600)
        self.issue(since=NOW)

    def shown(self) -> list[str | None]:
        paths = (self.root / name for name in (KEY, CERTIFICATE, CHAIN))
        return [path.read_text() if path.exists() else None for path in paths]

    def wanted(self) -> list[str]:
        return [key_pem(self.key).decode(), pem(self.certificate), self.authority.chain_pem]

    def links(self) -> list[str]:
        return [name for name in (KEY, CERTIFICATE, CHAIN) if (self.root / name).is_symlink()]


def made(root: pathlib.Path, authority: Authority) -> Apart:
    for name in ("private", "certs"):
        (root / name).mkdir(parents=True)
    return Apart(root / "private", authority, ec.generate_private_key(ec.SECP256R1()))


@pytest.fixture
def apart(tmp_path: pathlib.Path, authority: Authority) -> Apart:
    return made(tmp_path / "host", authority)


def test_every_path_is_a_plain_file_with_each_certificate(apart: Apart, tmp_path: pathlib.Path) -> None:
    for number in range(3):
        if number:
            apart.rekey()
        assert apart.install()
        assert apart.links() == []
        assert apart.shown() == apart.wanted()
        assert apart.install() == ()
        # What sees the folder of the key alone, such as a container or a copy, can read the key.
        shutil.copytree(apart.folder, tmp_path / "elsewhere" / str(number), symlinks=True)
        assert (tmp_path / "elsewhere" / str(number) / "www.key").read_text() == key_pem(apart.key).decode()


def test_without_it_the_key_becomes_a_link_out_of_its_folder(apart: Apart) -> None:
    apart.install(plain=False)
    apart.rekey()
    apart.install(plain=False)
    assert apart.links() == [KEY, CERTIFICATE, CHAIN]


def test_links_become_files_when_the_order_says_so_and_links_again_with_the_next_certificate(apart: Apart) -> None:
    apart.install(plain=False)
    apart.rekey()
    apart.install(plain=False)
    assert apart.ensure(check=True, **apart.asked()).actions == ("write_plain_files",)
    assert apart.install() == ("write_plain_files",)
    assert apart.links() == []
    assert apart.shown() == apart.wanted()
    assert apart.install() == ()
    apart.rekey()
    assert "activate_key" in apart.install(plain=False)
    assert apart.links() == [KEY, CERTIFICATE, CHAIN]
    assert apart.shown() == apart.wanted()


@pytest.mark.parametrize("first", [True, False])
def test_the_old_files_come_back(apart: Apart, first: bool) -> None:
    if not first:
        apart.install()
    before, key = apart.shown(), apart.key
    apart.rekey()
    with pytest.raises(activation_errors.ReloadFailed):
        apart.install(reload="false")
    assert apart.shown() == before
    assert apart.shown()[0] == key_pem(key).decode()
    assert apart.links() == []
    assert apart.install(reload="true")[-1] == "reload"
    assert apart.shown() == apart.wanted()


def test_a_mode_is_put_right(apart: Apart) -> None:
    apart.install()
    (apart.root / KEY).chmod(0o644)
    (apart.root / CHAIN).chmod(0o600)
    assert apart.install() == ("repair_chain_mode", "repair_key_mode")
    assert apart.install() == ()


def test_a_file_that_somebody_replaced_is_written_again(apart: Apart) -> None:
    apart.install()
    (apart.root / CHAIN).unlink()
    (apart.root / CHAIN).write_text("edited")
    assert apart.install() == ("write_chain",)
    assert apart.shown() == apart.wanted()


def test_where_hard_links_are_refused_copies_do(apart: Apart, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_arguments: object, **_options: object) -> t.NoReturn:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)
    for number in range(2):
        if number:
            apart.rekey()
        apart.install()
        assert apart.shown() == apart.wanted()
        assert apart.install() == ()


@pytest.fixture
def memory() -> Iterator[pathlib.Path]:
    shared = pathlib.Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=shared if os.access(shared, os.W_OK) else None) as name:
        yield pathlib.Path(name)


@pytest.mark.parametrize("before", ["nothing", "plain", "links"])
@pytest.mark.parametrize("reload", ["true", "false"])
def test_killed_anywhere_each_file_is_whole_and_the_next_run_makes_them_one_set(
    memory: pathlib.Path, authority: Authority, before: str, reload: str
) -> None:
    stage = made(memory / "stage" / "host", authority)
    if before != "nothing":
        stage.install(plain=before == "plain")
        stage.rekey()
        stage.install(plain=before == "plain")
    old = stage.shown()
    stage.rekey()
    new, fatal, killed = stage.wanted(), 0, True
    while killed:
        shutil.copytree(memory / "stage", memory / "point", symlinks=True)
        again = Apart.__new__(Apart)
        again.__dict__ = {**stage.__dict__, "folder": memory / "point" / "host" / "private"}
        killed = killed_at(fatal, lambda again=again: again.install(reload=reload))
        assert all(found in pair for found, pair in zip(again.shown(), zip(old, new)))
        if reload == "false":
            with pytest.raises(activation_errors.ReloadFailed):
                again.install(reload=reload)
            assert again.shown() == old
        again.install(reload="true")
        assert again.shown() == new
        assert again.links() == []
        assert again.install(reload="true") == ()
        hidden = [path for path in again.root.rglob(".*") if path.is_file() and not path.is_symlink()]
        assert len(hidden) == 3, "one more name for each of the files"
        shutil.rmtree(memory / "point")
        fatal += int(os.environ.get("KILL_AT_EVERY", "2"))
    assert fatal > 30
