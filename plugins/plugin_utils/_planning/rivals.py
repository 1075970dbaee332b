# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""Which purchases would be second ones, and which ones somebody may have made in place of a renewal."""

from __future__ import annotations

import re
import typing as t

from ...module_utils._core.phrases import Phrase, join_phrases, one_line
from .._complaints.complaints import Complaint, Place, shorten
from .._values.order import Wanted
from .claims import is_left_behind
from .differences import find_differences, find_natural_differences, is_same_purchase, may_be_alike
from .lifecycle import is_given_up

if t.TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Iterator, Mapping

    from .._values.observed import Application
    from .._values.order import Order, Outline
    from .memory import Memory

# What runs of ours write: portfolio, name of the order, generation.
REFERENCE: t.Final = re.compile(r"(?P<buyer>[^/]+/(?P<name>[A-Za-z0-9][A-Za-z0-9._-]{0,99}))/[0-9]+")
_LONGEST: t.Final = 100  # characters of a portfolio's name
_BY_HAND: t.Final = Phrase("-, ordered at the portal", "なし、ポータルでのお申し込み")
_DIFFERING: t.Final = Phrase(" It differs from this order: {0}.", " このオーダーとの相違: {0}")


def find_rivals(
    order: Order, orders: Iterable[Order], applications: Iterable[Application], claims: Mapping[str, Application]
) -> Iterator[Complaint]:
    """Find live applications that already buy what this order would buy, earlier generations of its own among them.

    A duplicate is bought beside the contracts of other orders, and beside those that these `orders` name as doubled.
    What a copy names of something else makes it no duplicate.
    """
    ours = {app.contract_id for app in claims.values()}
    if _is_second(order, orders, applications):
        ours.update(other.duplicate_of for other in orders if other.duplicate_of)
    elif order.duplicate_of is not None:
        yield from _find_first(order, orders)
    for app in applications:
        is_free = may_be_alike(order, app) and app.live and app.contract_id not in ours
        if not is_free or is_left_behind(order, app) or any(find_natural_differences(order, app)):
            continue
        if portfolio := _find_other_portfolio(order, app):
            place = Place(file="portfolio")
            yield Complaint(rule="PORTFOLIO-OTHER", place=place, order=order.name, facts={"value": portfolio})
        else:
            facts = {
                "value": shorten(order.common_name),
                "contract_id": app.contract_id,
                "reference": app.client_reference or _BY_HAND,
                "differing": _also(find_differences(order, app)),
            }
            yield _complaint("ALREADY-ORDERED", order, "common_name", facts)


def _is_second(order: Order, orders: Iterable[Order], applications: Iterable[Application]) -> bool:
    """Check whether an order doubles what it names, as far as the desk and the orders tell what that is."""
    if order.duplicate_of is None:
        return False
    named = (other for other in orders if other.name == order.duplicate_of)
    doubled = (app for app in applications if app.contract_id == order.duplicate_of)
    return all(is_same_purchase(order, other) for other in named) and not any(
        difference for app in doubled for difference in find_natural_differences(order, app)
    )


def _find_first(order: Order, orders: Iterable[Order]) -> Iterator[Complaint]:
    """Find another order of the same, whether it is bought or not."""
    others = (other for other in orders if other.name != order.name and other.state is Wanted.PRESENT)
    first = next((other for other in others if is_same_purchase(order, other)), None)
    if first is not None:
        facts = {"value": shorten(order.common_name), "other": first.name}
        yield _complaint("ORDER-DUPLICATE", order, "duplicate_of", facts)


def _find_other_portfolio(order: Order, app: Application) -> str | None:
    """Find the portfolio in which an order of the same name and generation has bought this application."""
    portfolio, _slash, rest = (app.client_reference or "").partition("/")
    return one_line(portfolio, _LONGEST) if f"/{rest}" == order.client_reference("") else None


def find_bought_before(
    buying: Iterable[Order], orders: Iterable[Order | Outline], applications: Iterable[Application], portfolio: str
) -> Iterator[Complaint]:
    """Find ended purchases that an order would repeat under another name, though nothing is repeated by itself."""
    names = {None, *(name for order in orders for name in (order.name, order.was_named))}
    gone: dict[str, list[Application]] = {}
    for app in applications:
        if not app.live and _find_buyer(app, portfolio) not in names:
            gone.setdefault(app.common_name, []).append(app)
    for order in buying:
        if order.generation > 1 or order.duplicate_of is not None or order.replaces is not None:
            continue
        same = (one for one in gone.get(order.common_name, ()) if not any(find_natural_differences(order, one)))
        if former := next(same, None):
            facts = {"contract_id": former.contract_id, "other": _find_buyer(former, portfolio)}
            yield _complaint("BOUGHT-BEFORE", order, "name", {**facts, "value": shorten(order.name)})


def _find_buyer(app: Application, portfolio: str) -> str | None:
    """Find the name that the order had in this portfolio which has bought an application."""
    reference = REFERENCE.fullmatch(app.client_reference or "")
    return reference["name"] if reference and reference["buyer"] == f"{portfolio}/{reference['name']}" else None


def find_rivals_of_renewal(
    order: Order,
    renewed: Application,
    applications: Iterable[Application],
    claims: Mapping[str, Application],
    *,
    day: dt.date,
    portfolio: str,
    memory: Memory,
) -> Iterator[Complaint]:
    """Find contracts that somebody seems to have bought instead of the renewal; silence goes on meanwhile.

    What another order has bought is none, for a second purchase must be meant. That order may be in a file that nobody
    can read, or in another portfolio.
    """
    if order.duplicate_of is not None:
        return
    ours = {app.contract_id for app in claims.values()}
    for app in applications:
        is_free = may_be_alike(order, app) and app.live and app.contract_id not in ours and not is_given_up(app)
        if not is_free or not _is_later(app, renewed) or any(find_natural_differences(order, app)):
            continue
        if not _is_anothers(order, app, portfolio, memory):
            facts = {"contract_id": renewed.contract_id, "rival": app.contract_id, "day": day}
            yield _complaint("RENEWAL-RIVAL", order, "contract_id", facts)


def _is_anothers(order: Order, app: Application, portfolio: str, memory: Memory) -> bool:
    """Check whether another order has bought a contract; a later generation of this one is no other order."""
    reference = REFERENCE.fullmatch(app.client_reference or "")
    if reference is not None:
        return reference["buyer"] != order.client_reference(portfolio).rpartition("/")[0]
    return memory.has_names(app) and not memory.is_named(order, app)


def _is_later(app: Application, renewed: Application) -> bool:
    """Check whether a contract may have been bought in place of a renewal."""
    return app.ordered_at is None or renewed.issued_at is None or app.ordered_at > renewed.issued_at


def _also(differing: tuple[Phrase, ...]) -> Phrase:
    return _DIFFERING.filled(join_phrases(differing)) if differing else Phrase("", "")


def _complaint(rule: str, order: Order, field: str, facts: Mapping[str, object]) -> Complaint:
    return Complaint(rule=rule, place=order.place, order=order.name, path=(field,), facts=facts)


__all__ = ("REFERENCE", "find_bought_before", "find_rivals", "find_rivals_of_renewal")
