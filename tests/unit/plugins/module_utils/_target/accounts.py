# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A second account on this machine: folders that are its own, and what it does there with its own rights."""

from __future__ import annotations

import dataclasses as dc
import os
import pathlib
import pwd
import shutil
import subprocess

import pytest

NOBODY = pwd.getpwnam("nobody")
# With a word for whoever reads the report: without root no second account can be had.
TWO_ACCOUNTS = pytest.mark.skipif(
    os.geteuid() != 0 or shutil.which("setpriv") is None,
    reason="NOT TRIED: attacks from a second account need root and setpriv",
)


@dc.dataclass(frozen=True)
class Machine:
    """A folder of root's that every account may enter, with one for other people's files and one of nobody's."""

    root: pathlib.Path

    @property
    def victim(self) -> pathlib.Path:
        return self.root / "victim"

    @property
    def app(self) -> pathlib.Path:
        return self.root / "app"

    def state(self) -> dict[str, tuple[object, ...]]:
        """All that may be seen of what nobody must be able to change."""
        return {path.name: (*path.lstat()[:6], path.read_bytes()) for path in self.victim.iterdir()}


def made_in(root: pathlib.Path) -> Machine:
    """The machine below this folder, which nobody may enter."""
    root.chmod(0o755)
    machine = Machine(root)
    machine.victim.mkdir(mode=0o711)
    machine.app.mkdir(mode=0o755)
    os.chown(machine.app, NOBODY.pw_uid, NOBODY.pw_gid)
    return machine


def as_nobody(*command: str | pathlib.Path) -> None:
    """Run a command with the rights of nobody."""
    account = (f"--reuid={NOBODY.pw_uid}", f"--regid={NOBODY.pw_gid}", "--clear-groups")
    subprocess.run(["setpriv", *account, *map(str, command)], check=True)


__all__ = ("NOBODY", "TWO_ACCOUNTS", "Machine", "as_nobody", "made_in")
