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
import struct
import subprocess
import typing as t

import pytest

NOBODY = pwd.getpwnam("nobody")
# With a word for whoever reads the report: without root no second account can be had.
TWO_ACCOUNTS = pytest.mark.skipif(
    os.geteuid() != 0 or shutil.which("setpriv") is None,
    reason="NOT TRIED: attacks from a second account need root and setpriv",
)

OWNER, USER, OWNING_GROUP, GROUP, MASK, OTHERS = 1, 2, 4, 8, 16, 32  # the tags of an access control list
NO_ACCOUNT = 0xFFFFFFFF


def give_list(path: pathlib.Path, entries: t.Iterable[tuple[int, int, int]]) -> None:
    """Give the file an access control list of (tag, rights, account), as setfacl does, which not every machine has."""
    content = struct.pack("<I", 2) + b"".join(struct.pack("<HHI", *entry) for entry in sorted(entries))
    try:
        os.setxattr(path, "system.posix_acl_access", content)
    except (AttributeError, OSError):
        pytest.skip("NOT TRIED: this file system has no access control lists")


def list_with(*named: tuple[int, int, int], mode: int) -> list[tuple[int, int, int]]:
    """A list with these entries beside those of a mode, whose group's bits are the mask."""
    owner, group, others = mode >> 6 & 7, mode >> 3 & 7, mode & 7
    plain = [(OWNER, owner), (OWNING_GROUP, group & ~2), (MASK, group), (OTHERS, others)]
    return [*named, *((tag, rights, NO_ACCOUNT) for tag, rights in plain)]


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


__all__ = (
    "GROUP",
    "MASK",
    "NOBODY",
    "NO_ACCOUNT",
    "OTHERS",
    "OWNER",
    "OWNING_GROUP",
    "TWO_ACCOUNTS",
    "USER",
    "Machine",
    "as_nobody",
    "give_list",
    "list_with",
    "made_in",
)
