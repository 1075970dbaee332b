# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Years of daily runs in the pure core: planner and buyer against a desk in memory whose contracts live on.

test_lives.py is a short run, long_lives.py the long one. Every life is judged: one renewal for each certificate, steps
inside their windows alone, no key of IIJ's on a host, nothing expired that a run could have saved.
"""

from __future__ import annotations

import dataclasses as dc
import datetime as dt
import hashlib
import pathlib
import random
import typing as t

from ansible_collections.iij.server_certificate.plugins.plugin_utils._desk.desk import (
    AccessRefused,
    OutcomeUnknown,
)
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.memory import Memory
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.observe import observe
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.plan import Plan, make_plan
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.steps import Standing, Step
from ansible_collections.iij.server_certificate.plugins.plugin_utils._spending.ledger import Ledger
from ansible_collections.iij.server_certificate.plugins.plugin_utils._spending.perform import Performer
from ansible_collections.iij.server_certificate.plugins.plugin_utils._tasks.registrations import (
    list_to_register,
    make_host_orders,
)
from ansible_collections.iij.server_certificate.plugins.plugin_utils._values.observed import (
    Application,
    Certificate,
    Kind,
    Procedure,
    State,
)
from living_desk import DAY, START, LivingDesk
from portfolios import OV, booked, portfolio

if t.TYPE_CHECKING:
    from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.outcome import Outcome
    from ansible_collections.iij.server_certificate.plugins.plugin_utils._values.order import Order

YEARS: t.Final = 3 * 365


@dc.dataclass
class HostModel:
    """What lies on the host of an order: the key and certificate in use, and a key that waits."""

    key: str = ""
    waiting: str | None = None
    certificate: Certificate | None = None

    def prepare(self, asked: dict[str, t.Any], fresh: str) -> str:
        """Make or keep a key for the next CSR; the live one is not certified again where it is retired."""
        retired = set(asked["retire"])
        if self.waiting and fingerprint_of(self.waiting) in retired:
            assert asked["in_use"] not in (None, fingerprint_of(self.waiting)), "a waiting key is installed first"
            self.waiting = fresh
        serves = self.certificate is not None and self.certificate.public_key_fingerprint == fingerprint_of(self.key)
        retires = fingerprint_of(self.key) in retired or asked["retire_live"] or (asked["retire_served"] and serves)
        if self.waiting is None and (not self.key or retires):
            self.waiting = fresh
        return self.waiting or self.key

    def has_key_of(self, certificate: Certificate) -> bool:
        """Check whether a key of this host belongs to the certificate."""
        fingerprints = {fingerprint_of(key) for key in (self.waiting, self.key) if key}
        return certificate.public_key_fingerprint in fingerprints

    def install(self, certificate: Certificate) -> None:
        own = [
            key for key in (self.waiting, self.key) if key and fingerprint_of(key) == certificate.public_key_fingerprint
        ]
        assert own, "only what belongs to a key of this host is installed"
        self.key, self.waiting, self.certificate = own[0], None, certificate


def fingerprint_of(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()


@dc.dataclass
class Trouble:
    """What disturbs a life; the days of a run that does not take place, and of a token that may not order."""

    random: random.Random | None = None
    dead: set[int] = dc.field(default_factory=set)
    no_role: set[int] = dc.field(default_factory=set)

    @classmethod
    def of(cls, seed: int) -> Trouble:
        source = random.Random(seed)
        dead, no_role = set[int](), set[int]()
        for days, longest, times in ((dead, 12, 30), (no_role, 20, 10)):
            for _time in range(source.randrange(times)):
                first = source.randrange(YEARS)
                days.update(range(first, first + source.randint(1, longest)))
        return cls(source, dead, no_role)


@dc.dataclass
class Life:
    """A portfolio over years."""

    orders: tuple[Order, ...]
    desk: LivingDesk
    ledger: pathlib.Path
    trouble: Trouble = dc.field(default_factory=Trouble)
    hosts: dict[str, HostModel] = dc.field(default_factory=dict)
    # When a run could first register the successor of a certificate, by order and fingerprint.
    could: dict[tuple[str, str], dt.datetime] = dc.field(default_factory=dict)
    replaced: set[tuple[str, str]] = dc.field(default_factory=set)
    judged: int = 0
    last_run: dt.datetime = START - DAY
    lost: set[str] = dc.field(default_factory=set)  # names whose key silence took
    runs: int = 0

    def plan(self, memory: Memory | None = None) -> Plan:
        observed = observe(self.desk, self.orders, portfolio="p")
        return make_plan(self.orders, observed, portfolio="p", memory=memory, due_only=True)

    def day(self, number: int) -> None:
        """Let a day pass, and do what the daily run does."""
        self.desk.pass_days(START + number * DAY)
        self.desk.may_order = number not in self.trouble.no_role
        self._by_hand()
        if number not in self.trouble.dead:
            self.run(number)
        self._judge(number)

    def run(self, number: int) -> None:
        self.runs += 1
        self.last_run = START + number * DAY
        plan = self.plan()
        self._collect(plan)
        if not plan.count_changes():
            return
        plan = self.plan()
        again = self.plan()
        assert [(e.order.name, e.steps) for e in plan.entries] == [(e.order.name, e.steps) for e in again.entries]
        outcomes = self._performer(number).perform_contracts(plan.list_steps())
        if self.trouble.random and self.trouble.random.random() < 0.1:  # another runner, with the plan of before
            self._performer(number).perform_contracts(plan.list_steps())
        self._require(outcomes)
        names = {order.name for order in self.orders}
        todo = list_to_register(self.plan(), names, planned=False)
        asked = {row["name"]: row for row in make_host_orders(todo)}
        csrs = {name: self.hosts[name].prepare(row, f"{name} {number}") for name, row in asked.items()}
        self._performer(number).perform_registrations(todo, csrs)

    def _performer(self, number: int) -> Performer:
        if self.trouble.random and self.trouble.random.random() < 0.01:
            self.ledger.unlink(missing_ok=True)
        return Performer(
            desk=self.desk, ledger=Ledger(self.ledger, now=lambda: START + number * DAY), portfolio="p",
            sleep=lambda _seconds: None, now=lambda: START + number * DAY, progress=lambda _outcome: None,
        )  # fmt: skip

    def _require(self, outcomes: t.Iterable[Outcome]) -> None:
        for outcome in outcomes:
            assert outcome.error is None or isinstance(outcome.error, AccessRefused | OutcomeUnknown), outcome.error

    def _collect(self, plan: Plan) -> None:
        for entry in plan.entries:
            host = self.hosts[entry.order.name]
            if Step.COLLECT in entry.steps and entry.application and entry.application.current:
                host.install(entry.application.current)
                fetched = {"downloaded_at": self.desk.as_of}
                current = dc.replace(entry.application.current, **fetched)
                row = self.desk.by_id[entry.application.contract_id]
                self.desk.put(dc.replace(row, current=current, **fetched))
            if entry.shown is Standing.ESTRANGED:
                self.lost.add(entry.order.name)

    def _by_hand(self) -> None:
        """A person renews in a browser, one in twenty of the renewals."""
        source, now = self.trouble.random, self.desk.as_of
        for row in list(self.desk.by_id.values()) if source and now else ():
            window = row.renewal
            is_open = window is not None and row.procedure is None and window.opens_at <= now < window.order_by
            if is_open and source and source.random() < 0.02:
                self.desk.open(row, by="hand", at=now, reference=None)

    def _judge(self, number: int) -> None:
        now = START + number * DAY
        assert not self.desk.wrong, self.desk.wrong
        for contract, certificate, _by in self.desk.bought[self.judged :]:
            assert (contract, certificate) not in self.replaced, "one renewal for each certificate"
            self.replaced.add((contract, certificate))
        self.judged = len(self.desk.bought)
        for order in self.orders:
            row = self.desk.by_id[f"rsc{int(order.name[1:]):08}"]
            if number not in self.trouble.dead and self._could_register(row, now):
                self.could.setdefault((order.name, row.certificate_fingerprint or ""), now)
            self._judge_lost(order.name, row)
            certificate = self.hosts[order.name].certificate
            assert certificate is not None
            if order.name not in self.lost and certificate.not_after <= now:
                assert self._unavoidable(order.name, row, certificate), f"{order.name} ran out on day {number}"

    def _unavoidable(self, name: str, row: Application, certificate: Certificate) -> bool:
        """Whether no run since could have installed the successor, nor one before have had it made in time."""
        if row.certificate_fingerprint != certificate.certificate_fingerprint and row.issued_at is not None:
            made_late = row.issued_at >= certificate.not_after
            if not made_late:
                return self.last_run < row.issued_at
        first = self.could.get((name, certificate.certificate_fingerprint or ""))
        return first is None or first + self.desk.lead >= certificate.not_after

    def _could_register(self, row: Application, now: dt.datetime) -> bool:
        """Whether a run of today finds an open renewal, or opens one."""
        window = row.renewal
        assert window is not None
        orders_it = number_of(now) not in self.trouble.no_role and window.opens_at + 2 * DAY <= now < window.order_by
        return now < window.update_by and (row.procedure is not None or orders_it)

    def _judge_lost(self, name: str, row: Application) -> None:
        if row.csr_origin == "service" and name not in self.lost:
            before = row.previous[0].certificate_fingerprint or ""
            assert (name, before) not in self.could, f"{name}: a run took place, and silence took the key"
            self.lost.add(name)


def number_of(now: dt.datetime) -> int:
    return (now - START).days


def begin(
    count: int, folder: pathlib.Path, *, part: slice = slice(None), trouble: Trouble | None = None, **desk: t.Any
) -> Life:
    """Contracts whose first certificates were issued evenly over half a year, and that are installed.

    `part`: which of them this life has.
    """
    window = {"renewal": {"when": "window"}}
    numbers = range(count)[part]
    fields = [OV | window | {"name": f"n{number}", "common_name": f"n{number}.example.jp"} for number in numbers]
    orders = portfolio(*fields)
    living = LivingDesk(**desk)
    hosts = {}
    for number, order in zip(numbers, orders, strict=True):
        at = START - 165 * DAY + number * 165 * DAY / count
        first = Procedure(id="1", kind=Kind.NEW, state=State.APPLIED, csr_origin="customer", registered_at=at,
                          public_key_fingerprint=fingerprint_of(f"{order.name} first"))  # fmt: skip
        row = dc.replace(booked(order, f"p/{order.name}/1", number=int(order.name[1:])), procedure=first)
        row = living.issue(row, at)
        fetched = {"downloaded_at": at}
        row = living.put(dc.replace(row, current=dc.replace(row.current, **fetched), **fetched))
        hosts[order.name] = HostModel(key=f"{order.name} first", certificate=row.current)
    return Life(orders, living, folder / "p.ledger.jsonl", trouble or Trouble(), hosts)


def live(life: Life, days: int = YEARS) -> Life:
    for number in range(days):
        life.day(number)
    return life


def shared_memory() -> str | None:
    """Where ledgers of lives lie: what the disk takes is not what is tried here."""
    return "/dev/shm" if pathlib.Path("/dev/shm").is_dir() else None


def disturbed(seed: int, orders: int, folder: pathlib.Path) -> Life:
    """A life with dead timers, wrong tokens, lost answers and ledgers, renewals by hand and, at times, a slow CA."""
    lead = (20 if seed % 3 == 0 else 14) * DAY
    return begin(orders, folder, trouble=Trouble.of(seed), lead=lead, losses=iter(("after", None, "before") * 500))
