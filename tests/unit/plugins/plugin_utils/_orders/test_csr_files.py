# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whatever csr_path names, it is a complaint and neither an error nor an endless read."""

from __future__ import annotations

import os
import pathlib

import pytest
from ansible_collections.iij.server_certificate.plugins.module_utils._pki import deps
from ansible_collections.iij.server_certificate.plugins.plugin_utils._orders.supplied_csr import read_supplied_csr


@pytest.mark.parametrize("name", ["/dev/zero", ".", "pipe", "a\0b", "x" * 300, "nowhere/made.csr", "a\ud800"])
def test_what_is_no_file_is_told(name: str, tmp_path: pathlib.Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    csr, breaches = read_supplied_csr(tmp_path / name, common_name="www.example.jp", product=None)
    assert csr is None and [breach.rule for breach in breaches] == ["CSR-UNREADABLE"]


def test_a_file_without_end_is_not_read_to_its_end(tmp_path: pathlib.Path) -> None:
    with (tmp_path / "made.csr").open("wb") as file:
        file.truncate(1 << 40)  # sparse: it takes no room
    assert read_supplied_csr(tmp_path / "made.csr", common_name=None, product=None)[0] is None


def test_without_cryptography_the_library_is_what_is_wrong(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deps, "HAS_CRYPTOGRAPHY", False)
    csr, (breach,) = read_supplied_csr(tmp_path / "made.csr", common_name=None, product=None)
    assert csr is None and "cryptography >= 3.3" in str(breach.facts["problem"])
