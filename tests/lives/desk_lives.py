# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A portfolio over years: the daily run against a rehearsal desk, whose clock moves on, with folders for hosts.

Nothing is a stand-in but Ansible's tasks. Every night the hosts' files are looked at; in the end the desk's purchases
are held against the ledger. What a life may lose is computed from its disturbances, never guessed.
"""

from __future__ import annotations

import collections
import dataclasses as dc
import datetime as dt
import itertools
import json
import pathlib
import random
import shutil
import typing as t

from ansible_collections.iij.server_certificate.plugins.plugin_utils._desk.private_files import find_cache_home
from ansible_collections.iij.server_certificate.tests.contract import sample_orders as sample
from ansible_collections.iij.server_certificate.tests.contract.host_folders import Hosts
from ansible_collections.iij.server_certificate.tests.lives.unchanged import Orders, keep_unchanged
from ansible_collections.iij.server_certificate.tests.runs_of_tasks import Tasks
from cryptography import x509
from cryptography.hazmat.primitives import serialization

if t.TYPE_CHECKING:
    from ansible_collections.iij.server_certificate.tests.contract.desk_process import DeskControl

Json = dict[str, t.Any]

START: t.Final = dt.datetime(2026, 12, 1, 3, tzinfo=dt.UTC)
DAY: t.Final = dt.timedelta(days=1)
_KINDS: t.Final = (
    {"product": "organization_ssl", "approval_email": "admin@example.jp"},
    {"product": "quick_ssl", "approval_email": "admin@example.jp", "subject": None},
    {"product": "secure_server_id", "approval_email": "admin@example.jp", "certificate_transparency": True},
)


@dc.dataclass(frozen=True, kw_only=True)
class Trouble:
    """What befalls a portfolio; the seed says when. `ca_days`: how long the CA takes, beyond its usual time."""

    seed: int = 0
    dead_days: int = 0  # the longest time in which no run takes place, once in about three months
    by_hand: float = 0.0  # of the renewals are ordered by a person, in a browser
    down: float = 0.0  # of the hosts cannot be reached on a day
    forgets: float = 0.0  # of the days the ledger is lost
    ca_days: int = 0


@dc.dataclass
class Lived:
    """What came of it."""

    days: int = 0
    runs: int = 0
    installed: int = 0
    purchases: dict[str, int] = dc.field(default_factory=dict)
    in_ledger: int = 0
    wrong: list[str] = dc.field(default_factory=list)

    def __str__(self) -> str:
        bought = ", ".join(f"{kind} {count}" for kind, count in sorted(self.purchases.items()))
        return (
            f"{self.days} days, {self.runs} runs, {self.installed} certificates installed, bought: {bought};"
            f" {self.in_ledger} in the ledger; {len(self.wrong)} wrong"
        )


class Life:
    """One portfolio at one desk; each order has a host of its own and comes on a day of its own."""

    def __init__(self, desk: DeskControl, folder: pathlib.Path, *, orders: int, trouble: Trouble | None = None) -> None:
        self._desk = desk
        self._trouble = trouble or Trouble()
        self._draw = random.Random(self._trouble.seed)
        self._now = START
        self._dead_until = START
        self._contracts = 0
        self._ran: list[tuple[dt.datetime, frozenset[str]]] = []  # when, and which hosts were down
        self._seen: dict[pathlib.Path, tuple[int, int, dt.datetime]] = {}
        self._ledger = folder / "ledger.jsonl"
        self._hosts = Hosts(folder / "hosts", now=lambda: self._now)
        self._fields = [self._order(number) for number in range(orders)]
        self.lived = Lived()
        self._tasks = Tasks(
            desk=lambda role: {
                "desk_url": desk.url,
                "desk_token": desk.order_token if role == "order" else desk.register_token,
            },
            options={"orders": [], "ledger_path": str(self._ledger)},
            folder=folder,
            execute=self._hosts,
            inventory=("localhost", *(f"web{number}" for number in range(orders))),
        )
        self._move_clock()
        slow = self._trouble.ca_days
        desk.control("POST", "/ca/auto", {"on": True, "dv": 1 + slow, "ov": 5 + slow, "ev": 10 + slow})

    def live(self, days: int, *, begin_within: int = 150) -> Lived:
        """So many days, one after the other; all orders have begun after the first ones."""
        with keep_unchanged():
            for _day in range(days):
                begun = min(len(self._fields), 1 + self.lived.days * len(self._fields) // begin_within)
                if begun != len(self._tasks.options["orders"]):
                    self._tasks.options["orders"] = Orders(self._fields[:begun])
                self._have_a_day()
                self._now += DAY
                self._move_clock()
                self._forget_the_day()
        self._settle_accounts()
        return self.lived

    def _order(self, number: int) -> Json:
        placed = self._hosts.place(f"web{number}", "www")
        placed["key"] |= {"type": "ECDSA", "curve": "P-256"}
        name, kind = f"www{number}", _KINDS[number % len(_KINDS)]
        renewal = {"when": "silence" if number % 5 == 1 else "window"}
        return sample.fields(name=name, common_name=f"{name}.example.jp", **{**placed, **kind, "renewal": renewal})

    def _move_clock(self) -> None:
        self._desk.control("PUT", "/clock", {"now": self._now.isoformat()})

    def _have_a_day(self) -> None:
        self.lived.days += 1
        self._befall()
        if self._now >= self._dead_until:
            if self._contracts < len(self._tasks.options["orders"]):  # the daily run buys no new ones
                self._tasks.apply()
                self._contracts = len(self._desk.list_applications())
            self._tasks.renew()
            self.lived.runs += 1
            self._ran.append((self._now, frozenset(self._hosts.down)))
        self._look_at_hosts()

    def _forget_the_day(self) -> None:
        """Let go of what nobody looks at any more: results of tasks, and looks at the desk, which live for a day."""
        self._tasks.results.clear()
        self._hosts.visits.clear()
        shutil.rmtree(find_cache_home() / "looks", ignore_errors=True)

    def _befall(self) -> None:
        trouble, draw = self._trouble, self._draw
        if trouble.dead_days and self._now >= self._dead_until and draw.random() < 1 / 90:
            self._dead_until = self._now + draw.randint(1, trouble.dead_days) * DAY
        everyone = self._tasks.inventory[1:]
        self._hosts.down = {host for host in everyone if draw.random() < trouble.down} if trouble.down else set()
        if trouble.forgets and draw.random() < trouble.forgets:
            self._ledger.unlink(missing_ok=True)
        if trouble.by_hand:
            self._renew_by_hand()

    def _renew_by_hand(self) -> None:
        """A person is faster than the run of that day, with some contracts whose window is open."""
        for row in self._desk.list_applications().values():
            window = row["renewal"]
            if window is None or window["decision"] != "undecided" or row["procedure"]:
                continue
            opens, order_by = (dt.datetime.fromisoformat(window[name]) for name in ("opens_at", "order_by"))
            if opens <= self._now < order_by and self._draw.random() < self._trouble.by_hand:
                self._desk.control("POST", "/by-hand", {"contract_id": row["contract_id"], "act": "renew"})

    def _look_at_hosts(self) -> None:
        """Every host's files parse and match, and none has expired; only what has changed is read again."""
        for file in self._hosts.folder.glob("*/www.pem"):
            state = file.stat()
            mark = (state.st_mtime_ns, state.st_ino)
            if self._seen.get(file, (0, 0, START))[:2] != mark:
                leaf = x509.load_pem_x509_certificate(file.read_bytes())
                key = serialization.load_pem_private_key(file.with_suffix(".key").read_bytes(), None)
                if key.public_key() != leaf.public_key():
                    self.lived.wrong.append(f"{self._now:%Y-%m-%d} {file.parent.name}: key and certificate differ")
                self._seen[file] = (*mark, leaf.not_valid_after_utc)
                self.lived.installed += 1
            ends = self._seen[file][2]
            if ends <= self._now < ends + DAY and not self._is_excused(file.parent.name):
                self.lived.wrong.append(f"{self._now:%Y-%m-%d} {file.parent.name}: expired")

    def _is_excused(self, host: str) -> bool:
        """Whether no run could have replaced it: each later one has IIJ's key, or no run came since it was issued."""
        rows = {row["common_name"]: row for row in self._desk.list_applications().values()}
        row = rows[host.replace("web", "www") + ".example.jp"]
        ends = self._seen[self._hosts.folder / host / "www.pem"][2]
        issued = sorted([*row["previous"], row["current"]], key=lambda one: str(one["issued_at"]))
        later = [pair for pair in itertools.pairwise(issued) if moment(pair[1]["not_after"]) > ends]
        if not later:
            under_way = row["procedure"] or {}
            return under_way.get("csr_origin") == "service" and self._is_lost_rightly(ends, host)
        return all(
            (after["csr_origin"] == "service" and self._is_lost_rightly(moment(before["not_after"]), host))
            or not self._has_run(host, moment(after["issued_at"]), ends)
            for before, after in later
        )

    def _is_lost_rightly(self, end: dt.datetime, host: str) -> bool:
        """Whether no run with this host took place between the last day of the order and that of the registration."""
        return not self._has_run(host, end - 26 * DAY, end - 21 * DAY)

    def _has_run(self, host: str, begin: dt.datetime, end: dt.datetime) -> bool:
        return any(begin <= ran < end and host not in down for ran, down in self._ran)

    def _settle_accounts(self) -> None:
        purchases = self._desk.control("GET", "/purchases")["results"]
        self.lived.purchases = dict(collections.Counter(row["kind"] for row in purchases))
        by_us = [row for row in purchases if row["client_reference"]]
        references = [row["client_reference"] for row in by_us]
        if len(set(references)) != len(references):
            self.lived.wrong.append("a reference has bought twice")
        applications = self._desk.list_applications()
        for row in applications.values():
            bought = [each for each in purchases if each["contract_id"] == row["contract_id"]]
            # Each certificate but the first was paid by one renewal, and so is the one that is under way.
            certificates = len(row["previous"]) + 1 + (row["procedure"] is not None)
            if len(bought) != certificates:
                self.lived.wrong.append(f"{row['common_name']}: {len(bought)} purchases, {certificates} certificates")
            host = row["common_name"].partition(".")[0].replace("www", "web")
            end = moment(row["previous"][0]["not_after"]) if row["previous"] else self._now
            if row["csr_origin"] == "service" and not self._is_lost_rightly(end, host):
                self.lived.wrong.append(f"{row['common_name']}: its key was lost to silence")
        if len(applications) != len(self._fields):
            self.lived.wrong.append(f"{len(applications)} contracts for {len(self._fields)} orders")
        self.lived.in_ledger = self._count_ledger()
        if not self._trouble.forgets and self.lived.in_ledger != len(by_us):
            self.lived.wrong.append(f"{self.lived.in_ledger} purchases in the ledger, {len(by_us)} at the desk")

    def _count_ledger(self) -> int:
        if not self._ledger.exists():
            return 0
        lines = [json.loads(line) for line in self._ledger.read_text(encoding="utf-8").splitlines()]
        booked = {line["client_reference"] for line in lines if line.get("kind") == "outcome" and line.get("booked")}
        return len(booked)


def moment(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text)
