# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""Settle a call whose repetition changes nothing more: look up what it has done, and only then send it again."""

from __future__ import annotations

import typing as t

from ...module_utils._core.phrases import Phrase
from .._desk.desk import DeskBusy, DeskError, OutcomeUnknown
from .._desk.patience import announce_wait
from .._desk.spending_call import require_proof

if t.TYPE_CHECKING:
    from collections.abc import Callable

    from .._values.observed import Application

_ATTEMPTS: t.Final = 4
_PAUSE: t.Final = 0.5  # seconds, doubling; a desk that names a time is given that time, up to _LONGEST_PAUSE
_LONGEST_PAUSE: t.Final = 60.0
_UNSETTLED: t.Final = Phrase("{0}; running the same again settles it", "{0} (同じ操作を再実行すると結果を確認できます)")
_TRIED: t.Final = Phrase(
    "{0}; it was asked {1} times, and running the same again settles it",
    "{0} ({1}回試行。同じ操作を再実行すると結果を確認できます)",
)


def settle(
    call: Callable[[], Application],
    look_up: Callable[[], Application | None],
    *,
    sleep: Callable[[float], None],
    tell: Callable[[Phrase], None] | None = None,
) -> Application:
    """Make the call until its outcome is known; `look_up` finds what a call without an answer has done."""
    error: OutcomeUnknown | None = None
    for attempt in range(_ATTEMPTS):
        if error is not None:
            sleep(_PAUSE * 2 ** (attempt - 1))
            application = _look_up(look_up)
            if application:
                return application
        try:
            with require_proof():
                return wait_while_busy(call, sleep=sleep, tell=tell)
        except OutcomeUnknown as unknown:
            error = unknown
        except DeskError as refused:
            if error is None:
                raise
            # It proves nothing of the call before it.
            raise OutcomeUnknown(_UNSETTLED.filled(refused.phrase)) from refused
    raise OutcomeUnknown(_TRIED.filled(error.phrase if error else "", _ATTEMPTS))


def wait_while_busy(
    call: Callable[[], Application],
    *,
    sleep: Callable[[float], None],
    tell: Callable[[Phrase], None] | None = None,
) -> Application:
    """Make the call, again after the time that a busy desk asks for."""
    for _attempt in range(_ATTEMPTS - 1):
        try:
            return call()
        except DeskBusy as busy:
            pause = min(busy.retry_after, _LONGEST_PAUSE)
            announce_wait(pause, busy.phrase, tell)
            sleep(pause)
    return call()


def _look_up(look_up: Callable[[], Application | None]) -> Application | None:
    try:
        return look_up()
    except DeskError as error:  # whatever it proves is about the look-up, not about the call before it
        raise OutcomeUnknown(_UNSETTLED.filled(error.phrase)) from None


__all__ = ("settle", "wait_while_busy")
