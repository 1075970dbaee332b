# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every deadline of an order, what is late, and who hears of it when: single days, and whole lives."""

from __future__ import annotations

import collections
import dataclasses as dc
import datetime as dt
import json
import pathlib
import tempfile
import typing as t

import pytest
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.entry import Entry
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.memory import Memory, make_host_answer
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.plan import make_plan
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.prices import read_price_table
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.schedule import (
    What,
    find_lateness,
    list_deadlines,
)
from ansible_collections.iij.server_certificate.plugins.plugin_utils._reports.document import Frame, describe_plan
from ansible_collections.iij.server_certificate.plugins.plugin_utils._reports.events import Thresholds, find_news
from ansible_collections.iij.server_certificate.plugins.plugin_utils._reports.notices import make_notice
from ansible_collections.iij.server_certificate.plugins.plugin_utils._values.observed import (
    Application,
    Observed,
    Renewal,
    State,
)
from lives import Life, begin, disturbed, shared_memory
from living_desk import DAY, START
from portfolios import OV, before_end, booked, certified, portfolio, renewal

(ORDER,) = portfolio(OV | {"renewal": {"when": "window"}})
(SILENT,) = portfolio(OV)
IN_USE = certified(booked(ORDER, "p/www/1"))  # until 2027-05-25 12:00 in Japan
SHOWN = dc.replace(
    IN_USE,
    renewal=Renewal(
        **{
            name: before_end(days, IN_USE)
            for name, days in {"notice_at": 35, "opens_at": 30, "order_by": 26, "update_by": 21}.items()
        }
    ),
)  # a run orders it a day after the opening, by its name
NAMED = renewal(IN_USE.certificate_fingerprint, "p/www/1/renewal:1")


def entry_at(days: float, row: Application = IN_USE, order: t.Any = ORDER) -> Entry:
    observed = Observed(applications=(row,), as_of=before_end(days, IN_USE))
    (entry,) = make_plan((order,), observed, portfolio="p").entries
    return entry


def open_at(days: float, **more: t.Any) -> Application:
    return dc.replace(IN_USE, procedure=dc.replace(NAMED, opened_at=before_end(days, IN_USE), **more))


def days_of(entry: Entry) -> dict[str, str]:
    return {deadline.what.value: f"{deadline.day:%m-%d}" for deadline in list_deadlines(entry)}


@pytest.mark.parametrize(("opens", "day"), [(45, 46), (30, 31), (16, 31)])
def test_addresses_are_ready_before_the_window_of_the_desk_opens(opens: int, day: int) -> None:
    """No desk tells this day: it is the calendar's, or that before the opening where the desk opens earlier."""
    row = dc.replace(SHOWN, renewal=dc.replace(SHOWN.renewal, opens_at=before_end(opens, IN_USE)))
    assert days_of(entry_at(60, row))["addresses"] == f"{before_end(day, IN_USE) - DAY:%m-%d}"


@pytest.mark.parametrize(
    ("days", "row", "deadlines"),
    [
        (100, IN_USE, {"addresses": "04-23", "renewal": "04-27", "expiry": "05-25"}),
        (33, IN_USE, {"addresses": "04-23", "renewal": "04-27", "update": "05-02", "expiry": "05-25"}),
        (28.5, IN_USE, {"renewal": "04-27", "update": "05-02", "expiry": "05-25"}),
        (26.5, IN_USE, {"update": "05-02", "expiry": "05-25"}),
        (26, open_at(28), {"update": "05-02", "expiry": "05-25"}),
        (26, open_at(28, deadline=dt.date(2027, 5, 1)), {"update": "05-01", "expiry": "05-25"}),
        (20, open_at(28, state=State.APPLIED), {"expiry": "05-25"}),
        (
            20,
            open_at(28, state=State.AWAITING_CONFIRMATION, deadline=dt.date(2027, 5, 20)),
            {"confirmation": "05-20", "expiry": "05-25"},
        ),
        (-3, dc.replace(IN_USE, state=State.EXPIRED), {"update": "05-02", "expiry": "05-25"}),
        (30, dc.replace(IN_USE, state=State.REVOKED), {}),
        (30, dc.replace(IN_USE, state=State.CANCELLED), {}),
        (
            200,
            dc.replace(booked(ORDER, "p/www/1"), deadline=dt.date(2026, 12, 7)),
            {"registration": "12-07"},
        ),
    ],
)
def test_an_order_has_every_deadline_that_can_still_be_met_or_missed(
    days: float, row: Application, deadlines: dict[str, str]
) -> None:
    assert days_of(entry_at(days, row)) == deadlines


def test_the_schema_and_the_pages_know_every_kind_of_deadline() -> None:
    root = pathlib.Path(__file__).resolve().parents[5]
    schema = json.loads((root / "docs" / "plan.schema.json").read_text(encoding="utf-8"))
    told = json.dumps(schema).split('"what": {"enum": ')[1].split("}")[0]
    assert set(json.loads(told)) == {what.value for what in What}
    for page in ("docs/status.md", "docs/ja/status.md"):
        text = (root / page).read_text(encoding="utf-8")
        assert [what.value for what in What if what is not What.EXPIRY and f"`{what}`" not in text] == []


def test_the_certificate_before_a_reissue_has_to_be_off_its_hosts_in_time() -> None:
    replaced = dc.replace(IN_USE.current, revoke_on=dt.date(2027, 2, 1)) if IN_USE.current else None
    row = dc.replace(certified(IN_USE, 2, issued_at=before_end(150, IN_USE)), previous=(replaced,))
    assert days_of(entry_at(140, row))["revocation"] == "02-01"


def test_a_successor_that_no_host_has_is_installed_before_the_end_of_what_it_replaces() -> None:
    row = certified(IN_USE, 2, issued_at=before_end(10, IN_USE), downloaded_at=None)
    assert days_of(entry_at(9.9, row))["installation"] == "05-24"


@pytest.mark.parametrize(
    ("days", "is_open"), [(28, True), (3, True), (0.1, True), (-0.1, True), (-2.9, True), (-3, False), (-150, False)]
)
@pytest.mark.parametrize("heard", [None, True, False])
def test_a_successor_of_which_no_host_was_heard_has_its_day_while_the_one_before_ends(
    days: float, is_open: bool, heard: bool | None
) -> None:
    """Without a memory nobody knows of any certificate that was installed: each is named for some days only."""
    row = certified(IN_USE, 2, issued_at=before_end(30, IN_USE))
    answers = [] if heard is None else [make_host_answer(ORDER, row, has=heard)]
    (entry,) = make_plan(
        (ORDER,), Observed(applications=(row,), as_of=before_end(days, IN_USE)), portfolio="p", memory=Memory(answers)
    ).entries
    day = "05-24" if (is_open if heard is None else not heard) else None
    assert (days_of(entry).get("installation"), entry.unconfirmed) == (day, heard is None)


def test_where_nothing_was_replaced_or_its_key_was_never_on_the_host_no_day_is_made_up() -> None:
    assert IN_USE.current is not None
    of_iij = dc.replace(IN_USE, current=dc.replace(IN_USE.current, csr_origin="service"))
    first, own = IN_USE, certified(of_iij, 2, issued_at=before_end(30, IN_USE))
    for row in (first, own):
        entry = entry_at(3, row)
        assert entry.unconfirmed and "installation" not in days_of(entry)
    untold = Observed(applications=(certified(IN_USE, 2, issued_at=before_end(30, IN_USE)),), as_of=None)
    (entry,) = make_plan((ORDER,), untold, portfolio="p").entries
    assert entry.unconfirmed and "installation" not in days_of(entry)


# What takes how long is ours: two days for a daily run, the lead of the level for the CA.
@pytest.mark.parametrize(
    ("days", "row", "late"),
    [
        (60, IN_USE, None),
        (28.5, IN_USE, None),
        (28.5, SHOWN, None),
        (27.5, SHOWN, ("order", 1, "group_admin")),
        (26, open_at(28), None),
        (24.9, open_at(28), ("register", 1, "service_admin")),
        (21.2, open_at(28), ("register", 4, "service_admin")),
        (13.1, open_at(28, state=State.APPLIED, registered_at=before_end(28, IN_USE)), None),
        (12.9, open_at(28, state=State.APPLIED, registered_at=before_end(28, IN_USE)), ("issue", 1, "ca")),
        (
            10.5,
            open_at(28, state=State.AWAITING_CONFIRMATION, registered_at=before_end(28, IN_USE)),
            ("issue", 3, "applicant"),
        ),
        # A desk that does not show when it was registered: at the latest when that had to be.
        (7.5, open_at(28, state=State.APPLIED), None),
        (6.5, open_at(28, state=State.APPLIED), ("issue", 1, "ca")),
    ],
)
def test_a_stage_is_late_when_it_should_be_over(
    days: float, row: Application, late: tuple[str, int, str] | None
) -> None:
    found = find_lateness(entry_at(days, row), before_end(days, IN_USE))
    assert (found and (found.stage.value, found.days, found.by)) == late


def test_an_order_that_no_run_renews_is_not_late_but_renewed_by_silence() -> None:
    entry = entry_at(27.1, order=SILENT)
    assert find_lateness(entry, before_end(27.1, IN_USE)) is None and days_of(entry)["renewal"] == "04-27"


@pytest.fixture
def folder() -> t.Iterator[pathlib.Path]:
    with tempfile.TemporaryDirectory(dir=shared_memory()) as made:
        yield pathlib.Path(made)


def status_of(life: Life, number: int, *, forgetful: bool = False) -> dict[str, t.Any]:
    """The status of a runner that has heard every host, unless it is forgetful."""
    prices = read_price_table({"sureserver_cloud": {"6 months": 30_000}})
    frame = Frame(portfolio="p", part=None, prices=prices, lang="en", made_at=START + number * DAY)
    plan = life.plan()
    heard = (entry for entry in plan.entries if entry.unconfirmed and not forgetful)
    lines = [make_host_answer(entry.order, entry.application, has=True) for entry in heard if entry.application]
    return describe_plan(life.plan(Memory(lines)), frame, planned=False)


def test_an_undisturbed_renewal_wakes_nobody_and_tells_three_events_at_most(folder: pathlib.Path) -> None:
    life = begin(9, folder)
    told: dict[str, int] = {}
    heard = collections.defaultdict(list)
    for number in range(500):
        life.day(number)
        status = status_of(life, number)
        found = find_news(status, told, thresholds=Thresholds(expiring=(30, 7, 1, 0), deadline=(7, 3, 1, 0)),
                     now=START + number * DAY)  # fmt: skip
        told = found.reported
        for event in found.events:
            heard[event["order"]].append((number, event["kind"]))
        notice = make_notice(status)
        assert notice is None, notice and notice.text
    assert len(life.desk.bought) > 20 and len(heard) == 9
    for events in heard.values():
        assert {kind for _number, kind in events} == {"waiting"}
        assert max(sum(first <= number < first + 60 for number, _kind in events) for first, _kind in events) <= 3


def test_a_runner_without_memory_names_each_renewed_certificate_for_a_few_days_and_no_longer(
    folder: pathlib.Path,
) -> None:
    life = begin(9, folder)
    lines: list[str] = []
    for number in range(500):
        life.day(number)
        notice = make_notice(status_of(life, number, forgetful=True))
        lines += [line for line in (notice.text if notice else "").splitlines() if line.startswith("- ")]
    renewed = sum(len(row.previous) for row in life.desk.list_applications())
    assert renewed <= len(lines) <= 7 * renewed


def test_what_silence_bought_was_shown_nine_days_before_by_name_day_and_yen(folder: pathlib.Path) -> None:
    bought = 0
    for seed in range(3):
        life = disturbed(seed, 4, folder)
        life.trouble.dead |= set(range(100, 250))  # no run for months; only the status is made
        shown: dict[str, tuple[int, str]] = {}
        for number in range(300):
            judged = len(life.desk.bought)
            life.day(number)
            for contract, certificate, by in life.desk.bought[judged:]:
                first, otherwise = shown[f"{contract} {certificate}"]
                if by == "silence" and first:  # what was begun before the first look could not be shown
                    assert number - first >= 9 and otherwise == "IIJ renews it by itself for 30,000 yen"
                    bought += 1
            for row in status_of(life, number)["orders"]:
                certificate = life.desk.by_id[row["contract_id"]].certificate_fingerprint
                for deadline in row["deadlines"]:
                    if deadline["what"] == "renewal":
                        shown.setdefault(f"{row['contract_id']} {certificate}", (number, deadline["otherwise"]))
        life.ledger.unlink(missing_ok=True)
    assert bought > 5
