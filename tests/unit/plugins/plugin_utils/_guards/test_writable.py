# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Places that a run could not write to are told with whose they are, before anything is done."""

from __future__ import annotations

import os
import typing as t

import pytest
from ansible_collections.iij.server_certificate.plugins.module_utils._core.phrases import translate
from ansible_collections.iij.server_certificate.plugins.plugin_utils._complaints.complaints import OptionsWrong
from ansible_collections.iij.server_certificate.plugins.plugin_utils._guards.writable import require_writable

if t.TYPE_CHECKING:
    import pathlib


def refusal(place: pathlib.Path) -> str:
    with pytest.raises(OptionsWrong) as refused:
        require_writable({"reports_path": None, "ledger_path": str(place)})
    assert "注文は行っていません" in translate(refused.value.message, "ja")
    return translate(refused.value.message, "en")


@pytest.mark.parametrize("below", ["", "ledger.jsonl", "a/b/ledger.jsonl"])
def test_what_another_account_has_closed(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch, below: str) -> None:
    """Root may write everywhere, so that the system's answer is a stand-in."""
    monkeypatch.setattr(os, "access", lambda path, mode: os.path.lexists(path) and mode == os.F_OK)
    tmp_path.chmod(0o750)
    if os.geteuid() == 0:
        os.chown(tmp_path, 54321, -1)  # an account that has no name
    owner = "54321" if os.geteuid() == 0 else tmp_path.owner()
    message = refusal(tmp_path / below)
    assert message.startswith(f"ledger_path {tmp_path / below} cannot be written, for this user cannot write to")
    assert f"{tmp_path} (owner {owner}, mode 0750)" in message


def test_a_file_in_the_place_of_a_folder(tmp_path: pathlib.Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    assert f"for {tmp_path}/file is not a folder" in refusal(tmp_path / "file" / "below")


def test_a_place_that_can_be_made(tmp_path: pathlib.Path) -> None:
    require_writable({"ledger_path": str(tmp_path / "a" / "b" / "ledger.jsonl"), "reports_path": str(tmp_path)})
