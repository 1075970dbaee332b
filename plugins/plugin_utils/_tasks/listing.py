# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""What a list out of a browser shows otherwise than the register: told, and on request taken over."""

from __future__ import annotations

import datetime as dt
import typing as t

from ...module_utils._core.phrases import Phrase
from .._complaints.complaints import list_names
from .._desk.by_hand.rows import JST, OF_PROCEDURE, SAME_END, close_procedure, plain_row
from .._planning.differences import purchase_key
from .._reports.words import word_state
from .._values.observed import ENDED
from .recording import make_bought_row

if t.TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from .._desk.by_hand.listings import Listing
    from .._desk.by_hand.rows import RegisterRow
    from .._values.observed import Application
    from .._values.order import Order

_SAME: t.Final = ("common_name", "product")
_SHOWN: t.Final = (
    "customer_code", "term", "usage", "linked_service", "linked_contract_id", "state", "confirmations", "reason",
    "deadline", "ordered_at", "not_after", "procedure", "procedure_state",
)  # fmt: skip
_FIELDS: t.Final = {"state": Phrase("state", "ステータス")}  # others as the register has them
_STATES: t.Final = ("state", "procedure_state")
_OTHERWISE: t.Final = Phrase(
    "{0} ({1}): {2} is {3} on the list, {4} in the register",
    "{0} ({1}): {2} は一覧では {3}、記録簿では {4} です",
)
_ANOTHER: t.Final = Phrase(
    "{0}: {2} is {3} on the list, {4} in the register. That is another contract: correct the register by hand",
    "{0}: {2} は一覧では {3}、記録簿では {4} です。別の契約のため、記録簿を手動で修正してください",
)
_NEW: t.Final = Phrase(
    "{0} ({1}, {2}) is new; it is what order {3} asks for", "{0} ({1}、{2}) は新しい契約で、オーダー {3} の内容です"
)
_TWICE: t.Final = Phrase(
    "{0} ({1}, {2}) is new, and order {3} has {4} already. If it was ordered twice, cancel one at the portal; if a "
    "second one is meant, write an order for it with duplicate_of: {3}",
    "{0} ({1}、{2}) は新しい契約ですが、オーダー {3} にはすでに {4} があります。二重のお申し込みなら一方をポータルで"
    "解約し、2件目が必要なら duplicate_of: {3} を持つオーダーを書いてください",
)
_WRONG: t.Final = Phrase(
    "{0} ({1}) is {2}, and order {3} asks for {4}. If the wrong item was chosen, cancel it there and order again",
    "{0} ({1}) の品目は {2} ですが、オーダー {3} では {4} です。品目を誤って選んだ場合は、ポータルで解約して"
    "申し込み直してください",
)
_SEVERAL: t.Final = Phrase(
    "{0} ({1}, {2}) is new, and it may be for any of the orders {3}. Write contract_id: {0} into the right one",
    "{0} ({1}、{2}) は新しい契約で、オーダー {3} のいずれにも一致します。該当するオーダーに contract_id: {0} と"
    "書いてください",
)
_UNKNOWN: t.Final = Phrase(
    "{0} ({1}, {2}) is new, and no order is for it. Write its term and usage into the register, then import writes one",
    "{0} ({1}、{2}) は新しい契約で、オーダーがありません。記録簿に term と usage を書くと、import で書き出せます",
)
_UNCLEAR: t.Final = Phrase(
    "{0} ({1}): nobody knows what 「{2}」 means; say so under {3} of your screen map",
    "{0} ({1}): 「{2}」の意味が分かりません。画面マップの {3} に書いてください",
)
_GONE: t.Final = Phrase(
    "{0} ({1}) is in the register and not on the list. See whether the list is whole, and of the same customer",
    "{0} ({1}) は記録簿にありますが、一覧にありません。一覧が全件か、同じお客様のものか確かめてください",
)


class Comparison:
    """A list held against the rows of the register; `rows` are what they become when it is taken over."""

    def __init__(
        self, listing: Listing, rows: Mapping[str, RegisterRow], orders: Iterable[Order], *, portfolio: str
    ) -> None:
        self.rows = dict(rows)
        self._orders = tuple(orders)
        self._portfolio = portfolio
        self._claimed = {self._order_of(row): key for key, row in rows.items()}
        self.differences = tuple(self._compare(listing, rows))

    def _compare(self, listing: Listing, rows: Mapping[str, RegisterRow]) -> Iterator[Phrase]:
        for key, shown in sorted(listing.applications.items()):
            if shown.unclear:
                yield _UNCLEAR.filled(key, shown.common_name, *shown.unclear)
            elif key in rows:
                yield from self._known(shown, rows[key])
            else:
                yield self._new(shown)
        if listing.is_list:
            ended = {state.value for state in ENDED}
            for key, row in sorted(rows.items()):
                if key not in listing.applications and row["state"] not in ended:
                    yield _GONE.filled(key, row["common_name"])

    def _known(self, shown: Application, row: RegisterRow) -> Iterator[Phrase]:
        fresh = _row(shown)
        for name in _SAME:
            if fresh[name].casefold() != row[name].casefold():
                yield _ANOTHER.filled(shown.contract_id, row["common_name"], name, fresh[name], row[name])
                return
        if _is_renewed(fresh, row):
            row = _without_certificate(row)
            self.rows[shown.contract_id] = row
        if fresh["state"] != row["state"] and "confirmations" in row:
            # What was open in the state before is settled, unless it is shown again.
            self.rows[shown.contract_id] = {name: row[name] for name in row if name != "confirmations"}
        for name in _SHOWN:
            if name in fresh and _day(name, fresh[name]) != _day(name, row.get(name)):
                values = (_show(name, fresh[name]), _show(name, row.get(name)))
                yield _OTHERWISE.filled(shown.contract_id, row["common_name"], _FIELDS.get(name, name), *values)
                self.rows[shown.contract_id] = {**self.rows[shown.contract_id], name: fresh[name]}

    def _new(self, shown: Application) -> Phrase:
        facts = (shown.contract_id, shown.common_name, shown.product)
        row = _row(shown)
        self.rows[shown.contract_id] = row
        named = [
            order
            for order in self._orders
            if order.common_name.casefold() == shown.common_name.casefold() and order.replaces != shown.contract_id
        ]
        same = [
            order for order in named if purchase_key(order.common_name, order.product.id) == purchase_key(*facts[1:])
        ]
        free = [order for order in same if order.name not in self._claimed]
        if len(free) == 1 and shown.live:
            (order,) = free
            self._claimed[order.name] = shown.contract_id
            reference = {} if order.contract_id else {"client_reference": order.client_reference(self._portfolio)}
            self.rows[shown.contract_id] = {**make_bought_row(order, shown.contract_id), **row, **reference}
            return _NEW.filled(*facts, order.name)
        if same and not free and shown.live:
            return _TWICE.filled(*facts, same[0].name, self._claimed[same[0].name])
        if free and shown.live:
            return _SEVERAL.filled(*facts, list_names(order.name for order in free))
        open_ones = [order for order in named if order.name not in self._claimed]
        if open_ones and shown.live:
            return _WRONG.filled(*facts, open_ones[0].name, open_ones[0].product.id)
        return _UNKNOWN.filled(*facts)

    def _order_of(self, row: RegisterRow) -> str:
        """Return the name of the order that has this contract already, or an empty text."""
        reference, contract_id = row.get("client_reference"), row["contract_id"]
        own = (
            o for o in self._orders if contract_id == o.contract_id or reference == o.client_reference(self._portfolio)
        )
        return next((order.name for order in own), "")


def _show(name: str, value: t.Any) -> t.Any:
    """Return a value as people read it: states in words."""
    return word_state(value) if name in _STATES and value else value or "-"


def _row(shown: Application) -> RegisterRow:
    fields = {name: getattr(shown, name) for name in ("contract_id", *_SAME, *_SHOWN) if name not in OF_PROCEDURE}
    under_way = shown.procedure
    procedure = {"procedure": under_way.kind.value, "procedure_state": under_way.state.value} if under_way else {}
    return plain_row({**fields, "state": shown.state.value, **procedure})


def _is_renewed(fresh: RegisterRow, row: RegisterRow) -> bool:
    """Check whether the list shows another certificate than the register.

    One that ends later, with no renewal under way; the register need not have seen it, since some are never downloaded.
    """
    if "procedure" in fresh:
        return False
    days = [_day("not_after", shown.get("not_after")) for shown in (fresh, row)]
    if None in days:
        return False
    ends, ended = (dt.date.fromisoformat(day) for day in days)
    return ends - ended > SAME_END


def _without_certificate(row: RegisterRow) -> RegisterRow:
    """Return the row of a renewed contract.

    Of its certificate nothing is known but the key that was registered for it.
    """
    gone = ("certificate_fingerprint", "serial_number", "not_before", "public_key_fingerprint")
    key = row.get("procedure_public_key_fingerprint")
    left = {name: value for name, value in close_procedure(row).items() if name not in gone}
    return {**left, **({"public_key_fingerprint": key} if key else {})}


def _day(name: str, value: t.Any) -> t.Any:
    """Return the day of a moment, in Japan: the list shows no more."""
    if name in ("not_after", "ordered_at") and isinstance(value, str) and len(value) > len("2026-11-26"):
        return dt.datetime.fromisoformat(value).astimezone(JST).date().isoformat()
    return value


__all__ = ("Comparison",)
