# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""How long one call of a desk may take: its pauses, its repetitions and its end, the same for both adapters."""

from __future__ import annotations

import datetime as dt
import email.utils
import time
import typing as t

from ...module_utils._core.phrases import Phrase
from .desk import DeskBusy, DeskUnreachable

if t.TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Result = t.TypeVar("Result")

_ATTEMPTS: t.Final = 5
_PAUSE: t.Final = 0.25  # seconds, doubling
_LONGEST_WAIT: t.Final = 60.0  # seconds that a run waits because the desk asks it to
_LONGEST_ASKED: t.Final = 366 * 86_400  # seconds; more cannot be meant
_SILENT: t.Final = 5.0  # seconds of waiting that nobody needs to hear of
_TIMEOUTS: t.Final = 20  # a call with everything that belongs to it may take so many times request_timeout

_WAITING: t.Final = Phrase("waiting for {0} s: {1}", "{0}秒待ちます: {1}")
_LATER: t.Final = Phrase(
    "{0}. The desk asks to be called again after {1}; run it again then",
    "{0}。窓口は {1} 以降に再実行するよう求めています。その後に再実行してください",
)


def announce_wait(seconds: float, why: Phrase, tell: Callable[[Phrase], None] | None) -> None:
    """Tell people what a run waits for, unless it is too short to be noticed."""
    if tell and seconds >= _SILENT:
        tell(_WAITING.filled(round(seconds), why))


class Patience:
    """Of one call: reads and safe writes are repeated for as long as it lasts; `tell` hears of longer waits."""

    def __init__(
        self,
        *,
        timeout: float,
        sleep: Callable[[float], None] = time.sleep,
        tell: Callable[[Phrase], None] | None = None,
    ) -> None:
        self.timeout = timeout
        self.end = time.monotonic() + _TIMEOUTS * timeout
        self._sleep = sleep
        self._tell = tell

    @property
    def longest(self) -> float:
        """The seconds that the call may take."""
        return _TIMEOUTS * self.timeout

    def pause(self, seconds: float) -> None:
        """Sleep out of politeness, which is no part of what the call may take."""
        self.end += seconds
        self._sleep(seconds)

    def try_again(self, call: Callable[[], Result]) -> Result:
        """Repeat this call while the desk is busy or out of reach; what was tried out further inside is not."""
        attempt = 0
        while True:
            attempt += 1
            try:
                return call()
            except (DeskBusy, DeskUnreachable) as error:
                pause = _PAUSE * 2 ** (attempt - 1) if error.retry_after is None else error.retry_after
                out_of_time = time.monotonic() + pause > self.end
                if error.tried_out or attempt == _ATTEMPTS or pause > _LONGEST_WAIT or out_of_time:
                    error.tried_out = True
                    raise
                self._wait(pause, error)

    def _wait(self, seconds: float, error: DeskBusy | DeskUnreachable) -> None:
        announce_wait(seconds, error.phrase, self._tell)
        self._sleep(seconds)


def read_retry_after(headers: Mapping[str, str]) -> float | None:
    """Read the seconds of Retry-After (RFC 9110, 10.2.3); what cannot be read is as good as none."""
    text = headers.get("Retry-After", "").strip()
    if text.isascii() and text.isdigit():
        return float(min(int(text[:12]), _LONGEST_ASKED))
    try:
        moment = email.utils.parsedate_to_datetime(text)
        seconds = (moment - dt.datetime.now(dt.UTC)).total_seconds()
    except (ValueError, TypeError, OverflowError):
        return None
    return min(max(seconds, 0.0), _LONGEST_ASKED)


def come_back_later(message: Phrase, seconds: float | None) -> Phrase:
    """Add when to come back to this message, where no run waits for so long."""
    if seconds is None or seconds <= _LONGEST_WAIT:
        return message
    moment = dt.datetime.now(dt.UTC) + dt.timedelta(seconds=seconds)
    return _LATER.filled(message, f"{moment:%Y-%m-%d %H:%M} UTC")


__all__ = ("Patience", "announce_wait", "come_back_later", "read_retry_after")
