# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The canary in the environment is found wherever it was planted, and fails the session."""

from __future__ import annotations

import os
import pathlib
import subprocess
import sys
import textwrap

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
PLUGIN = "ansible_collections.iij.server_certificate.tests.canary"
# Another one than that of this session, whose search must not find what is planted here.
VALUE = f"canary-planted-{os.getpid()}-0123456789abcdef"

LEAKS = {
    "file": ("(tmp_path / 'a.log').write_text(f'x {token} y')", "a.log"),
    "hidden": ("(tmp_path / '.b').write_bytes(b'\\0\\xff' + token.encode())", "/.b"),
    "encoded": ("(tmp_path / 'c.txt').write_bytes(base64.b64encode(b'ab' + token.encode() + b'c'))", "c.txt"),
    "output": ("print(token)", "the output of test_it.py::test_output"),
    "child": ("subprocess.run(['env'])", "the output of test_it.py::test_child"),
    "header": ("requests.get(desk.url, headers={'X-Y': token})", "desk.log.canary"),
    "query": ("requests.get(desk.url, params={'y': token})", "desk.log.canary"),
    "body": ("requests.post(desk.url + '/portal/login', data={'y': token})", "desk.log.canary"),
}  # fmt: skip

HEAD = """
import base64, os, pathlib, subprocess
import pytest, requests
from ansible_collections.iij.server_certificate.tests.contract.desk_process import running_desk

@pytest.fixture
def token():
    return os.environ["IIJ_CERT_CANARY_TOKEN"]

@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    with running_desk(tmp_path_factory.mktemp("desk")) as desk:
        requests.get(desk.url)
        yield desk

@pytest.fixture(autouse=True)
def named(request, tmp_path, desk):
    (tmp_path / "name").write_text(request.node.name)
"""


def session(folder: pathlib.Path, leaks: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    """A session of pytest with a test for each of these."""
    tests = "".join(f"def test_{kind}(tmp_path, desk, token):\n    {leak}\n" for kind, leak in leaks.items())
    (folder / "test_it.py").write_text(HEAD + tests, encoding="utf-8")
    (folder / "pytest.ini").write_text(
        textwrap.dedent(f"""
        [pytest]
        pythonpath = {ROOT}/collections {ROOT}/rehearsal/src
        """),
        encoding="utf-8",
    )
    command = [sys.executable, "-m", "pytest", "-q", "-p", PLUGIN, f"--basetemp={folder / 'temporary'}", *arguments]
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    paths = os.pathsep.join((f"{ROOT}/collections", f"{ROOT}/rehearsal/src"))
    environment = {**kept, "IIJ_CERT_CANARY_TOKEN": VALUE, "PYTHONPATH": paths}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def test_a_session_without_a_leak_passes(tmp_path: pathlib.Path) -> None:
    done = session(tmp_path, {"nothing": "pass"}, "-n", "0")
    assert done.returncode == 0, done.stdout
    assert "canary" not in done.stdout


@pytest.mark.parametrize("workers", ["0", "1"])
def test_every_planted_leak_is_found_and_fails_the_session(tmp_path: pathlib.Path, workers: str) -> None:
    done = session(tmp_path, {kind: leak for kind, (leak, _place) in LEAKS.items()}, "-n", workers)
    assert done.returncode == 1, done.stdout
    found = done.stdout.partition("the canary in the environment was found")[2]
    assert all(place in found for _leak, place in LEAKS.values()), done.stdout
    (log,) = tmp_path.rglob("desk.log.canary")
    requests = log.read_text(encoding="utf-8")
    assert all(part in requests for part in (f"x-y: {VALUE}", f"\ny={VALUE}\n", "POST /portal/login")), requests
    assert requests.count(VALUE) == 3, "header, query and body each by itself"
