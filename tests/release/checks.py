# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The checks of other projects that a collection must pass to be published, each as one command."""

from __future__ import annotations

import os
import pathlib
import subprocess
import sys
import typing as t

TOOLS: t.Final = pathlib.Path(sys.executable).parent

# In a copy of the checkout, by name.
IN_A_COPY: t.Final[dict[str, tuple[str, ...]]] = {
    "ansible-lint": ("ansible-lint", "--offline", "--profile", "production", "--strict"),
    "antsibull-docs": ("antsibull-docs", "lint-collection-docs", "--plugin-docs", "."),
    "reuse": ("reuse", "lint"),
}


def command(name: str) -> list[str]:
    tool, *arguments = IN_A_COPY[name]
    return [str(TOOLS / tool), *arguments]


def importing(artefact: pathlib.Path) -> list[str]:
    """What Galaxy does with a tarball that is uploaded."""
    return [sys.executable, "-m", "galaxy_importer.main", str(artefact)]


def environment(folder: pathlib.Path) -> dict[str, str]:
    """Of a check below this folder: the copies in it are the only collections, and nothing is kept elsewhere.

    Nor is anything left in a copy: bytecode of one check had no licence in the eyes of the next one.
    """
    return {
        **os.environ,
        "ANSIBLE_COLLECTIONS_PATH": str(folder),
        "ANSIBLE_HOME": str(folder / "home"),
        "LC_ALL": "C.UTF-8",
        "NO_COLOR": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PATH": os.pathsep.join((str(TOOLS), os.environ["PATH"])),
    }


def output(command: list[str], *, cwd: pathlib.Path, environment: dict[str, str]) -> str:
    """What a check says that finds nothing wrong."""
    done = subprocess.run(
        command, cwd=cwd, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    assert done.returncode == 0, done.stdout
    return done.stdout
