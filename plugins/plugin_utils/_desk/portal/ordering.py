# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""The walk of an order to its confirm screen, read back field by field, and 申込 [M:2261096]."""

from __future__ import annotations

import typing as t

from ....module_utils._core.phrases import Phrase
from ..desk import RequestRefused
from ..spending_call import mark_nothing_sent, require_proof
from . import wire
from .filled_forms import Filling, offer_filling, order_filling
from .transport import Withheld
from .walking import require_agreement, take_walk

if t.TYPE_CHECKING:
    from collections.abc import Callable

    from ..._values.observed import Application, OfferedProduct, SeenContract
    from ..._values.order import Order
    from .map_parts import WalkStep
    from .page_parts import Choice
    from .window import Window

_REFUSED: t.Final = Phrase("the portal refuses the order: {0}", "お申し込みがポータルに受け付けられません: {0}")
_NO_POST: t.Final = Phrase(
    "the form of 「{0}」 would be sent in an address, which may be repeated on its way",
    "「{0}」のフォームがアドレスとして送られ、途中で繰り返されるおそれがあります",
)
_PRESSED: t.Final = Phrase("「{0}」 was pressed for {1}, and then: {2}", "{1} の「{0}」を押した後にエラー: {2}")


class Confirmed(t.NamedTuple):
    """A window at the confirm screen of an order that it was compared with, and what is left of the walk."""

    window: Window
    press: WalkStep
    rest: tuple[WalkStep, ...]

    @property
    def consent(self) -> str:
        """What pressing agrees to, as the screen says it."""
        return "\n".join(self.window.read_ticks(self.press))


def walk_to_confirm_screen(window: Window, order: Order) -> Confirmed:
    """Walk to the confirm screen of this order; raises where a screen says anything else than the order."""
    press, *rest = take_walk(window, "order", order_filling(order, window.screen_map))
    return Confirmed(window, press, tuple(rest))


def place_order(confirmed: Confirmed, order: Order) -> Application:
    """Press 申込 on this confirm screen once, whatever comes of it; returns the application that it leads to.

    Only the completion screen says that it was booked. No screen is known that proves the contrary.
    """
    return press_once(
        confirmed, order, read=lambda window: wire.read_placed_application(order, window.read_fact, window.screen_map)
    )


def press_once(confirmed: Confirmed, order: Order, *, read: Callable[[Window], Application]) -> Application:
    """Press what cannot be taken back, once in any case; returns what the completion screen tells."""
    window, press, rest = confirmed
    key = str(press.press)
    button = window.screen.find_entry("buttons", key).text
    with mark_nothing_sent():
        require_agreement(order)
        submission = window.fill_in(key, dict.fromkeys(press.tick, True))
        if submission.method != "POST":
            raise window.describe_unexpected(_NO_POST.filled(button), Withheld)
    with require_proof(lambda cause: _PRESSED.filled(button, order.common_name, cause)):
        window.send(submission)
        if window.shows(press.screen) and window.page.alerts:
            raise RequestRefused(_REFUSED.filled(window.read_alerts()))
        window.expect(*(step.screen for step in rest))
        return read(window)


class Offer(t.NamedTuple):
    """What the order form offers under one customer code; None where it shows that only with an order filled in."""

    products: tuple[OfferedProduct, ...] | None
    contracts: tuple[SeenContract, ...]


def read_customer_codes(window: Window) -> tuple[str, ...]:
    """Read the customer codes of this log-in."""
    take_walk(window, "order", Filling(fill={}), as_far_as_known=True)
    return tuple(choice.text for choice in window.read_choices("customer_code") if choice.value)


def read_offer(window: Window, customer_code: str) -> Offer:
    """Read the pull-downs of the order's screens: products with their terms, and the contracts to link to."""
    pairs: dict[Choice, None] = {}
    contracts: dict[Choice, None] = {}

    def look(window: Window) -> None:
        pairs.update(dict.fromkeys(wire.pair_choices(window.read_choices)))
        contracts.update(dict.fromkeys(window.read_choices("linked_contract")))

    take_walk(window, "order", offer_filling(customer_code, window.screen_map), look=look, as_far_as_known=True)
    return Offer(
        products=wire.read_offered_products(pairs, window.screen_map) if pairs else None,
        contracts=wire.read_seen_contracts(contracts, window.screen_map, customer_code=customer_code),
    )


__all__ = (
    "Confirmed",
    "Offer",
    "place_order",
    "press_once",
    "read_customer_codes",
    "read_offer",
    "walk_to_confirm_screen",
)
