# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""A walk taken on a window: each screen is recognized and compared before anything is done on it."""

from __future__ import annotations

import typing as t

from ....module_utils._core.phrases import Phrase, join_phrases
from ..desk import RequestRefused
from .filled_forms import find_screen_differences

if t.TYPE_CHECKING:
    from collections.abc import Callable

    from ..._values.order import Order
    from .filled_forms import Filling, Value
    from .map_parts import WalkStep
    from .window import Window

_SHOWN_AGAIN: t.Final = Phrase("it shows the form again", "入力画面に戻りました")
_REFUSED: t.Final = Phrase(
    "the portal does not take what was filled in on 「{0}」: {1}",
    "「{0}」の入力内容がポータルに受け付けられません: {1}",
)
_NOT_AGREED: t.Final = Phrase(
    "the order does not agree to the terms (terms_agreed)", "オーダーで約款に同意していません (terms_agreed)"
)
_DIFFERS: t.Final = Phrase(
    "the screen 「{0}」 differs from the order: {1}; nothing was ordered or registered",
    "画面「{0}」がオーダーと異なります: {1}。申し込みも登録も行っていません",
)


def take_walk(
    window: Window,
    name: str,
    filling: Filling,
    *,
    look: Callable[[Window], object] | None = None,
    as_far_as_known: bool = False,
) -> tuple[WalkStep, ...]:
    """Walk up to the press that commits, or to the end; returns what is left of the walk.

    `look` sees every screen. `as_far_as_known`: the walk ends where it would fill in what `filling` does not name.
    """
    steps = window.screen_map.walks[name]
    pressed: WalkStep | None = None  # the step before, where it pressed a button
    for number, step in enumerate(steps):
        if number == 0 and step.open and window.shows(steps[1].screen):
            continue  # the window was opened there
        if step.only_with and filling.fill.get(step.only_with) is None:
            continue
        if step.at_times and not window.shows(step.screen):
            continue
        if pressed and pressed.screen != step.screen and window.shows(pressed.screen):
            raise RequestRefused(_REFUSED.filled(window.page.heading, window.read_alerts() or _SHOWN_AGAIN))
        window.expect(step.screen)
        compare(window, filling, whole=step.commits)
        if look:
            look(window)
        if step.commits or (as_far_as_known and not all(field in filling.fill for field in step.fill)):
            return steps[number:]
        pressed = step if _act(window, step, filling) else None
    return ()


def require_agreement(order: Order) -> None:
    """Raise RequestRefused where the order does not agree to what its confirm screens ask consent for."""
    if not order.terms_agreed:
        raise RequestRefused(_NOT_AGREED)


def compare(window: Window, filling: Filling, *, whole: bool) -> None:
    """Raise RequestRefused where the screen shows anything else than what is asked for."""
    differing = find_screen_differences(window.screen, window.read_fact, filling, window.screen_map, whole=whole)
    if differing:
        raise RequestRefused(_DIFFERS.filled(window.page.heading, join_phrases(differing)))


def _act(window: Window, step: WalkStep, filling: Filling) -> bool:
    """Do what the step says; whether a button was pressed."""
    values: dict[str, Value] = {field: value for field in step.fill if (value := filling.fill[field]) is not None}
    values.update(dict.fromkeys(step.tick, True))
    if step.press and not (step.if_there and not window.has("buttons", step.press)):
        window.press(step.press, values)
        return True
    if values:
        window.fill(values)
    if step.follow:
        window.follow(step.follow)
    if step.open:
        window.go(str(filling.fill[step.open]))
    return False


__all__ = ("compare", "require_agreement", "take_walk")
