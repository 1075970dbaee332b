# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""Does the map fit the portal of today? Every screen is visited, read-only up to the confirm screen, label by label."""

from __future__ import annotations

import dataclasses as dc
import functools
import typing as t

import yaml

from ....module_utils._core.phrases import Phrase, translate
from ..._values.observed import State
from ..boundary import allow_only_desk_errors
from ..desk import DeskError
from . import contracts, ordering, renewing
from .filled_forms import Filling
from .map_parts import KINDS, PART_WORDS
from .recording import ScreenRecording
from .saved_pages import read_saved
from .screen_map import read_screen_map
from .session import Session
from .walking import take_walk

if t.TYPE_CHECKING:
    import pathlib
    from collections.abc import Callable, Iterable, Iterator

    from ....module_utils._core.phrases import Language
    from ..._values.order import Order
    from .fit import Finding
    from .map_parts import Screen, ScreenMap
    from .transport import PortalConnection
    from .window import Window

LabelRow = dict[str, t.Any]

_REMARK: t.Final = Phrase("# 「{0}」: no {1} 「{2}」; there is {3}", "# 「{0}」: {1}「{2}」がありません。あるもの: {3}")
_NOTHING_ELSE: t.Final = Phrase("nothing else", "ほかになし")
_SHOWN: t.Final = 8  # candidates that a remark names


@dc.dataclass(slots=True)
class Examination:
    """What was seen on each screen, what kept others from being seen, and which screens nobody led to.

    `pages`: saved pages and the screens they were recognized as. `titles`: of screens that the map calls otherwise.
    `names`: what the map calls each screen, for people.
    """

    seen: dict[str, tuple[Screen, tuple[Finding, ...]]] = dc.field(default_factory=dict)
    problems: list[Phrase] = dc.field(default_factory=list)
    unseen: list[str] = dc.field(default_factory=list)
    pages: list[LabelRow] = dc.field(default_factory=list)
    titles: dict[str, str] = dc.field(default_factory=dict)
    names: dict[str, str] = dc.field(default_factory=dict)
    recording: ScreenRecording | None = None

    def record(self, screen: Screen, findings: tuple[Finding, ...]) -> None:
        """Add a look at a screen: what does not fit is kept, and of the rest what was shown at any time."""
        _screen, before = self.seen.get(screen.key, (screen, ()))
        best: dict[tuple[str, str], Finding] = {}
        for finding in (*before, *findings):
            key = finding.part, finding.entry.key if finding.entry else finding.text
            if key not in best or (not finding.fits, finding.count) > (not best[key].fits, best[key].count):
                best[key] = finding
        self.seen[screen.key] = screen, tuple(best.values())

    def note_screens(self, screen_map: ScreenMap) -> None:
        """Note what each screen is called, and which ones nobody led to."""
        self.names.update((key, screen.title.text) for key, screen in screen_map.screens.items())
        self.unseen.extend(key for key in screen_map.screens if key not in self.seen)

    def fits(self) -> bool:
        return not self.problems and all(row["fits"] for row in self.list_rows())

    def list_rows(self) -> list[LabelRow]:
        """List every label of every screen that was visited."""
        return [_row(screen, finding) for screen, result in self.seen.values() for finding in result if _told(finding)]

    def draft_map(self, lang: Language) -> str:
        """Draft a map to edit, usable as it is: what can only be meant one way is filled in, the rest are remarks."""
        remarks, words = [], {}
        screens: dict[str, LabelRow] = {key: {"title": title} for key, title in self.titles.items()}
        for key, (screen, result) in self.seen.items():
            extra = [finding.text for finding in result if finding.entry is None and not finding.fits]
            missing = [finding for finding in result if finding.entry is not None and not finding.fits]
            for finding in missing:
                others = [other.text for other in result if other.entry is None and other.part == finding.part]
                same_part = [other for other in missing if other.part == finding.part]
                message = ", ".join(f"「{text}」" for text in others[:_SHOWN]) or _NOTHING_ELSE
                part = PART_WORDS[KINDS[finding.part]]
                remarks.append(translate(_REMARK.filled(screen.title.text, part, finding.text, message), lang))
                if len(others) == 1 and len(same_part) == 1 and finding.entry:
                    # Other screens may still use the old word.
                    words[finding.entry.key] = [others[0], *finding.entry.texts]
                    extra = [text for text in extra if text != others[0]]
                elif finding.entry:
                    remarks.append(f"#   {finding.entry.at}: ...")
            if extra:
                screens.setdefault(key, {})["leave_alone"] = extra
        content = {"version": 1, **({"words": words} if words else {}), **({"screens": screens} if screens else {})}
        return "\n".join(["---", *remarks, yaml.safe_dump(content, allow_unicode=True, sort_keys=False)])


def examine_saved(folder: pathlib.Path, screen_map: ScreenMap) -> Examination:
    """Examine pages that were saved in a browser; raises OSError."""
    result = Examination()
    for page in read_saved(folder, screen_map):
        result.pages.append({"file": page.file, "screen": page.screen and page.screen.key})
        if page.screen:
            result.record(page.screen, page.found)
        if page.screen and page.title:
            result.titles[page.screen.key] = page.title
        if page.problem:
            result.problems.append(page.problem)
    result.note_screens(screen_map)
    return result


def examine(connection: PortalConnection, orders: Iterable[Order]) -> Examination:
    """Examine the portal's screens; up to the confirm screen for the first order of each usage, never further."""
    result = Examination()
    screen_map = read_screen_map(connection.screen_map)
    result.recording = ScreenRecording(screen_map)
    session = Session(connection, screen_map=screen_map, record=result.record, recording=result.recording)
    by_usage = {order.usage: order for order in reversed(tuple(orders))}
    for walk in _every_walk(tuple(by_usage.values())):
        try:
            session.begin()
            with allow_only_desk_errors():
                walk(session.open_top())
        except DeskError as error:
            result.problems.append(error.phrase)
    result.note_screens(session.screen_map)
    return result


def _every_walk(orders: tuple[Order, ...]) -> Iterator[Callable[[Window], object]]:
    """Yield the walks of a visit, each from the top page; the later ones need what the earlier ones have found."""
    listed: list[contracts.Listing] = []
    yield lambda window: listed.append(contracts.read_status_list(window))
    rows = sorted(
        (application for listing in listed for application in listing.applications.values()),
        key=lambda app: app.state is not State.AWAITING_REGISTRATION,
    )
    for application in rows[:1]:
        filling = Filling(fill={"contract": listed[0].addresses[application.contract_id]})
        yield functools.partial(take_walk, name="details", filling=filling)
        if application.state is State.AWAITING_REGISTRATION:
            yield functools.partial(take_walk, name="registration", filling=filling, as_far_as_known=True)
    yield from map(_ordering, orders)
    codes = [order.customer_code for order in orders]
    if not orders:
        yield lambda window: codes.extend(ordering.read_customer_codes(window))
        yield from (functools.partial(ordering.read_offer, customer_code=code) for code in codes[:1])
    yield from (functools.partial(renewing.walk_to_choice, customer_code=code) for code in codes[:1])


def _ordering(order: Order) -> Callable[[Window], object]:
    """Return the walk of an order; where its contract is yet to be looked up, as far as the search."""
    if order.linked_contract and order.linked_contract.contract_id is None:
        return functools.partial(ordering.read_offer, customer_code=order.customer_code)
    return functools.partial(ordering.walk_to_confirm_screen, order=order)


def _told(finding: Finding) -> bool:
    """Check whether a person wants to read it: entries of the map, and what a form shows in addition."""
    return finding.entry is not None or not finding.fits


def _row(screen: Screen, finding: Finding) -> LabelRow:
    if finding.entry is None:
        verdict = "unexpected"
    elif finding.fits:
        verdict = "fits" if finding.count else "not shown now"
    else:
        verdict = f"there {finding.count} times" if finding.count else "missing"
    return {
        "screen": screen.key,
        "title": screen.title.text,
        "part": KINDS[finding.part],
        "label": finding.text,
        "verdict": verdict,
        "count": finding.count,
        "fits": finding.fits,
        "source": finding.entry.source if finding.entry else None,
        "map_entry": finding.entry.at if finding.entry else f"screens.{screen.key}.leave_alone",
    }


__all__ = ("Examination", "examine", "examine_saved")
