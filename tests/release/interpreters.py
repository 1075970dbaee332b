# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The real Python interpreters of this machine: a shim of a version manager is not one, for it may lead nowhere."""

from __future__ import annotations

import functools
import os
import pathlib
import subprocess
import typing as t

TARGETS: t.Final = ("3.9", "3.10", "3.11", "3.12", "3.13")  # what managed hosts may have


@functools.cache
def interpreter(version: str) -> pathlib.Path | None:
    """The interpreter of this version, or None where there is none that runs."""
    answers = (_answer(candidate) for candidate in _candidates(version))
    return next((real for real in answers if real is not None), None)


def search_path(*first: pathlib.Path, versions: tuple[str, ...] = TARGETS) -> str:
    """A PATH with these folders, then those of these interpreters, then the system's."""
    found = [real.parent for version in versions if (real := interpreter(version))]
    system = ("/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin")
    return os.pathsep.join(dict.fromkeys(map(str, (*first, *found, *system))))


def _candidates(version: str) -> t.Iterator[pathlib.Path]:
    for folder in os.environ.get("PATH", os.defpath).split(os.pathsep):
        yield pathlib.Path(folder, f"python{version}")
    managed = pathlib.Path(os.environ.get("PYENV_ROOT", "~/.pyenv")).expanduser()
    yield from sorted(managed.glob(f"versions/{version}.*/bin/python{version}"), reverse=True)


def _answer(candidate: pathlib.Path) -> pathlib.Path | None:
    """Where the interpreter of this name lies; that of a virtual environment tells what it was made from."""
    if not candidate.is_file():
        return None
    asked = subprocess.run(
        [candidate, "-c", "import sys; print(getattr(sys, '_base_executable', sys.executable))"],
        capture_output=True,
        text=True,
    )
    named = pathlib.Path(asked.stdout.strip() or "/").parent / candidate.name
    return named if asked.returncode == 0 and named.is_file() else None
