# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the doctor writes never takes the place of what somebody has edited."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.iij.server_certificate.plugins.plugin_utils._tasks.doctor import examine_portal

if t.TYPE_CHECKING:
    import pathlib

EDITED: t.Final = "---\nversion: 1\nwords:\n  common_name: [お名前]  # found by hand\n"
PAGE: t.Final = (
    "<html><head><title>新規お申し込み受付入力</title></head><body><h1>新規お申し込み受付入力</h1></body></html>"
)


@pytest.fixture
def options(tmp_path: pathlib.Path) -> dict[str, t.Any]:
    pages = tmp_path / "pages"
    pages.mkdir()
    (pages / "form.html").write_text(PAGE, encoding="utf-8")
    map_path = str(tmp_path / "screens.yml")
    return {"saved_pages": str(pages), "screen_map": None, "map_path": map_path, "record_path": None}


def test_a_map_that_somebody_has_edited_is_kept(tmp_path: pathlib.Path, options: dict[str, t.Any]) -> None:
    own = tmp_path / "screens.yml"
    own.write_text(EDITED, encoding="utf-8")
    for _again in range(2):  # what was written before is not written once more
        result = examine_portal(options, (), "en")
    assert own.read_text(encoding="utf-8") == EDITED
    beside = tmp_path / "screens.2.yml"
    assert beside.read_text(encoding="utf-8") == result["map"]
    assert result["map_file"] == str(beside)
    assert f"{own} is kept as it was; the screen map is in {beside}." in result["text"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["pages", "screens.2.yml", "screens.yml"]


def test_a_first_map_is_where_it_was_asked_for(tmp_path: pathlib.Path, options: dict[str, t.Any]) -> None:
    result = examine_portal(options, (), "en")
    assert (tmp_path / "screens.yml").read_text(encoding="utf-8") == result["map"]
    assert f"The screen map is in {tmp_path / 'screens.yml'}." in result["text"]


def test_a_link_that_leads_nowhere_is_kept_too(tmp_path: pathlib.Path, options: dict[str, t.Any]) -> None:
    (tmp_path / "screens.yml").symlink_to("away.yml")
    assert examine_portal(options, (), "en")["map_file"] == str(tmp_path / "screens.2.yml")
    assert (tmp_path / "screens.yml").is_symlink()


def test_nothing_is_written_where_nothing_was_asked_for(options: dict[str, t.Any]) -> None:
    result = examine_portal({**options, "map_path": None}, (), "en")
    assert result["map_file"] is None
    assert "screens" not in result["text"]
