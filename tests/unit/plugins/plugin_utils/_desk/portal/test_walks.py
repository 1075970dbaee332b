# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Walks in a user's map: screens come and go, fields move, and what promise 1 forbids is refused with its line."""

from __future__ import annotations

import itertools
import typing as t

import pytest
from ansible_collections.iij.server_certificate.plugins.plugin_utils._desk.portal.screen_map import (
    ScreenMapUnusable,
    read_screen_map,
)

if t.TYPE_CHECKING:
    import pathlib

    from ansible_collections.iij.server_certificate.plugins.plugin_utils._desk.portal.map_parts import ScreenMap


def map_of(folder: pathlib.Path, text: str) -> ScreenMap:
    own = folder / "own.yml"
    own.write_text(text, encoding="utf-8")
    return read_screen_map(str(own))


def screens_of(known: ScreenMap, walk: str) -> list[str]:
    return [screen for screen, _steps in itertools.groupby(step.screen for step in known.walks[walk])]


def test_a_screen_is_put_in_and_another_left_out(tmp_path: pathlib.Path) -> None:
    known = map_of(
        tmp_path,
        "screens: {notice: {title: お知らせ, buttons: {close: 閉じる}}}\n"
        "walks:\n  order: [{before: order_form, screen: notice?, press: close}, {without: order_notes}]\n"
        "  log_in: [{after: log_in, screen: notice, press: close}]\n",
    )
    assert screens_of(known, "order")[4:7] == ["online_orders", "notice", "order_form"]
    notice = next(step for step in known.walks["order"] if step.screen == "notice")
    assert (notice.at_times, notice.press) == (True, "close")
    assert known.screens["notice"].find_entry("buttons", "close").texts == ("閉じる",)
    assert screens_of(known, "log_in") == ["log_in", "notice", "top"]


def test_a_form_is_split_and_its_field_moves(tmp_path: pathlib.Path) -> None:
    known = map_of(
        tmp_path,
        "screens:\n  order_form: {without: product_and_term, buttons: {confirm: 次へ}}\n"
        "  order_items: {title: 品目の選択, fields: {product: 品目, term: 有効期間}, buttons: [confirm]}\n"
        "walks: {order: [{after: order_form, screen: order_items, fill: [product, term], press: confirm}]}\n",
    )
    form = [step for step in known.walks["order"] if step.screen == "order_form"][-1]
    assert form.fill == ("usage", "common_name", "linked_contract")
    items = next(step for step in known.walks["order"] if step.screen == "order_items")
    assert items.fill == ("product", "term")
    assert known.screens["order_items"].find_entry("buttons", "confirm").text == "確認"


def order(step: str) -> str:
    """A map with one change of the walk of an order."""
    return f"walks: {{order: [{{{step}}}]}}"


AGAIN: t.Final = "screens: {again: {title: 再確認, buttons: {press: [はい, 申込]}}}\n"
REFUSED: t.Final = {
    # pressed twice
    AGAIN + order("before: order_confirm, screen: again, press: press"): r":2:\d+: .*「申込」 on again",
    AGAIN + "walks: {list: [{before: settings, screen: again, press: press}]}": r":2:\d+: the walk list would",
    AGAIN + order("after: order_done, screen: again, press: press"): r":2:\d+: .*「申込」 on again",
    "words: {confirm: 申込}": r":1:\d+: the walk order would press 「申込」 on order_form",
    "walks:\n  order:\n    - {screen: order_confirm, tick: [order_consent], press: place}": r":3:\d+: .* exactly one",
    order("without: order_confirm"): r":1:\d+: .* exactly one step with commits",
    order("screen: order_confirm, press: 'place?', commits: true"): r":1:\d+: .* exactly one step",
    order("screen: 'order_confirm?', press: place, commits: true"): r"has no step on order_confirm\?",
    order("screen: order_confirm, only_with: linked_contract, press: place, commits: true"): "exactly one",
    "walks: {list: [{before: settings, screen: order_confirm, press: place, commits: true}]}": "has nothing that",
    order("screen: order_done, follow: registration"): r"screen order_done has no links registration",
    # the comparison skipped
    "screens:\n  order_confirm: {without: [common_name]}": r":2:\d+: .*「申込」 without a comparison of common_name",
    "screens:\n  registration_confirm: {without: organization_name}": r":2:\d+: .*comparison of organization_name",
    "screens: {late: {title: 補足, fields: [usage], buttons: {go: 次}}}\n"
    + order("after: order_confirm, screen: late, fill: [usage], press: go"): r":2:\d+: .*does nothing more",
    "screens: {late: {title: 補足, buttons: {on: 次}}}\n"
    + order("before: order_form, screen: late, press: on"): r"screens\.late\.buttons\.True is not in the map",
    "walks:\n  order:\n    - {before: order_confirm, screen: order_confirm, fill: [order_consent]}": r":3:",
    "screens: {order_confirm: {fields: [common_name, order_consent]}}\n"
    + order("screen: order_confirm, fill: [common_name], tick: [order_consent], press: place, commits: true"): (
        r":2:\d+: the step with commits of the walk order ticks and presses"
    ),
    # a value that nobody fills in
    "screens:\n  order_form: {without: usage}": r":2:\d+: the walk order fills in no usage",
    order("screen: order_form, fill: [usage, common_name], press: confirm"): r"fills in no product_and_term",
    "screens: {registration: {without: approval_email}}": r"the walk registration fills in no approval_email",
    # what is not there
    order("before: nowhere, screen: order_notes, press: next"): r"the walk order has no step on nowhere",
    order("before: order_form, screen: notice, press: close"): r"there is no screen notice",
    order("screen: order_notes, press: onwards"): r"the screen order_notes has no buttons onwards",
    order("screen: order_form, fill: [memo], press: confirm"): r"walks\.order\.0\.fill\.memo is not in the map",
    order("screen: order_notes, pres: next"): r"pres is not in the map; did you mean press",
    "walks: {orders: []}": r"walks\.orders is not in the map; did you mean order",
    "walks: {order: {screen: x}}": r"walks\.order is a list of steps",
    order("before: order_form, after: order_form, screen: order_notes"): r"a step has a screen",
    order("without: order_notes, press: next"): r"a step has a screen",
    "walks: {list: [{without: status_list}]}": r"the walk list must end on status_list",
    "walks: {details: [{screen: service_top, follow: registration}]}": r"the walk details must end on service_top",
    "screens: {notice: {title: お知らせ}}": r"screens\.notice is not in the map",
    "screens: {notice: {buttons: {close: 閉じる}}}\n"
    + order("before: order_form, screen: notice, press: close"): (
        r"a screen of your own needs a title"
    ),
    order("screen: 3"): r"screen is a text",
    order("screen: order_form, fill: usage"): r"fill is a text or a list of texts",
}  # fmt: skip


@pytest.mark.parametrize("text", REFUSED)
def test_a_walk_that_must_not_be_taken_is_refused_with_its_line(tmp_path: pathlib.Path, text: str) -> None:
    with pytest.raises(ScreenMapUnusable, match=REFUSED[text]):
        map_of(tmp_path, text)
