# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.iij.server_certificate.plugins.module_utils._pki import pem
from hypothesis import given
from hypothesis import strategies as st


@given(st.lists(st.binary(max_size=200), max_size=4), st.sampled_from(["\n", "\r\n", "\r"]))
def test_what_is_encoded_is_found_again(contents: list[bytes], line_end: str) -> None:
    text = "some words before\n".join(pem.encode(der, label="CERTIFICATE") for der in contents)
    found = pem.blocks(text.replace("\n", line_end).encode())
    assert [block.der() for block in found] == contents
    assert {block.label for block in found} <= {"CERTIFICATE"}


@given(st.binary(max_size=300))
def test_nothing_is_too_strange_to_be_looked_at(content: bytes) -> None:
    assert pem.blocks(content) == ()


@pytest.mark.parametrize(
    "text",
    [
        "-----BEGIN CERTIFICATE-----\nAAAA\n",
        "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE REQUEST-----\n",
        "AAAA\n-----END CERTIFICATE-----\n",
    ],
)
def test_half_a_block_is_no_block(text: str) -> None:
    assert pem.blocks(text.encode()) == ()


def test_a_block_shows_its_label_but_not_its_content() -> None:
    (block,) = pem.blocks(b"-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n-----END PRIVATE KEY-----\n")
    assert "c2VjcmV0" not in repr(block)
    assert "PRIVATE KEY" in repr(block)


def test_what_is_not_base64_is_not_quoted() -> None:
    (block,) = pem.blocks(b"-----BEGIN X-----\n?secret?\n-----END X-----\n")
    with pytest.raises(ValueError, match=r"^not Base64$"):
        block.der()


@pytest.mark.parametrize("kind", ["", "RSA ", "EC ", "ENCRYPTED ", "OPENSSH "])
def test_a_private_key_is_noticed_even_if_cut_off(kind: str) -> None:
    assert pem.holds_private_key(f"words\n-----BEGIN {kind}PRIVATE KEY-----\nAAAA".encode())
    assert not pem.holds_private_key(b"-----BEGIN PUBLIC KEY-----")
