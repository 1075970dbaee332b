# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""Walks as data: the collection's steps, a user's changes to them, and why a walk is not taken."""

from __future__ import annotations

import dataclasses as dc
import typing as t

from ....module_utils._core.phrases import Phrase
from .map_parts import WalkStep

if t.TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from .map_parts import Screen

    Walks = Mapping[str, tuple[WalkStep, ...]]
    Screens = Mapping[str, Screen]

Place = tuple[str | int, ...]
Problem = tuple[Place, Phrase]
Written = t.Mapping[str, t.Any]

VERBS: t.Final = ("only_with", "follow", "open", "fill", "tick", "press", "commits")
WHERE: t.Final = ("before", "after", "without")
# What must have been filled in before the press that commits, and what must have been compared since the last of it.
# A tuple of tuples: any of them will do.
_NEEDED: t.Final[dict[str, tuple[tuple[tuple[str, ...], ...], ...]]] = {
    "order": (
        (("customer_code",),),
        (("usage",),),
        (("common_name",),),
        (("product_and_term",), ("product", "term")),
        (("linked_contract",),),
    ),
    "renewal": tuple(((name,),) for name in ("customer_code", "contract_id", "renewal_choice", "renewed_term")),
    "registration": tuple(
        ((name,),)
        for name in (
            *("csr_method", "csr", "state_or_province_name", "locality_name", "organization_name", "approval_email"),
            "certificate_transparency",
        )
    ),
}
# Chosen by their own texts; read by the portal into what is compared.
_NOT_COMPARED: t.Final = ("customer_code", "renewal_choice", "csr")
# What the code reads at the end of a walk.
_ENDS: t.Final = {"log_in": "top", "list": "status_list", "details": "service_top"}

_NOT_THERE: t.Final = Phrase("the walk {0} has no step on {1}", "手順 {0} に画面 {1} の操作がありません")
_NO_SCREEN: t.Final = Phrase("there is no screen {0}", "画面 {0} がありません")
_NOT_ON_SCREEN: t.Final = Phrase("the screen {0} has no {1} {2}", "画面 {0} に {1} {2} がありません")
_TWICE: t.Final = Phrase(
    "the walk {0} would press 「{1}」 on {2}, and that is the button that is pressed once, at the end",
    "手順 {0} が画面 {2} で「{1}」を押すことになります。これは最後に1回だけ押すボタンです",
)
_COMMITS_ONCE: t.Final = Phrase(
    "the walk {0} must have exactly one step with commits, on a screen and a button that always come",
    "手順 {0} には、必ず表示される画面とボタンに、commits のある操作がちょうど1つ必要です",
)
_ONLY_TICKS: t.Final = Phrase(
    "the step with commits of the walk {0} ticks and presses, nothing else: what it filled in would not be compared",
    "手順 {0} の commits のある操作に書けるのは tick と press だけです。そこで入力した内容は照合できません",
)
_COMMITS_NEVER: t.Final = Phrase("the walk {0} has nothing that commits", "手順 {0} に commits は使えません")
_ENDS_THERE: t.Final = Phrase(
    "after the press that commits the walk {0} does nothing more",
    "手順 {0} は、commits のボタンを押した後には何も行いません",
)
_ALONE: t.Final = Phrase(
    "on the screen of the press that commits the walk {0} has one step only",
    "手順 {0} では、commits のボタンがある画面の操作は1つだけです",
)
_NOT_FILLED: t.Final = Phrase("the walk {0} fills in no {1}", "手順 {0} に {1} の入力がありません")
_UNCOMPARED: t.Final = Phrase(
    "the walk {0} would press 「{1}」 without a comparison of {2}: no screen shows it after it was filled in",
    "手順 {0} は、{2} を照合しないまま「{1}」を押すことになります。入力後に表示される画面がありません",
)
_MUST_END: t.Final = Phrase("the walk {0} must end on {1}", "手順 {0} は画面 {1} で終わる必要があります")


def make_walk(
    name: str, default: Sequence[Written], changes: Sequence[Written]
) -> tuple[list[WalkStep], list[Problem]]:
    """Make the walk of the collection's steps and the user's changes, and find changes that have no place."""
    steps = [_read_step(written, None) for written in default]
    problems: list[Problem] = []
    for index, change in enumerate(changes):
        place: Place = ("walks", name, index)
        anchor = _text(change.get("before") or change.get("after") or change.get("without") or change.get("screen"))
        there = [number for number, step in enumerate(steps) if step.screen == anchor]
        if not there:
            problems.append((place, _NOT_THERE.filled(name, anchor)))
        elif "without" in change:
            steps = [step for step in steps if step.screen != anchor]
        elif "before" in change:
            steps.insert(there[0], _read_step(change, place))
        elif "after" in change:
            steps.insert(there[-1] + 1, _read_step(change, place))
        else:
            steps[there[-1]] = _read_step(change, place)
    return steps, problems


def drop_missing_steps(steps: Iterable[WalkStep], screens: Screens) -> tuple[WalkStep, ...]:
    """Drop the steps of the collection's own that the screens no longer have."""
    return tuple(_without_dropped(step, screens) if step.place is None else step for step in steps)


def judge_walks(walks: Walks, screens: Screens) -> Iterator[Problem]:
    """Find every reason not to take a walk: what is not on its screens, and what promise 1 forbids."""
    once = {text for steps in walks.values() for step in steps if step.commits for text in _texts(step, screens)}
    for name, steps in walks.items():
        unknown = [problem for step in steps for problem in _unknown(name, step, screens)]
        yield from unknown
        if not unknown:
            yield from _judge(name, steps, screens, once=once)


def _judge(name: str, steps: tuple[WalkStep, ...], screens: Screens, *, once: set[str]) -> Iterator[Problem]:
    for step in steps:
        twice = once.intersection(_texts(step, screens))
        if not step.commits and twice:
            yield _at(name, step), _TWICE.filled(name, min(twice), step.screen)
    end = _ENDS.get(name)
    if end and (not steps or steps[-1].screen != end or steps[-1].acts):
        yield _changed(name, steps), _MUST_END.filled(name, end)
    committing = [step for step in steps if step.commits]
    if name not in _NEEDED:
        yield from ((_at(name, step), _COMMITS_NEVER.filled(name)) for step in committing)
        return
    sound = len(committing) == 1 and committing[0].press and not committing[0].only_with
    if not sound or committing[0].at_times or committing[0].if_there:
        yield _changed(name, steps), _COMMITS_ONCE.filled(name)
        return
    if committing[0].fill or committing[0].follow or committing[0].open:
        yield _at(name, committing[0]), _ONLY_TICKS.filled(name)
    yield from _judge_press(name, steps, steps.index(committing[0]), screens)


def _judge_press(name: str, steps: tuple[WalkStep, ...], at: int, screens: Screens) -> Iterator[Problem]:
    """Judge what comes before the press that commits, and what after it."""
    press = steps[at]
    for step in steps[at + 1 :]:
        if step.acts:
            yield _at(name, step), _ENDS_THERE.filled(name)
    for step in steps[:at]:
        if step.screen == press.screen:
            yield _at(name, step), _ALONE.filled(name)
    # What orders without a value leave out is compared too: it has to be empty.
    filled = {field for step in steps[:at] if not step.at_times for field in _surely_filled(step)}
    last = max((number for number, step in enumerate(steps[:at]) if step.fill), default=-1)
    certain = [step for step in steps[last + 1 : at + 1] if not step.at_times and not step.only_with]
    compared = {fact for step in certain for fact in screens[step.screen].parts["facts"]}
    for choices in _NEEDED[name]:
        if not any(set(names) <= filled for names in choices):
            yield _changed(name, steps), _NOT_FILLED.filled(name, choices[0][0])
        elif choices[0][0] not in _NOT_COMPARED and not any(set(names) <= compared for names in choices):
            button = screens[press.screen].find_entry("buttons", str(press.press)).text
            yield _changed(name, steps), _UNCOMPARED.filled(name, button, choices[0][0])


def _surely_filled(step: WalkStep) -> tuple[str, ...]:
    """Return the fields that a step fills in for every order that has a value for them."""
    return step.fill if step.only_with is None else tuple(field for field in step.fill if field == step.only_with)


def _unknown(name: str, step: WalkStep, screens: Screens) -> Iterator[Problem]:
    """Find what a step names and its screen does not have."""
    screen = screens.get(step.screen)
    if screen is None:
        yield _at(name, step), _NO_SCREEN.filled(step.screen)
        return
    named = [
        ("links", step.follow),
        ("buttons", step.press),
        *(("fields", field) for field in (*step.fill, *step.tick)),
    ]
    for part, key in named:
        if key is not None and key not in screen.parts[part]:  # type: ignore[index]
            yield _at(name, step), _NOT_ON_SCREEN.filled(step.screen, part, key)


def _without_dropped(step: WalkStep, screens: Screens) -> WalkStep:
    screen = screens.get(step.screen)
    if screen is None:
        return step
    gone = step.press is not None and step.if_there and step.press not in screen.parts["buttons"]
    return dc.replace(
        step,
        fill=tuple(field for field in step.fill if field in screen.parts["fields"]),
        tick=tuple(field for field in step.tick if field in screen.parts["fields"]),
        press=None if gone else step.press,
    )


def _read_step(written: Written, place: Place | None) -> WalkStep:
    screen, press = _text(written.get("screen")), written.get("press")
    return WalkStep(
        screen=screen.rstrip("?"),
        at_times=screen.endswith("?"),
        only_with=written.get("only_with"),
        follow=written.get("follow"),
        open=written.get("open"),
        fill=tuple(written.get("fill", ())),
        tick=tuple(written.get("tick", ())),
        press=None if press is None else _text(press).rstrip("?"),
        if_there=_text(press).endswith("?"),
        commits=written.get("commits") is True,
        place=place,
    )


def _texts(step: WalkStep, screens: Screens) -> tuple[str, ...]:
    """Return what the button of this step may say."""
    screen = screens.get(step.screen)
    entry = screen and step.press and screen.parts["buttons"].get(step.press)
    return entry.texts if entry else ()


def _at(name: str, step: WalkStep) -> Place:
    return step.place or ("walks", name)


def _changed(name: str, steps: Iterable[WalkStep]) -> Place:
    """Return where the user's map says something of this walk."""
    return next((step.place for step in steps if step.place), ("walks", name))


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


__all__ = ("VERBS", "WHERE", "Place", "Problem", "drop_missing_steps", "judge_walks", "make_walk")
