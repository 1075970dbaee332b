# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A crash tears a line of ours and writes no other text; a sealed file, or a pointer, would hide open attempts."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.iij.server_certificate.tests.unit.plugins.plugin_utils._spending.test_by_list import (
    OV,
    Runs,
    Screens,
    portfolio,
)

if t.TYPE_CHECKING:
    import pathlib

VAULT: t.Final = b"$ANSIBLE_VAULT;1.1;AES256\n" + b"31323334353637383930" * 4 + b"\n" + b"3132333435363738\n"
POINTER: t.Final = b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a214614ab2935\nsize 12345\n"
PAGE: t.Final = b"<!DOCTYPE html>\n<html><title>502 Bad Gateway</title></html>\n"


@pytest.mark.parametrize("content", [VAULT, POINTER, PAGE], ids=["vault", "lfs", "html"])
def test_a_file_in_which_every_line_is_torn_is_no_ledger(tmp_path: pathlib.Path, content: bytes) -> None:
    runs = Runs(Screens(), tmp_path)
    orders = portfolio(OV)
    runs.desk.losses_of = {"www": "late"}
    assert runs.apply(*orders) == ["www OutcomeUnknown"]
    runs.ledger.write_bytes(content)  # sealed, not checked out, or fetched from a server that was down
    assert runs.apply(*orders) == ["www LedgerUnusable"]
    assert runs.desk.purchases == ["www"]
