# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The calendar of a brought certificate (持ち込み証明書品目), where the desk tells none: 90 days, and no silence."""

from __future__ import annotations

import dataclasses as dc
import datetime as dt
import typing as t

import pytest
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.adoption import make_adopting_orders
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.entry import Entry
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.plan import make_plan
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.remarks import find_remarks
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.schedule import (
    What,
    find_lateness,
    list_deadlines,
)
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.silence import find_silent
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.steps import Standing, Step
from ansible_collections.iij.server_certificate.plugins.plugin_utils._tasks.left_out import list_left_out
from ansible_collections.iij.server_certificate.plugins.plugin_utils._values.observed import Observed
from portfolios import BASE, ISSUED_AT, before_end, booked, certified, portfolio, renewal

ORDER: t.Final = {
    field: value
    for field, value in BASE.items()
    if field != "applicant"
} | {
    "name": "cdn",
    "common_name": "cdn.example.jp",
    "product": "持ち込み証明書品目",
    "usage": "linked_service",
    "linked_contract": {"service": "gio_content_acceleration", "contract_id": "rga00000001"},
}  # fmt: skip


def planned(days: float, **fields: t.Any) -> tuple[Entry, list[str], int]:
    """The entry so many days before the end, the rules of what is remarked, and how many renewals silence brings."""
    procedure = fields.pop("procedure", None)
    (order,) = portfolio({**ORDER, **fields})
    row = dc.replace(certified(booked(order, "default/cdn/1")), procedure=procedure)
    plan = make_plan(
        (order,), Observed(applications=(row,), as_of=before_end(days, row)), portfolio="default", spread=False
    )
    return plan.entries[0], [remark.rule for remark in find_remarks(plan)], len(find_silent(plan, None))


@pytest.mark.parametrize(("days", "said"), [(95, False), (88, True), (40, True), (3, True)])
def test_nobody_says_that_silence_renews_it_and_its_end_is_told_for_90_days(days: float, said: bool) -> None:
    entry, remarks, silent = planned(days)
    assert (silent, entry.steps) == (0, ())
    assert ("BROUGHT-UNDECIDED" in remarks) is said


def test_its_renewal_is_due_in_the_last_30_days_and_until_the_day_before_the_end() -> None:
    begun = [days for days in range(100, 0, -1) if Step.RENEW in planned(days, renewal={"when": "window"})[0].steps]
    assert begun == list(range(30, 2, -1))


def test_the_day_of_its_renewal_is_loud() -> None:
    entry, _remarks, _silent = planned(60)
    (deadline,) = [each for each in list_deadlines(entry) if each.what is What.RENEWAL]
    assert entry.track is not None
    end = entry.track.certificate.not_after
    assert end.date() - deadline.day <= dt.timedelta(days=3)
    assert deadline.alert_at < end - dt.timedelta(days=7)
    assert {each.what for each in list_deadlines(entry)} == {What.RENEWAL, What.EXPIRY}


def test_an_import_writes_an_order_that_keeps_every_rule() -> None:
    (order,) = portfolio(ORDER)
    row = certified(booked(order, None))
    (written,) = make_adopting_orders([row], taken=())
    (imported,) = portfolio(written)
    plan = make_plan((imported,), Observed(applications=(row,), as_of=before_end(60, row)), portfolio="default")
    assert (imported.contract_id, plan.entries[0].steps) == (row.contract_id, ())


def test_nothing_was_registered_that_its_order_could_differ_from() -> None:
    (order,) = portfolio(ORDER)
    row = certified(booked(order, None), csr_origin="customer")
    plan = make_plan((order,), Observed(applications=(row,), as_of=before_end(100, row)), portfolio="default")
    assert plan.entries[0].drifted == ()


def test_what_its_renewal_lacks_is_told_without_a_word_of_a_key_that_iij_makes() -> None:
    fields = {name: value for name, value in ORDER.items() if name != "terms_agreed"}
    row = certified(booked(portfolio(ORDER)[0], None))
    (order,) = portfolio({**fields, "contract_id": row.contract_id, "renewal": {"when": "window"}})
    plan = make_plan((order,), Observed(applications=(row,), as_of=before_end(100, row)), portfolio="default")
    (remark,) = find_remarks(plan)
    assert remark.rule == "RENEWAL-INCOMPLETE"
    assert "makes the key" not in str(remark.as_dict("en"))


def test_a_daily_run_tells_of_no_silence_that_nobody_knows_of() -> None:
    fields = {name: value for name, value in ORDER.items() if name != "terms_agreed"}
    row = certified(booked(portfolio(ORDER)[0], None))
    (order,) = portfolio({**fields, "contract_id": row.contract_id, "renewal": {"when": "window"}})
    seen = Observed(applications=(row,), as_of=before_end(20, row))
    plan = make_plan((order,), seen, portfolio="default", spread=False, due_only=True)
    (line,) = list_left_out((), plan, "en")
    assert "complete the order: terms_agreed (until " in line
    assert "by itself" not in line


def test_a_renewal_waits_for_a_person_and_is_never_registered() -> None:
    entry, _remarks, _silent = planned(
        20, procedure=renewal("1".ljust(64, "a"), "default/cdn/1/renewal:x", opened_at=ISSUED_AT)
    )
    assert (entry.ahead, entry.steps) == (Standing.WAITING, ())
    assert entry.track is not None
    assert find_lateness(entry, entry.track.as_of + dt.timedelta(days=9)) is None
    uploads = [each for each in list_deadlines(entry) if each.what is not What.EXPIRY]
    assert [each.what for each in uploads] == [What.UPLOAD]
