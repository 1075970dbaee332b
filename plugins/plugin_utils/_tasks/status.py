# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""A look at all orders that can be read: a mistake in one file must not hide the state of the others."""

from __future__ import annotations

import dataclasses as dc
import typing as t

from ...module_utils._core.phrases import Phrase, translate
from .._complaints.complaints import OrdersRefused, sort_complaints
from .._complaints.rules.rule import Severity
from .planned import plan_orders

if t.TYPE_CHECKING:
    from ...module_utils._core.phrases import Language
    from .._complaints.complaints import Complaint
    from .._desk.desk import Desk
    from .._orders.portfolio import Judged
    from .._planning.observe import Listing
    from .._planning.plan import Plan
    from .asked_orders import Options

_PARTIAL: t.Final = Phrase(
    "Mistakes in the orders: {0}. The status shows the {1} other orders; what is not managed cannot be told.",
    "オーダーに誤りが{0}件あります。ほかの{1}件のオーダーの状態だけを表示します。管理外のお申し込みは判別できません。",
)


class Look(t.NamedTuple):
    """The plan of the orders that can be read, all complaints, and in words what the look lacks."""

    plan: Plan
    complaints: tuple[Complaint, ...]
    error: str | None


def look_at_orders(judged: Judged, options: Options, desk: Desk, listing: Listing, *, lang: Language) -> Look:
    """Look at every order that can be read; raises OrdersRefused where there is none, or where orders are imported."""
    wrong = [complaint for complaint in judged.complaints if complaint.severity is Severity.ERROR]
    imports = options.get("import_path") is not None
    if imports or not judged.orders:
        judged.accept()
    orders, complaints = judged.orders, judged.complaints
    while True:
        try:
            names = {order.name for order in orders}
            outlines = tuple(outline for outline in judged.outlines if outline.name not in names)
            plan = plan_orders(options, desk, orders, listing, outlines=outlines, offers=False)
            break
        except OrdersRefused as refused:
            named = {complaint.order for complaint in refused.complaints}
            readable = tuple(order for order in orders if order.name not in named)
            if imports or not readable or len(readable) == len(orders):
                raise
            orders, complaints, wrong = readable, (*complaints, *refused.complaints), [*wrong, *refused.complaints]
    if not wrong:
        return Look(plan, complaints, None)
    message = [
        translate(_PARTIAL, lang).format(len(wrong), len(orders)),
        *(complaint.render(lang) for complaint in sort_complaints(wrong)),
    ]
    return Look(dc.replace(plan, unmanaged=()), sort_complaints(complaints), "\n".join(message))


__all__ = ("Look", "look_at_orders")
