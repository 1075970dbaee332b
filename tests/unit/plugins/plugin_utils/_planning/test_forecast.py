# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The forecast against a simulation that lives day by day, and against the run that was computed beforehand."""

from __future__ import annotations

import collections
import dataclasses as dc
import datetime as dt
import random
import typing as t

import pytest
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.forecast import make_forecast
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.forewarnings import list_warnings
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.lineages import Lineage
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.lives import (
    Anchor,
    Assumptions,
    Happening,
    Life,
    Second,
    walk_life,
)

FIRST: t.Final = dt.date(2026, 12, 1)
LAST: t.Final = dt.date(2029, 12, 31)


def lineage(name: str, life: Life, *, price: int | None = 10_000, **changes: t.Any) -> Lineage:
    fields: dict[str, t.Any] = {
        "contract_id": None, "common_name": f"{name}.example.jp", "product": "sureserver_cloud", "term": "1 year",
        "level": "OV", "applicant": None, "managed": True, "on_host": True, "by_hand": False,
        "approved_by_mail": False, **changes,
    }  # fmt: skip
    return Lineage(name=name, life=life, price=price, renewal_price=price, **fields)


def reference_portfolio() -> list[Lineage]:
    """300 orders issued evenly 2026-06-01 to 2026-11-27 with 199 days, ordered at the opening of their windows."""
    found = []
    for number in range(300):
        issued = dt.date(2026, 6, 1).toordinal() + number * 180 // 300
        opens = issued + 199 - 30
        begun = opens if opens < FIRST.toordinal() else None
        life = Life(
            term=365, lead=14, silent=False, checks_organization=True,
            issued=issued, ends=issued + 199, ordered=begun, registered=begun,
        )  # fmt: skip
        found.append(lineage(f"www-{number:03}", life))
    return found


def test_the_reference_run_comes_out_to_the_number():
    told = make_forecast(reference_portfolio(), today=FIRST, until=LAST, assumptions=Assumptions())
    by_quarter = {quarter: part.counts.get("renewal", 0) for quarter, part in told.quarters.items()}
    by_year = collections.Counter[int]()
    for (year, _quarter), count in by_quarter.items():
        by_year[year] += count
    assert dict(by_year) == {2026: 51, 2027: 1022, 2028: 1321, 2029: 3018}
    assert [by_quarter[2029, quarter] for quarter in (1, 2, 3, 4)] == [338, 839, 922, 919]
    assert told.total.counts["renewal"] == 5412
    assert told.total.counts["domain_approval"] == 3983
    assert told.total.counts["organization_check"] == 667
    assert told.total.yen == 5412 * 10_000
    assert told.least.yen < told.total.yen


class Simulated:
    """A life lived day by day: what is due on a day happens on it. Shares nothing with the forecast but the facts."""

    CAPS = ((dt.date(2029, 3, 15), 46, 10), (dt.date(2027, 3, 15), 99, 100), (dt.date(2026, 3, 15), 199, 200))

    def __init__(self, life: Life, assumptions: Assumptions, today: int) -> None:
        self.life, self.a = life, assumptions
        self.phrase: list[tuple[int, str]] = []
        self.issued, self.ends = life.issued, life.ends
        self.paid_to = life.period_ends or life.ends
        self.domain = self.organization = life.issued
        self.due_registration: int | None = None
        self.due_issue: int | None = None
        self.paying = True
        self.dark = False
        if life.ordered is not None or life.ends is None:
            if life.ends is None and life.ordered is None:
                self.phrase.append((today, "new_order"))
            if life.registered is None:
                self.due_registration = today
            else:
                self.due_issue = max(today, life.registered + life.lead)
            self.busy = True
        else:
            self.busy = False
        if not life.goes_on:
            self.busy, self.due_registration, self.due_issue = False, None, None

    def live(self, day: int) -> None:
        again = True
        while again:  # what leads to what within one day
            again = self._order(day) or self._register(day) or self._issue(day)
        if self.ends is not None and day == self.ends + 1 and not self.dark:
            self.dark = True
            self.phrase.append((day, "gap"))

    def _order(self, day: int) -> bool:
        if self.busy or self.ends is None or not self.life.goes_on or self.issued is None:
            return False
        end, pays = self.ends, True
        if self.a.second is Second.FREE:
            pays = self.paid_to is None or self.paid_to <= self.ends
        if self.a.second is Second.NONE and self.paid_to is not None and self.paid_to > self.ends:
            end = self.paid_to
        if pays and self.a.second is not Second.PAID and self.a.anchor is Anchor.PERIOD and self.paid_to is not None:
            end = self.paid_to
        first = max(end - 30, self.issued + 1) + self.life.delay
        if self.life.silent and pays:
            first = max(end - 26, self.issued + 1)
        if day < first:
            return False
        self.busy, self.paying = True, pays
        self.phrase.append((day, ("silent_renewal" if self.life.silent else "renewal") if pays else "continuation"))
        self.due_registration = max(day, end - 21) if self.a.late else day
        return True

    def _register(self, day: int) -> bool:
        if self.due_registration is None or day < self.due_registration:
            return False
        self.phrase.append((day, "registration"))
        self.due_registration, self.due_issue = None, day + self.life.lead
        return True

    def _issue(self, day: int) -> bool:
        if self.due_issue is None or day < self.due_issue:
            return False
        longest, reuse = next((cap, reuse) for since, cap, reuse in self.CAPS if since.toordinal() <= day)
        if self.domain is None or day - self.domain > reuse:
            self.domain = day
            self.phrase.append((day, "domain_approval"))
        if self.life.checks_organization and (self.organization is None or day - self.organization > 398):
            self.organization = day
            self.phrase.append((day, "organization_check"))
        self.phrase.append((day, "certificate"))
        if self.ends is not None and day > self.ends and not self.dark:
            self.phrase.append((self.ends + 1, "gap"))
        term = self.life.term if self.ends is None or self.life.next_term is None else self.life.next_term
        self.issued, self.ends, self.dark = day, day + min(longest, term), False
        if self.paying:
            begins = day if self.paid_to is None else max(self.paid_to, day)
            self.paid_to = self.ends if self.a.second is Second.PAID else begins + term
        self.due_issue, self.busy, self.paying = None, False, True
        return True


def random_life(luck: random.Random, today: int) -> Life:
    term, lead = luck.choice((183, 365)), luck.randrange(0, 45)
    fields: dict[str, t.Any] = {
        "term": term, "lead": lead, "silent": luck.random() < 0.4, "checks_organization": luck.random() < 0.5,
        "delay": luck.randrange(3), "next_term": luck.choice((None, 183, 365)),
    }  # fmt: skip
    if luck.random() < 0.2:
        ordered = luck.choice((None, today - luck.randrange(30)))
        registered = ordered if ordered is not None and luck.random() < 0.5 else None
        return Life(**fields, ordered=ordered, registered=registered)
    issued = today - luck.randrange(150)
    ends = issued + luck.choice((min(199, term), 46, 99))
    period_ends = issued + term if luck.random() < 0.6 else None
    life = Life(**fields, issued=issued, ends=ends, period_ends=period_ends, goes_on=luck.random() < 0.9)
    if life.goes_on and luck.random() < 0.2:
        ordered = today - luck.randrange(20)
        return t.cast(
            "Life",
            dc.replace(life, ordered=ordered, registered=luck.choice((None, ordered))),
        )
    return life


def lived(life: Life, assumptions: Assumptions, *, today: int, until: int) -> list[tuple[int, str]]:
    simulated = Simulated(life, assumptions, today)
    for day in range(today, until + 1):
        simulated.live(day)
    return sorted(row for row in simulated.phrase if today <= row[0] <= until)


@pytest.mark.parametrize("seed", range(200))
def test_the_forecast_is_what_comes_of_living_day_by_day(seed: int):
    luck = random.Random(seed)
    today = FIRST.toordinal() + luck.randrange(400)
    assumptions = Assumptions(
        second=luck.choice(list(Second)), anchor=luck.choice(list(Anchor)), late=luck.random() < 0.3
    )
    for _number in range(8):
        life = random_life(luck, today)
        walked = [
            (day, str(what))
            for day, what in walk_life(life, today=today, until=LAST.toordinal(), assumptions=assumptions)
        ]
        assert sorted(walked) == lived(life, assumptions, today=today, until=LAST.toordinal()), life


def test_what_a_certificate_cannot_reach_is_a_gap():
    """46 days, issued 40 days after the opening: ten days without a certificate each time."""
    start = dt.date(2029, 4, 1).toordinal()
    life = Life(term=365, lead=40, silent=False, checks_organization=False, issued=start, ends=start + 46)
    days = walk_life(life, today=start, until=start + 120, assumptions=Assumptions())
    assert [day.day - start for day in days if day.what is Happening.GAP] == [47, 47 + 56]


def test_orders_whose_approval_by_mail_ends_are_named():
    """Of three orders, the one approved by mail whose contract goes on beyond that day, from that day on."""
    first = {"issued": FIRST.toordinal(), "ends": FIRST.toordinal() + 199}
    lives = {
        "mail": Life(term=365, lead=14, silent=False, checks_organization=True, **first),
        "ends": Life(term=365, lead=14, silent=False, checks_organization=True, goes_on=False, **first),
        "other": Life(term=365, lead=14, silent=False, checks_organization=True, **first),
    }
    lineages = [lineage(name, life, approved_by_mail=name != "other") for name, life in lives.items()]
    told = make_forecast(lineages, today=FIRST, until=LAST, assumptions=Assumptions())
    (warning,) = [each for each in list_warnings(told) if each.id == "mail_approval_ends"]
    assert (warning.day, warning.orders) == (dt.date(2028, 3, 15), ("mail",))
    early = make_forecast(lineages, today=FIRST, until=dt.date(2028, 3, 14), assumptions=Assumptions())
    assert "mail_approval_ends" not in [each.id for each in list_warnings(early)]
