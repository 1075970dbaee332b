# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""A forecast as a task: orders in, and the desk where one is named; nothing is changed anywhere but in the reports."""

from __future__ import annotations

import datetime as dt
import typing as t

from ...module_utils._core.phrases import Phrase
from .._complaints.complaints import OptionsWrong, sort_complaints
from .._planning.forecast import make_forecast
from .._planning.forewarnings import list_warnings
from .._planning.levers import list_levers
from .._planning.lifecycle import day_in_japan
from .._planning.lineages import list_lineages
from .._planning.lives import Anchor, Assumptions, Second
from .._planning.observe import observe
from .._planning.prices import read_price_table
from .._reports.forecast_document import describe_forecast, list_events
from .._reports.forecast_files import render_forecast, write_forecast
from .asked_orders import check_portfolio_name, list_complaints, read_clock

if t.TYPE_CHECKING:
    from collections.abc import Callable

    from .._orders.portfolio import Judged
    from .leg import Leg, Result

_UNTIL: t.Final = dt.date(2029, 12, 31)  # the first year in which certificates live 46 days; ours
_AT_LEAST: t.Final = dt.timedelta(days=3 * 365)
_LONGEST: t.Final = dt.timedelta(days=20 * 366)
_KNOWN: t.Final = ("anchor", "late_registration", "lead", "second")
_LEADS: t.Final = ("DV", "OV", "EV")
_MOST_DAYS: t.Final = 365

_NO_DAY: t.Final = Phrase(
    "until {0} is not a day of the form YYYY-MM-DD between today and 20 years from now",
    "until {0} は、本日から20年以内の YYYY-MM-DD の形の日付ではありません。",
)
_NO_ASSUMPTION: t.Final = Phrase(
    "assumptions: {0} is not known; there are {1}", "assumptions: {0} という項目はありません。指定できるのは {1} です。"
)
_NO_VALUE: t.Final = Phrase("assumptions: {0} {1} is not {2}", "assumptions: {0} の {1} は {2} ではありません。")
_BOOLEAN: t.Final = Phrase("true or false", "true または false")
_DAYS: t.Final = Phrase("days from 0 to 365 by DV, OV or EV", "DV、OV、EV ごとの 0〜365 の日数")


def run_forecast(leg: Leg, judge: Callable[[], Judged]) -> Result:
    """Reckon what the orders come to; with reports_path it is written into forecast.json, .md, .html, .csv and .ics."""
    options = leg.options
    judged = judge()
    orders = judged.accept(strict=options["strict"])
    assumptions, prices = read_assumptions(options["assumptions"]), read_price_table(options["prices"])
    desk = leg.open_desk() if options["desk_url"] or options["desk_folder"] else None
    portfolio = check_portfolio_name(options)
    observed = observe(desk, orders, portfolio=portfolio, offers=False) if desk else None
    seen = observed.as_of if observed else None
    first = day_in_japan(seen or read_clock())
    lineages, left_out = list_lineages(
        orders, observed, portfolio=portfolio, prices=prices, assumptions=assumptions, spread=options["spread"]
    )
    forecast = make_forecast(
        lineages, today=first, until=read_last_day(options["until"], today=first), assumptions=assumptions
    )
    document = describe_forecast(
        forecast,
        list_levers(forecast, prices),
        list_warnings(forecast),
        portfolio=portfolio,
        lang=leg.lang,
        made_at=read_clock(),
        desk_asked=desk is not None,
        priced=prices is not None,
        left_out=left_out,
    )
    leg.say(render_forecast(document, leg.lang))
    if options["reports_path"] is not None:
        write_forecast(document, list_events(forecast), options["reports_path"])
    shown = ("today", "until", "assumptions", "quarters", "years", "total", "least", "levers", "warnings")
    message = {"forecast": {name: document[name] for name in shown}}
    return {
        "changed": False,
        "planned": False,
        **message,
        **list_complaints(sort_complaints(judged.complaints), leg.lang),
    }


def read_assumptions(written: t.Mapping[str, t.Any] | None) -> Assumptions:
    """Read assumptions as the user wrote them; what is left out is as by default. Raises OptionsWrong."""
    written = written or {}
    for name in written:
        if name not in _KNOWN:
            raise OptionsWrong(_NO_ASSUMPTION.filled(repr(name), ", ".join(_KNOWN)))
    plain = Assumptions()
    lead, late = written.get("lead", {}), written.get("late_registration", False)
    if not isinstance(lead, dict) or not all(name in _LEADS and _is_days(days) for name, days in lead.items()):
        raise OptionsWrong(_NO_VALUE.filled("lead", repr(lead), _DAYS))
    if not isinstance(late, bool):
        raise OptionsWrong(_NO_VALUE.filled("late_registration", repr(late), _BOOLEAN))
    return Assumptions(
        second=_choose("second", written.get("second", plain.second), Second),
        anchor=_choose("anchor", written.get("anchor", plain.anchor), Anchor),
        lead={**plain.lead, **lead},
        late=late,
    )


_Kind = t.TypeVar("_Kind", Second, Anchor)


def _choose(name: str, value: object, kind: type[_Kind]) -> _Kind:
    try:
        return kind(str(value))
    except ValueError:
        raise OptionsWrong(_NO_VALUE.filled(name, repr(value), ", ".join(kind))) from None


def _is_days(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= _MOST_DAYS


def read_last_day(text: str | None, *, today: dt.date) -> dt.date:
    """Read the last day of a forecast: the one that is asked for, else the end of 2029, or three years from today."""
    if text is None:
        return max(_UNTIL, today + _AT_LEAST)
    try:
        day = dt.date.fromisoformat(text)
    except ValueError:
        day = dt.date.min
    if not today <= day <= today + _LONGEST:
        raise OptionsWrong(_NO_DAY.filled(repr(text)))
    return day


__all__ = ("read_assumptions", "read_last_day", "run_forecast")
