# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Cells of desk: by_hand: a sample, all of them in `make reliability`, and that mistakes are found."""

from __future__ import annotations

import pathlib
import typing as t

import pytest
from ansible_collections.iij.server_certificate.plugins.plugin_utils._desk.by_hand import register
from ansible_collections.iij.server_certificate.plugins.plugin_utils._tasks import record as task
from ansible_collections.iij.server_certificate.tests.reliability import by_hand_cells as by_hand

SAMPLE: t.Final = 24


@pytest.fixture(scope="module")
def ends(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[int, dict[str, bytes]]]:
    """By world, how many touches its recording has, and what an undisturbed one leaves."""
    found = {}
    for world in by_hand.WORLDS:
        folder = tmp_path_factory.mktemp("end")
        found[world] = (by_hand.count_touches(folder, by_hand.WORLDS[world]), by_hand.contents(folder))
    return found


@pytest.fixture(scope="module")
def all_cells(ends: dict[str, tuple[int, dict[str, bytes]]]) -> list[by_hand.Cell]:
    return list(by_hand.cells(lambda world: ends[world][0]))


def wrong_in(
    cells: t.Iterable[by_hand.Cell], ends: dict[str, tuple[int, dict[str, bytes]]], folder: pathlib.Path
) -> list[str]:
    told = []
    for number, cell in enumerate(cells):
        place = folder / str(number)
        place.mkdir()
        told += [f"{cell.id}: {wrong}" for wrong in by_hand.judge(cell, place, ends[cell.world][1])]
    return told


def test_some_cells(
    all_cells: list[by_hand.Cell], ends: dict[str, tuple[int, dict[str, bytes]]], tmp_path: pathlib.Path
) -> None:
    chosen = all_cells[:: len(all_cells) // SAMPLE]
    assert wrong_in(chosen, ends, tmp_path) == []


@pytest.mark.long
def test_all_cells(
    all_cells: list[by_hand.Cell], ends: dict[str, tuple[int, dict[str, bytes]]], tmp_path: pathlib.Path
) -> None:
    assert len(all_cells) >= 500
    assert wrong_in(all_cells, ends, tmp_path) == []


def written_in_place(path: pathlib.Path, text: str) -> None:
    """A file that is written where it is: whoever is killed leaves a half one."""
    with path.open("w", encoding="utf-8") as file:
        file.write(text[: len(text) // 2])
        file.flush()
    path.chmod(0o644)
    path.write_text(text, encoding="utf-8")


@pytest.mark.parametrize("mistake", ["written in place", "register first"])
def test_mistakes_are_found(
    mistake: str,
    ends: dict[str, tuple[int, dict[str, bytes]]],
    tmp_path: pathlib.Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A register that is written where it is, or before the certificates that it tells of."""
    if mistake == "written in place":
        monkeypatch.setattr(register, "write_whole", written_in_place)
    else:
        keep = task._keep

        def register_first(options: t.Any, arrivals: t.Any, kept: t.Any, text: str) -> None:
            kept.write(text)
            keep(options, arrivals, kept, kept.file.text)

        monkeypatch.setattr(task, "_keep", register_first)
    cells = [by_hand.Cell(world="issued", touch=touch, others=0, again_by="plan") for touch in range(ends["issued"][0])]
    found = []
    for number, cell in enumerate(cells):
        place = tmp_path / str(number)
        place.mkdir()
        try:
            found += by_hand.judge(cell, place, ends["issued"][1])
        except Exception as error:  # a register that cannot be read any more
            found.append(repr(error))
    assert found
