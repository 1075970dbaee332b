# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Each date is told once for every threshold, everything else once; what was renewed is reported by its own date."""

from __future__ import annotations

import datetime as dt
import re
import typing as t

import pytest
from ansible_collections.iij.server_certificate.plugins.plugin_utils._reports.dates import alert_days
from ansible_collections.iij.server_certificate.plugins.plugin_utils._reports.events import News, Thresholds, find_news
from ansible_collections.iij.server_certificate.plugins.plugin_utils._values.observed import State
from statuses import a_status

THRESHOLDS = Thresholds(expiring=(30, 7, 0), deadline=(7, 1))
EXPIRY = dt.datetime(2026, 12, 10, 3, tzinfo=dt.UTC)


def look(told: dict[str, int], *, days_left: float, **changes: dict[str, t.Any]) -> News:
    """A look so many days before the order `news` expires."""
    now = EXPIRY - dt.timedelta(days=days_left)
    return find_news(a_status(**changes), told, thresholds=THRESHOLDS, now=now)


def told_of(found: News, order: str = "news") -> list[tuple[str, int | None]]:
    return [(event["kind"], event.get("threshold_days")) for event in found.events if event["order"] == order]


def test_each_threshold_is_told_once() -> None:
    told: dict[str, int] = {}
    heard = []
    for days_left in (31, 30, 29, 8, 7, 6.9, 1, 0, -1, -100):
        found = look(told, days_left=days_left)
        told = found.reported
        heard.append(told_of(found))
    assert heard == [[], [("expiring", 30)], [], [], [("expiring", 7)], [], [], [("expiring", 0)], [], []]


def test_who_looks_late_is_told_once_and_not_of_every_threshold_missed() -> None:
    found = look({}, days_left=3)
    assert told_of(found) == [("expiring", 7)] and told_of(look(found.reported, days_left=3)) == []


def test_a_renewed_certificate_is_told_of_again_and_what_it_replaced_never() -> None:
    found = look({}, days_left=3)
    renewed = {"not_after": EXPIRY + dt.timedelta(days=180)}
    after = look(found.reported, days_left=3, news=renewed)
    assert told_of(after) == [] and told_of(look(after.reported, days_left=-100, news=renewed)) == []
    assert told_of(look(after.reported, days_left=-170, news=renewed)) == [("expiring", 30)]


def test_a_renewed_certificate_that_is_short_is_told_of_at_once() -> None:
    found = look({}, days_left=3)
    short = {"not_after": EXPIRY + dt.timedelta(days=20)}
    assert told_of(look(found.reported, days_left=3, news=short)) == [("expiring", 30)]


@pytest.mark.parametrize("begin", ["{{", "{%", "{#", "{{{{", "{{%"])
def test_no_word_of_an_event_is_a_template(begin: str) -> None:
    """Rule engines hand an event to playbooks as an extra variable, and Ansible renders those: lookups run commands."""
    words = f"{begin} lookup('pipe', 'id') }}}}"
    rejected = {"news": {"state": State.REJECTED, "reason": words}}
    reasons = [one["reason"] for one in look({}, days_left=100, **rejected).events if one["order"] == "news"]
    assert reasons and all("lookup('pipe', 'id')" in reason for reason in reasons)
    assert not any(re.search(r"\{[{%#]", reason) for reason in reasons)


def row_of(life: float, *, phase: str | None = None, state: str | None = None) -> dict[str, t.Any]:
    renewal = None if phase is None else {"phase": phase, "state": state}
    begin = EXPIRY - dt.timedelta(days=life)
    return {"not_before": begin.isoformat(), "not_after": EXPIRY.isoformat(), "renewal": renewal}


@pytest.mark.parametrize(
    ("row", "days"),
    [
        (row_of(199), 30),
        (row_of(46), 46 / 3),
        ({**row_of(199), "not_before": None}, 30),
        (row_of(199, phase="open"), 26),
        (row_of(199, phase="cancelled"), 30),
        (row_of(199, phase="renewed", state="applied"), 12),
        (row_of(46, phase="renewed", state="applied"), 12),
        (row_of(46, phase="open"), 46 / 3),
    ],
)
def test_an_expiry_is_worth_an_alert_when_its_renewal_is_late(row: dict[str, t.Any], days: float) -> None:
    assert alert_days(row) == pytest.approx(days)


def test_a_short_life_is_told_of_in_its_last_third() -> None:
    short = {"not_before": EXPIRY - dt.timedelta(days=45)}
    assert told_of(look({}, days_left=15.5, news=short)) == []
    assert told_of(look({}, days_left=14.9, news=short)) == [("expiring", 30)]


def test_a_deadline_is_told_with_who_has_to_act() -> None:
    found = look({}, days_left=4.1)
    (event,) = (event for event in found.events if (event["order"], event["kind"]) == ("cdn", "deadline"))
    assert (event["threshold_days"], event["days_left"], event["next_action_by"]) == (1, 0, "applicant")


def test_waiting_is_told_when_it_begins_and_when_it_is_for_something_else() -> None:
    found = look({}, days_left=18)
    assert ("waiting", None) in told_of(found, "cdn")
    assert told_of(look(found.reported, days_left=17), "cdn") == []
    other = {"next_action": "wait_for_ca", "next_action_by": "ca", "deadline": None}
    assert told_of(look(found.reported, days_left=17, cdn=other), "cdn") == [("waiting", None)]


def test_an_application_that_was_lost_is_told_once_and_what_was_cancelled_on_purpose_never() -> None:
    found = look({}, days_left=18)
    assert told_of(found, "bank") == [("rejected", None)] and told_of(found, "gone") == []
    assert told_of(found, "old") == [("expiring", 0)]
    assert told_of(look(found.reported, days_left=17), "bank") == []
    assert told_of(look(found.reported, days_left=17, bank={"state": State.WITHDRAWN}), "bank") == [("withdrawn", None)]


def test_what_is_over_is_forgotten() -> None:
    found = look({}, days_left=18)
    done = {"state": State.ISSUED, "deadline": None, "not_after": EXPIRY + dt.timedelta(days=300)}
    after = look(found.reported, days_left=17, cdn=done)
    assert [subject for subject in found.reported if "p/cdn" in subject] and not [
        s for s in after.reported if "p/cdn" in s
    ]


def test_who_cannot_see_says_so_once_a_day_and_forgets_nothing() -> None:
    found = look({}, days_left=18)
    now = EXPIRY - dt.timedelta(days=17)
    blind = {**a_status(), "orders": [], "silent": [], "error": "the desk cannot be reached"}
    after = find_news(blind, found.reported, thresholds=THRESHOLDS, now=now)
    (event,) = after.events
    assert (event["kind"], event["what"], event["reason"]) == ("unreadable", "all", "the desk cannot be reached")
    assert find_news(blind, after.reported, thresholds=THRESHOLDS, now=now).events == ()
    seen = look(after.reported, days_left=17)
    assert seen.events == (), "what was told before is not told again once it can be seen"
    assert find_news(blind, seen.reported, thresholds=THRESHOLDS, now=now).events == (), "nor the same day's failure"
    (again,) = find_news(blind, seen.reported, thresholds=THRESHOLDS, now=now + dt.timedelta(days=1)).events
    assert again["kind"] == "unreadable"


def test_orders_without_a_mistake_are_told_of_beside_those_that_cannot_be_seen() -> None:
    found = find_news({**a_status(), "error": "mistakes: 1"}, {}, thresholds=THRESHOLDS, now=EXPIRY)
    assert ("expiring", 0) in told_of(found) and found.events[-1]["what"] == "orders"
