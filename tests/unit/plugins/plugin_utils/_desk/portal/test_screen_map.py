# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The map of screens: a user's file says only what differs, and says nothing that no map can say."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.iij.server_certificate.plugins.plugin_utils._catalogue.products import PRODUCTS, TERMS
from ansible_collections.iij.server_certificate.plugins.plugin_utils._complaints.complaints import OrdersRefused
from ansible_collections.iij.server_certificate.plugins.plugin_utils._desk.portal.screen_map import (
    PARTS,
    ScreenMapUnusable,
    read_screen_map,
)
from ansible_collections.iij.server_certificate.plugins.plugin_utils._values.observed import State

if t.TYPE_CHECKING:
    import pathlib


def test_the_map_knows_what_the_collection_knows() -> None:
    known = read_screen_map()
    assert set(known.options["states"]) == {state.value for state in State} - {State.UNCLEAR.value}
    assert set(known.options["terms"]) == set(TERMS)
    assert set(known.options["products"]) == set(PRODUCTS)


def test_every_word_has_its_source() -> None:
    known = read_screen_map()
    entries = [entry for screen in known.screens.values() for part in PARTS for entry in screen.parts[part].values()]
    entries += [entry for group in known.options.values() for entry in group.values()]
    entries += [screen.title for screen in known.screens.values()]
    for entry in entries:
        assert entry.source in ("ours", "catalogue") or entry.source.startswith("M:"), entry


def test_a_map_of_ones_own_changes_only_what_it_says(tmp_path: pathlib.Path) -> None:
    own = tmp_path / "own.yml"
    own.write_text(
        "words: {usage: [形態, 利用形態]}\nscreens:\n  order_form:\n    title: 申込\n"
        "    fields: {common_name: FQDN}\n    leave_alone: メモ\noptions: {states: {issued: 発行完了}}\n",
        encoding="utf-8",
    )
    known, default = read_screen_map(str(own)), read_screen_map()
    form = known.screens["order_form"]
    assert form.title.texts == ("申込",)
    assert form.find_entry("fields", "usage").texts == ("形態", "利用形態")
    assert (form.find_entry("fields", "common_name").text, form.find_entry("fields", "common_name").source) == (
        "FQDN",
        "your map",
    )
    assert form.find_entry("fields", "common_name").at == "screens.order_form.fields.common_name"
    assert form.leave_alone == {"メモ"}
    assert known.screens["order_confirm"].find_entry("facts", "common_name").text == "コモンネーム"
    assert known.find_meaning("states", "発行完了") == "issued"
    assert known.screens["status_list"] == default.screens["status_list"]


MISTAKES: t.Final = {
    "words: {comon_name: x}": r"own\.yml:1:9: words\.comon_name is not in the map; did you mean common_name\?",
    "word: {}": r"own\.yml:1:1: word is not in the map; did you mean words\?",
    "words: [x]": r"words is a mapping",
    "words: {usage: 3}": r"usage is a text, or a list of texts",
    "words: {usage: ''}": r"usage is a text",
    "screens: {order_form: {field: {}}}": r"screens\.order_form\.field is not in the map; did you mean fields",
    "screens: {order_form: {fields: {place: x}}}": r"screens\.order_form\.fields\.place is not in the map",
    "screens: {order_form: {leave_alone: 3}}": r"leave_alone is a text or a list of texts",
    "screens: {order_form: {fields: {usage: x, usage?: y}}}": r"usage and usage\? are two ways to write one thing",
    "screens: {order_form: {fields: [usage?, usage]}}": r"usage\? and usage are two ways to write one thing",
    "options: {state: {}}": r"options\.state is not in the map; did you mean states",
    "version: 2": r"this collection reads version 1",
    "- x": r"a screen map is a mapping",
    "words: {usage: a, usage: b}": r"a key is given twice",
}


@pytest.mark.parametrize("text", MISTAKES)
def test_a_mistake_is_told_with_its_place(tmp_path: pathlib.Path, text: str) -> None:
    own = tmp_path / "own.yml"
    own.write_text(text, encoding="utf-8")
    with pytest.raises(ScreenMapUnusable, match=MISTAKES[text]):
        read_screen_map(str(own))


def test_what_is_no_yaml_is_told(tmp_path: pathlib.Path) -> None:
    own = tmp_path / "own.yml"
    own.write_text("words: {", encoding="utf-8")
    with pytest.raises(OrdersRefused):
        read_screen_map(str(own))
