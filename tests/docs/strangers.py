# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Somebody who has a clone, an empty home and the pages: what lies there, and what is typed in which order."""

from __future__ import annotations

import os
import pathlib
import shutil
import socket
import subprocess
import typing as t

from ansible_collections.iij.server_certificate.tests.contract.desk_process import TOOLS
from ansible_collections.iij.server_certificate.tests.docs.guide_scripts import Step, followed, steps_of
from ansible_collections.iij.server_certificate.tests.docs.markdown_blocks import page_of
from ansible_collections.iij.server_certificate.tests.release.copies import ROOT, trackable

HOUR: t.Final = 1200  # seconds that the machine may take for its part; the rest of an hour is for reading
FIRST_PAGE: t.Final = {"en": "README.md", "ja": "README.ja.md"}
# The way of a package client out of this machine, wherever it leads.
_WAY_OUT: t.Final = ("PIP_", "SSL_", "UV_", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY")


def lay_clone(home: pathlib.Path) -> pathlib.Path:
    """A clone as Git leaves it in this home: the files of this tree, and nothing that was made from them."""
    clone = home / "server_certificate"
    for name in trackable():
        (clone / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, clone / name)
    for command in (("init", "--quiet"), ("add", "--all")):
        subprocess.run(["git", *command], cwd=clone, check=True)
    return clone


def pages_of(language: str, *names: str) -> tuple[Step, ...]:
    """What a reader of these pages does, one after the other; a page that says so begins with a part of another."""
    folder = ROOT / "docs" if language == "en" else ROOT / "docs" / language
    paths = (ROOT / FIRST_PAGE[language], *(folder / name for name in names))
    return tuple(step for path in paths for step in steps_of(followed(page_of(path))))


def environment_of(home: pathlib.Path, language: str, *, path: str | None = None) -> dict[str, str]:
    """What is set in a shell of this home: nothing of Ansible, of a desk, of this project or of this test."""
    elsewhere = [folder for folder in os.environ["PATH"].split(os.pathsep) if pathlib.Path(folder) != TOOLS]
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    return {
        **{name: value for name, value in os.environ.items() if name.upper().startswith(_WAY_OUT)},
        "HOME": str(home),
        "LANGUAGE": language,
        "LC_ALL": "C.UTF-8",
        "PATH": path or os.pathsep.join(elsewhere),
        "PORT": str(port),
    }
