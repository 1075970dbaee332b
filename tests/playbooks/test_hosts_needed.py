# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where sshd is missing these tests are left out loudly, and in CI that is a failure."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.iij.server_certificate.tests.playbooks import ssh_hosts

if t.TYPE_CHECKING:
    import pathlib


@pytest.mark.parametrize(("ci", "outcome"), [("true", pytest.fail.Exception), ("", pytest.skip.Exception)])
def test_a_machine_without_sshd(
    monkeypatch: pytest.MonkeyPatch, tmp_path: pathlib.Path, ci: str, outcome: type[BaseException]
) -> None:
    monkeypatch.setenv("CI", ci)
    monkeypatch.setattr("shutil.which", lambda tool, path=None: None if tool == "sshd" else f"/usr/bin/{tool}")
    with pytest.raises(outcome, match="no sshd here"), ssh_hosts.running_hosts("web1", folder=tmp_path):
        pytest.fail("there are hosts without sshd")
    assert list(tmp_path.iterdir()) == []
