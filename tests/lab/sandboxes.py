# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Sandboxes with real hosts in them: the commands that run in one, and what these find there."""

from __future__ import annotations

import dataclasses as dc
import os
import pathlib
import subprocess
import sys
import typing as t

from ansible_collections.iij.server_certificate.tests.playbooks.packed_modules import commands_in

HERE: t.Final = pathlib.Path(__file__).resolve().parent
ROOT: t.Final = HERE.parents[1]
HOSTLAB: t.Final = HERE / "hostlab.sh"
SANDBOX: t.Final = HERE / "sandbox.sh"
TOOLS: t.Final = pathlib.Path(sys.executable).parent
SUITES: t.Final = ("bookworm", "trixie")
OLDEST: t.Final = "bullseye"  # beyond its long-term support, so it may leave the mirrors


def list_missing() -> list[str]:
    """Name the Debian packages that a lab needs and that are not here."""
    return subprocess.run([HOSTLAB, "missing"], capture_output=True, text=True, check=True).stdout.split()


def start_images(**output: t.Any) -> dict[str, subprocess.Popen[bytes]]:
    """Start to build the images that are not there; who starts it a second time waits for the first."""
    return {suite: subprocess.Popen([HOSTLAB, "image", suite], **output) for suite in (*SUITES, OLDEST)}


@dc.dataclass(frozen=True)
class Lab:
    """A place where sandboxes with real hosts can be had; `oldest` is the suite of the oldest host."""

    oldest: str

    def start(self, *command: str) -> subprocess.Popen[str]:
        """Start this command in a sandbox of its own."""
        return subprocess.Popen(
            [str(SANDBOX), *command],
            cwd=ROOT,
            env=self._environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def run(self, *command: str) -> str:
        """What this command says in a sandbox; it must succeed."""
        process = self.start(*command)
        said, _ = process.communicate()
        assert process.returncode == 0, said
        return said

    def _environment(self) -> dict[str, str]:
        ours = ("ANSIBLE_", "MOLECULE_", "IIJ_CERT_", "REHEARSAL_", "XDG_", "PYTEST_")
        kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
        return {
            **kept,
            "PATH": os.pathsep.join(
                [str(commands_in(os.environ)), str(TOOLS), os.environ.get("PATH", ""), "/usr/sbin", "/sbin"]
            ),
            "PYTHONPATH": os.pathsep.join([str(ROOT / "collections"), str(ROOT / "rehearsal" / "src")]),
            "LC_ALL": "C.UTF-8",
            "NO_COLOR": "1",
            "HOSTLAB_OLDEST": self.oldest,
        }
