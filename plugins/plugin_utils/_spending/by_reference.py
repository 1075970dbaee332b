# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""Two ways to buy behind one protocol: by a reference that the desk keeps unique (here), or by its list (by_list)."""

from __future__ import annotations

import dataclasses as dc
import typing as t

from ...module_utils._core.phrases import Phrase, join_phrases, verbatim
from .._desk.desk import ReferenceTaken, StateConflict
from .._planning.differences import find_differences
from .._planning.steps import Step
from .relinking import describe_relinked, describe_relinking, find_relinked, require_relinked
from .renewals import (
    describe_renewal,
    describe_renewed,
    find_reason,
    find_reissue,
    find_renewal,
    require_reissued,
    require_renewed,
)
from .settlement import settle
from .spend import EchoDiffers, describe_order, spend

if t.TYPE_CHECKING:
    from collections.abc import Callable

    from .._desk.desk import Desk
    from .._planning.entry import Entry
    from .._values.observed import Application
    from .._values.order import Order
    from .ledger import Ledger

_DIFFERS: t.Final = Phrase(
    "the desk booked {0}, but not what was asked: {1}; nothing more was done with it",
    "窓口は {0} を受け付けましたが、内容がオーダーと異なります: {1}。これ以上の操作は行っていません。",
)


class Buyer(t.Protocol):
    """A way to buy what an order asks for, once, however it fails."""

    def buy(self, order: Order) -> Application: ...

    def renew(self, entry: Entry) -> Application: ...

    def reissue(self, entry: Entry) -> Application: ...

    def relink(self, entry: Entry) -> Application: ...


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
        reference = order.client_reference(self.portfolio)

        def place(_attempt: str) -> Application:
            return settle(
                lambda: self.desk.place(order, reference),
                lambda: self.desk.find_application(reference),
                sleep=self.sleep,
                tell=self.tell,
            )

        facts = {**describe_order(order), "client_reference": reference}
        return require_as_asked(order, spend(self.ledger, Step.PLACE, facts, place), reference=reference)

    def renew(self, entry: Entry) -> Application:
        """Order the renewal; an answer that is lost is settled by reading the contract."""
        of = describe_renewed(entry)
        reference = entry.order.renewal_reference(self.portfolio, of.replaces)
        renewed = self._replace(
            Step.RENEW,
            {**describe_renewal(entry, of), "client_reference": reference},
            lambda: self.desk.renew(of.application, entry.order, reference),
            lambda: find_renewal(self.desk, of),
        )
        return require_renewed(renewed, of)

    def reissue(self, entry: Entry) -> Application:
        """Order the reissue, which costs nothing and cannot be undone; settled as a renewal is."""
        of, reason = describe_renewed(entry), find_reason(entry)
        reference = entry.order.reissue_reference(self.portfolio, of.replaces)
        relinked = self._replace(
            Step.REISSUE,
            {**describe_renewal(entry, of), "client_reference": reference, "reason": reason},
            lambda: self.desk.reissue(of.application, entry.order, reference, reason),
            lambda: find_reissue(self.desk, of),
        )
        return require_reissued(relinked, of)

    def relink(self, entry: Entry) -> Application:
        """Ask for another linked service; an answer that is lost is settled by reading the contract."""
        application, wanted = describe_relinked(entry)
        reference = wanted.make_reference(entry.order.client_reference(self.portfolio))
        relinked = self._replace(
            Step.RELINK,
            {**describe_relinking(entry), "client_reference": reference},
            lambda: self.desk.relink(application, wanted, reference),
            lambda: find_relinked(self.desk, application, wanted),
        )
        return require_relinked(relinked, application, wanted)

    def _replace(
        self,
        step: Step,
        facts: dict[str, t.Any],
        call: Callable[[], Application],
        find: Callable[[], Application | None],
    ) -> Application:
        """Have a certificate or a link replaced; that it is replaced already is as good as an order of ours."""

        def call_or_find() -> Application:
            try:
                return call()
            except (ReferenceTaken, StateConflict):
                application = find()
                if application is None:
                    raise
                return application

        def settled(_attempt: str) -> Application:
            return settle(call_or_find, find, sleep=self.sleep, tell=self.tell)

        return spend(self.ledger, step, facts, settled)


def require_as_asked(order: Order, application: Application, *, reference: str | None) -> Application:
    """Return the application; raises EchoDiffers where it is not what the order asks for."""
    differing = find_differences(order, application)
    if application.client_reference != reference:
        differing = (*differing, verbatim(f"client_reference: {application.client_reference!r}, {reference!r}"))
    if differing:
        raise EchoDiffers(_DIFFERS.filled(application.contract_id, join_phrases(differing)))
    return application


__all__ = ("Buyer", "ByReference", "require_as_asked")
