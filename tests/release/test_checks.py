# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What costs little of the checks of other projects; `make sanity` has them all."""

from __future__ import annotations

import pathlib

import pytest
from ansible_collections.iij.server_certificate.tests.release import checks
from ansible_collections.iij.server_certificate.tests.release.copies import copy, trackable


def test_every_file_tells_its_licence(tmp_path: pathlib.Path) -> None:
    place = copy(trackable(), into=tmp_path)
    checks.output(checks.command("reuse"), cwd=place, environment=checks.environment(tmp_path))


def test_a_check_leaves_nothing_for_the_next_one_to_judge(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PYTHONDONTWRITEBYTECODE", raising=False)
    place = copy(trackable(), into=tmp_path)
    message = "msg={{ 'plan' | iij.server_certificate.phrase('計画') }}"  # Ansible compiles a filter where it lies
    command = [str(checks.TOOLS / "ansible"), "localhost", "-m", "debug", "-a", message]
    assert '"msg": "plan"' in checks.output(command, cwd=place, environment=checks.environment(tmp_path))
    assert not [*place.rglob("__pycache__")]


def test_every_ignored_finding_has_a_reason() -> None:
    """ansible-test takes a comment behind an entry; without one nobody knows whether it may go."""
    for file in (pathlib.Path(__file__).parents[1] / "sanity").glob("ignore-*.txt"):
        for line in file.read_text(encoding="utf-8").splitlines():
            assert " # " in line, f"{file.name}: {line}"
