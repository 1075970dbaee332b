# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a playbook says itself follows the language; names of tasks are plain, because Ansible shows some unrendered."""

from __future__ import annotations

import pathlib
import re
import typing as t

import pytest
import yaml
from ansible_collections.iij.server_certificate.plugins.filter.phrase import FilterModule

PLAYBOOKS: t.Final = sorted((pathlib.Path(__file__).resolve().parents[2] / "playbooks").glob("*.yml"))
BOTH: t.Final = re.compile(r"'([^']+)'\s*\| iij\.server_certificate\.phrase\('([^']+)'\)")
JAPANESE: t.Final = re.compile("[ぁ-んァ-ヶ一-龠]")


def plays(path: pathlib.Path) -> list[dict[str, t.Any]]:
    """The plays of a playbook; an imported playbook has its own, and its name is shown nowhere."""
    return [play for play in yaml.safe_load(path.read_text(encoding="utf-8")) if "hosts" in play]


@pytest.mark.parametrize("path", PLAYBOOKS, ids=lambda path: path.stem)
def test_a_play_is_named_in_both_languages_and_a_task_plainly(path: pathlib.Path) -> None:
    for play in plays(path):
        assert BOTH.search(play["name"]), play["name"]
        for task in play["tasks"]:
            assert task["name"].isascii() and "{" not in task["name"]


@pytest.mark.parametrize("path", PLAYBOOKS, ids=lambda path: path.stem)
def test_no_message_is_shown_in_both_languages_at_once(path: pathlib.Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert not JAPANESE.search(BOTH.sub("", text))
    for english, japanese in BOTH.findall(text):
        assert english.isascii() and JAPANESE.search(japanese)
        assert english.count("%s") == japanese.count("%s")


@pytest.mark.parametrize(("language", "said"), [("ja", "する"), ("ja_JP.UTF-8", "する"), ("en", "do"), ("", "do")])
def test_the_filter_goes_by_the_locale(monkeypatch: pytest.MonkeyPatch, language: str, said: str) -> None:
    monkeypatch.setenv("LANGUAGE", language)
    monkeypatch.setenv("LC_ALL", "C")
    assert FilterModule().filters()["phrase"]("do", "する") == said  # type: ignore[operator]
