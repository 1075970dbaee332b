# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""What is seen at the desk and not spent now: renewals of others, and purchases of a run that did not live to tell.

It is in the ledger too, so that it accounts for every period. A renewal that was opened and completed while no run took
place is not seen.
"""

from __future__ import annotations

import typing as t

from .._planning.steps import Step
from .ledger import name_attempt
from .renewals import describe_renewed
from .spend import describe_order

if t.TYPE_CHECKING:
    from collections.abc import Iterable

    from .._planning.entry import Entry
    from .ledger import Ledger
    from .ledger_file import Line
    from .renewals import Renewing

_SEEN: t.Final = "seen"
_ASKED: t.Final = ("order", "common_name", "product", "term", "client_reference")


def note_renewals_of_others(ledger: Ledger, entries: Iterable[Entry]) -> None:
    """Record once each open renewal of which the ledger knows nothing; raises LedgerUnusable."""
    known = [line for line in ledger.read_lines() if _is_known(line)]
    for entry in entries:
        of = describe_renewed(entry)
        procedure = of.application.procedure
        if procedure is None or any(_is_about(line, of) for line in known):
            continue
        facts = {"contract_id": of.application.contract_id, "replaces": of.replaces, "expires": of.expires}
        more = {"term": procedure.term, "client_reference": procedure.client_reference, "by": procedure.opened_by}
        ledger.note(_SEEN, Step.RENEW.value, **{**describe_order(entry.order), **facts, **more})


def note_purchases_found(ledger: Ledger, entries: Iterable[Entry]) -> None:
    """Record what came of each open purchase whose contract the desk shows; raises LedgerUnusable."""
    still: dict[object, Line] = {}
    for line in ledger.read_lines():
        if line.get("step") != Step.PLACE.value:
            continue
        if line.get("kind") == "intent":
            still[line.get("client_reference")] = line
        elif not line.get("unknown"):
            still.pop(line.get("client_reference"), None)
    for application in (entry.application for entry in entries):
        intent = still.get(application.client_reference) if application and application.client_reference else None
        if application is not None and intent is not None:
            facts = {field: intent.get(field) for field in _ASKED}
            outcome = {"booked": application.contract_id, "state": application.state.value}
            ledger.note(_SEEN, Step.PLACE.value, **facts, attempt=name_attempt(intent), **outcome)


def _is_about(line: Line, of: Renewing) -> bool:
    """Check whether a line is about this renewal.

    Not every look at a desk shows the fingerprint of what is replaced.
    """
    same = line.get("replaces") == of.replaces or line.get("expires") == of.expires
    return same and line.get("contract_id") == of.application.contract_id


def _is_known(line: Line) -> bool:
    """Check whether a line tells of a renewal that we ordered, or have seen.

    One that was refused to us is another's work.
    """
    return line.get("step") == Step.RENEW.value and bool(line.get("booked") or line.get("kind") == _SEEN)


__all__ = ("note_purchases_found", "note_renewals_of_others")
