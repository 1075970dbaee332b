# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Plain lines about how far long work is, and an estimate before it begins."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.iij.server_certificate.plugins.module_utils._core.phrases import translate
from ansible_collections.iij.server_certificate.plugins.plugin_utils._tasks.progress import Progress, estimate_portal

PORTAL: t.Final = {"desk": "portal", "screen_map": None, "request_interval": 1.0}


def lines(steps: int, seconds: float, *, lang: t.Any = "en", quiet: bool = False) -> list[str]:
    """What is shown of so many steps that take so long each."""
    shown: list[str] = []
    now = [0.0]
    progress = Progress(steps, say=shown.append, lang=lang, clock=lambda: now[0])
    for number in range(steps):
        now[0] += seconds
        progress.tell(f"n{number}", seldom=quiet)
    return shown


def test_quick_work_is_numbered_and_nothing_more() -> None:
    assert lines(2, 0.1) == ["[1/2] n0", "[2/2] n1"]
    assert lines(2, 0.1, quiet=True) == []


def test_long_work_says_how_much_is_left() -> None:
    assert lines(3, 20) == [
        "[1/3] n0 (20 s so far, about 40 s left)",
        "[2/3] n1 (40 s so far, about 20 s left)",
        "[3/3] n2",
    ]
    assert lines(1_000, 30, quiet=True)[0] == "[1/1000] n0 (30 s so far, about 8 h 20 min left)"
    assert len(lines(100, 1, quiet=True)) == 10
    assert lines(3, 90, lang="ja")[0] == "[1/3] n0 (経過 2分、残り約 3分)"
    assert all("\r" not in line and "\n" not in line for line in lines(30, 3))


@pytest.mark.parametrize(
    ("work", "words"),
    [
        ({}, None),
        ({"certificates": 1}, "about 3 requests, 3 s or more"),
        ({"purchases": 300, "registrations": 300, "pages": 3}, "2 h 16 min or more"),
    ],
)
def test_an_estimate_before_the_portal_is_asked(work: dict[str, int], words: str | None) -> None:
    told = estimate_portal(PORTAL, **work)
    assert (told is None) == (words is None)
    if told and words:
        assert words in translate(told, "en")
        assert "request_interval" in translate(told, "ja")
    assert estimate_portal({**PORTAL, "desk": "api"}, **work) is None
