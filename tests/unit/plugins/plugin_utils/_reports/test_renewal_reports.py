# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What people and programs see of renewals, and of what silence will do, before it does."""

from __future__ import annotations

import dataclasses as dc
import datetime as dt
import json
import pathlib
import typing as t

import jsonschema
import pytest
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.plan import make_plan
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.prices import read_price_table
from ansible_collections.iij.server_certificate.plugins.plugin_utils._reports.calendar import render_calendar
from ansible_collections.iij.server_certificate.plugins.plugin_utils._reports.document import Frame, describe_plan
from ansible_collections.iij.server_certificate.plugins.plugin_utils._reports.events import Thresholds, find_news
from ansible_collections.iij.server_certificate.plugins.plugin_utils._reports.metrics import render_metrics
from ansible_collections.iij.server_certificate.plugins.plugin_utils._reports.text import render_text
from ansible_collections.iij.server_certificate.plugins.plugin_utils._values.observed import (
    Application,
    Observed,
    State,
)
from portfolios import OV, before_end, booked, certified, portfolio, renewal

if t.TYPE_CHECKING:
    from ansible_collections.iij.server_certificate.plugins.module_utils._core.phrases import Language

SCHEMA = pathlib.Path(__file__).resolve().parents[5] / "docs" / "plan.schema.json"
API = OV | {"name": "api", "common_name": "api.example.jp"}
ORDERS = portfolio(OV | {"renewal": {"when": "window"}}, API)
WWW = certified(booked(ORDERS[0], "p/www/1"))
SILENT = certified(booked(ORDERS[1], "p/api/1", number=4))
STRAY = dc.replace(SILENT, contract_id="rsc00000009", client_reference=None, common_name="old.example.jp")
PRICES = read_price_table({"sureserver_cloud": {"6 months": 30_000}})


def document(days: float, *rows: Application, lang: Language = "en", priced: bool = True) -> dict[str, t.Any]:
    moment = before_end(days, WWW)
    rows = rows or (WWW, SILENT, STRAY)
    plan = make_plan(ORDERS, Observed(applications=rows, as_of=moment), portfolio="p", spread=False)
    frame = Frame(portfolio="p", part=None, prices=PRICES if priced else None, lang=lang, made_at=moment)
    found = describe_plan(plan, frame, planned=True)
    jsonschema.validate(found, json.loads(SCHEMA.read_text(encoding="utf-8")))
    return found


def lines(days: float, *rows: Application, sign: str = "", **more: t.Any) -> list[str]:
    told = render_text(document(days, *rows, **more), more.get("lang", "en"))
    return [line for line in told.splitlines() if line.startswith(sign)]


def test_a_plan_names_renewal_silence_and_what_no_order_names_with_days_and_yen() -> None:
    told = lines(28)
    assert (
        "~ www: renew rsc00000001 (SureServer for クラウド, 6 months) before 2027-04-28: 30,000 yen; the certificate "
        "in use is valid until 2027-05-25"
    ) in told
    assert (
        "! api: IIJ renews rsc00000004 by itself on 2027-04-28 (30,000 yen), unless it is ordered or cancelled before; "
        "CSR and information are wanted before 2027-05-03"
    ) in told
    assert (
        "! unmanaged: rsc00000009 old.example.jp, no order names it: IIJ renews it by itself on 2027-04-28 "
        "(30,000 yen). Write an order for it before, or cancel it in a browser"
    ) in told
    assert "price of new orders and renewals: 30,000 yen; renewed by IIJ itself within 35 days: 60,000 yen" in told


def test_what_no_order_names_says_its_day_and_yen_however_far_away() -> None:
    (told, _of_hosts) = lines(150, sign="?")
    assert told == (
        "? unmanaged: rsc00000009 old.example.jp, no order names it: IIJ renews it by itself on 2027-04-28 "
        "(30,000 yen). Write an order for it before, or cancel it in a browser"
    )
    decided = dc.replace(STRAY, state=State.CANCELLED)
    assert "by itself" not in "".join(lines(150, WWW, SILENT, decided, sign="?"))
    (row,) = document(150)["unmanaged"]
    assert row["silent"] == {"day": "2027-04-28", "yen": 30_000}


def test_the_same_in_japanese() -> None:
    told = "\n".join(lines(28, lang="ja"))
    for words in (
        "2027-04-28 より前に更新: 30,000円",
        "2027-04-28 にIIJ側で自動更新されます (30,000円)",
        "管理外: rsc00000009",
    ):
        assert words in told


def test_without_a_price_table_days_are_told_all_the_same() -> None:
    assert any("by itself on 2027-04-28," in line for line in lines(34, sign="!", priced=False))


@pytest.mark.parametrize(
    ("opened_by", "words"), [("silence", "by IIJ, since nobody had decided"), (None, "past these files")]
)
def test_a_renewal_of_others_is_told_with_its_origin(opened_by: str | None, words: str) -> None:
    open_one = dc.replace(WWW, procedure=renewal(WWW.certificate_fingerprint, None, opened_by=opened_by))
    (line,) = lines(25, open_one, SILENT, sign="=")
    assert words in line


def row_at(days: float, **procedure: t.Any) -> dict[str, t.Any]:
    row = dc.replace(WWW, procedure=renewal(WWW.certificate_fingerprint, None, **procedure)) if procedure else WWW
    return next(one for one in document(days, row, SILENT)["orders"] if one["name"] == "www")


# What is asked of whom, by which last whole day in Japan.
@pytest.mark.parametrize(
    ("days", "procedure", "standing", "action", "by", "until"),
    [
        (28, {}, "to_renew", "renew it", "group_admin", "2027-04-27"),
        (25, {"state": State.AWAITING_REGISTRATION}, "to_register", "register CSR", "service_admin", "2027-05-02"),
        (20, {"state": State.APPLIED}, "waiting", "wait: the CA", "ca", None),
        (19, {"state": State.AWAITING_CONFIRMATION, "confirmations": ("domain",)}, "waiting", "answer the CA: right",
         "applicant", None),
        (19, {"state": State.AWAITING_CONFIRMATION}, "waiting", "answer what the CA asks", "applicant", None),
        (18, {"state": State.REJECTED, "reason": "no such company"}, "to_register", "correct what the CA rejects",
         "service_admin", "2027-05-02"),
    ],
)  # fmt: skip
def test_every_stage_has_its_next_action_actor_and_last_day(
    days: float, procedure: dict[str, t.Any], standing: str, action: str, by: str, until: str | None
) -> None:
    row = row_at(days, **procedure)
    assert (row["standing"], row["next_action_by"], row["deadline"]) == (standing, by, until)
    assert row["next_action"].startswith(action)


def test_the_row_has_the_days_of_the_window() -> None:
    assert row_at(100)["renewal"] == {
        "phase": "resting", "state": None, "opened_by": None, "term": "6 months", "notice_on": "2027-04-20",
        "opens_on": "2027-04-26", "order_by": "2027-04-28", "update_by": "2027-05-03",
    }  # fmt: skip


def test_silence_is_in_the_calendar_and_in_the_metrics() -> None:
    told = document(34, WWW, SILENT, STRAY)
    calendar = render_calendar(told)
    assert calendar.count("-silent@iij.server_certificate") == 2 and "DTSTART;VALUE=DATE:20270428" in calendar
    series = [line for line in render_metrics(told).splitlines() if line.startswith("iij_certificate_silent_renewal")]
    assert len(series) == 2 and any('order="rsc00000009"' in line for line in series)


def test_silence_is_an_event_nine_four_and_one_days_before() -> None:
    thresholds = Thresholds(expiring=(), deadline=())
    told: dict[str, int] = {}
    heard: list[tuple[str, int]] = []
    for days in range(40, 26, -1):
        moment = before_end(days, WWW) + dt.timedelta(hours=1)
        found = find_news(document(days - 1 / 24, WWW, SILENT, STRAY), told, thresholds=thresholds, now=moment)
        heard += [(e["order"], e["threshold_days"]) for e in found.events if e["kind"] == "silent_renewal"]
        told = found.reported
    # The calendar's day 26, a day earlier as nobody tells the hour: 8 days after the notice.
    assert sorted(heard) == [
        ("api", 1),
        ("api", 4),
        ("api", 9),
        ("rsc00000009", 1),
        ("rsc00000009", 4),
        ("rsc00000009", 9),
    ]


def test_the_moments_of_a_desk_that_shows_days_are_right_and_so_are_its_days() -> None:
    """The portal shows the day of an expiry: its midnight in Japan is nine hours before that of UTC."""
    midnight = dt.datetime(2027, 5, 28, tzinfo=dt.timezone(dt.timedelta(hours=9)))
    row = dc.replace(SILENT, current=None, not_after=midnight, not_before=None)
    plan = make_plan(ORDERS[1:], Observed(applications=(row,), as_of=before_end(30, row)), portfolio="p")
    frame = Frame(portfolio="p", part=None, prices=None, lang="en", made_at=before_end(30, row))
    found = describe_plan(plan, frame, planned=True)
    jsonschema.validate(found, json.loads(SCHEMA.read_text(encoding="utf-8")))
    (order,) = found["orders"]
    assert dt.datetime.fromisoformat(order["not_after"]) == midnight
    assert "  2027-05-28  " in render_text(found, "en")
    (silent,) = found["silent"]
    window = plan.entries[0].track.window if plan.entries[0].track else None
    assert window is not None and dt.datetime.fromisoformat(silent["at"]) == window.order_by
    alerts = {deadline["what"]: dt.datetime.fromisoformat(deadline["alert_at"]) for deadline in order["deadlines"]}
    assert midnight - dt.timedelta(days=40) < alerts["expiry"]
    assert all(moment.time() == dt.time(15) for moment in alerts.values()), "midnight in Japan"
