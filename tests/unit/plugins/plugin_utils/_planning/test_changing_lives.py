# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Short lives in which people change their orders (changing_lives.py), and mistakes that such lives find."""

from __future__ import annotations

import dataclasses as dc
import pathlib
import tempfile
import typing as t

import changing_lives
import pytest
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning import due, judgement, replacements
from ansible_collections.iij.server_certificate.plugins.plugin_utils._tasks import registrations
from changing_lives import changing
from lives import shared_memory


@pytest.fixture
def folder() -> t.Iterator[pathlib.Path]:
    with tempfile.TemporaryDirectory(dir=shared_memory()) as made:
        yield pathlib.Path(made)


# In 178 a key is lost whose certificate no host has taken yet, and nobody could have it reissued.
@pytest.mark.parametrize("seed", [*range(6), 178])
def test_whatever_people_change_is_done_once_and_nothing_ends_too_early(seed: int, folder: pathlib.Path) -> None:
    counts = changing(seed, 3, folder).live().count()
    assert counts["renewals"] and counts["reissues"] and counts["cancellations"]


def _forget_the_former_name(monkeypatch: pytest.MonkeyPatch) -> None:
    real = changing_lives.portfolio

    def read(*fields: dict[str, t.Any]) -> t.Any:
        return tuple(dc.replace(order, was_named=None) for order in real(*fields))

    monkeypatch.setattr(changing_lives, "portfolio", read)


def _cancel_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replacements, "is_in_use", lambda one: one.application is not None)


def _certify_what_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    real = registrations._host_order
    told = {"retire": [], "retire_served": False, "retire_live": False}
    monkeypatch.setattr(registrations, "_host_order", lambda entry: {**real(entry), **told})


def _reissue_in_the_window(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(judgement, "is_reissue_late", lambda _order, _track: False)


def _never_renew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(due, "_leave_to_apply", lambda entry: dc.replace(entry, ahead=None))


@pytest.mark.parametrize(
    ("mistake", "told"),
    [
        (_forget_the_former_name, "1 complaints|nothing is due"),
        (_cancel_at_once, "ended too early"),
        (_certify_what_is_there, "certified again"),
        (_reissue_in_the_window, "ran out|certified again"),
        (_never_renew, "ran out|does not come to an end|nothing is due"),
    ],
    ids=lambda value: getattr(value, "__name__", "").strip("_"),
)
def test_a_planner_that_is_wrong_is_found(
    mistake: t.Callable[[pytest.MonkeyPatch], None], told: str, folder: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mistake(monkeypatch)
    with pytest.raises(Exception, match=told):
        for seed in range(0, 40, 2):
            changing(seed, 3, folder).live()
