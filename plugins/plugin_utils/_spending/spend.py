# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""One call that spends: a line in the ledger before it, one after it, and no more claimed than is known."""

from __future__ import annotations

import contextlib
import hashlib
import typing as t

from ...module_utils._core.phrases import Phrase
from .._desk.desk import DeskError, OutcomeUnknown
from .._desk.spending_call import require_proof
from .ledger import LedgerUnusable

if t.TYPE_CHECKING:
    from collections.abc import Callable

    from .._planning.steps import Step
    from .._values.observed import Application
    from .._values.order import Order
    from .ledger import Ledger

Json = dict[str, t.Any]

_NOT_WRITTEN: t.Final = Phrase(
    "the desk has booked {0}, and {1}. The next run finds the contract at the desk",
    "窓口は {0} を受け付けましたが、{1}。契約は次の実行で窓口から見つかります。",
)


class EchoDiffers(DeskError):
    """The desk booked something else than was asked."""


def spend(ledger: Ledger, step: Step, facts: Json, call: Callable[[str], Application]) -> Application:
    """Make this call once its intent is on the disk, and record what came of it; the call is given its attempt's name.

    Raises OutcomeUnknown unless the call's error proves that nothing was done, and LedgerUnusable.
    """
    try:
        attempt = ledger.intend(step.value, **facts)
    except LedgerUnusable as error:
        error.nothing_done = True
        raise
    try:
        with require_proof():
            application = call(attempt)
    except DeskError as error:
        # An outcome that cannot be written leaves the attempt open, which is safe; the error of the call matters more.
        with contextlib.suppress(LedgerUnusable):
            unknown = isinstance(error, OutcomeUnknown)
            ledger.conclude(step.value, **facts, attempt=attempt, error=str(error), unknown=unknown)
        raise
    booked = application.contract_id
    try:
        ledger.conclude(step.value, **facts, attempt=attempt, booked=booked, state=application.state.value)
    except LedgerUnusable as error:
        unwritten = LedgerUnusable(_NOT_WRITTEN.filled(booked, error.phrase))
        unwritten.booked = application
        raise unwritten from error
    return application


def describe_order(order: Order) -> Json:
    """Name what a line of the ledger tells of the order."""
    return {"order": order.name, "common_name": order.common_name, "product": order.product.id, "term": order.term}


def describe_consent(sentence: str | None) -> Json:
    """Name the sentence that is agreed to, and its digest, since a long text is cut."""
    if not sentence:
        return {}
    return {"consent": sentence, "consent_sha256": hashlib.sha256(sentence.encode()).hexdigest()}


__all__ = ("EchoDiffers", "describe_consent", "describe_order", "spend")
