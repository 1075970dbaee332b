# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""How long work will take and how far it is, in plain lines: an estimate before it, [n/m] while it goes on."""

from __future__ import annotations

import itertools
import threading
import time
import typing as t

from ...module_utils._core.phrases import Phrase, translate

if t.TYPE_CHECKING:
    from collections.abc import Callable

    from ...module_utils._core.phrases import Language
    from .asked_orders import Options

_LONG: t.Final = 10.0  # seconds after which people want to know how much is left, and then once more
_LOOK: t.Final = 3  # requests of a log-in
_LOOKS: t.Final = 3  # of an apply after its first one
_TIMES: t.Final = Phrase(" ({0} so far, about {1} left)", " (経過 {0}、残り約 {1})")
_ESTIMATE: t.Final = Phrase(
    "The portal: about {0} requests, {1} or more at {2} s between them (request_interval).",
    "ポータル: 約{0}回の要求、{2}秒間隔 (request_interval) で {1} 以上かかります。",
)
_SECONDS: t.Final = Phrase("{0} s", "{0}秒")
_MINUTES: t.Final = Phrase("{0} min", "{0}分")
_HOURS: t.Final = Phrase("{0} h {1} min", "{0}時間{1}分")


class Progress:
    """Numbers the lines of work in so many steps; once it is long, with the time that has passed and what is left."""

    def __init__(
        self, steps: int, *, say: Callable[[str], None], lang: Language, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._steps, self._say, self._lang, self._clock = steps, say, lang, clock
        self._begun = self._shown = clock()
        self._numbers = itertools.count(1)
        self._lock = threading.Lock()

    def tell(self, line: str, *, seldom: bool = False) -> None:
        """Show the line of a step that is done; `seldom` only one in a while, and of quick work none."""
        with self._lock:
            number, now = next(self._numbers), self._clock()
            passed = now - self._begun
            left = passed / number * (self._steps - number)
            is_long = passed >= _LONG and number < self._steps
            times = _TIMES.filled(_duration(passed), _duration(left)) if is_long else None
            if not seldom or now - self._shown >= _LONG:
                self._shown = now
                self._say(f"[{number}/{self._steps}] {line}{translate(times, self._lang) if times else ''}")


def estimate_portal(
    options: Options, *, purchases: int = 0, registrations: int = 0, certificates: int = 0, pages: int = 1
) -> Phrase | None:
    """Estimate what is still to be asked of the portal; None for another desk, and where nothing is left.

    `pages`: those of the list, which is read before each purchase.
    """
    if options["desk"] != "portal" or not (purchases or registrations or certificates):
        return None
    requests = count_portal_requests(
        options["screen_map"],
        purchases=purchases,
        registrations=registrations,
        certificates=certificates,
        pages=pages,
    )
    interval = options["request_interval"]
    return _ESTIMATE.filled(requests, _duration(requests * interval), interval)


def count_portal_requests(
    screen_map: str | None, *, purchases: int, registrations: int, certificates: int, pages: int
) -> int:
    """Count the requests of these walks, step by step as the screen map has them."""
    from .._desk.portal.screen_map import read_screen_map as read_map  # of the portal alone

    walks = read_map(screen_map).walks
    a_list = len(walks["list"]) + pages - 1
    looks = _LOOKS * (_LOOK + a_list) if purchases or registrations else 0
    offers = len(walks["order"]) if purchases else 0  # what the form offers, once more
    # Who is logged in begins the walks to a contract at its page, which is read before and after the registration.
    each_registration = len(walks["registration"]) - 1 + 2
    each_certificate = len(walks["download"]) - 1 + 2
    return (
        looks
        + offers
        + purchases * (len(walks["order"]) + a_list)
        + registrations * each_registration
        + certificates * each_certificate
    )


def _duration(seconds: float) -> Phrase:
    minutes = round(seconds / 60)
    if seconds < 60:
        return _SECONDS.filled(round(seconds))
    return _MINUTES.filled(minutes) if minutes < 60 else _HOURS.filled(minutes // 60, minutes % 60)


__all__ = ("Progress", "count_portal_requests", "estimate_portal")
