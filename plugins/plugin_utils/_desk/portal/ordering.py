# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""The walk of an order: 新規お申し込み受付入力, the confirm screen read back field by field, and 申込 [M:2261096]."""

from __future__ import annotations

import typing as t

from ....module_utils._core.phrases import Phrase, together
from ..._values.order import Usage
from ..desk import RequestRefused
from ..spending_call import before_sending, unknown_unless_proved
from . import filled_forms, wire
from .session import to_customer_codes, to_order_form
from .transport import Withheld
from .window import SHOWN_AGAIN

if t.TYPE_CHECKING:
    from ..._values.observed import Application, OfferedProduct, SeenContract
    from ..._values.order import Order
    from .window import Window

_NOT_FOUND: t.Final = Phrase(
    "the portal's search lists no contract {0} to link to",
    "ポータルの検索結果に、連携対応サービスの契約 {0} がありません",
)
_REFUSED: t.Final = Phrase("the portal refuses the order: {0}", "お申し込みがポータルに受け付けられません: {0}")
_NO_POST: t.Final = Phrase(
    "the form of 「{0}」 would be sent in an address, which may be repeated on its way",
    "「{0}」のフォームがアドレスとして送られ、途中で繰り返されるおそれがあります",
)
_DIFFERS: t.Final = Phrase(
    "the screen 「{0}」 differs from the order: {1}; nothing was ordered",
    "画面「{0}」がオーダーと異なります: {1}。注文は行っていません",
)
_NOT_AGREED: t.Final = Phrase(
    "the order does not agree to the terms (terms_agreed)", "オーダーで約款に同意していません (terms_agreed)"
)
_PRESSED: t.Final = Phrase("「{0}」 was pressed for {1}, and then: {2}", "{1} の「{0}」を押した後にエラー: {2}")


def to_confirm_screen(window: Window, order: Order) -> Window:
    """The window at the confirm screen of this order; raises where the screen says anything else than the order."""
    to_order_form(window, order.customer_code)
    values = filled_forms.order_values(order, window.known)
    linked = order.linked_contract
    if order.usage is Usage.LINKED_SERVICE and linked:
        _search_linked(window)
        found = [choice for choice in window.choices("linked_contract") if _names(choice.text, linked.contract_id)]
        if len(found) != 1:
            raise RequestRefused(_NOT_FOUND.filled(linked.contract_id))
        values["linked_contract"] = found[0]
    window.press("confirm", values)
    if window.shows("order_form"):
        raise RequestRefused(_REFUSED.filled(window.alerts() or SHOWN_AGAIN))
    window.expect("order_confirm")
    differing = filled_forms.order_differences(order, window.fact, window.known)
    if differing:
        raise RequestRefused(_DIFFERS.filled(window.page.heading, together(differing)))
    return window


def place_order(window: Window, order: Order) -> Application:
    """The application that 申込 on this confirm screen leads to; pressed once, whatever comes of it.

    Only the completion screen says that it was booked. No screen is known that proves the contrary.
    """
    button = window.screen.entry("buttons", "place").text
    with before_sending():
        if not order.terms_agreed:
            raise RequestRefused(_NOT_AGREED)
        submission = window.filled_in("place", {"terms_agreed": True})
        if submission.method != "POST":
            raise window.unexpected(_NO_POST.filled(button), Withheld)
    with unknown_unless_proved(lambda cause: _PRESSED.filled(button, order.common_name, cause)):
        window.send(submission)
        if window.shows("order_confirm") and window.page.alerts:
            raise RequestRefused(_REFUSED.filled(window.alerts()))
        window.expect("order_done")
        return wire.placed_application(order, window.fact, window.known)


class Offer(t.NamedTuple):
    """What the order form offers under one customer code."""

    products: tuple[OfferedProduct, ...]
    contracts: tuple[SeenContract, ...]


def read_customer_codes(window: Window) -> tuple[str, ...]:
    """The customer codes of this log-in."""
    to_customer_codes(window)
    return tuple(choice.text for choice in window.choices("customer_code") if choice.value)


def read_offer(window: Window, customer_code: str) -> Offer:
    """The pull-downs of the order form: products with their terms, and the contracts to link to."""
    to_order_form(window, customer_code)
    _search_linked(window)
    return Offer(
        products=wire.offered_products(window.choices("product_and_term"), window.known),
        contracts=wire.seen_contracts(window.choices("linked_contract"), window.known, customer_code=customer_code),
    )


def _search_linked(window: Window) -> None:
    """Choose linked usage and search, as the form only then has the pull-down of contracts."""
    usage = {"usage": window.known.option("usages", Usage.LINKED_SERVICE.value)}
    for button in ("apply_usage", "search_linked"):
        if window.has("buttons", button):
            window.press(button, usage)
            window.expect("order_form")


def _names(text: str, contract_id: str | None) -> bool:
    return text.partition(" ")[0] == contract_id


__all__ = ("Offer", "place_order", "read_customer_codes", "read_offer", "to_confirm_screen")
