# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""Renewals that others have ordered: seen, not spent, and in the ledger, so that it accounts for every period.

A renewal that was opened and completed while no run took place is not seen.
"""

from __future__ import annotations

import typing as t

from .._planning.steps import Step
from .renewals import describe_renewed
from .spend import describe_order

if t.TYPE_CHECKING:
    from collections.abc import Iterable

    from .._planning.entry import Entry
    from .ledger import Ledger
    from .ledger_file import Line
    from .renewals import Renewing

_SEEN: t.Final = "seen"


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


__all__ = ("note_renewals_of_others",)
