# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is installed beside the collection: pinned by hashes, listed in every release, under licences that fit."""

from __future__ import annotations

import json
import pathlib
import re
import subprocess
import sys
import typing as t

import pytest
from ansible_collections.iij.server_certificate.tests.release.copies import ROOT, trackable
from ansible_collections.iij.server_certificate.tests.release.parts import LOCKS, read_licence, read_lock, write_parts
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

ALL_LOCKS: t.Final = [name for name in trackable() if name.endswith(".lock")]
# Licences under which a program of GPL-3.0-or-later may be used together with the package.
FITTING: t.Final = re.compile(
    r"MIT(-0| License)?|BSD( License|-[23]-Clause)|ISC License \(ISCL\)|PSF-2\.0|Apache(-2\.0| Software License)"
    r"|MPL-2\.0|Mozilla Public License 2\.0 \(MPL 2\.0\)|LGPL-3\.0-only"
    r"|GNU General Public License v3 or later \(GPLv3\+\)"
)


@pytest.mark.parametrize("lock", ALL_LOCKS)
def test_every_requirement_is_pinned_by_hashes(lock: str) -> None:
    text = (ROOT / lock).read_text(encoding="utf-8")
    requirements = [each for each in re.split(r"\n(?=\S)", text) if not each.startswith("#")]
    assert requirements and not [each for each in requirements if "==" not in each or "--hash=sha256:" not in each]


def test_every_list_of_requirements_has_its_lock() -> None:
    sources = {path.stem for path in (ROOT / "requirements").glob("*.in")} | {"rehearsal"}
    assert sources == {pathlib.Path(lock).stem for lock in ALL_LOCKS}
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert not [lock for lock in ALL_LOCKS if f"--output-file {lock}" not in makefile], "`make lock` renews them all"


@pytest.mark.parametrize("product", LOCKS)
def test_licences_fit(product: str) -> None:
    for name, _ in read_lock(LOCKS[product]):
        licences = re.split(r" OR | AND |; ", read_licence(name))
        assert [each for each in licences if FITTING.fullmatch(each)], (name, licences)


def test_a_release_lists_its_parts(tmp_path: pathlib.Path) -> None:
    for path, lock in zip(write_parts(tmp_path), LOCKS.values(), strict=True):
        text = path.read_text(encoding="utf-8")
        assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None
        document = json.loads(text)
        listed = [(part["name"], part["version"], part["purl"]) for part in document["components"]]
        assert listed == [(name, version, f"pkg:pypi/{name}@{version}") for name, version in read_lock(lock)]
        assert all(part["licenses"] for part in document["components"]) and "timestamp" not in document["metadata"]
    again = tmp_path / "again"
    again.mkdir()
    assert [path.read_bytes() for path in write_parts(again)] == [path.read_bytes() for path in write_parts(tmp_path)]


@pytest.mark.long
@pytest.mark.parametrize("product", LOCKS)
def test_no_part_is_known_to_be_vulnerable(product: str) -> None:
    """As pip-audit knows it; left out, in words, where no source of advisories is reached."""
    audit = [pathlib.Path(sys.executable).with_name("pip-audit"), "--disable-pip", "--require-hashes", "--strict"]
    command = [*audit, "--progress-spinner", "off", "--timeout", "10", "-r", ROOT / LOCKS[product]]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if re.search(
        r"ConnectionError|ServiceError|not found on PyPI|Max retries|resolve|HTTPError|timed out", done.stderr
    ):
        pytest.skip(f"no source of advisories is reached from here, so nothing is known of {LOCKS[product]}")
    assert done.returncode == 0, done.stdout + done.stderr
