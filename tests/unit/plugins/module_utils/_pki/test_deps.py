# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import importlib
import sys
import typing as t

import pytest
from ansible_collections.iij.server_certificate.plugins.module_utils._pki import deps


@pytest.fixture
def reloaded() -> t.Iterator[t.Callable[[], t.Any]]:
    yield lambda: importlib.reload(deps)
    importlib.reload(deps)


def test_nothing_is_missing_here() -> None:
    assert deps.HAS_CRYPTOGRAPHY
    assert deps.explain_missing_cryptography() is None
    assert deps.CRYPTOGRAPHY_TRACEBACK is None


@pytest.mark.parametrize("release", ["2.8", "3.2.1"])
def test_an_old_release_is_as_good_as_none(release: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deps, "HAS_CRYPTOGRAPHY", tuple(map(int, release.split(".")[:2])) >= deps.FLOOR)
    assert "python3-cryptography" in (deps.explain_missing_cryptography() or "")


def test_its_absence_is_one_clear_message(reloaded: t.Callable[[], t.Any], monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setitem(sys.modules, "cryptography", None)
        without = reloaded()
        assert not without.HAS_CRYPTOGRAPHY
        assert "cryptography >= 3.3" in without.explain_missing_cryptography()
        assert "Traceback" not in without.explain_missing_cryptography()
        assert "ImportError" in without.CRYPTOGRAPHY_TRACEBACK or "ModuleNotFound" in without.CRYPTOGRAPHY_TRACEBACK
