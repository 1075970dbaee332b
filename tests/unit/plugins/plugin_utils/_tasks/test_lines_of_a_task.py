# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Nothing that a task prints begins a line as a command to the runner of a CI, whoever's words it holds."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.iij.server_certificate.plugins.module_utils._core.phrases import Phrase
from ansible_collections.iij.server_certificate.plugins.plugin_utils._tasks import leg

WORDS: t.Final = "of www\n::error file=orders/a.yml,line=1::forged\n  ::stop-commands::x"


class _Task(leg.Leg):
    """A task that ends with these words, without what Ansible makes tasks of."""

    def __init__(self, result: leg.Result) -> None:
        self.result = result
        self.options = {"lang": "en"}
        self.task_vars = {}
        self._task = None

    def make_spec(self) -> t.Any:
        raise NotImplementedError

    def control(self) -> leg.Result:
        raise NotImplementedError

    def _run(self, tmp: str | None, task_vars: dict[str, t.Any] | None) -> leg.Result:
        return self.result


class _Display:
    def __init__(self) -> None:
        self.lines: list[str] = []

    def display(self, text: str, **_where: t.Any) -> None:
        self.lines.extend(text.splitlines())

    def warning(self, text: str) -> None:
        """Wrapped somewhere, as by older releases of Ansible."""
        self.lines.extend(text[start:] for start in range(len(text)))


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    display = _Display()
    monkeypatch.setattr(leg, "display", display)
    return display.lines


def _commands(lines: list[str]) -> list[str]:
    return [line for line in lines if line.lstrip().startswith("::")]


@pytest.mark.parametrize("alone", [False, True])
@pytest.mark.parametrize("words", [WORDS, "::error::x", 7])
def test_the_message_of_a_task(shown: list[str], monkeypatch: pytest.MonkeyPatch, alone: bool, words: object) -> None:
    monkeypatch.setattr(leg, "is_read_by_people_alone", lambda _task: alone)
    result = _Task({"failed": True, "msg": words, "orders": []}).run()
    assert not _commands([*shown, *str(result["msg"]).splitlines()])
    assert result.get("orders", []) == []


def test_lines_and_warnings(shown: list[str]) -> None:
    task = _Task({})
    task.say(WORDS)
    task.say_of_host(WORDS, "::error::x")
    task.warn(Phrase("{0}", "{0}").filled(f"a{WORDS}"))
    assert "forged" in "".join(shown)
    assert not _commands(shown)
