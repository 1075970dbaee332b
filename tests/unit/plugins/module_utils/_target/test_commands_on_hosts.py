# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a command of the host comes to: its own end counts, and what it has said when it failed."""

from __future__ import annotations

import os
import shlex
import signal
import typing as t

import pytest
from ansible_collections.iij.server_certificate.plugins.module_utils._target import commands

if t.TYPE_CHECKING:
    import pathlib


@pytest.mark.parametrize(("status", "text"), [(0, None), (3, "status 3, restarted")])
def test_what_it_leaves_running_is_not_waited_for(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch, status: int, text: str | None
) -> None:
    """As a script does that restarts a server: its output stays open for as long as the server runs."""
    monkeypatch.setattr(commands, "_PATIENCE", 5)
    server = tmp_path / "server.pid"
    script = f"sleep 60 & echo $! > {server}; echo restarted; exit {status}"
    try:
        failure = commands.failure(shlex.join(["sh", "-c", script]))
    finally:
        os.kill(int(server.read_text(encoding="ascii")), signal.SIGKILL)
    assert (failure and failure.en) == text


def test_what_never_ends_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(commands, "_PATIENCE", 0.2)
    failure = commands.failure("sleep 60")
    assert failure and "no end" in failure.en


@pytest.mark.parametrize(("lines", "shown"), [("it is wrong", ", it is wrong"), ("-----BEGIN PRIVATE KEY-----", "")])
def test_it_is_heard_only_where_it_shows_no_key(lines: str, shown: str) -> None:
    failure = commands.failure(shlex.join(["sh", "-c", f"echo '{lines}' >&2; exit 1"]))
    assert failure and failure.en == f"status 1{shown}"


def test_what_is_longer_than_anybody_reads_is_not_shown() -> None:
    """Its end alone could be half of a key that nobody knows as one."""
    failure = commands.failure(shlex.join(["sh", "-c", "yes long | head -c 2000000; exit 1"]))
    assert failure and failure.en == "status 1"
