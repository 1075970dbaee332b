# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A folder that another process has locked: one of ours is waited for, none without an end."""

from __future__ import annotations

import contextlib
import fcntl
import os
import pathlib
import signal
import tempfile
import time
import typing as t

import pytest
from ansible_collections.iij.server_certificate.plugins.module_utils._core import errors, file_errors, locks
from ansible_collections.iij.server_certificate.tests.unit.plugins.module_utils._target import key_orders
from ansible_collections.iij.server_certificate.tests.unit.plugins.module_utils._target.accounts import (
    NOBODY,
    TWO_ACCOUNTS,
)
from ansible_collections.iij.server_certificate.tests.unit.plugins.module_utils._target.sites import Site

if t.TYPE_CHECKING:
    from collections.abc import Iterator


@contextlib.contextmanager
def held(folder: pathlib.Path, *, kind: int = fcntl.LOCK_EX, seconds: float = 60, user: int = 0) -> Iterator[None]:
    """Another process has the folder locked; not one of another program, which that account might not be let run."""
    inlet, outlet = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            if user:
                os.setgroups([])
                os.setgid(NOBODY.pw_gid)
                os.setuid(user)
            handle = os.open(folder, os.O_RDONLY)
            fcntl.flock(handle, kind)
            os.write(outlet, b"held")
            time.sleep(seconds)
        finally:
            os._exit(0)
    os.close(outlet)
    try:
        assert os.read(inlet, 4) == b"held"
        yield
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        os.close(inlet)


@pytest.fixture
def open_site(site: Site) -> Iterator[Site]:
    with tempfile.TemporaryDirectory() as name:
        pathlib.Path(name).chmod(0o755)
        yield Site(pathlib.Path(name), site.authority, site.key)


@TWO_ACCOUNTS
@pytest.mark.parametrize("kind", [fcntl.LOCK_EX, fcntl.LOCK_SH], ids=["alone", "shared"])
def test_another_account_stops_no_run_for_ever(open_site: Site, monkeypatch: pytest.MonkeyPatch, kind: int) -> None:
    site, begun = open_site, time.monotonic()
    monkeypatch.setattr(locks, "PATIENCE", 1)
    with held(site.folder, kind=kind, user=NOBODY.pw_uid):
        acts: list[t.Callable[[], object]] = [
            lambda: site.ensure(site.contents),
            lambda: key_orders.ensure(key_orders.order(site.folder)),
        ]
        for act in acts:
            with pytest.raises(file_errors.FolderHeld) as caught:
                act()
            for lang in ("en", "ja"):
                assert f"fuser -v {site.folder}" in caught.value.message(lang)
    assert time.monotonic() - begun < 20
    assert [path.name for path in site.folder.iterdir()] == ["www.key"]
    assert site.ensure(site.contents).actions


def test_one_of_ours_is_waited_for(site: Site) -> None:
    with held(site.folder, seconds=1):
        begun = time.monotonic()
        assert site.ensure(site.contents).actions
    assert time.monotonic() - begun > 0.5


def test_and_as_long_as_its_proof_may_take(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[float] = []
    monkeypatch.setattr(locks, "lock_within", lambda _handle, seconds: not seen.append(seconds))
    site.ensure(site.contents)
    site.issue()
    with pytest.raises(errors.Fault):
        site.ensure(site.contents, install={"prove": {"port": 1, "timeout": 2}})
    assert seen == [60, 62]


def test_where_nothing_can_be_locked_nothing_is_waited_for(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """Some network file systems."""

    def fail(*_arguments: object) -> t.NoReturn:
        raise OSError(9, os.strerror(9))

    monkeypatch.setattr(locks.fcntl, "flock", fail)
    assert site.ensure(site.contents).actions
