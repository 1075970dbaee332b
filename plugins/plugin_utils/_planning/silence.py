# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""What IIJ will renew by itself, since nobody has ordered or cancelled it: contract, day and yen. Pure.

We spend none of it, so no budget holds it; it belongs into every text about money all the same.
"""

from __future__ import annotations

import typing as t

from .._values.observed import Kind
from .._values.order import Wanted
from .lifecycle import current_certificate, day_in_japan, find_track, is_term_refused, list_lacking_fields
from .steps import Step

if t.TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Collection, Iterator

    from .._values.observed import Application
    from .entry import Entry
    from .lifecycle import Track
    from .plan import Plan
    from .prices import PriceTable


class Silent(t.NamedTuple):
    """A renewal that nobody orders; `order` is None where no order names the contract."""

    application: Application
    order: str | None
    day: dt.date  # of Japan: the last one on which it can be ordered or cancelled
    moment: dt.datetime
    update_by: dt.date
    yen: int | None


def find_silent(plan: Plan, prices: PriceTable | None, *, undone: Collection[str] = ()) -> tuple[Silent, ...]:
    """Find what silence renews once its notice is due, the next one first; what this plan renews is left out.

    `undone` are the names of orders whose steps a run has tried, or passed over, and that it renews no more.
    """
    found = (*_of_entries(plan, prices, undone), *_of_others(plan, prices))
    once = {silent.application.contract_id: silent for silent in reversed(found)}  # two orders may replace one contract
    return tuple(sorted(once.values(), key=lambda silent: (silent.moment, silent.application.contract_id)))


def _of_entries(plan: Plan, prices: PriceTable | None, undone: Collection[str]) -> Iterator[Silent]:
    for entry in (*plan.entries, *plan.left):
        yield from _of_replaced(entry, prices)
    for entry in (*(entry for entry in plan.entries if not _is_averted(entry, undone)), *plan.left):
        if entry.application is None or entry.track is None:
            continue
        if silent := _silent(entry.application, entry.track, entry.order.name, prices):
            yield silent


def _is_averted(entry: Entry, undone: Collection[str]) -> bool:
    """Check whether a run of ours orders the renewal, now or in time, if it takes place.

    A cancellation is averted by nothing but itself: no daily run cancels.
    """
    later = entry.order.state is Wanted.PRESENT and not entry.ahead and _may_renew(entry)
    unclear = entry.application is not None and entry.application.unclear is not None
    renews = Step.RENEW in entry.steps and entry.order.name not in undone
    return renews or (later and not unclear)


def _may_renew(entry: Entry) -> bool:
    """Check whether a run will order the renewal once the window is open, rather than hold it."""
    order, window = entry.order, entry.track.window if entry.track else None
    return order.is_renewed_here and not (is_term_refused(order, window) or list_lacking_fields(order))


def _of_replaced(entry: Entry, prices: PriceTable | None) -> Iterator[Silent]:
    """Yield what goes on until it is cancelled, since an order replaces it."""
    old = entry.replaced
    if old is not None and old.track is not None and old.goes_on and not old.cancels:
        silent = _silent(old.application, old.track, entry.order.name, prices)
        if silent:
            yield silent


def _of_others(plan: Plan, prices: PriceTable | None) -> Iterator[Silent]:
    """Yield what no order names, and what is an order's that has a mistake: no run renews either."""
    for name, application in (*((None, application) for application in plan.unmanaged), *plan.mistaken):
        track = find_track(application, plan.as_of)
        if track is not None and (silent := _silent(application, track, name, prices)):
            yield silent


def _silent(application: Application, track: Track, order: str | None, prices: PriceTable | None) -> Silent | None:
    if not track.is_near() or track.silent_on is None:
        return None
    return Silent(
        application=application,
        order=order,
        day=day_in_japan(track.silent_on),
        moment=track.silent_on,
        update_by=day_in_japan(track.window.update_by),
        yen=price_silence(application, prices),
    )


def tell_silence(
    application: Application, as_of: dt.datetime | None, prices: PriceTable | None
) -> tuple[dt.date, int | None] | None:
    """Tell the day of Japan on which silence renews a contract, and its cost; None where it never does."""
    track = find_track(application, as_of)
    if track is None or track.silent_on is None:
        return None
    return day_in_japan(track.silent_on), price_silence(application, prices)


def find_open_renewals(plan: Plan) -> list[Entry]:
    """Find the orders whose contracts show the renewal of a certificate under way, whoever has ordered it."""
    return [entry for entry in plan.entries if _is_open(entry.application)]


def _is_open(application: Application | None) -> bool:
    procedure = application.procedure if application else None
    return procedure is not None and procedure.kind is Kind.RENEWAL and current_certificate(application) is not None


def price_silence(application: Application, prices: PriceTable | None) -> int | None:
    """Return what a renewal by silence costs: the same period again; None where no price is known."""
    return prices.price_renewal(application.product, find_last_term(application)) if prices else None


def find_last_term(application: Application) -> str | None:
    """Return the term of the period that ends: silence orders the same again."""
    return application.period.term if application.period else application.term


__all__ = ("Silent", "find_last_term", "find_open_renewals", "find_silent", "price_silence", "tell_silence")
