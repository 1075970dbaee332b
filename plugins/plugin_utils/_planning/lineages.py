# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""Which contracts a forecast reckons with, and where the life of each one stands today. Pure."""

from __future__ import annotations

import dataclasses as dc
import typing as t

from .._catalogue.products import TERMS, find_product
from .._values.observed import ENDED, Kind, State
from .._values.order import CsrOrigin, Usage, Wanted
from .claims import match_applications
from .lifecycle import day_in_japan, is_given_up, is_term_refused
from .links import count_relinkings
from .lives import Happening, Life
from .replacements import is_in_nobodys_sight
from .silence import find_last_term
from .windows import count_delay

if t.TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Mapping

    from .._values.observed import Application, Observed
    from .._values.order import Order
    from .lives import Assumptions
    from .prices import PriceTable


class Prices(t.NamedTuple):
    """Yen of the first term, of a later one, and of a change or addition of a linked service."""

    first: int | None
    renewal: int | None
    link: int | None

    def price_event(self, what: Happening) -> int | None:
        """Price one event that spends."""
        return {Happening.NEW_ORDER: self.first, Happening.LINK_CHANGE: self.link}.get(what, self.renewal)


@dc.dataclass(frozen=True, slots=True, kw_only=True)
class Lineage:
    """One contract with all its certificates to come; without an order it renews itself unless somebody cancels it.

    `price`: yen of the first term, `renewal_price`: of a later one (None: not in the price table). `by_hand`: its key
    is downloaded from the portal by hand.
    """

    name: str
    contract_id: str | None
    common_name: str
    product: str
    term: str
    level: str
    applicant: str | None
    managed: bool
    on_host: bool
    by_hand: bool
    approved_by_mail: bool
    price: int | None
    renewal_price: int | None
    life: Life
    link_price: int | None = None

    @property
    def prices(self) -> Prices:
        """What its events cost."""
        return Prices(self.price, self.renewal_price, self.link_price)


def list_lineages(
    orders: Iterable[Order],
    observed: Observed | None,
    *,
    portfolio: str,
    prices: PriceTable | None,
    assumptions: Assumptions,
    spread: bool = True,
) -> tuple[tuple[Lineage, ...], tuple[str, ...]]:
    """List the lineages of orders, and at a desk those of contracts that no order names, in order of their names.

    Returns also those that nobody can reckon with: contracts of which the desk shows too little, and certificates that
    are brought, whose lives are a matter of another CA.
    """
    orders = tuple(sorted(orders, key=lambda order: order.name))
    claims: Mapping[str, Application] = {}
    if observed is not None:
        claims = match_applications(orders, observed, portfolio=portfolio)
    result = [
        _of_order(order, claims.get(order.name), prices, assumptions, spread=spread)
        for order in orders
        if _goes_on(order, claims.get(order.name))
    ]
    claimed = {application.contract_id for application in claims.values()}
    rest = observed.applications if observed is not None else ()
    unmanaged = [app for app in rest if app.live and app.contract_id not in claimed]
    heirs = _group_heirs(orders, observed, {lineage.name: lineage.life for lineage in result})
    shown = {
        app.contract_id: _of_contract(app, prices, assumptions, cancelled_on=heirs.get(app.contract_id))
        for app in unmanaged
    }
    brought = (claims[o.name].contract_id if o.name in claims else o.name for o in orders if o.product.brought)
    left_out = (*brought, *(contract_id for contract_id, lineage in shown.items() if lineage is None))
    return (*result, *filter(None, shown.values())), left_out


def _group_heirs(
    orders: Iterable[Order], observed: Observed | None, lives: Mapping[str, Life]
) -> dict[str, int | None]:
    """Group the orders that replace contracts; returns the day by which the last one of each is in use.

    None where no run of ours cancels the contract then.
    """
    if observed is None or observed.as_of is None:
        return {}
    today = day_in_japan(observed.as_of).toordinal()
    days: dict[str, int | None] = {}
    for order in orders:
        if order.replaces is None or order.state is not Wanted.PRESENT:
            continue
        life, before = lives.get(order.name), days.get(order.replaces, today)
        unseen = not observed.changes_online or is_in_nobodys_sight(order)
        days[order.replaces] = None if life is None or unseen or before is None else max(before, _in_use(life, today))
    return days


def _in_use(life: Life, today: int) -> int:
    """Return the day on which its first certificate is in use, as a life reckons with it."""
    return today if life.ends is not None else max(today, (life.registered or today) + life.lead)


def _goes_on(order: Order, application: Application | None) -> bool:
    """Check whether something is to come: not of an order that ended, nor of one cancelled before its issue."""
    if order.product.brought:
        return False
    if application is None:
        return order.state is Wanted.PRESENT and order.contract_id is None
    expired = application.state is State.EXPIRED and application.procedure is not None
    return expired or application.live


def _of_order(
    order: Order,
    application: Application | None,
    prices: PriceTable | None,
    assumptions: Assumptions,
    *,
    spread: bool,
) -> Lineage:
    level = order.product.level.value
    silent, term = _find_renewal(order, application)
    life = _life(
        application,
        term=order.term,
        level=level,
        lead=assumptions.lead[level],
        silent=silent,
    )
    return Lineage(
        name=str(order.name),
        contract_id=application.contract_id if application else None,
        common_name=order.common_name,
        product=order.product.id,
        term=order.term,
        level=level,
        applicant=order.applicant.email if order.applicant else None,
        managed=True,
        on_host=order.host is not None and order.install is not None,
        by_hand=order.csr_origin is CsrOrigin.SERVICE and order.usage is Usage.OTHER,
        approved_by_mail=order.approval_email is not None,
        price=prices.price_order(order) if prices else None,
        renewal_price=prices.price_renewal(order.product.id, term) if prices else None,
        life=dc.replace(
            life,
            next_term=TERMS[term],
            delay=count_delay(order.name) if spread else 0,
            goes_on=life.goes_on and order.state is Wanted.PRESENT,
            link_changes=count_relinkings(order, application),
        ),
        link_price=prices.links.get(order.product.id) if prices else None,
    )


def _find_renewal(order: Order, application: Application | None) -> tuple[bool, str]:
    """Find whether silence renews, which orders the last term again, and the term.

    The plan holds a renewal for a term that the desk does not offer, and silence renews then.
    """
    if order.is_renewed_here and not is_term_refused(order, application.renewal if application else None):
        return False, order.renewal_term
    last = (find_last_term(application) if application else None) or order.term
    return True, last if last in TERMS else order.term


def _of_contract(
    application: Application, prices: PriceTable | None, assumptions: Assumptions, *, cancelled_on: int | None
) -> Lineage | None:
    """Return the lineage of a contract that no order names; None where the desk shows too little of it."""
    product = find_product(application.product)
    if product is None or product.brought or application.term not in TERMS or application.not_after is None:
        return None
    level = product.level.value
    return Lineage(
        name=application.contract_id,
        contract_id=application.contract_id,
        common_name=application.common_name,
        product=product.id,
        term=application.term,
        level=level,
        applicant=None,
        managed=False,
        on_host=False,
        by_hand=False,
        approved_by_mail=False,
        price=None,
        renewal_price=prices.price_renewal(product.id, application.term) if prices else None,
        life=dc.replace(
            _life(application, term=application.term, level=level, lead=assumptions.lead[level], silent=True),
            cancelled_on=cancelled_on,
        ),
    )


def _life(application: Application | None, *, term: str, level: str, lead: int, silent: bool) -> Life:
    """Return where a life stands, by what the desk shows of its contract."""
    life = Life(term=TERMS[term], lead=lead, silent=silent, checks_organization=level != "DV")
    if application is None:
        return life
    if application.not_after is None:
        return dc.replace(life, ordered=_day(application.ordered_at), registered=_day(application.registered_at))
    period = application.period
    # A reissue keeps the expiry, so it changes nothing of the days to come.
    procedure = application.procedure
    if procedure is not None and procedure.kind is Kind.REISSUE:
        procedure = None
    return dc.replace(
        life,
        issued=_day(application.issued_at or application.not_before),
        ends=_day(application.not_after),
        ordered=_day(procedure.opened_at) if procedure else None,
        registered=_day(procedure.registered_at) if procedure else None,
        period_ends=_day(period.ends) if period else None,
        goes_on=application.state not in ENDED - {State.EXPIRED} and not is_given_up(application),
    )


def _day(moment: dt.datetime | None) -> int | None:
    return None if moment is None else day_in_japan(moment).toordinal()


__all__ = ("Lineage", "Prices", "list_lineages")
