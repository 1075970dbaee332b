# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""Attempts of the ledger whose outcome is not known: what they hold back, and what a person is told about them."""

from __future__ import annotations

import datetime as dt
import typing as t

from ...module_utils._core.phrases import Phrase
from .._complaints.vaulted import HIDDEN
from .._desk.desk import DeskError
from .._planning.steps import Step
from .ledger import name_attempt

if t.TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from .._values.order import Order
    from .ledger import Ledger

Json = dict[str, t.Any]

_OF_A_LINE: t.Final = (
    "at",
    "kind",
    "step",
    "desk",
    "previous",
    "hash",
    "attempt",
    "booked",
    "state",
    "error",
    "unknown",
)
_NOT_LISTED: t.Final = Phrase(
    "{booked} was bought for {name} at {at}, as the ledger says, and the desk does not list it yet. Nothing was "
    "ordered now. Run the same again later: once it is listed, it is this order's. If that contract surely is not "
    "there any more, say so with not_booked={attempt} (apply.yml: "
    "-e certificate_not_booked={attempt}); if this ledger tells of another desk, name another ledger_path",
    "台帳によると、{name} は {at} に {booked} として購入済みですが、まだ一覧に表示されていません。"
    "今回は注文していません。後で再実行してください。一覧に表示されれば、このオーダーの契約として扱います。"
    "その契約が確かに存在しない場合は、not_booked={attempt} を指定してください "
    "(apply.yml では -e certificate_not_booked={attempt})。"
    "この台帳が別の窓口のものなら、別の ledger_path を指定してください",
)
_NO_OUTCOME: t.Final = Phrase(
    "an earlier attempt to order {name}, of {at}, has no known outcome, and the desk lists no new contract for it."
    " Nothing was ordered now. {advice}",
    "{name} の {at} の注文の結果が分からず、一覧にも新しい契約がありません。今回は注文していません。{advice}",
)
_BOUGHT: t.Final = Phrase(
    "{booked} was bought for order {order} at {at}, as the ledger says ({common_name}, {product}), and the order asks "
    "for something else now. Nothing was ordered now. Put the order back, or raise its generation to buy another "
    "contract (replaces: {booked} ends the old one); if this ledger tells of another desk, name another ledger_path",
    "台帳によると、オーダー {order} では {at} に {booked} ({common_name}、{product}) を購入済みですが、現在のオーダーの"
    "内容と異なります。今回は注文していません。オーダーを元に戻すか、generation を上げて別の契約を購入してください "
    "(元の契約を終えるには replaces: {booked} を指定します)。この台帳が別の窓口のものなら、別の ledger_path を"
    "指定してください",
)
_HAD: t.Final = Phrase(
    "{booked} was bought for order {order} at {at}, as the ledger says, and the desk lists it. Nothing was ordered "
    "now. If it has ended, or another order is to keep it, raise the generation of this one to buy another contract; "
    "else write contract_id: {booked}",
    "台帳によると、オーダー {order} では {at} に {booked} を購入済みで、一覧にも表示されています。"
    "今回は注文していません。その契約が終了したか、ほかのオーダーで使う場合は、generation を上げて"
    "別の契約を購入してください。それ以外の場合は contract_id: {booked} と書いてください",
)
_SHOWN: t.Final = ("booked", "order", "at", "common_name", "product")
_ADVICE: t.Final = Phrase(
    "Look at ステータス一覧 and at IIJ's mails. If a contract is there, write its サービスコード into the order as "
    "contract_id; if surely nothing was booked, say so with not_booked={0} (apply.yml: "
    "-e certificate_not_booked={0}). Until then this order buys nothing, the others go on",
    "ステータス一覧とIIJからのメールを確認してください。契約があれば、そのサービスコードをオーダーの contract_id に"
    "書いてください。確かに購入されていなければ、not_booked={0} を指定してください "
    "(apply.yml では -e certificate_not_booked={0})。"
    "それまでこのオーダーは購入されず、ほかのオーダーは続きます",
)


class AttemptOpen(DeskError):
    """An earlier attempt to buy the same thing has no known outcome, so nothing is bought now."""

    nothing_done = True


class Settling(t.Protocol):
    """What settles attempts: the ledger, and the words of the user about those that booked nothing (ByList)."""

    @property
    def ledger(self) -> Ledger: ...

    @property
    def now(self) -> Callable[[], dt.datetime]: ...

    @property
    def not_booked(self) -> frozenset[str]: ...

    @property
    def settle_after(self) -> float | None: ...


def hold_back(by: Settling, order: Order, same: Iterable[str], *, reference: str, listed: set[str]) -> None:
    """Raise AttemptOpen while an attempt to buy the same has neither an end nor a contract in the list.

    One under the order's own `reference` holds it back whatever it has bought or would have: an order that was edited
    after its purchase buys nothing more, as at a desk that keeps references.
    """
    lines = tuple(find_bought_or_open(by.ledger.read_lines(), Step.PLACE))
    late = set(same) - {line.get("booked") for line in lines}  # what another attempt has booked settles none
    for line in lines:
        alike = would_buy(line, order)
        if not (alike or line.get("client_reference") == reference):
            continue
        attempt, booked = line.get("attempt") or name_attempt(line), line.get("booked")
        if booked in listed and line.get("client_reference") == reference:
            raise AttemptOpen((_HAD if alike else _BOUGHT).filled(**{name: line.get(name) for name in _SHOWN}))
        if booked in listed:
            continue
        arrived = sorted(late - set(line.get("listed", ()))) if alike and not booked else ()
        if arrived:
            late.remove(arrived[0])
        elif attempt in by.not_booked or (not booked and _is_over(line, now=by.now(), settle_after=by.settle_after)):
            facts = {name: value for name, value in line.items() if name not in _OF_A_LINE}
            by.ledger.conclude(Step.PLACE.value, **{**facts, "said": "not booked"}, attempt=attempt, unknown=False)
        else:
            words = _NOT_LISTED if booked else _NO_OUTCOME
            at, advice, name = line.get("at"), advise(attempt), line.get("common_name") or order.common_name
            raise AttemptOpen(words.filled(booked=booked, name=name, at=at, attempt=attempt, advice=advice))


def advise(attempt: str) -> Phrase:
    """Say how a person settles this attempt."""
    return _ADVICE.filled(attempt)


def describe_purchase(order: Order) -> Json:
    """Name what a purchase is compared by, apart from common name and product."""
    linked = order.linked_contract
    return {"usage": order.usage.value, "linked_contract_id": linked.contract_id if linked else None}


def find_bought_or_open(lines: Iterable[Json], step: Step) -> Iterator[Json]:
    """Find the last lines of attempts at a step that have booked something, or have no outcome that is known.

    An attempt is as open without its intent, which a merge may have lost.
    """
    result: dict[str, Json] = {}
    for line in lines:
        if line.get("step") != step.value:
            continue
        attempt = str(line.get("attempt") or name_attempt(line))
        if line.get("unknown"):
            if line.get("attempt"):  # older ledgers tell an intent alone
                result.setdefault(attempt, line)
        elif line.get("kind") == "intent" or line.get("booked"):
            result[attempt] = line
        else:
            result.pop(attempt, None)
    yield from result.values()


def would_buy(line: Mapping[str, t.Any], order: Order) -> bool:
    """Check whether this attempt would have bought what the order asks for."""
    facts = {**describe_purchase(order), "common_name": order.common_name, "product": order.product.id}
    # A ledger does not hold what was vaulted, so what it hides may be any name.
    return all(line.get(name) in (None, HIDDEN, value) for name, value in facts.items())


def _is_over(line: Mapping[str, t.Any], *, now: dt.datetime, settle_after: float | None) -> bool:
    """Check whether the user takes an attempt as old as this one to have booked nothing."""
    if settle_after is None:
        return False
    return (now - dt.datetime.fromisoformat(str(line.get("at")))).total_seconds() >= settle_after


__all__ = (
    "AttemptOpen",
    "Settling",
    "advise",
    "describe_purchase",
    "find_bought_or_open",
    "hold_back",
    "would_buy",
)
