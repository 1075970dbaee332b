# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""Two ways to buy behind one protocol: by a reference that the desk keeps unique (here), or by its list (by_list)."""

from __future__ import annotations

import dataclasses as dc
import typing as t

from ...module_utils._core.phrases import Phrase, together, verbatim
from .._desk.desk import DeskError
from .._planning.claims import differences
from .._planning.plan import Step
from .settlement import settle
from .spend import describe_order, spend

if t.TYPE_CHECKING:
    from collections.abc import Callable

    from .._desk.desk import Desk
    from .._values.observed import Application
    from .._values.order import Order
    from .ledger import Ledger

_DIFFERS: t.Final = Phrase(
    "the desk booked {0}, but not what was asked: {1}; nothing more was done with it",
    "窓口は {0} を受け付けましたが、内容がオーダーと異なります: {1}。これ以上の操作は行っていません。",
)


class EchoDiffers(DeskError):
    """The desk booked something else than was asked."""


class Buyer(t.Protocol):
    """A way to buy what an order asks for, once, however it fails."""

    def buy(self, order: Order) -> Application: ...


@dc.dataclass(frozen=True, slots=True, kw_only=True)
class ByReference:
    """Buy at a desk that keeps references: the same reference always leads to the same application."""

    desk: Desk
    ledger: Ledger
    portfolio: str
    sleep: Callable[[float], None]
    tell: Callable[[Phrase], None] | None = None

    def buy(self, order: Order) -> Application:
        """Place the order; an answer that is lost is settled by looking the reference up."""
        reference = order.reference(self.portfolio)

        def place(_attempt: str) -> Application:
            return settle(
                lambda: self.desk.place(order, reference),
                lambda: self.desk.application_of(reference),
                sleep=self.sleep,
                tell=self.tell,
            )

        facts = {**describe_order(order), "client_reference": reference}
        return require_as_asked(order, spend(self.ledger, Step.PLACE, facts, place), reference=reference)


def require_as_asked(order: Order, application: Application, *, reference: str | None) -> Application:
    """Return the application; raises EchoDiffers where it is not what the order asks for."""
    differing = differences(order, application)
    if application.client_reference != reference:
        differing = (*differing, verbatim(f"client_reference: {application.client_reference!r}, {reference!r}"))
    if differing:
        raise EchoDiffers(_DIFFERS.filled(application.contract_id, together(differing)))
    return application


__all__ = ("Buyer", "ByReference", "EchoDiffers", "require_as_asked")
