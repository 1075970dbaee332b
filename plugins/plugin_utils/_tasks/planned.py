# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""The plan of a task: one look at the desk, this runner's slice, held to the saved plan where one is named."""

from __future__ import annotations

import dataclasses as dc
import typing as t

from .._complaints.complaints import OrdersRefused
from .._complaints.vaulted import hide
from .._guards.saved_plan import require_digest, require_saved_plan
from .._planning.observe import observe
from .._planning.plan import make_plan
from .._planning.prices import read_price_table
from .._planning.slices import read_slice
from .._reports.document import Frame, describe_plan, have_no_commands
from .._spending.ledger_file import name_origin
from .asked_orders import check_portfolio_name, read_clock
from .memory_file import read_memory

if t.TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ...module_utils._core.phrases import Language, Phrase
    from .._desk.desk import Desk
    from .._planning.host_part import HostPart
    from .._planning.observe import Listing
    from .._planning.plan import Plan
    from .._planning.slices import Slice
    from .._values.order import CommandsOf, Order, Outline
    from .asked_orders import Options


class Held(t.NamedTuple):
    """What a saved plan is compared with beside orders and desk, and how people are warned of an older one."""

    commands_of: CommandsOf
    warn: Callable[[Phrase], None]


NOT_HELD: t.Final = Held(have_no_commands, lambda _phrase: None)


def plan_orders(
    options: Options,
    desk: Desk,
    orders: tuple[Order, ...],
    listing: Listing | None = None,
    *,
    outlines: tuple[Outline, ...] = (),
    offers: bool = True,
    leave_wrong: bool = False,
    held: Held = NOT_HELD,
) -> Plan:
    """Plan this runner's slice; raises OrdersRefused when it is not the saved plan, or what is left of it.

    A task that places nothing does without the desk's `offers`, which its role may not be shown. `outlines` are of the
    orders with mistakes; `leave_wrong` leaves out those that cannot be planned.
    """
    portfolio, part = check_portfolio_name(options), read_slice(options.get("slice"))
    if options.get("desk_folder") and not desk.by_people:
        # Imported late: Ansible recompiles collection code at every start, and few desks have such a folder.
        from .switching import pin_recorded

        orders = pin_recorded(orders, options)
    try:
        observed = observe(desk, orders, portfolio=portfolio, listing=listing, offers=offers and not desk.by_people)
        how = {name: options[name] for name in ("spread", "due_only") if name in options}
        how.update(memory=read_memory(options), outlines=outlines, leave_wrong=leave_wrong)
        plan = make_plan(orders, observed, portfolio=portfolio, **how).take_slice(part)
    except OrdersRefused as refused:
        # Imported late: Ansible recompiles collection code at every start, and a paper order is rare.
        from .._reports.offline_forms import write_paper_orders

        raise OrdersRefused(refused.complaints, forms=write_paper_orders(refused.complaints, orders)) from None
    if options.get("plan_file"):
        _hold_to_saved(plan, options, held, portfolio=portfolio, part=part)
    return plan


def _hold_to_saved(plan: Plan, options: Options, held: Held, *, portfolio: str, part: Slice | None) -> None:
    sentence = require_saved_plan(
        plan,
        options["plan_file"],
        held.commands_of,
        portfolio=portfolio,
        part=str(part) if part else None,
        desk=hide(_name_desk(options)),
        wanted=options.get("plan_digest"),
    )
    if sentence:
        held.warn(sentence)


def require_reviewed(plan: Plan, frame: Frame, wanted: str) -> None:
    """Refuse a plan that has not this digest, nor the one that it had before desks and times of links were bound."""
    unbound = tuple(
        dc.replace(entry, relinking=entry.relinking and entry.relinking._replace(since=None)) for entry in plan.entries
    )
    both = ((plan, frame), (dc.replace(plan, entries=unbound), frame._replace(desk=None)))
    digests = [describe_plan(*each, planned=True, finished=False)["digest"] for each in both]
    require_digest(wanted if wanted in digests else digests[0], wanted)


def make_frame(
    options: Options,
    lang: Language,
    commands_of: CommandsOf = have_no_commands,
    before: Mapping[str, HostPart] | None = None,
) -> Frame:
    """Make what documents of this task are made for."""
    part = read_slice(options.get("slice"))
    return Frame(
        portfolio=check_portfolio_name(options),
        part=str(part) if part else None,
        prices=read_price_table(options.get("prices")),
        lang=lang,
        made_at=read_clock(),
        commands_of=commands_of,
        before=before,
        desk=_name_desk(options),
    )


def _name_desk(options: Options) -> str | None:
    """Name the desk that a plan is made at as the ledger does; people are none of any address."""
    return "by_hand" if options.get("desk") == "by_hand" else name_origin(options.get("desk_url"))


def make_bare_frame(options: Options, lang: Language) -> Frame:
    """Make what the document of a refused task is made for: its options may be what is wrong."""
    return Frame(portfolio=str(options["portfolio"]), part=None, prices=None, lang=lang, made_at=read_clock())


__all__ = ("NOT_HELD", "Held", "make_bare_frame", "make_frame", "plan_orders", "require_reviewed")
