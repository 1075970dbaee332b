# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The mistakes that a newcomer makes first, each with exactly what is said about it in both languages.

After a change of the wording, `RENEW_MISTAKES=1 pytest test_mistakes.py` writes the texts again.
Read them aloud before you commit.
"""

from __future__ import annotations

import os
import pathlib

import pytest
from ansible_collections.iij.server_certificate.plugins.module_utils._core.phrases import Language
from ansible_collections.iij.server_certificate.plugins.plugin_utils._complaints.complaints import report
from ansible_collections.iij.server_certificate.plugins.plugin_utils._orders.files import read_folder
from ansible_collections.iij.server_certificate.plugins.plugin_utils._orders.portfolio import judge_orders
from portfolios import READER, TODAY

FOLDER = pathlib.Path(__file__).parent / "mistakes"
MISTAKES = sorted(path.stem for path in FOLDER.glob("*.yml"))


def test_there_are_twenty() -> None:
    assert [name[:2] for name in MISTAKES] == [f"{number:02}" for number in range(1, 21)]


@pytest.mark.parametrize("lang", ["en", "ja"])
@pytest.mark.parametrize("mistake", MISTAKES)
def test_it_is_told_in_these_words(mistake: str, lang: Language, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(FOLDER)  # so that the names of files are the same everywhere
    told = report(judge_orders(read_folder(f"{mistake}.yml", READER), day=TODAY).complaints, lang) + "\n"
    text = pathlib.Path(f"{mistake}.{lang}.txt")
    if os.environ.get("RENEW_MISTAKES"):
        text.write_text(told, encoding="utf-8")
    assert told == text.read_text(encoding="utf-8")
