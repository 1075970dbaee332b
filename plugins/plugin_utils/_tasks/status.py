# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""A look at all orders that can be read: a mistake in one file must not hide the state of the others."""

from __future__ import annotations

import functools
import typing as t

from ...module_utils._core.phrases import Phrase, translate
from .._complaints.complaints import sort_complaints
from .._complaints.rules.rule import Severity
from .._desk.desk import DeskError
from .._planning.observe import Listing
from .._reports.document import describe_plan
from .asked_orders import judge_asked_orders, read_today
from .doubtful import leave_doubtful, word_doubt
from .planned import make_frame, plan_orders

if t.TYPE_CHECKING:
    from ...module_utils._core.phrases import Language
    from .._complaints.complaints import Complaint
    from .._desk.desk import Desk
    from .._orders.portfolio import Judged
    from .._planning.plan import Plan
    from .._reports.rows import Row
    from .asked_orders import Options
    from .leg import Leg

_PARTIAL: t.Final = Phrase(
    "Mistakes in the orders: {0}. The status shows the {1} other orders.",
    "オーダーに誤りが{0}件あります。ほかの{1}件のオーダーの状態だけを表示します。",
)
_NOTHING: t.Final = Phrase(
    "Mistakes in the orders: {0}. The status can show no order.",
    "オーダーに誤りが{0}件あります。状態を表示できるオーダーはありません。",
)


class Look(t.NamedTuple):
    """The plan of the orders that can be read, complaints about files and orders, and in words what the look lacks."""

    plan: Plan
    complaints: tuple[Complaint, ...]
    error: str | None


def look_at_orders(judged: Judged, options: Options, desk: Desk, listing: Listing, *, lang: Language) -> Look:
    """Look at every order that can be read, and at what no order is for; raises OrdersRefused where it imports."""
    imports = options.get("import_path") is not None
    if imports:
        judged.accept()
    names = {order.name for order in judged.orders}
    outlines = tuple(outline for outline in judged.outlines if outline.name not in names)
    how = functools.partial(plan_orders, outlines=outlines, offers=False, leave_wrong=not imports)
    try:
        plan = how(options, desk, judged.orders, listing)
    except DeskError:
        if not judged.orders:
            judged.accept()  # mistakes are told first
        raise
    refused = [complaint for complaint in plan.remarks if complaint.severity is Severity.ERROR]
    wrong = (*judged.list_errors(), *refused)
    if not wrong:
        return Look(plan, judged.complaints, None)
    plan = leave_doubtful(plan, judged)
    message = translate(_PARTIAL if plan.entries else _NOTHING, lang).format(len(wrong), len(plan.entries))
    lines = [("" if lang == "ja" else " ").join([message, *word_doubt(plan, judged, lang)])]
    lines += [complaint.render(lang) for complaint in sort_complaints(wrong)]
    return Look(plan, judged.complaints, "\n".join(lines))


def describe_status(leg: Leg) -> Row:
    """Look at every order that a task asks for, and describe what is seen as a document."""
    desk = leg.open_desk()
    listing, judged = Listing(desk), judge_asked_orders(leg.options, leg.commands_of, today=read_today())
    look = look_at_orders(judged, leg.options, desk, listing, lang=leg.lang)
    frame = make_frame(leg.options, leg.lang, leg.commands_of)
    return describe_plan(look.plan, frame, planned=False, complaints=look.complaints, error=look.error)


__all__ = ("Look", "describe_status", "look_at_orders")
