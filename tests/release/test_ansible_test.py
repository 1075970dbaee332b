# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What breaks most of all that ansible-test judges, by the project's own core alone, for it costs little.

`make sanity` has the rest, by every core. A Python of hosts that this machine lacks is skipped by name, in CI too: a
bare Debian has one Python only.
"""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.iij.server_certificate.tests.release import checks
from ansible_collections.iij.server_certificate.tests.release.ansible_test import MODULES, Core, own_core
from ansible_collections.iij.server_certificate.tests.release.interpreters import TARGETS, interpreter

HOST_SIDE: t.Final = ("plugins/modules/", "plugins/module_utils/")
# Imports follow below, pylint costs as much as all others, and two tools have had their say in `make check`.
LEFT_OUT: t.Final = ("import", "pylint", "changelog", "yamllint")


@pytest.fixture(scope="module")
def own() -> Core:
    return own_core()


def test_sanity(own: Core) -> None:
    said = output(own, own.sanity(*(word for name in LEFT_OUT for word in ("--skip-test", name))))
    for name in ("validate-modules", "compile", "action-plugin-docs", "ignores"):
        assert f'Running sanity test "{name}"' in said


@pytest.mark.parametrize("python", TARGETS)
def test_what_runs_on_hosts_is_imported(python: str, own: Core) -> None:
    must_be_here(python)
    said = output(own, own.sanity("--test", "import", "--python", python, *HOST_SIDE))
    assert f'Running sanity test "import" on Python {python}' in said


def test_modules_run_on_the_oldest_python_of_hosts(own: Core) -> None:
    oldest = TARGETS[0]
    must_be_here(oldest)
    said = output(own, own.units("--python", oldest, tests=(MODULES,)))
    assert f"Unit test modules with Python {oldest}" in said
    assert " passed in " in said


def must_be_here(python: str) -> None:
    if interpreter(python) is None:
        pytest.skip(f"no Python {python} here: what runs on hosts is NOT judged by it")


def output(core: Core, command: list[str]) -> str:
    return checks.output(command, cwd=core.place, environment=core.environment())
