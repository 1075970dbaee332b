# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""`version` in galaxy.yml is the version: every other place that names one names the same."""

from __future__ import annotations

import re
import typing as t

import pytest
import yaml
from ansible_collections.iij.server_certificate.tests.generate.versions import PLACES
from ansible_collections.iij.server_certificate.tests.release.copies import ROOT
from ansible_collections.iij.server_certificate.tests.release.interpreters import TARGETS
from ansible_collections.iij.server_certificate.tests.release.matrix import CORES

VERSION: t.Final = yaml.safe_load((ROOT / "galaxy.yml").read_text(encoding="utf-8"))["version"]


@pytest.mark.parametrize("place", PLACES)
def test_there_is_one_version(place: str) -> None:
    text = (ROOT / place).read_text(encoding="utf-8")
    assert set(re.findall(PLACES[place], text, re.MULTILINE)) == {VERSION}


@pytest.mark.parametrize("page", ["docs/guides/upgrading.md", "docs/ja/guides/upgrading.md"])
def test_what_is_supported_is_what_is_tried(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    cores = re.findall(r"(2\.\d\d) \((?:Python )?(3\.\d+)\)", text)
    assert dict(cores) == CORES
    assert f"Python {TARGETS[0]}" in text and TARGETS[-1] in text
    assert yaml.safe_load((ROOT / "meta/runtime.yml").read_text(encoding="utf-8"))["requires_ansible"] == ">=2.19.0"
