# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""お申し込み内容の更新: the walk to its confirm screen, read back field by field, and 更新 [M:2261098]."""

from __future__ import annotations

import typing as t

from ....module_utils._core.phrases import Phrase
from ..desk import RequestRefused
from . import wire
from .filled_forms import renewal_choice_filling, renewal_filling
from .ordering import Confirmed, press_once
from .walking import take_walk

if t.TYPE_CHECKING:
    from ..._values.observed import Application
    from ..._values.order import Order
    from .window import Window

_ANOTHER_CERTIFICATE: t.Final = Phrase(
    "the certificate of {0} that would be renewed ends on {1}, and not on {2}; nothing was ordered",
    "{0} の更新の対象となる証明書の有効期限は {1} で、{2} ではありません。申し込みは行っていません",
)


def walk_to_choice(window: Window, customer_code: str) -> None:
    """Walk to where a contract is chosen, and no further."""
    take_walk(window, "renewal", renewal_choice_filling(customer_code), as_far_as_known=True)


def walk_to_renewal_confirm_screen(window: Window, application: Application, order: Order) -> Confirmed:
    """Walk to the confirm screen of this renewal; raises where a screen says anything else."""

    def look(window: Window) -> None:
        shown, seen = wire.read_expiry(window), application.not_after
        if shown is not None and seen is not None and shown != seen:
            raise RequestRefused(
                _ANOTHER_CERTIFICATE.filled(application.contract_id, *(f"{day:%Y-%m-%d}" for day in (shown, seen)))
            )

    press, *rest = take_walk(window, "renewal", renewal_filling(application, order, window.screen_map), look=look)
    return Confirmed(window, press, tuple(rest))


def renew(confirmed: Confirmed, application: Application, order: Order) -> Application:
    """Press 更新 on this confirm screen once, whatever comes of it; returns the contract that it renews."""
    return press_once(
        confirmed, order, read=lambda window: wire.read_renewed_application(application, order, window.read_fact)
    )


__all__ = ("renew", "walk_to_choice", "walk_to_renewal_confirm_screen")
