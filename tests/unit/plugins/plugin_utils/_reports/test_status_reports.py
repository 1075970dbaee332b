# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The status in files: sorted by what is due next, a calendar that calendars read, metrics that monitoring reads."""

from __future__ import annotations

import dataclasses as dc
import datetime as dt
import json
import pathlib
import typing as t

import icalendar
import jsonschema
import pytest
from ansible_collections.iij.server_certificate.plugins.plugin_utils._reports.calendar import render_calendar
from ansible_collections.iij.server_certificate.plugins.plugin_utils._reports.dates import (
    list_dates,
    list_passed_dates,
    sort_by_urgency,
)
from ansible_collections.iij.server_certificate.plugins.plugin_utils._reports.document import Frame, describe_refusal
from ansible_collections.iij.server_certificate.plugins.plugin_utils._reports.metrics import render_metrics
from ansible_collections.iij.server_certificate.plugins.plugin_utils._reports.pages import write_status
from ansible_collections.iij.server_certificate.plugins.plugin_utils._values.observed import State
from portfolios import MADE_AT
from prometheus_client.openmetrics.parser import text_string_to_metric_families
from statuses import ORDERS, a_status

if t.TYPE_CHECKING:
    from ansible_collections.iij.server_certificate.plugins.module_utils._core.phrases import Language

FRAME = Frame(portfolio="p", part=None, prices=None, lang="en", made_at=MADE_AT)
SCHEMA = pathlib.Path(__file__).resolve().parents[5] / "docs" / "plan.schema.json"
UTC = dt.UTC


def test_dates_are_those_that_still_concern_somebody_the_next_one_first() -> None:
    found = [(date.row["name"], str(date.kind), str(date.day)) for date in list_dates(a_status())]
    assert found == [
        ("old", "expiry", "2026-11-20"),  # ran out in use
        ("www", "deadline", "2026-11-21"),
        ("cdn", "deadline", "2026-12-06"),
        ("news", "expiry", "2026-12-10"),
        ("blog", "expiry", "2027-05-20"),
    ]


def test_a_deadline_has_passed_when_its_day_is_over_in_japan() -> None:
    (date,) = (date for date in list_dates(a_status()) if date.row["name"] == "www")
    assert date.moment == dt.datetime(2026, 11, 21, 15, tzinfo=UTC)
    told = a_status()
    row = next(row for row in told["orders"] if row["name"] == "www")
    assert list_passed_dates(row, {**told, "made_at": "2026-11-21T14:59:59Z"}) == ()
    over = {**told, "made_at": "2026-11-21T15:00:00Z"}
    assert list_passed_dates(row, over) == ("deadline",)
    assert list_passed_dates(row, over | {"as_of": "2026-11-21T14:59:59Z"}) == (), "the desk's clock counts"
    assert list_passed_dates(row, told | {"as_of": over["made_at"]}) == ("deadline",)


def test_an_order_to_be_cancelled_has_no_dates_left() -> None:
    gone = {"state": State.ISSUED, "not_after": dt.datetime(2026, 11, 30, tzinfo=UTC)}
    assert "gone" not in [date.row["name"] for date in list_dates(a_status(gone=gone))]


def test_orders_are_sorted_by_deadline_then_expiry() -> None:
    names = [row["name"] for row in sort_by_urgency(a_status())["orders"]]
    assert names == ["www", "cdn", "old", "news", "blog", "bank", "gone", "shop"]


def events(text: str) -> dict[str, t.Any]:
    """The events of a calendar by their UID, as a calendar program reads them."""
    read = icalendar.Calendar.from_ical(text)
    found = {str(event["UID"]): event for event in read.walk("VEVENT")}
    assert len(found) == len(read.walk("VEVENT"))
    assert not read.errors and not [event for event in found.values() if event.errors]
    return found


def test_a_calendar_program_reads_deadlines_and_expiries() -> None:
    found = events(render_calendar(a_status()))
    days = {uid: event["DTSTART"].dt for uid, event in found.items()}
    assert days == {
        "rsc00000017-expiry@iij.server_certificate": dt.date(2026, 11, 20),
        "rsc00000011-registration@iij.server_certificate": dt.date(2026, 11, 21),
        "rsc00000013-confirmation@iij.server_certificate": dt.date(2026, 12, 6),
        "rsc00000016-expiry@iij.server_certificate": dt.date(2026, 12, 10),
        "rsc00000012-expiry@iij.server_certificate": dt.date(2027, 5, 20),
    }
    asked = found["rsc00000013-confirmation@iij.server_certificate"]
    assert asked["DTSTAMP"].dt == dt.datetime(2026, 11, 22, 3, tzinfo=UTC)
    assert asked["SUMMARY"] == "Deadline: cdn (cdn.example.jp): answer the CA: right to the domain"
    assert "by: applicant" in asked["DESCRIPTION"] and "contract ID: rsc00000013" in asked["DESCRIPTION"]
    assert [alarm["TRIGGER"].dt.days for alarm in asked.walk("VALARM")] == [-7, -1]


def test_a_date_that_moves_keeps_its_event() -> None:
    moved = events(render_calendar(a_status(news={"not_after": dt.datetime(2027, 6, 10, tzinfo=UTC)})))
    assert moved.keys() == events(render_calendar(a_status())).keys()
    assert moved["rsc00000016-expiry@iij.server_certificate"]["DTSTART"].dt == dt.date(2027, 6, 10)


@pytest.mark.parametrize("lang", ["en", "ja"])
def test_words_of_the_desk_stay_words_in_a_calendar(lang: Language) -> None:
    told = a_status(lang=lang, cdn={"reason": "登録; 確認, \\済\r\nBEGIN:VALARM\x07" * 3})
    text = render_calendar(told)
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n")) and "\n" not in text.replace("\r\n", "")
    asked = events(text)["rsc00000013-confirmation@iij.server_certificate"]
    assert "登録; 確認, \\済\nBEGIN:VALARM" in asked["DESCRIPTION"]
    assert len(asked.walk("VALARM")) == 2
    assert asked["SUMMARY"].startswith({"en": "Deadline: cdn", "ja": "期限: cdn"}[lang])


def series(text: str) -> dict[tuple[str, str], float]:
    """Values by metric and its telling label, as a strict reader of OpenMetrics finds them."""
    found = {}
    for family in text_string_to_metric_families(text):
        assert family.type == "gauge" and family.documentation.endswith(".")
        for sample in family.samples:
            assert sample.labels.pop("portfolio") == "p"
            key = next(
                (sample.labels[name] for name in ("order", "state", "next_action_by") if name in sample.labels), ""
            )
            assert (sample.name, key) not in found
            found[sample.name.removeprefix("iij_certificate_"), key] = sample.value
    return found


def test_monitoring_reads_the_metrics() -> None:
    found = series(render_metrics(a_status()))
    assert {key: value for (name, key), value in found.items() if name == "expiry_timestamp_seconds"} == {
        "old": dt.datetime(2026, 11, 20, 3, tzinfo=UTC).timestamp(),
        "news": dt.datetime(2026, 12, 10, 3, tzinfo=UTC).timestamp(),
        "blog": dt.datetime(2027, 5, 20, 23, 59, 59, tzinfo=UTC).timestamp(),
    }
    assert found["deadline_timestamp_seconds", "cdn"] == dt.datetime(2026, 12, 6, 15, tzinfo=UTC).timestamp()
    assert found["orders_waiting", "applicant"] == 1 and found["orders_waiting", "service_admin"] == 0
    assert found["orders", "issued"] == found["orders", "planned"] == 1 and found["orders", "revoked"] == 0
    assert found["status_timestamp_seconds", ""] == dt.datetime(2026, 11, 22, 3, tzinfo=UTC).timestamp()
    assert found["unmanaged_applications", ""] == 0


def test_labels_hold_any_text_and_name_the_slice() -> None:
    told = a_status(part="2/5")
    next(row for row in told["orders"] if row["name"] == "news")["common_name"] = 'a"b\\c\nd'
    families = {family.name: family.samples for family in text_string_to_metric_families(render_metrics(told))}
    labels = [sample.labels for sample in families["iij_certificate_expiry_timestamp_seconds"]]
    assert {
        "portfolio": "p", "slice": "2/5", "order": "news", "common_name": 'a"b\\c\nd',
        "contract_id": "rsc00000016", "product": "quick_ssl",
    } in labels  # fmt: skip


@pytest.mark.parametrize("lang", ["en", "ja"])
def test_the_files_of_a_status(lang: Language, tmp_path: pathlib.Path) -> None:
    write_status(a_status(lang=lang), str(tmp_path / "new" / "folder"))
    files = {file.name: file.read_text(encoding="utf-8") for file in (tmp_path / "new" / "folder").iterdir()}
    pictures = ("timeline.html", "register.html", "register.csv")
    assert files.keys() == {f"status.{suffix}" for suffix in ("json", "md", "html", "ics", "prom", *pictures)}
    told = json.loads(files["status.json"])
    jsonschema.validate(told, json.loads(SCHEMA.read_text(encoding="utf-8")))
    assert [row["name"] for row in told["orders"]][:3] == ["www", "cdn", "old"]
    for name in ("status.md", "status.html"):
        assert (
            files[name].index("www.example.jp")
            < files[name].index("cdn.example.jp")
            < files[name].index("blog.example.jp")
        )
    assert files["status.html"].startswith("<!DOCTYPE html>") and files["status.md"].startswith("## ")
    assert files["status.html"].count({"en": "past", "ja": "超過"}[lang]) == 2
    for order in ORDERS:
        assert order.applicant
        for private in (*dc.asdict(order.applicant).values(), order.approval_email or "Web Operations"):
            assert not any(private in content for content in files.values())


def test_a_look_that_came_to_nothing_leaves_calendar_and_metrics_as_they_were(tmp_path: pathlib.Path) -> None:
    write_status(a_status(), str(tmp_path))
    kept = {name: (tmp_path / name).read_bytes() for name in ("status.ics", "status.prom", "status.register.csv")}
    write_status(describe_refusal(FRAME, error="the desk cannot be reached", planned=False), str(tmp_path))
    assert {name: (tmp_path / name).read_bytes() for name in kept} == kept
    for name in ("status.json", "status.md", "status.html"):
        assert "cannot be reached" in (tmp_path / name).read_text(encoding="utf-8")
