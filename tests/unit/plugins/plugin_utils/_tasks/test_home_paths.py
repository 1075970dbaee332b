# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A home folder that nobody has is named by a sentence, wherever a path may begin with a tilde."""

from __future__ import annotations

import errno
import json
import os
import typing as t

import pytest
from ansible_collections.iij.server_certificate.plugins.module_utils import _argspec
from ansible_collections.iij.server_certificate.plugins.module_utils._core.paths import expand_homes
from ansible_collections.iij.server_certificate.plugins.module_utils._core.phrases import translate
from ansible_collections.iij.server_certificate.plugins.module_utils._core.system_errors import describe_os_error
from ansible_collections.iij.server_certificate.plugins.plugin_utils._desk.portal.transport import PortalConnection
from ansible_collections.iij.server_certificate.plugins.plugin_utils._desk.private_files import (
    find_cache_home,
    find_state_folder,
    write_private,
)
from ansible_collections.iij.server_certificate.plugins.plugin_utils._reports.pages import write_reports
from ansible_collections.iij.server_certificate.plugins.plugin_utils._tasks.leg import _PATHS
from ansible_collections.iij.server_certificate.plugins.plugin_utils._tasks.spender import find_ledger_path
from statuses import a_status

if t.TYPE_CHECKING:
    import pathlib

NOBODYS: t.Final = "~nobody-of-this-name/x"


def test_the_ledger_of_a_home_that_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", NOBODYS)
    with pytest.raises(FileNotFoundError, match=NOBODYS):
        find_ledger_path({"portfolio": "p"})
    with pytest.raises(FileNotFoundError, match=NOBODYS):
        find_ledger_path({"portfolio": "p", "ledger_path": NOBODYS})


def test_without_a_home_people_are_told_what_to_set(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a container whose account has a number and no name."""
    for name in ("HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(os, "getuid", lambda: 2**31 - 2)
    for find in (find_state_folder, find_cache_home):
        with pytest.raises(FileNotFoundError) as found:
            find()
        assert "Set HOME" in translate(describe_os_error(found.value), "en")
        assert "HOME を設定" in translate(describe_os_error(found.value), "ja")


@pytest.mark.parametrize("path", ["state", "in/here", "../x"])
def test_a_ledger_that_moves_with_the_working_directory_is_refused(monkeypatch: pytest.MonkeyPatch, path: str) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", path)
    for find in (find_state_folder, lambda: find_ledger_path({"portfolio": "p"}), portal_connection):
        with pytest.raises(OSError, match=path) as refused:
            find()
        assert "is a relative path" in translate(describe_os_error(refused.value), "en")
        assert "相対パス" in translate(describe_os_error(refused.value), "ja")


def portal_connection() -> PortalConnection:
    return PortalConnection(url="https://portal.example.jp/", user="SA1", password="", request_interval=0)


def test_a_full_disk_of_the_controller_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: pathlib.Path) -> None:
    """A task of a host says it, which must not seem to mean the disk of the host."""

    def fill(*_arguments: object, **_more: object) -> t.NoReturn:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    tmp_path.chmod(0o700)
    monkeypatch.setattr(json, "dumps", fill)
    with pytest.raises(OSError, match=f"No space left on device: '{tmp_path}/work.json'"):
        write_private(tmp_path / "work.json", {})


def test_the_ledger_lies_where_it_lay(monkeypatch: pytest.MonkeyPatch, tmp_path: pathlib.Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_STATE_HOME", "~/state")
    assert find_ledger_path({"portfolio": "p"}).parent == tmp_path / "state" / "iij.server_certificate"
    monkeypatch.delenv("XDG_STATE_HOME")
    assert find_ledger_path({"portfolio": "p"}).parent == tmp_path / ".local/state/iij.server_certificate"


def test_reports_for_a_home_that_is_not_there() -> None:
    with pytest.raises(FileNotFoundError, match=NOBODYS):
        write_reports(a_status(), NOBODYS, name="plan")


def test_every_path_of_the_controller_may_begin_with_a_tilde(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is written into a folder of that name, and no file of orders is overlooked."""
    monkeypatch.setenv("HOME", "/home/of/me")
    options = {"order_files": "~/orders", "plan_file": None, "reports_path": "x/~", "portfolio": "~p"}
    expanded = expand_homes(options, ("order_files", "plan_file", "reports_path", "not_there"))
    assert expanded == {**options, "order_files": "/home/of/me/orders"}
    with pytest.raises(FileNotFoundError, match=NOBODYS):
        expand_homes({"order_files": NOBODYS}, ("order_files",))


def test_no_path_of_an_option_is_forgotten() -> None:
    """Each one is expanded where it is used, or with the others before that."""
    used = {
        "desk_ca_path",
        "desk_folder",
        "ledger_path",
        "map_path",
        "memory_path",
        "portal_browser_path",
        "webhook_ca_path",
    }
    used |= {"record_path", "records_file", "reports_path", "vault_password_file"}
    names = {
        name
        for make in (vars(_argspec)[name] for name in _argspec.__all__ if name.islower())
        if isinstance(spec := _spec_of(make), dict)
        for name, option in spec.items()
        if name.endswith(("_path", "_file", "_files")) and option["type"] == "str"
    }
    assert set(_PATHS) <= names
    assert names <= set(_PATHS) | used


def _spec_of(make: t.Any) -> dict[str, t.Any] | None:
    try:
        return getattr(make(), "argument_spec", None)
    except TypeError:
        return None
