# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""The orders that a task's options name, judged, and those of one host."""

from __future__ import annotations

import datetime as dt
import re
import typing as t

from ...module_utils._core.phrases import Phrase, verbatim
from .._complaints.complaints import Complaint, OptionsWrong, list_shown
from .._guards.hosts import CONTROLLER, require_controller
from .._orders.files import read_inline
from .._orders.notes import note_by_file
from .._orders.opened import make_reader
from .._orders.portfolio import judge_order_files, judge_orders
from .._orders.public_suffixes import explain_missing_public_suffixes
from .._orders.voluptuous_dep import explain_missing_voluptuous

if t.TYPE_CHECKING:
    from collections.abc import Iterable

    from ...module_utils._core.phrases import Language
    from .._orders.portfolio import Judged
    from .._values.order import CommandsOf, Order

Options = t.Mapping[str, t.Any]

_PORTFOLIO = re.compile(r"[A-Za-z0-9._-]{1,100}")
_PORTFOLIO_NAME: t.Final = Phrase(
    "portfolio {0} is not 1 to 100 letters, digits, '-', '_' or '.'",
    "portfolio {0} に使えるのは、英数字と '-'、'_'、'.' の1〜100文字です。",
)
_CHECK_DATE: t.Final = Phrase(
    "check_date {0} is not a day of the form YYYY-MM-DD", "check_date {0} は YYYY-MM-DD の形の日付ではありません。"
)


def judge_asked_orders(options: Options, commands_of: CommandsOf, *, today: dt.date) -> Judged:
    """Judge all orders of the portfolio, for certificates issued on the day of check_date, or else today."""
    missing = explain_missing_voluptuous() or explain_missing_public_suffixes()
    if missing:
        raise OptionsWrong(verbatim(missing))
    check_portfolio_name(options)
    if options.get("orders") is not None:
        day = read_issue_day(options, today=today)
        return judge_orders(read_inline(options["orders"]), day=day, commands_of=commands_of)
    return judge_files_in(options["order_files"], options, commands_of, today=today)


def judge_files_in(source: str, options: Options, commands_of: CommandsOf, *, today: dt.date) -> Judged:
    """Judge the order files in a folder, or one of them, by this task's variables and day, and the hosts' commands."""
    reader = make_reader(options["template_variables"])
    return judge_order_files(source, reader, day=read_issue_day(options, today=today), commands_of=commands_of)


def accept_asked_orders(options: Options, commands_of: CommandsOf) -> tuple[Order, ...]:
    """Read all orders of the portfolio; raises OrdersRefused with everything that is wrong in any of them.

    A task that does only what is due leaves orders with mistakes out.
    """
    return accept_orders(judge_asked_orders(options, commands_of, today=read_today()), options)


def accept_orders(judged: Judged, options: Options) -> tuple[Order, ...]:
    """Accept the judged orders that this task works with; raises OrdersRefused."""
    return judged.list_flawless() if options.get("due_only") else judged.accept(strict=bool(options.get("strict")))


def list_complaints(complaints: Iterable[Complaint], lang: Language) -> dict[str, t.Any]:
    """List the complaints about orders that were read, as part of a task's result; nothing where there are none."""
    rows = [complaint.as_dict(lang) for complaint in list_shown(complaints)]
    return {"complaints": rows} if rows else {}


def note_asked_orders(orders: Iterable[Order], options: Options) -> tuple[Complaint, ...]:
    """Note what the orders leave open, and what none of them could change; a check tells it, and no other task."""
    return note_by_file(orders, day=read_issue_day(options, today=read_today()))


def check_portfolio_name(options: Options) -> str:
    """Check the portfolio's name; raises OptionsWrong where it could be no file name and no part of a reference."""
    name = str(options["portfolio"])
    if not _PORTFOLIO.fullmatch(name):
        raise OptionsWrong(_PORTFOLIO_NAME.filled(repr(name)))
    return name


def read_issue_day(options: Options, *, today: dt.date) -> dt.date:
    """Read the day of issue that rules are judged by: check_date, or else today."""
    text = options.get("check_date")
    try:
        return dt.date.fromisoformat(text) if text else today
    except ValueError:
        raise OptionsWrong(_CHECK_DATE.filled(repr(text))) from None


def list_names_of_host(orders: Iterable[Order], host: str, inventory: frozenset[str]) -> frozenset[str]:
    """List the names of the orders whose work is done on this host; an order without a host is the controller's.

    Raises OrdersRefused where an order names the controller, and the inventory does not have it.
    """
    own = [order for order in orders if (order.host or CONTROLLER) == host]
    require_controller(own, inventory)
    return frozenset(order.name for order in own)


def read_today() -> dt.date:
    """Read the day by which rules are judged unless another is named; CAs count in UTC."""
    return read_clock().date()


def read_clock() -> dt.datetime:
    """Read the controller's clock; tasks hand it to whatever needs a moment."""
    return dt.datetime.now(dt.UTC)


__all__ = (
    "Options",
    "accept_asked_orders",
    "accept_orders",
    "check_portfolio_name",
    "judge_asked_orders",
    "judge_files_in",
    "list_complaints",
    "list_names_of_host",
    "note_asked_orders",
    "read_clock",
    "read_issue_day",
    "read_today",
)
