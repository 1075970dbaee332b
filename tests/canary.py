# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A credential in the environment of all tests that is found nowhere afterwards: a plugin of pytest.

Searched are all temporary folders of the tests, everything that tests and what they start print, and every request that
a rehearsal desk is sent. A hit fails the session.
"""

from __future__ import annotations

import os
import pathlib
import secrets
import subprocess
import tempfile
import typing as t

import pytest
from ansible_collections.iij.server_certificate.tests.playbooks import leak_search

if t.TYPE_CHECKING:
    from collections.abc import Iterable

VARIABLE: t.Final = "IIJ_CERT_CANARY_TOKEN"
_ON_WORKERS: t.Final = "canary"

_hits: list[str] = []


def canary_environment() -> dict[str, str]:
    """Return the canary as a user's environment has it: by its own name, and as a credential that no run here needs."""
    value = os.environ.get(VARIABLE)
    return {VARIABLE: value, "IIJ_CERT_PORTAL_PASSWORD": value} if value else {}


def forms() -> tuple[bytes, ...]:
    """Every form that the canary is searched in."""
    value = os.environ.get(VARIABLE)
    return tuple(sorted(set(leak_search.token(VARIABLE, value).forms.values()))) if value else ()


def search_folder(folder: pathlib.Path) -> list[str]:
    """Name the files below this folder that hold the canary, except for files of a size that no test fills.

    Some tests make files without an end, of which nothing is on the disk: reading one takes longer than all others.
    """
    grep = ["grep", "--files-with-matches", "--text", "--fixed-strings", "-f"]
    with tempfile.NamedTemporaryFile() as patterns:
        patterns.write(b"\n".join(forms()))
        patterns.flush()
        command = ["find", folder, "-type", "f", "-size", "-1024M", "-exec", *grep, patterns.name, "{}", "+"]
        found = subprocess.run(command, capture_output=True, check=False)
    return sorted(found.stdout.decode(errors="replace").splitlines())


def pytest_configure(config: pytest.Config) -> None:
    """Put the canary into the environment; workers of pytest-xdist inherit it."""
    os.environ.setdefault(VARIABLE, f"canary-{secrets.token_hex(16)}")


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    said = "\n".join([report.longreprtext, *(text for _title, text in report.sections)]).encode(errors="replace")
    if any(form in said for form in forms()):
        _hits.append(f"the output of {report.nodeid} ({report.when})")


def pytest_sessionfinish(session: pytest.Session) -> None:
    output: dict[str, t.Any] | None = getattr(session.config, "workeroutput", None)
    basetemp = getattr(session.config, "_tmp_path_factory", None)
    made = getattr(basetemp, "_basetemp", None)
    # The folders of workers are searched by these.
    if made is not None and not session.config.getoption("numprocesses", None):
        _hits.extend(search_folder(made))
    if output is not None:
        output[_ON_WORKERS] = list(_hits)
    elif _hits:
        session.exitstatus = 1


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: t.Any) -> None:
    """Take over what a worker of pytest-xdist has found."""
    _hits.extend(getattr(node, "workeroutput", {}).get(_ON_WORKERS, ()))


def pytest_terminal_summary(terminalreporter: t.Any) -> None:
    lines: Iterable[str] = sorted(set(_hits))
    if lines:
        terminalreporter.section("the canary in the environment was found", red=True, bold=True)
        for line in lines:
            terminalreporter.line(line)
