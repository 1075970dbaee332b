# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""Which application at the desk belongs to which order."""

from __future__ import annotations

import datetime as dt
import typing as t

from ...module_utils._core.phrases import Phrase, join_phrases
from .._complaints.complaints import Complaint, list_names, shorten
from .._values.order import Outline, Wanted
from .differences import (
    find_differences,
    find_natural_differences,
    is_for_another_term,
    is_linked_otherwise,
    may_be_alike,
    purchase_key,
)
from .lifecycle import is_given_up

if t.TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from .._values.observed import Application, Observed
    from .._values.order import Order
    from .memory import Memory


_UNKNOWN: t.Final = dt.datetime.max.replace(tzinfo=dt.UTC)  # ordered at a moment that the desk does not tell
_NEXT_TERM: Phrase = Phrase(
    "for the periods after this one write renewal: {{term: {0}}}.",
    "次回以降の有効期間は renewal: {{term: {0}}} と書きます。",
)
_NO_NEXT_TERM: Phrase = Phrase(
    "the desk does not offer this one for the next period either.", "次の期間も、窓口ではこの有効期間を選択できません。"
)


def match_applications(
    orders: tuple[Order, ...],
    observed: Observed,
    *,
    portfolio: str,
    memory: Memory | None = None,
    outlines: tuple[Outline, ...] = (),
) -> dict[str, Application]:
    """Match an application to each order by name: pinned by contract ID, else by reference, else fitting.

    An order of which an outline is known keeps what it has bought just so.

    What was paid for by hand and fits is used before anything new is bought. Of several that fit, an order has the one
    whose certificates were remembered to be for its places, or its own in others, else the oldest: what comes later
    takes nothing over.
    """
    applications = observed.applications
    by_contract = {app.contract_id: app for app in applications}
    by_reference = {app.client_reference: app for app in applications if app.client_reference}
    claims: dict[str, Application] = {}
    together: tuple[Order | Outline, ...] = (*orders, *outlines)
    everyone = sorted(together, key=_turn)
    for order in everyone:
        key = order.contract_id or order.client_reference(portfolio)
        application = by_contract.get(key) if order.contract_id else by_reference.get(key)
        if application:
            claims[order.name] = application
    taken = {app.contract_id for app in claims.values()}
    spare = [app for app in applications if app.live and not app.client_reference and app.contract_id not in taken]
    open_orders = [order for order in everyone if order.name not in claims and order.contract_id is None]
    claims.update(_fitting(open_orders, spare, memory=memory))
    if not observed.keeps_references:
        claims.update(_ended(orders, applications, claims=claims, memory=memory))
    return claims


def _turn(order: Order | Outline) -> tuple[bool, str]:
    """Put a second purchase after the one that it is the second of, whatever their names."""
    return order.duplicate_of is not None, order.name


def _fitting(
    orders: Iterable[Order | Outline], spare: Iterable[Application], *, memory: Memory | None
) -> dict[str, Application]:
    """Match what fits, first by what hosts were heard to have."""
    left = sorted(spare, key=lambda app: (app.ordered_at or _UNKNOWN, app.contract_id))
    result: dict[str, Application] = {}
    for is_remembered in (memory.is_placed, memory.is_named, None) if memory else (None,):
        for order in orders:
            fitting = (app for app in left if _fits(order, app) and (not is_remembered or is_remembered(order, app)))
            application = next(fitting, None) if order.name not in result else None
            if application:
                result[order.name] = application
                left.remove(application)
    return result


def _fits(order: Order | Outline, app: Application) -> bool:
    if isinstance(order, Outline):
        return order.may_have(app.contract_id, app.common_name, app.product)
    return may_be_alike(order, app) and not is_left_behind(order, app) and not find_differences(order, app)


def _ended(
    orders: tuple[Order, ...],
    applications: Iterable[Application],
    *,
    claims: Mapping[str, Application],
    memory: Memory | None,
) -> dict[str, Application]:
    """Return the ended application of each order without a live one, at a desk that does not tell whose it was.

    An order of generation N has stood for N fitting applications in all, so the last one to have ended is the order's
    own unless a newer generation asks for another purchase. One of them is what it `replaces`, which may go on, or be
    another product. Of equal generations, the second purchase has none that the first one may have had.
    """
    taken = {app.contract_id for app in claims.values()}
    ended: dict[tuple[str, str], list[Application]] = {}
    for app in applications:
        if not app.live and app.contract_id not in taken:
            ended.setdefault(purchase_key(app.common_name, app.product), []).append(app)
    rivals: dict[tuple[str, str], list[Order]] = {}
    for order in orders if memory else ():
        rivals.setdefault(purchase_key(order.common_name, order.product.id), []).append(order)
    result: dict[str, Application] = {}
    for order in sorted(orders, key=lambda one: (one.name not in claims, one.generation, *_turn(one))):
        key = purchase_key(order.common_name, order.product.id)
        past, others = ended.get(key, []), rivals.get(key, ())
        fitting = [app for app in past if not _is_of_others(order, app) and not find_differences(order, app)]
        if memory:
            fitting = [app for app in fitting if not _is_anothers(order, app, others, memory)]
        count = order.generation - _has_replaced_another(order, fitting)
        own = fitting[: count - (order.name in claims)]
        for app in own:
            past.remove(app)
        if order.name not in claims and order.contract_id is None and len(own) == count:
            result[order.name] = own[-1]
    return result


def _has_replaced_another(order: Order, fitting: Iterable[Application]) -> bool:
    """Check whether a generation before this one stood for a contract that is none of the ended ones that fit."""
    replaces = order.replaces if order.generation > 1 else None
    return replaces is not None and all(app.contract_id != replaces for app in fitting)


def _is_of_others(order: Order, app: Application) -> bool:
    """Check whether an ended contract is what a first purchase replaces or doubles, and so tells nothing of it."""
    return app.contract_id == order.duplicate_of or (order.generation == 1 and app.contract_id == order.replaces)


def _is_anothers(order: Order, app: Application, others: Iterable[Order], memory: Memory) -> bool:
    """Check whether an ended contract is remembered to have been another order's."""
    return not memory.is_named(order, app) and any(memory.is_named(other, app) for other in others)


def is_left_behind(order: Order, app: Application) -> bool:
    """Check whether an order asks for another contract than this one, or than all that people gave up before it.

    The first purchase of an order does not: what was cancelled in a browser is not bought again by itself. A second
    purchase is never the one that it is the second of.
    """
    if app.contract_id == order.duplicate_of:
        return True
    if order.generation == 1 and order.replaces is None:
        return False
    return app.contract_id == order.replaces or is_given_up(app)


def find_wrong_claims(
    orders: tuple[Order, ...], claims: Mapping[str, Application], observed: Observed, memory: Memory | None
) -> Iterator[Complaint]:
    """Find pinned contracts that are not there or another order's too, and those that are not what is asked for."""
    owners: dict[str, list[Order]] = {}
    for order in orders:
        if order.name in claims:
            owners.setdefault(claims[order.name].contract_id, []).append(order)
    for order in orders:
        app = claims.get(order.name)
        if app is None and order.contract_id is not None:
            yield _complaint("CONTRACT-UNKNOWN", order, "contract_id", {"value": shorten(order.contract_id)})
        elif app is not None:
            yield from _find_mismatch(order, app)
    for contract_id, sharing in owners.items():
        # One would cancel, renew or register what the others keep, so all of them are wrong.
        for order in sharing if len(sharing) > 1 else ():
            facts = {"contract_id": contract_id, "others": list_names(one.name for one in sharing)}
            yield _complaint("CONTRACT-TWICE", order, "contract_id", facts)
    yield from _find_taken(orders, claims, observed, memory)


def _find_mismatch(order: Order, app: Application) -> Iterator[Complaint]:
    """Find in what an order's contract is not what it asks for; nothing is done with one that has ended.

    An order that is pinned to an ended one may name a wrong contract.
    """
    differing = find_differences(order, app)
    if not differing or not (app.live or order.contract_id):
        return
    if is_linked_otherwise(order, app):
        linked = order.linked_contract.contract_id if order.linked_contract else None
        facts = {"contract_id": app.contract_id, "found": app.linked_contract_id, "value": shorten(linked)}
        yield _complaint("LINK-MOVED", order, "linked_contract", facts)
    elif is_for_another_term(order, app):
        others = app.renewal.terms if app.renewal else ()
        then = _NEXT_TERM.filled(order.term) if order.term in (others or (order.term,)) else _NO_NEXT_TERM
        terms = {"contract_id": app.contract_id, "found": app.term, "value": order.term, "then": then}
        yield _complaint("TERM-BOUGHT", order, "term", terms)
    else:
        what = {"contract_id": app.contract_id, "difference": join_phrases(differing)}
        yield _complaint("CONTRACT-DIFFERS", order, "name", what)


def _find_taken(
    orders: tuple[Order, ...], claims: Mapping[str, Application], observed: Observed, memory: Memory | None
) -> Iterator[Complaint]:
    """Find contracts that an order names by ID, though they seem to be those of orders which would buy others then."""
    buying: dict[str, list[Order]] = {}
    for order in orders:
        if order.name not in claims and order.contract_id is None and order.state is Wanted.PRESENT:
            buying.setdefault(order.common_name, []).append(order)
    for order in orders:
        app = claims.get(order.name)
        if app is None or order.contract_id is None or not app.live or app.client_reference:
            continue
        fitting = (former for former in buying.get(order.common_name, ()) if _fits(former, app))
        losing = (former for former in fitting if _is_taken(app, former, order, memory))
        taken_from = [former for former in losing if not _means_another(former, app, order, observed, memory)]
        names = list_names(one.name for one in (order, *taken_from))
        for one in (order, *taken_from) if taken_from else ():
            yield _complaint("CONTRACT-TWICE", one, "contract_id", {"contract_id": app.contract_id, "others": names})


def _is_taken(app: Application, former: Order, order: Order, memory: Memory | None) -> bool:
    """Check whether a contract is remembered to be another order's than the one that names it.

    Where nobody knows, an order that only cancels it is no reason to buy one for an order that it fits. One that was
    cancelled already is left to whoever names it.
    """
    if is_given_up(app):
        return False
    if memory is not None and memory.has_names(app):
        return memory.is_named(former, app) and not memory.is_named(order, app)
    return order.state is Wanted.CANCELLED


def _means_another(former: Order, app: Application, order: Order, observed: Observed, memory: Memory | None) -> bool:
    """Check whether an order says that it buys another contract: beside the one that is named, or after it.

    A generation counts the purchases of an order, so those that are over, or were its own, came before this one.
    """

    def came_before(one: Application) -> bool:
        if not any(find_natural_differences(former, one)):
            return not one.live or is_given_up(one)
        is_own = (one.client_reference or "").split("/")[1:2] == [former.name]
        return is_own or (memory is not None and memory.is_named(former, one))

    before = {former.replaces, *(one.contract_id for one in observed.applications if came_before(one))}
    return former.duplicate_of == order.name or former.generation > len(before - {app.contract_id, None}) + 1


def find_unsure_claims(
    orders: Iterable[Order], claims: Mapping[str, Application], outlines: Iterable[Outline]
) -> Iterator[Complaint]:
    """Find what is an order's by fitting alone, and may be its twin's: that one has a mistake, and no contract yet."""
    for outline in outlines:
        twins = (order for order in orders if outline.name == order.duplicate_of or order.name == outline.duplicate_of)
        for order in twins if outline.name not in claims else ():
            app = claims.get(order.name)
            if app and not order.contract_id and not app.client_reference:
                facts = {"contract_id": app.contract_id, "other": shorten(outline.name)}
                yield _complaint("CONTRACT-UNSURE", order, "name", facts)


def list_unmanaged(
    observed: Observed, claims: Mapping[str, Application], *, replaced: Collection[str | None]
) -> tuple[Application, ...]:
    """List what goes on and is no order's, neither its contract nor one that it replaces."""
    ours = {*(application.contract_id for application in claims.values()), *replaced}
    return tuple(app for app in observed.applications if app.live and app.contract_id not in ours)


def _complaint(rule: str, order: Order, field: str, facts: Mapping[str, object]) -> Complaint:
    return Complaint(rule=rule, place=order.place, order=order.name, path=(field,), facts=facts)


__all__ = (
    "find_unsure_claims",
    "find_wrong_claims",
    "is_left_behind",
    "list_unmanaged",
    "match_applications",
)
