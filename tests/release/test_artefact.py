# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The artefact is the same bytes every time, holds what users need and nothing else, and works without the checkout."""

from __future__ import annotations

import fnmatch
import hashlib
import io
import json
import os
import pathlib
import re
import subprocess
import sys
import tarfile
import typing as t

import pytest
from ansible_collections.iij.server_certificate.tests.playbooks.trial_site import open_site, registered_once
from ansible_collections.iij.server_certificate.tests.release import artefact as building
from ansible_collections.iij.server_certificate.tests.release.copies import PLACE, ROOT

TOOLS: t.Final = pathlib.Path(sys.executable).parent
# Everything that may be in it; what is not named here does not belong into a release until somebody says so.
BELONGS: t.Final = (
    "MANIFEST.json", "FILES.json",
    "README.md", "README.*.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md",
    "LICENSES/*.txt", "REUSE.toml", "requirements.txt", "bindep.txt",
    "changelogs/changelog.yaml", "changelogs/config.yaml",
    "docs/*.md", "docs/*.json", "docs/*.svg", "docs/*.mmd", "docs/docsite/*.yml",
    "examples/*.yml", "examples/*.yaml", "examples/*.md", "examples/*.sh", "examples/*.csr", "examples/*.txt",
    "examples/editor/*.json", "examples/monitoring/*.json", "examples/notify/*.py",
    "examples/timers/certificates-renew.*",
    "examples/ci/CODEOWNERS", "examples/ci/controller.lock", "examples/ci/scripts/*.py",
    "extensions/eda/*.py", "extensions/eda/rulebooks/*.yml",
    "meta/*.yml", "playbooks/*.yml",
    "plugins/*.py", "plugins/plugin_utils/_reports/templates/*.j2", "plugins/plugin_utils/_desk/portal/screen_map.yml",
    "roles/*/README.md", "roles/*/README.*.md", "roles/*/*.yml", "roles/*/*.j2",
)  # fmt: skip
SECRETS: t.Final = re.compile(rb"-----BEGIN [A-Z ]*PRIVATE KEY-----\s+[A-Za-z0-9+/=]{32}|(?i:bearer )[0-9a-z_-]{20}")


@pytest.fixture(scope="module")
def artefact(tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    return building.build(tmp_path_factory.mktemp("artefact"))


def files_of(artefact: pathlib.Path) -> dict[str, bytes]:
    with tarfile.open(artefact) as archive:
        return {
            member.name: t.cast("t.IO[bytes]", archive.extractfile(member)).read()
            for member in archive
            if member.isfile()
        }


def test_two_builds_are_the_same_bytes(artefact: pathlib.Path, tmp_path: pathlib.Path) -> None:
    again = building.build(tmp_path)
    assert hashlib.sha256(again.read_bytes()).digest() == hashlib.sha256(artefact.read_bytes()).digest()


def test_the_order_of_the_builders_disk_is_not_in_it(artefact: pathlib.Path, tmp_path: pathlib.Path) -> None:
    """A tarball whose every accident differs comes out the same."""
    shuffled = tmp_path / artefact.name
    contents = files_of(artefact)
    listed = json.loads(contents["FILES.json"])
    listed["files"].reverse()
    contents["FILES.json"] = json.dumps(listed).encode()
    with tarfile.open(artefact) as good, tarfile.open(shuffled, "w:gz") as archive:
        for member in reversed(good.getmembers()):
            member.mtime, member.uid, member.uname = 1_700_000_000, 1000, "somebody"
            content = contents.get(member.name, b"")
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    assert building.in_order(shuffled) == artefact.read_bytes()


def test_it_holds_what_users_need_and_nothing_else(artefact: pathlib.Path) -> None:
    found = files_of(artefact)
    assert [name for name in found if not any(fnmatch.fnmatch(name, pattern) for pattern in BELONGS)] == []
    for name in ("playbooks/apply.yml", "plugins/modules/cert_portfolio.py", "docs/rules.md", "meta/runtime.yml"):
        assert name in found
    assert [name for name, content in found.items() if b"rehearsal_desk" in content and name.endswith(".py")] == []
    assert [name for name, content in found.items() if SECRETS.search(content)] == []


@pytest.fixture(scope="module")
def installed(artefact: pathlib.Path, tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    """An empty collections path with the artefact in it, and a Python environment with its requirements in `venv`."""
    folder = tmp_path_factory.mktemp("installed")
    told = galaxy("install", str(artefact), "-p", str(folder / "collections"), "--offline", folder=folder)
    assert "was installed successfully" in told
    galaxy("verify", "iij.server_certificate", "--offline", folder=folder)
    needs = folder / "collections" / PLACE / "requirements.txt"
    have = subprocess.run(
        [TOOLS / "uv", "pip", "freeze", "--python", sys.executable], capture_output=True, text=True, check=True
    )
    pins = folder / "pins.txt"
    pins.write_text("".join(f"{line}\n" for line in have.stdout.splitlines() if "==" in line), encoding="utf-8")
    uv("venv", "--python", sys.executable, str(folder / "venv"))
    uv("pip", "install", "--python", str(folder / "venv"), "--constraint", str(pins), "-r", str(needs), "ansible-core")
    return folder


def galaxy(*arguments: str, folder: pathlib.Path) -> str:
    environment = {
        **os.environ,
        "ANSIBLE_HOME": str(folder / "home"),
        "ANSIBLE_COLLECTIONS_PATH": str(folder / "collections"),
    }
    done = subprocess.run(
        [TOOLS / "ansible-galaxy", "collection", *arguments],
        env=environment,
        cwd=folder,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def uv(*arguments: str) -> None:
    done = subprocess.run([TOOLS / "uv", *arguments], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_it_orders_from_there(installed: pathlib.Path, tmp_path: pathlib.Path) -> None:
    """Check, plan and apply with no file of the checkout, and no library that requirements.txt does not bring."""
    with open_site(tmp_path, {}, tools=installed / "venv" / "bin") as site:
        site.write_orders(site.target("www", "localhost"), site.here("api"))
        here = site.write(
            "here.ini", 'localhost ansible_connection=local ansible_python_interpreter="{{ ansible_playbook_python }}"'
        )
        for playbook in ("check", "plan", "apply"):
            run = site.run(
                playbook, "-vv", "-i", str(here),
                ANSIBLE_COLLECTIONS_PATH=str(installed / "collections"), ANSIBLE_COLLECTIONS_SCAN_SYS_PATH="false",
            )  # fmt: skip
            assert str(ROOT / "plugins") not in run.output and str(ROOT / "collections") not in run.output
        registered_once(site, "api", "www")
