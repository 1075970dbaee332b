# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What linters and the licence check say of the collection.

`make sanity` has ansible-test's checks, by every core and every Python of the machine, and Galaxy's importer too.
"""

from __future__ import annotations

import pathlib
import subprocess

import pytest
from ansible_collections.iij.server_certificate.tests.release import checks
from ansible_collections.iij.server_certificate.tests.release.copies import copy, trackable


@pytest.mark.long
@pytest.mark.parametrize("name", checks.IN_A_COPY)
def test_clean(name: str, tmp_path: pathlib.Path) -> None:
    place = copy(trackable(), into=tmp_path)
    output(checks.command(name), cwd=place, environment=checks.environment(tmp_path))


def output(command: list[str], *, cwd: pathlib.Path, environment: dict[str, str]) -> str:
    """What a check says that finds nothing wrong."""
    done = subprocess.run(
        command, cwd=cwd, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    assert done.returncode == 0, done.stdout
    return done.stdout


def test_every_ignored_finding_has_a_reason() -> None:
    """ansible-test takes a comment behind an entry; without one nobody knows whether it may go."""
    for file in (pathlib.Path(__file__).parents[1] / "sanity").glob("ignore-*.txt"):
        for line in file.read_text(encoding="utf-8").splitlines():
            assert " # " in line, f"{file.name}: {line}"
