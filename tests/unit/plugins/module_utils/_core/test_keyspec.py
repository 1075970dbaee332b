# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.iij.server_certificate.plugins.module_utils._core import errors, keyspec
from ansible_collections.iij.server_certificate.plugins.module_utils._core.keyspec import KeySpec


@pytest.mark.parametrize(
    ("key", "spec", "text"),
    [
        ({}, KeySpec("RSA", size=2048), "RSA 2048"),
        ({"type": "RSA", "size": 3072, "curve": None}, KeySpec("RSA", size=3072), "RSA 3072"),
        # The size is a default that an order for an ECDSA key carries along.
        ({"type": "ECDSA", "size": 2048, "curve": "P-384"}, KeySpec("ECDSA", curve="P-384"), "ECDSA P-384"),
        ({"type": "ECDSA"}, KeySpec("ECDSA", curve="P-256"), "ECDSA P-256"),
    ],
)
def test_kinds_that_can_be_asked_for(key: dict[str, t.Any], spec: KeySpec, text: str) -> None:
    assert keyspec.read_key_spec(key) == spec
    assert str(spec) == text


@pytest.mark.parametrize(
    ("key", "field"),
    [
        ({"type": "Ed25519"}, "key.type"),
        ({"type": "RSA", "size": 1024}, "key.size"),
        ({"type": "RSA", "size": 2049}, "key.size"),
        ({"type": "RSA", "size": 204800}, "key.size"),
        ({"type": "RSA", "size": "2048"}, "key.size"),
        ({"type": "ECDSA", "curve": "P-521"}, "key.curve"),
        ({"type": "ECDSA", "curve": ["P-256"]}, "key.curve"),
    ],
)
def test_kinds_that_cannot(key: dict[str, t.Any], field: str) -> None:
    with pytest.raises(errors.FieldWrong) as caught:
        keyspec.read_key_spec(key)
    assert caught.value.field == field
