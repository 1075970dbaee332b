# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""One purchase at a desk that keeps no references: identified by its list before and after, and by the ledger.

Pressed once, and never again without a person's word. What cannot be told stops its order alone (attempts).
"""

from __future__ import annotations

import dataclasses as dc
import typing as t

from ...module_utils._core.phrases import Phrase
from .._desk.desk import OutcomeUnknown
from .._desk.patience import announce_wait
from .._desk.spending_call import require_proof
from .._planning.differences import find_differences, purchase_key
from .._planning.steps import Step
from .attempts import advise, describe_purchase, hold_back
from .by_reference import require_as_asked
from .relinking import describe_relinked
from .renewals import (
    describe_pressed,
    describe_renewal,
    describe_renewed,
    find_reason,
    find_renewal,
    hold_back_renewal,
    require_renewed,
)
from .spend import describe_consent, describe_order, spend

if t.TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterable

    from .._desk.desk import Desk
    from .._planning.entry import Entry
    from .._values.observed import Application
    from .._values.order import Order
    from .ledger import Ledger
    from .renewals import Renewing

_PAUSES: t.Final = (0.5, 1.0, 2.0, 4.0)  # seconds between looks for what a lost answer may have booked
_LOOKS: t.Final = Phrase(
    "until the portal's list shows whether {0} was bought, since no answer came (listing_lag)",
    "{0} の申込に応答がなかったため、ポータルの一覧に反映されるのを待っています (listing_lag)",
)
_ASK: t.Final = Phrase("{0}. {1}", "{0}。{1}")


@dc.dataclass(frozen=True, slots=True, kw_only=True)
class ByList:
    """Buy at a desk whose list is all that tells of a purchase.

    `listed`: the contract IDs that are known to belong to others or to earlier orders; what is placed here is added.
    `listing_lag`: seconds that the desk's list may lag behind a purchase. `not_booked`: attempts of the ledger that the
    user says have booked nothing. `settle_after`: seconds after which the user takes that of an attempt without a
    contract in the list; None is never.
    """

    desk: Desk
    ledger: Ledger
    portfolio: str
    sleep: Callable[[float], None]
    now: Callable[[], dt.datetime]
    listed: set[str]
    listing_lag: float
    not_booked: frozenset[str]
    settle_after: float | None = None
    tell: Callable[[Phrase], None] | None = None

    def buy(self, order: Order) -> Application:
        """Press once, unless the order was bought since the plan was made or an earlier attempt is open."""
        with self.desk.turn():
            consent = self.desk.quote(order)  # whatever can go wrong without a purchase goes wrong here
            rows = self.desk.list_applications()
            before = self._find_same(order, rows)
            application = self._find_newcomer(before, there_before=self.listed)
            if application is None:
                listed, reference = (
                    {app.contract_id for app in rows} | self.listed,
                    order.client_reference(self.portfolio),
                )
                hold_back(self, order, before, reference=reference, listed=listed)
                application = self._press(order, before=sorted(before), consent=consent)
            self.listed.add(application.contract_id)
            return require_as_asked(order, application, reference=None)

    def renew(self, entry: Entry) -> Application:
        """Press 更新 once for each certificate that is to be replaced; whoever pressed it first has renewed."""
        of = describe_renewed(entry)
        with self.desk.turn():
            renewed = find_renewal(self.desk, of, in_full=True)
            if renewed is None:
                hold_back_renewal(self, of)
                consent = self.desk.quote(entry.order, of.application)
                renewed = self._press_renewal(entry, of, consent)
            return require_renewed(renewed, of)

    def reissue(self, entry: Entry) -> Application:
        """Ask the desk, which says that people do this: the portal's screens for it are not documented."""
        of, reason = describe_renewed(entry), find_reason(entry)
        return self.desk.reissue(of.application, entry.order, entry.order.client_reference(self.portfolio), reason)

    def relink(self, entry: Entry) -> Application:
        """Ask the desk, which says that people do this: the portal's screens for it are not documented."""
        application, wanted = describe_relinked(entry)
        reference = wanted.make_reference(entry.order.client_reference(self.portfolio))
        return self.desk.relink(application, wanted, reference)

    def _press_renewal(self, entry: Entry, of: Renewing, consent: str | None) -> Application:
        def press(attempt: str) -> Application:
            try:
                with require_proof():
                    return self.desk.renew(of.application, entry.order, entry.order.client_reference(self.portfolio))
            except OutcomeUnknown as unknown:
                renewed = self._wait_for(lambda: find_renewal(self.desk, of, in_full=True), entry.order)
                if renewed is None:
                    message = describe_pressed(of, at=f"{self.now():%Y-%m-%d %H:%M} UTC", attempt=attempt)
                    raise OutcomeUnknown(_ASK.filled(unknown.phrase, message)) from None
                return renewed

        facts = {**describe_renewal(entry, of), **describe_consent(consent)}
        return spend(self.ledger, Step.RENEW, facts, press)

    def _press(self, order: Order, *, before: list[str], consent: str | None) -> Application:
        reference = order.client_reference(self.portfolio)
        facts = {
            **describe_order(order),
            "client_reference": reference,
            **describe_purchase(order),
            **describe_consent(consent),
            "listed": before,
        }

        def place(attempt: str) -> Application:
            try:
                with require_proof():
                    return self.desk.place(order, reference)
            except OutcomeUnknown as unknown:
                application = self._look_for(order, there_before={*before, *self.listed})
                if application is None:
                    raise OutcomeUnknown(_ASK.filled(unknown.phrase, advise(attempt))) from None
                return application

        return spend(self.ledger, Step.PLACE, facts, place)

    def _look_for(self, order: Order, *, there_before: set[str]) -> Application | None:
        """Find what a press without an answer has booked."""
        return self._wait_for(
            lambda: self._find_newcomer(
                self._find_same(order, self.desk.list_applications()), there_before=there_before
            ),
            order,
        )

    def _wait_for(self, look: Callable[[], Application | None], order: Order) -> Application | None:
        """Look until the desk lists what a press without an answer has booked."""
        for pause in (*_PAUSES, self.listing_lag):
            announce_wait(pause, _LOOKS.filled(order.name), self.tell)
            self.sleep(pause)
            try:
                application = look()
            except Exception:  # whatever keeps the list from being read, the attempt stays open
                continue
            if application:
                return application
        return None

    def _find_same(self, order: Order, applications: Iterable[Application]) -> dict[str, Application]:
        """Find what is listed of the same common name, product, usage and linked contract, by contract ID."""
        wanted = purchase_key(order.common_name, order.product.id)
        rows = [app for app in applications if purchase_key(app.common_name, app.product) == wanted]
        whole = (self.desk.read_in_full(app, anew=True) for app in rows)
        return {app.contract_id: app for app in whole if not find_differences(order, app)}

    def _find_newcomer(self, same: dict[str, Application], *, there_before: set[str]) -> Application | None:
        """Find a live one that was not there before: this run's, another run's, or an earlier one's that came late."""
        return next((app for app in same.values() if app.live and app.contract_id not in there_before), None)


__all__ = ("ByList",)
