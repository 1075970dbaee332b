# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Without cryptography on the controller, what the desk tells apart is installed; the rest says what is missing."""

from __future__ import annotations

import types
import typing as t

from ansible_collections.iij.server_certificate.plugins.module_utils._pki import deps
from ansible_collections.iij.server_certificate.plugins.plugin_utils._tasks.fingerprints import (
    fetch_missing_fingerprints,
)

if t.TYPE_CHECKING:
    import pytest


def entry(name: str, fingerprint: str | None) -> t.Any:
    application = types.SimpleNamespace(certificate_fingerprint=fingerprint)
    return types.SimpleNamespace(order=types.SimpleNamespace(name=name, csr=None), application=application)


def test_the_library_is_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deps, "HAS_CRYPTOGRAPHY", False)
    known, unknown = entry("www", "0" * 64), entry("shop", None)
    nobody: t.Any = None  # a desk that must not be asked
    told = fetch_missing_fingerprints([known, unknown], nobody, lang="en")
    assert told.entries == (known,)
    assert [failure["name"] for failure in told.failures] == ["shop"]
    assert "cryptography >= 3.3" in told.failures[0]["message"]
