# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A home folder that nobody has is named by a sentence, wherever a path may begin with a tilde."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.iij.server_certificate.plugins.plugin_utils._reports.pages import write_reports
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


def test_the_ledger_lies_where_it_lay(monkeypatch: pytest.MonkeyPatch, tmp_path: pathlib.Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_STATE_HOME", "~/state")
    assert find_ledger_path({"portfolio": "p"}).parent == tmp_path / "state" / "iij.server_certificate"
    monkeypatch.delenv("XDG_STATE_HOME")
    assert find_ledger_path({"portfolio": "p"}).parent == tmp_path / ".local/state/iij.server_certificate"


def test_reports_for_a_home_that_is_not_there() -> None:
    with pytest.raises(FileNotFoundError, match=NOBODYS):
        write_reports(a_status(), NOBODYS, name="plan")
