# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Three years of contracts in the pure core, and lives that are disturbed (lives.py)."""

from __future__ import annotations

import collections
import pathlib
import tempfile
import typing as t

import pytest
from lives import Trouble, begin, disturbed, live, shared_memory


@pytest.fixture
def folder() -> t.Iterator[pathlib.Path]:
    with tempfile.TemporaryDirectory(dir=shared_memory()) as made:
        yield pathlib.Path(made)


def test_three_years_of_daily_runs_lose_nothing(folder: pathlib.Path) -> None:
    life = live(begin(30, folder))
    by = collections.Counter(by for _contract, _certificate, by in life.desk.bought)
    assert set(by) == {"run"} and by["run"] > 400, "renewed by us, never by silence"
    assert not life.lost


@pytest.mark.parametrize("seed", range(6))
def test_disturbed_lives_lose_no_more_than_nobody_could_save(seed: int, folder: pathlib.Path) -> None:
    life = live(disturbed(seed, 4, folder))
    assert life.desk.bought and life.runs


def test_a_token_that_may_never_order_keeps_every_key(folder: pathlib.Path) -> None:
    life = begin(12, folder, trouble=Trouble(no_role=set(range(2000))))
    live(life, days=400)
    assert {by for _contract, _certificate, by in life.desk.bought} == {"silence"}
    assert not life.lost, "silence bought, and the service admin's runs registered in time"
