# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""Renewals that others have ordered: seen, not spent, and in the ledger, so that it accounts for every period.

A renewal that was opened and completed while no run took place is not seen.
"""

from __future__ import annotations

import typing as t

from .._planning.lifecycle import name_predecessor
from .._planning.steps import Step
from .spend import describe_order

if t.TYPE_CHECKING:
    from collections.abc import Iterable

    from .._planning.plan import Entry
    from .ledger import Ledger

_SEEN: t.Final = "seen"


def note_renewals_of_others(ledger: Ledger, entries: Iterable[Entry]) -> None:
    """Record once each open renewal of which the ledger knows nothing; raises LedgerUnusable."""
    known = {(line.get("contract_id"), line.get("replaces")) for line in ledger.read_lines() if _is_known(line)}
    for entry in entries:
        application, replaces = entry.application, name_predecessor(entry.application)
        if application is None or application.procedure is None or (application.contract_id, replaces) in known:
            continue
        facts = {"contract_id": application.contract_id, "replaces": replaces}
        procedure = application.procedure
        more = {"term": procedure.term, "client_reference": procedure.client_reference, "by": procedure.opened_by}
        ledger.note(_SEEN, Step.RENEW.value, **{**describe_order(entry.order), **facts, **more})


def _is_known(line: dict[str, t.Any]) -> bool:
    """Whether a line tells of a renewal that we ordered, or have seen; one that was refused to us is another's work."""
    return line.get("step") == Step.RENEW.value and bool(line.get("booked") or line.get("kind") == _SEEN)


__all__ = ("note_renewals_of_others",)
