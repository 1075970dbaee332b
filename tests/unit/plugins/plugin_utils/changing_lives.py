# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Years in which people change their orders: reissues, compromised keys, replacements, other names, hosts and links.

Each day has the daily run; when something was written, and once a week, people start an apply. Every life is judged:
what was bought is what was asked for, no key is certified twice, nothing ends before its successor is in use.
"""

from __future__ import annotations

import collections
import dataclasses as dc
import pathlib
import random
import typing as t

from ansible_collections.iij.server_certificate.plugins.plugin_utils._desk.desk import AccessRefused, OutcomeUnknown
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.entry import Entry
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.memory import Memory, make_host_answer
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.observe import observe
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.plan import Plan, make_plan
from ansible_collections.iij.server_certificate.plugins.plugin_utils._spending.ledger import Ledger
from ansible_collections.iij.server_certificate.plugins.plugin_utils._spending.perform import Performer
from ansible_collections.iij.server_certificate.plugins.plugin_utils._tasks.registrations import (
    list_to_register,
    make_host_orders,
)
from ansible_collections.iij.server_certificate.plugins.plugin_utils._values.observed import Decision, Kind, State
from changing_desk import ChangingDesk
from lives import YEARS, HostModel, Trouble
from living_desk import DAY, START
from people import Line, People, begin_line
from portfolios import portfolio

if t.TYPE_CHECKING:
    import datetime as dt

    from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.memory import HostAnswer
    from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.outcome import Outcome
    from ansible_collections.iij.server_certificate.plugins.plugin_utils._values.observed import Application
    from ansible_collections.iij.server_certificate.plugins.plugin_utils._values.order import Order

_BEGIN: t.Final = 20  # by this day every first certificate is there
_END: t.Final = YEARS - 90  # on the last days nothing is changed or disturbed, so that all can be told
_RUNS: t.Final = 4  # after so many runs of one day nothing is left to do


@dc.dataclass
class ChangingLife:
    """A few lines over years. Without `random` in its trouble a life is undisturbed, and loses nothing at all."""

    people: People
    desk: ChangingDesk
    ledger: pathlib.Path
    trouble: Trouble
    orders: tuple[Order, ...] = ()
    hosts: dict[tuple[str | None, str | None], HostModel] = dc.field(default_factory=dict)
    serving: dict[int, HostModel] = dc.field(default_factory=dict)  # what each line serves with
    answers: dict[str, HostAnswer] = dc.field(default_factory=dict)  # of hosts, by contract
    ended: int = 0  # cancellations that were judged
    number: int = 0

    @property
    def quiet(self) -> bool:
        return self.trouble.random is None

    @property
    def now(self) -> dt.datetime:
        return START + self.number * DAY

    def live(self) -> ChangingLife:
        self._read_files()
        for self.number in range(YEARS):
            self._have_a_day()
        self._settle_accounts()
        return self

    def _read_files(self) -> None:
        self.orders = portfolio(*(line.fields for line in self.people.lines))

    def _have_a_day(self) -> None:
        self.desk.pass_days(self.now)
        calm = not _BEGIN <= self.number < _END
        self.desk.may_order = calm or self.number not in self.trouble.no_role
        wrote = (not calm and self.people.change(self.now)) | self._react()
        if wrote:
            self._read_files()
        if calm or self.number not in self.trouble.dead:
            self._run(due_only=True)
            if wrote or self.number < _BEGIN or self.number % 7 == 0:
                self._run(due_only=False)
        self._judge()

    def _react(self) -> bool:
        """Have a certificate reissued whose key its host does not have, as the failing run says."""
        return sum(self._react_to(line) for line in self.people.lines if "host" in line.fields) > 0

    def _react_to(self, line: Line) -> bool:
        row = self.people.find_row(line)
        if row is None or row.current is None or row.procedure is not None or not row.live:
            return False
        answer = self.answers.get(row.contract_id)
        lacks = answer is not None and not answer.has and answer.certificate_fingerprint == row.certificate_fingerprint
        return lacks and self.people.ask_for_reissue(line, row, "key_lost")

    # --- runs

    def _plan(self, *, due_only: bool) -> Plan:
        observed = observe(self.desk, self.orders, portfolio="p")
        memory = Memory(self.answers.values())
        plans = [
            make_plan(self.orders, observed, portfolio="p", memory=memory, due_only=due_only) for _time in range(2)
        ]
        assert plans[0] == plans[1], "the same look leads to the same plan"
        return plans[0]

    def _run(self, *, due_only: bool) -> None:
        """Run until nothing is left to do; in an undisturbed life that is soon the case."""
        for time in range(_RUNS):
            plan = self._plan(due_only=due_only)
            self._collect(plan)
            plan = self._plan(due_only=due_only)
            if self._is_idle():
                assert plan.count_changes() == 0, f"{self.now:%Y-%m-%d}: nothing is due, and yet {self._tell(plan)}"
            if not plan.count_changes():
                return
            if not self._perform(plan):
                return
            assert time < _RUNS - 1, f"{self.now:%Y-%m-%d}: it does not come to an end: {self._tell(plan)}"

    def _perform(self, plan: Plan) -> bool:
        """Do what a plan says; returns whether all went well."""
        outcomes = list(self._performer().perform_contracts(plan.list_steps()))
        if self._draws(0.1):  # another runner, with the plan of before
            outcomes += self._performer().perform_contracts(plan.list_steps())
        todo = list_to_register(self._plan(due_only=True), {order.name for order in self.orders}, planned=False)
        entries = {entry.order.name: entry for entry in todo}
        csrs = {}
        for row in make_host_orders(todo):
            host = self._host_of(entries[row["name"]].order)
            csrs[row["name"]] = host.prepare(row, f"{row['name']} {self.number} {self.desk.issued}")
        outcomes += self._performer().perform_registrations(todo, csrs)
        self._require(outcomes)
        return not any(outcome.error for outcome in outcomes)

    def _performer(self) -> Performer:
        if self._draws(0.01):
            self.ledger.unlink(missing_ok=True)
        return Performer(
            desk=self.desk, ledger=Ledger(self.ledger, now=lambda: self.now), portfolio="p",
            sleep=lambda _seconds: None, now=lambda: self.now, progress=lambda _outcome: None,
        )  # fmt: skip

    def _draws(self, chance: float) -> bool:
        calm = not _BEGIN <= self.number < _END
        return not calm and self.trouble.random is not None and self.trouble.random.random() < chance

    def _require(self, outcomes: t.Iterable[Outcome]) -> None:
        for outcome in outcomes:
            known = isinstance(outcome.error, AccessRefused | OutcomeUnknown) and not self.quiet
            assert outcome.error is None or known, f"{self.now:%Y-%m-%d} {outcome.step}: {outcome.error}"

    def _collect(self, plan: Plan) -> None:
        for entry in plan.entries:
            if entry.installs and entry.application and entry.application.current:
                self._install(entry, entry.application)

    def _install(self, entry: Entry, row: Application) -> None:
        certificate, host = row.current, self._host_of(entry.order)
        assert certificate is not None
        has = host.has_key_of(certificate)
        if has and host.certificate != certificate:
            host.install(certificate)
        if has:
            line = self._line_of(entry.order)
            self.serving[line.number], line.served_until = host, certificate.not_after
        if row.downloaded_at is None:
            fetched = dc.replace(certificate, downloaded_at=self.now)
            row = self.desk.put(dc.replace(row, current=fetched, downloaded_at=self.now))
            host.certificate = fetched if has else host.certificate
        self.answers[row.contract_id] = make_host_answer(entry.order, row, has=has)

    def _host_of(self, order: Order) -> HostModel:
        return self.hosts.setdefault((order.host, order.key.path if order.key else None), HostModel())

    def _line_of(self, order: Order) -> Line:
        return next(line for line in self.people.lines if line.fields["name"] == order.name)

    # --- judgement

    def _is_idle(self) -> bool:
        """Whether the desk and the files leave nothing to be done, by the words of the design and not by the plan's."""
        return all(self._is_line_idle(line, self.people.find_row(line)) for line in self.people.lines)

    def _is_line_idle(self, line: Line, row: Application | None) -> bool:
        if row is None or (row.procedure is not None and row.procedure.state is State.AWAITING_REGISTRATION):
            return False
        linked = line.fields.get("linked_contract", {})
        if linked.get("contract_id") not in (None, row.linked_contract_id) and row.link_change is None:
            return False
        if line.replaced and self.desk.by_id[line.replaced[-1]].live:
            return False
        if row.current is None or row.procedure is not None:
            return True
        window = row.renewal
        is_open = window is not None and window.opens_at <= self.now < window.order_by
        return not is_open and line.fields.get("reissue", {}).get("serial") != row.serial_number

    def _judge(self) -> None:
        assert not self.desk.wrong, self.desk.wrong
        for contract in self.desk.cancelled[self.ended :]:
            self._judge_cancelled(contract)
        self.ended = len(self.desk.cancelled)
        if not self.quiet or self.number < _BEGIN:
            return
        for line in self.people.lines:
            if "host" in line.fields:
                ends = self._end_of(self.serving[line.number])
                assert ends > self.now, f"{line.fields['name']} ran out on {self.now:%Y-%m-%d}"

    @staticmethod
    def _end_of(host: HostModel) -> dt.datetime:
        assert host.certificate is not None
        return host.certificate.not_after

    def _judge_cancelled(self, contract: str) -> None:
        (line,) = [line for line in self.people.lines if contract in line.replaced]
        row = self.people.find_row(line)
        assert row is not None and row.contract_id != contract, f"{contract} was cancelled, and it is in use"
        if "host" in line.fields:
            served = self.serving[line.number].certificate
            assert served is not None and served.serial_number == row.serial_number, f"{contract} ended too early"
        else:
            assert row.state is State.INSTALLED, f"{contract} ended too early"

    def count(self) -> collections.Counter[str]:
        """Count what was drawn, and what was asked of the desk."""
        desk, drawn = self.desk, {f"drawn {word}": count for word, count in self.people.changes.items()}
        done = {"purchases": desk.purchases, "renewals": desk.bought, "reissues": desk.reissued,
                "cancellations": desk.cancelled, "link changes": desk.relinked}  # fmt: skip
        return collections.Counter(drawn) + collections.Counter({word: len(rows) for word, rows in done.items()})

    def _tell(self, plan: Plan) -> list[str]:
        return [f"{entry.order.name}: {entry.changes}" for entry in plan.entries if entry.changes]

    def _settle_accounts(self) -> None:
        """Compare what was bought, and what has ended, with what people have asked for over the years."""
        desk = self.desk
        wanted = [reference for line in self.people.lines for reference in line.bought]
        assert sorted(map(str, desk.purchases)) == sorted(wanted), "bought once what was asked for, and nothing else"
        replaced = [contract for line in self.people.lines for contract in line.replaced]
        assert sorted(desk.cancelled) == sorted(replaced), "ended once what was replaced, and nothing else"
        renewed = collections.Counter((contract, certificate) for contract, certificate, _by in desk.bought)
        assert set(renewed.values()) <= {1}, "one renewal for each certificate"
        for row in desk.by_id.values():
            self._settle_contract(
                row, {certificate for contract, certificate in renewed if contract == row.contract_id}
            )

    def _settle_contract(self, row: Application, renewed: set[str]) -> None:
        """Each certificate but the last was replaced by one renewal or one reissue; the last one by what is open."""
        reissued = {serial for contract, serial in self.desk.reissued if contract == row.contract_id}
        for one in row.previous:
            ways = (one.certificate_fingerprint in renewed) + (one.serial_number in reissued)
            assert ways == 1, f"{row.contract_id}: {one.serial_number} was replaced {ways} times"
        kind = row.procedure.kind if row.procedure else None
        assert len(renewed) + len(reissued) == len(row.previous) + (kind in (Kind.RENEWAL, Kind.REISSUE))
        is_over = row.renewal is not None and self.now >= row.renewal.order_by and row.live
        if is_over and row.renewal is not None and row.renewal.decision is not Decision.CANCEL:
            assert kind is not None, f"{row.contract_id} was forgotten"


def changing(seed: int, lines: int, folder: pathlib.Path) -> ChangingLife:
    """A life of so many lines; those of odd seeds are disturbed, too."""
    draw, quiet = random.Random(seed), seed % 2 == 0
    losses: t.Iterator[str | None] = iter(()) if quiet else iter(("after", None, "before", None) * 500)
    desk = ChangingDesk(losses=losses, lead=draw.choice([7, 14, 14]) * DAY)
    desk.as_of = START
    people = People(desk, [begin_line(number, draw) for number in range(lines)], draw, careful=quiet)
    trouble = Trouble() if quiet else Trouble.of(seed)
    return ChangingLife(people, desk, folder / "p.ledger.jsonl", trouble)
