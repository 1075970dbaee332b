# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Portfolios in which everything is due at once, and a desk that writes down what it is asked for.

What has to come of each order is written down where it is drawn, and not by the planner.
"""

from __future__ import annotations

import dataclasses as dc
import datetime as dt
import typing as t

from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.memory import Memory, make_host_answer
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.observe import observe
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.plan import Plan, make_plan
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.steps import Step
from ansible_collections.iij.server_certificate.plugins.plugin_utils._values.observed import SeenContract, State
from hypothesis import strategies as st
from plan_equals_apply import Done, WatchingDesk
from portfolios import DV, LIFE, LINKED, OV, booked, certified, portfolio

if t.TYPE_CHECKING:
    from ansible_collections.iij.server_certificate.plugins.plugin_utils._values.links import Relinking
    from ansible_collections.iij.server_certificate.plugins.plugin_utils._values.observed import Application
    from ansible_collections.iij.server_certificate.plugins.plugin_utils._values.order import Order

Fields = dict[str, t.Any]

NOW: t.Final = dt.datetime(2026, 12, 1, 3, tzinfo=dt.UTC)
DAY: t.Final = dt.timedelta(days=1)
PRICES: t.Final = {
    "sureserver_cloud": {"6 months": 30_000, "renewal": {"6 months": 20_000}},
    "quick_ssl": {"6 months": 9_000},
    "secure_server_id_cloud": {"6 months": 40_000, "link_change": 700},
}
_LINKS: t.Final = ("gca00000001", "gca00000002", "gca00000003")
_RESTING, _OPEN = 100, 28  # days before the end of a certificate
_FIRST: t.Final = 100  # the first contract of these orders; what is placed counts from 1


@dc.dataclass
class WholeDesk(WatchingDesk):
    """Writes down renewals, reissues and links, too; an order is told from the contract that it names."""

    contracts: tuple[SeenContract, ...] = tuple(
        SeenContract(contract_id=link, service="gio_content_acceleration", name="d", customer_code="SG00000001")
        for link in _LINKS
    )
    as_of: dt.datetime | None = NOW
    linking: dict[str, str] = dc.field(default_factory=dict)  # names of orders by contract ID

    def renew(self, application: Application, order: Order, client_reference: str) -> Application:
        self.done.append(Done(Step.RENEW, order.name, application.contract_id))
        return super().renew(application, order, client_reference)

    def reissue(self, application: Application, order: Order, client_reference: str, reason: str) -> Application:
        self.done.append(Done(Step.REISSUE, order.name, application.contract_id))
        return super().reissue(application, order, client_reference, reason)

    def relink(self, application: Application, asked: Relinking, client_reference: str) -> Application:
        self.done.append(Done(Step.RELINK, self.linking[application.contract_id], application.contract_id))
        return super().relink(application, asked, client_reference)

    def register(self, application: Application, order: Order, csr: str | None, agree: t.Any = None) -> Application:
        row = super().register(application, order, csr, agree)
        if application.procedure is None:
            return row
        return self.put(
            dc.replace(application, procedure=dc.replace(application.procedure, state=State.APPLIED))
        )  # what is in use goes on


@dc.dataclass
class Drawn:
    """One order that was drawn: what the desk has of it, what has to be done now, and what is left for the next run."""

    fields: Fields
    steps: tuple[Step, ...]
    later: tuple[Step, ...] = ()
    state: State | None = None  # at the desk, where it is not certified; None: not there
    days: float | None = None  # before the end of its certificate
    installed: bool = True
    old: bool = False  # whether the contract that it replaces is there, and goes on


@dc.dataclass(repr=False)
class World:
    """Orders with what is due of each, and the desk that they meet."""

    orders: tuple[Order, ...]
    desk: WholeDesk
    memory: Memory
    due: dict[str, tuple[Step, ...]]
    later: dict[str, tuple[Step, ...]]

    def __repr__(self) -> str:
        return "\n  ".join(["due:", *(f"{name}: {', '.join(steps)}" for name, steps in sorted(self.due.items()))])

    def plan(self) -> Plan:
        observed = observe(self.desk, self.orders, portfolio="p")
        return make_plan(self.orders, observed, portfolio="p", memory=self.memory, spread=False)

    def list_done(self, due: dict[str, tuple[Step, ...]]) -> list[tuple[Step, str]]:
        """List what has to be asked of the desk in its order: contracts by name, then registrations by name."""
        changes = [(step, name) for name in sorted(due) for step in due[name] if step is not Step.COLLECT]
        return sorted(changes, key=lambda change: change[0] is Step.REGISTER)

    def sum_prices(self) -> int:
        orders = {order.name: order.product.id for order in self.orders}
        return sum(_price(orders[name], step) for name, steps in self.due.items() for step in steps)


def _price(product: str, step: Step) -> int:
    of: dict[str, t.Any] = PRICES[product]
    first = int(of["6 months"])
    renewed = int(of.get("renewal", {}).get("6 months", first))
    return {Step.PLACE: first, Step.RENEW: renewed, Step.RELINK: int(of.get("link_change", 0))}.get(step, 0)


_KINDS: t.Final = ("new", "renewal", "reissue", "replacement", "linked", "added", "cancelled", "registration", "rest")


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """At least one order of each kind, in any order of names, and more of any of them."""
    kinds = [*_KINDS, *draw(st.lists(st.sampled_from(_KINDS), max_size=6))]
    drawn = [_DRAW[kind](draw, number) for number, kind in enumerate(kinds, start=_FIRST)]
    names = draw(st.permutations(range(len(drawn))))
    for one, name in zip(drawn, names, strict=True):
        one.fields["name"] = f"n{name:02}"
    return _build(draw, drawn)


def _build(draw: st.DrawFn, drawn: list[Drawn]) -> World:
    orders = {order.name: order for order in portfolio(*(one.fields for one in drawn))}
    desk, answers = WholeDesk(), []
    for number, one in enumerate(drawn, start=_FIRST):
        order = orders[one.fields["name"]]
        desk.linking[f"rsc{number:08}"] = order.name
        row = _put(desk, order, one, number)
        if row is not None and one.days is not None and order.install:
            answers.append(make_host_answer(order, row, has=one.installed))
        if one.old:
            old = dc.replace(booked(order, f"p/old{number}/1", number=500 + number), common_name="old.example.jp")
            desk.put(certified(old, 500 + number, issued_at=NOW + _RESTING * DAY - LIFE))
        desk.cancelled |= {f"rsc{number:08}": order.name, f"rsc{500 + number:08}": order.name}
    desk.rows = [desk.rows[index] for index in draw(st.permutations(range(len(desk.rows))))]
    due = {one.fields["name"]: one.steps for one in drawn}
    return World(tuple(orders.values()), desk, Memory(answers), due, {one.fields["name"]: one.later for one in drawn})


def _put(desk: WholeDesk, order: Order, one: Drawn, number: int) -> Application | None:
    """What stands at the desk for this order; its number is that of its certificate, too."""
    if one.state is None and one.days is None:
        return None
    linked = order.linked_contract
    before = linked.was if linked and linked.was else None
    row = booked(order, order.client_reference("p"), number=number, state=one.state)
    row = dc.replace(row, linked_contract_id=before or row.linked_contract_id)
    if one.days is not None:
        row = certified(row, number, issued_at=NOW + one.days * DAY - LIFE)
        row = dc.replace(row, state=State.INSTALLED) if linked else row
    return desk.put(row)


def _any(draw: st.DrawFn, number: int) -> Fields:
    """An order for a host."""
    kind = draw(st.sampled_from((OV, DV)))
    files = {"key": {"path": f"/k/{number}.key"}, "install": {"certificate": f"/c/{number}.pem"}}
    mail = {"approval_email": f"admin@n{number}.example.jp"} if kind is DV else {}
    return kind | files | mail | {"common_name": f"n{number}.example.jp"}


def _linked(number: int, **linked: t.Any) -> Fields:
    there = {"service": "gio_content_acceleration", "contract_id": _LINKS[0], **linked}
    name = f"n{number}.example.jp"
    return LINKED | {"common_name": name, "approval_email": f"admin@{name}", "linked_contract": there}


def _draw_new(draw: st.DrawFn, number: int) -> Drawn:
    replaces = {"replaces": f"rsc{500 + number:08}"} if draw(st.booleans()) else {}
    fields = draw(st.sampled_from((_any(draw, number), _linked(number)))) | replaces
    return Drawn(fields, (Step.PLACE, Step.REGISTER), old=bool(replaces))


def _draw_renewal(draw: st.DrawFn, number: int) -> Drawn:
    """At times with a contract that is replaced, or with a certificate that its host does not have yet."""
    fields = _any(draw, number) | {"renewal": {"when": "window"}}
    days = draw(st.sampled_from((28.5, _OPEN, 27.1)))
    if draw(st.booleans()):
        fields |= {"replaces": f"rsc{500 + number:08}"}
        return Drawn(fields, (Step.RENEW, Step.REGISTER, Step.CANCEL_REPLACED), days=days, old=True)
    installed = draw(st.booleans())
    return Drawn(fields, (Step.RENEW, Step.REGISTER, *(() if installed else (Step.COLLECT,))), days=days,
                 installed=installed)  # fmt: skip


def _draw_reissue(draw: st.DrawFn, number: int) -> Drawn:
    compromised = draw(st.booleans())
    wish = {"serial": f"{number:x}", "reason": "key_compromised" if compromised else "key_lost"}
    fields = _any(draw, number) | {"reissue": wish, "renewal": {"when": "window"}}
    return Drawn(fields, (Step.REISSUE, Step.REGISTER), days=draw(st.sampled_from((_RESTING, _OPEN)))
                 if compromised else _RESTING)  # fmt: skip


def _draw_replacement(draw: st.DrawFn, number: int) -> Drawn:
    fields = _any(draw, number) | {"replaces": f"rsc{500 + number:08}"}
    return Drawn(fields, (Step.CANCEL_REPLACED,), days=_RESTING, old=True)


def _draw_linked(draw: st.DrawFn, number: int) -> Drawn:
    """Another linked service; with a renewal at the same time it waits for the next run."""
    fields = _linked(number, contract_id=_LINKS[1], was=_LINKS[0])
    if draw(st.booleans()):
        fields |= {"renewal": {"when": "window"}}
        return Drawn(fields, (Step.RENEW, Step.REGISTER), (Step.RELINK,), days=_OPEN)
    return Drawn(fields, (Step.RELINK,), days=_RESTING)


def _draw_added(draw: st.DrawFn, number: int) -> Drawn:
    also = [{"service": "gio_content_acceleration", "contract_id": _LINKS[2]}]
    return Drawn(_linked(number, also=also), (Step.RELINK,), days=_RESTING)


def _draw_cancelled(draw: st.DrawFn, number: int) -> Drawn:
    fields = _any(draw, number) | {"state": "cancelled", "contract_id": f"rsc{number:08}"}
    return Drawn(fields, (Step.CANCEL,), days=draw(st.sampled_from((_RESTING, _OPEN))))


def _draw_registration(draw: st.DrawFn, number: int) -> Drawn:
    fields = draw(st.sampled_from((_any(draw, number), _linked(number))))
    return Drawn(fields, (Step.REGISTER,), state=State.AWAITING_REGISTRATION)


def _draw_rest(draw: st.DrawFn, number: int) -> Drawn:
    """Nothing is due but, at times, a certificate that was issued."""
    installed = draw(st.booleans())
    return Drawn(_any(draw, number), () if installed else (Step.COLLECT,), days=_RESTING, installed=installed)


_DRAW: t.Final = {
    "new": _draw_new,
    "renewal": _draw_renewal,
    "reissue": _draw_reissue,
    "replacement": _draw_replacement,
    "linked": _draw_linked,
    "added": _draw_added,
    "cancelled": _draw_cancelled,
    "registration": _draw_registration,
    "rest": _draw_rest,
}
