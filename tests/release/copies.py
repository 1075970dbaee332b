# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Real copies of the checkout, for what judges files: no links, and nothing that only lies about here."""

from __future__ import annotations

import pathlib
import shutil
import subprocess
import typing as t

ROOT: t.Final = pathlib.Path(__file__).resolve().parents[2]
PLACE: t.Final = pathlib.Path("ansible_collections", "iij", "server_certificate")


def tracked() -> tuple[str, ...]:
    """What Git tracks: the sources of a release."""
    return _listed("--cached")


def trackable() -> tuple[str, ...]:
    """What Git tracks, or would if it were told: the sources of a check."""
    return _listed("--cached", "--others", "--exclude-standard")


def copy(names: tuple[str, ...], *, into: pathlib.Path) -> pathlib.Path:
    """These files and no others, where Ansible looks for the collection; what ansible-test left there stays."""
    place = into / PLACE
    for found in place.iterdir() if place.exists() else ():
        if found.name != "tests":
            shutil.rmtree(found) if found.is_dir() else found.unlink()
    for found in place.glob("tests/*"):
        if found.name != "output":
            shutil.rmtree(found) if found.is_dir() else found.unlink()
    for name in names:
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, place / name)
    # A repository of its own: below the checkout, tools would ask the checkout's, which ignores all of build/.
    subprocess.run(["git", "init", "--quiet", place], check=True)
    return place


def _listed(*options: str) -> tuple[str, ...]:
    listed = subprocess.run(["git", "ls-files", "-z", *options], cwd=ROOT, capture_output=True, text=True, check=True)
    return tuple(name for name in sorted(set(listed.stdout.split("\0"))) if name and (ROOT / name).is_file())
