# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who reads Japanese reads Japanese: the language is found, and no word of a table is left over."""

from __future__ import annotations

import re

import pytest
from ansible_collections.iij.server_certificate.plugins.plugin_utils._complaints import Phrase, spoken_language
from ansible_collections.iij.server_certificate.plugins.plugin_utils._desk.desk import DeskUnreachable
from ansible_collections.iij.server_certificate.plugins.plugin_utils._observed import State
from ansible_collections.iij.server_certificate.plugins.plugin_utils._plan import CALL_CLASSES
from ansible_collections.iij.server_certificate.plugins.plugin_utils._plan_words import cells, step_words

ROW = {"name": "-", "common_name": "-", "contract_id": None, "not_after": None, "next_action": None,
       "next_action_by": "ca", "deadline": None}  # fmt: skip


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({"LANGUAGE": "ja:en", "LC_ALL": "C.UTF-8"}, "ja"),
        ({"LANGUAGE": "en", "LANG": "ja_JP.UTF-8"}, "en"),
        ({"LANGUAGE": "", "LANG": "ja_JP.UTF-8"}, "ja"),
        ({"LC_ALL": "C.UTF-8", "LANG": "ja_JP.UTF-8"}, "en"),
        ({}, "en"),
    ],
)
def test_the_language_of_the_environment(
    environment: dict[str, str], language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert spoken_language() == language


@pytest.mark.parametrize("state", [*State, "planned", "unknown"])
def test_every_state_has_a_word(state: str) -> None:
    assert cells({**ROW, "state": state}, "en")["state"] == state
    assert not re.search("[a-z]", cells({**ROW, "state": state}, "ja")["state"])


def test_every_step_has_a_word() -> None:
    for step, call_class in CALL_CLASSES.items():
        row = {"step": step, "call_class": call_class}
        assert step_words(row, "en") == f"{step} ({call_class})"
        assert not re.search("[a-z]", step_words(row, "ja"))


def test_an_error_of_the_desk_is_told_in_both_languages_with_the_number_of_its_request() -> None:
    error = DeskUnreachable(Phrase("gone", "接続できません"), request_id="r1")
    assert str(error) == "gone (request r1)"
    assert error.told.ja == "接続できません (リクエスト r1)"
    assert DeskUnreachable("the desk's own words").told.ja == "the desk's own words"
