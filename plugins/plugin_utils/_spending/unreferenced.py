# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""One purchase at a desk that keeps no references: told by lists before and after, and by the ledger.

Pressed once, never again by itself. What cannot be told stops its order alone, with the evidence and what settles it.
"""

from __future__ import annotations

import dataclasses as dc
import datetime as dt
import typing as t

from ...module_utils._core.phrases import Phrase
from .._desk.desk import DeskError, OutcomeUnknown
from .._desk.spending_call import unknown_unless_proved
from .._planning.claims import bought_name, differences
from .ledger import attempt_of

if t.TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from .._desk.desk import Desk
    from .._values.observed import Application
    from .._values.order import Order
    from .ledger import Ledger

Json = dict[str, t.Any]

_PAUSES: t.Final = (0.5, 1.0, 2.0, 4.0)  # seconds between looks for what a lost answer may have booked
_STEP: t.Final = "place"


class AttemptOpen(DeskError):
    """An earlier attempt to buy the same thing has no known outcome, so nothing is bought now."""


@dc.dataclass(frozen=True, slots=True, kw_only=True)
class Unreferenced:
    """What a purchase without a reference is told by.

    `listed`: the contract IDs that are known to belong to others or to earlier orders; what is placed here is added.
    `listing_lag`: seconds that the desk's list may lag behind a purchase. `not_booked`: attempts of the ledger that the
    user says have booked nothing. `settle_after`: seconds after which the user takes that of an attempt without a
    contract in the list; None is never.
    """

    desk: Desk
    ledger: Ledger
    sleep: Callable[[float], None]
    listed: set[str]
    listing_lag: float
    not_booked: frozenset[str]
    settle_after: float | None = None

    def placed(self, order: Order, facts: Json) -> Application:
        """The order's application: bought now, or found to have been bought since the plan was made."""
        with self.desk.turn():
            self.desk.quote(order)  # whatever can go wrong without a purchase goes wrong here
            rows = self.desk.applications()
            before = self._same_of(order, rows)
            found = self._newcomer(before)
            if found is None:
                self._hold_back(order, before, listed={app.contract_id for app in rows} | self.listed)
                found = self._bought(order, {**facts, **_bought_facts(order), "listed": sorted(before)})
            self.listed.add(found.contract_id)
            return found

    def _bought(self, order: Order, facts: Json) -> Application:
        attempt = self.ledger.intend(_STEP, **facts)
        try:
            with unknown_unless_proved():
                application = self.desk.place(order, facts["client_reference"])
        except OutcomeUnknown as unknown:
            found = self._looked_for(order, facts["listed"])
            if found is None:
                self.ledger.conclude(_STEP, **facts, attempt=attempt, error=str(unknown), unknown=True)
                advice = _advice(attempt)
                raise OutcomeUnknown(Phrase(f"{unknown}. {advice.en}", f"{unknown.told.ja}。{advice.ja}")) from None
            application = found
        except DeskError as error:
            self.ledger.conclude(_STEP, **facts, attempt=attempt, error=str(error), unknown=False)
            raise
        state = application.state.value
        self.ledger.conclude(_STEP, **facts, attempt=attempt, booked=application.contract_id, state=state)
        return application

    def _same(self, order: Order) -> dict[str, Application]:
        """What the desk lists now of the same common name, product, usage and linked contract, by contract ID."""
        return self._same_of(order, self.desk.applications())

    def _same_of(self, order: Order, applications: Iterable[Application]) -> dict[str, Application]:
        wanted = bought_name(order.common_name, order.product.id)
        rows = [app for app in applications if bought_name(app.common_name, app.product) == wanted]
        return {app.contract_id: app for app in map(self.desk.in_full, rows) if not differences(order, app)}

    def _newcomer(self, same: dict[str, Application]) -> Application | None:
        """A live one that was not there when the plan was made: another run's, or an earlier one's that came late."""
        return next((app for app in same.values() if app.live and app.contract_id not in self.listed), None)

    def _looked_for(self, order: Order, before: Iterable[str]) -> Application | None:
        """What a press without an answer has booked, as soon as the desk lists it."""
        known = {*before, *self.listed}
        for pause in (*_PAUSES, self.listing_lag):
            self.sleep(pause)
            try:
                same = self._same(order)
            except Exception:  # whatever keeps the list from being read, the attempt stays open
                continue
            found = next((app for app in same.values() if app.live and app.contract_id not in known), None)
            if found:
                return found
        return None

    def _hold_back(self, order: Order, same: dict[str, Application], *, listed: set[str]) -> None:
        """Raise AttemptOpen while an attempt to buy the same has neither an end nor a contract in the list."""
        late = set(same)
        for line in _open_attempts(self.ledger.lines(), listed=listed):
            if not _buys(line, order):
                continue
            attempt, booked = line.get("attempt") or attempt_of(line), line.get("booked")
            arrived = None if booked else sorted(late - set(line.get("listed", ())))
            if arrived:
                late.remove(arrived[0])
            elif attempt in self.not_booked or (not booked and self._is_over(line)):
                self.ledger.conclude(_STEP, **_facts_of(line), attempt=attempt, said="not booked", unknown=False)
            elif booked:
                raise AttemptOpen(_not_listed(order, line, attempt))
            else:
                raise AttemptOpen(_no_outcome(order, line, attempt))

    def _is_over(self, line: Json) -> bool:
        """Whether the user takes an attempt as old as this one to have booked nothing."""
        if self.settle_after is None:
            return False
        age = dt.datetime.now(dt.UTC) - dt.datetime.fromisoformat(str(line.get("at")))
        return age.total_seconds() >= self.settle_after


def _open_attempts(lines: Iterable[Json], *, listed: set[str]) -> Iterator[Json]:
    """The last lines of attempts that ended in nothing that is known and listed."""
    unsettled: dict[str, Json] = {}
    for line in lines:
        reference = str(line.get("client_reference"))
        if line.get("step") != _STEP or line.get("unknown"):
            continue
        if line.get("kind") == "intent" or (line.get("booked") or "") not in ("", *listed):
            unsettled[reference] = line
        else:
            unsettled.pop(reference, None)
    yield from unsettled.values()


def _buys(line: Json, order: Order) -> bool:
    """Whether this attempt would have bought what the order asks for."""
    facts = {**_bought_facts(order), "common_name": order.common_name, "product": order.product.id}
    return all(line.get(name) in (None, value) for name, value in facts.items())


def _bought_facts(order: Order) -> Json:
    linked = order.linked_contract
    return {"usage": order.usage.value, "linked_contract_id": linked.contract_id if linked else None}


def _facts_of(line: Json) -> Json:
    ours = ("at", "kind", "step", "previous", "hash", "attempt", "booked", "state")
    return {name: value for name, value in line.items() if name not in ours}


def _not_listed(order: Order, line: Json, attempt: str) -> Phrase:
    """Bought, and not in the list yet."""
    booked, name, at = line.get("booked"), order.common_name, line.get("at")
    return Phrase(
        f"{booked} was bought for {name} at {at}, as the ledger says, and the desk does not list it yet. Nothing was "
        f"ordered now. Run the same again later, or write contract_id: {booked} into the order. If that contract "
        f"surely is not there any more, say so with not_booked={attempt} (apply.yml: "
        f"-e certificate_not_booked={attempt}); if this ledger tells of another desk, name another ledger_path",
        f"台帳によると、{name} は {at} に {booked} として購入済みですが、まだ一覧に表示されていません。"
        f"今回は注文していません。後で再実行するか、オーダーに contract_id: {booked} と書いてください。"
        f"その契約が確かに存在しない場合は、not_booked={attempt} を指定してください "
        f"(apply.yml では -e certificate_not_booked={attempt})。"
        "この台帳が別の窓口のものなら、別の ledger_path を指定してください",
    )


def _no_outcome(order: Order, line: Json, attempt: str) -> Phrase:
    """Perhaps bought, and not in the list."""
    name, at, advice = order.common_name, line.get("at"), _advice(attempt)
    return Phrase(
        f"an earlier attempt to order {name}, of {at}, has no known outcome, and the desk lists no new contract for it."
        f" Nothing was ordered now. {advice.en}",
        f"{name} の {at} の注文の結果が分からず、一覧にも新しい契約がありません。今回は注文していません。{advice.ja}",
    )


def _advice(attempt: str) -> Phrase:
    return Phrase(
        "Look at ステータス一覧 and at IIJ's mails. If a contract is there, write its サービスコード into the order as "
        f"contract_id; if surely nothing was booked, say so with not_booked={attempt} (apply.yml: "
        f"-e certificate_not_booked={attempt}). Until then this order buys nothing, the others go on",
        "ステータス一覧とIIJからのメールを確認してください。契約があれば、そのサービスコードをオーダーの contract_id に"
        f"書いてください。確かに購入されていなければ、not_booked={attempt} を指定してください "
        f"(apply.yml では -e certificate_not_booked={attempt})。"
        "それまでこのオーダーは購入されず、ほかのオーダーは続きます",
    )


__all__ = ("AttemptOpen", "Unreferenced")
