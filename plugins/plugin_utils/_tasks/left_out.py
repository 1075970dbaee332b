# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""What a run of what is due leaves to people: it fails by that, since nobody reads a run that passes."""

from __future__ import annotations

import typing as t

from ...module_utils._core.phrases import Phrase, translate
from .._complaints.rules.rule import Severity
from .._planning.due import needs_people
from .._planning.lifecycle import Phase, day_in_japan
from .._planning.remarks import find_remarks
from .._planning.schedule import find_next_deadline
from .._planning.steps import CONTRACT_STEPS, Step
from .._reports.reasons import explain_standing
from .._reports.standing import next_action

if t.TYPE_CHECKING:
    from collections.abc import Iterable

    from ...module_utils._core.phrases import Language
    from .._complaints.complaints import Complaint
    from .._planning.entry import Entry
    from .._planning.plan import Plan

_HELD: t.Final = Phrase(
    "{0}: not renewed, since the order lacks {1}; on {2} IIJ renews it by itself, from {3} on with a key of its own",
    "{0}: オーダーに {1} がなく、更新を申し込んでいません。{2} にIIJ側で自動更新され、{3} からIIJ作成の鍵になります",
)
_OPEN: t.Final = Phrase("{0}: {1}. What to do: {2}{3}", "{0}: {1}。対応: {2}{3}")
_UNTIL: t.Final = Phrase(" (until {0})", " (期限 {0})")
# Warnings of contracts that end, or are renewed by silence alone, while all else is done; the last one in time only.
_ENDING: t.Final = ("RENEWAL-UNSEEN", "WINDOW-UNKNOWN")
_UNDECIDED: t.Final = "BROUGHT-UNDECIDED"


def list_left_out(errors: Iterable[Complaint], plan: Plan, lang: Language) -> list[str]:
    """List mistakes, and the orders whose certificates end unless somebody does something, with what it is."""
    waiting = _find_waiting(plan)
    wrong = [
        *(complaint for complaint in (*errors, *plan.remarks) if complaint.severity is Severity.ERROR),
        *(
            one
            for one in find_remarks(plan)
            if one.rule in _ENDING or (one.rule == _UNDECIDED and one.order in waiting)
        ),
    ]
    named = {complaint.order for complaint in wrong}
    return [
        *(f"{complaint.order or complaint.place}: {translate(complaint.wrong, lang)}" for complaint in wrong),
        *(_word_entry(entry, lang) for name, entry in waiting.items() if name not in named),
    ]


def list_waiting(plan: Plan, lang: Language) -> list[str]:
    """List the orders that go on only once somebody has done something, with what it is."""
    return [_word_entry(entry, lang) for entry in _find_waiting(plan).values()]


def list_left_to_people(plan: Plan) -> list[Entry]:
    """List what a run would do at a desk, and people do where they are the desk."""
    return [entry for entry in plan.entries if {*entry.steps} & {*CONTRACT_STEPS, Step.REGISTER}]


def _find_waiting(plan: Plan) -> dict[str, Entry]:
    return {entry.order.name: entry for entry in plan.entries if needs_people(entry, plan.as_of)}


def _word_entry(entry: Entry, lang: Language) -> str:
    track = entry.track
    if entry.lacking and track and track.phase is Phase.OPEN and track.silent_on:
        days = day_in_japan(track.silent_on), day_in_japan(track.window.update_by)
        return translate(_HELD.filled(entry.order.name, ", ".join(entry.lacking), *days), lang)
    day, (action, _actor) = find_next_deadline(entry), next_action(entry, lang)
    until = _UNTIL.filled(day) if day else ""
    return translate(_OPEN.filled(entry.order.name, explain_standing(entry, lang), action, until), lang)


__all__ = ("list_left_out", "list_left_to_people", "list_waiting")
