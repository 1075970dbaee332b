# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A calendar of one's own: read from a file, judged whole, and in force by the day of issue."""

from __future__ import annotations

import datetime as dt
import json
import pathlib
import re

import pytest
from rehearsal_desk.rules.calendars import PUBLISHED, BadCalendar, Calendar, in_force, read_calendars

ROW = {"since": "2029-03-15", "notice": 20, "addresses": 17, "opens": 16, "order_by": 12, "update_by": 8}


def of_file(*rows: object) -> str:
    return "[\n" + ",\n".join(json.dumps(row) for row in rows) + "\n]\n"


def mistakes(text: str) -> list[tuple[int, str]]:
    with pytest.raises(BadCalendar) as refused:
        read_calendars(text)
    assert all(wording.ja != wording and not wording.ja.isascii() for _line, wording in refused.value.mistakes)
    return [(line, str(wording)) for line, wording in refused.value.mistakes]


def test_each_row_counts_from_its_day_on() -> None:
    later = {**ROW, "since": "2030-01-01", "notice": 18}
    calendars = read_calendars(of_file(ROW, later))
    assert calendars[0] == Calendar(
        since=dt.date(2029, 3, 15), notice=20, addresses=17, opens=16, order_by=12, update_by=8
    )
    days = ["2029-03-14", "2029-03-15", "2029-12-31", "2030-01-01"]
    assert [in_force(calendars, dt.date.fromisoformat(day)).notice for day in days] == [35, 20, 20, 18]
    assert in_force((), dt.date(2026, 11, 28)) is PUBLISHED


def test_all_mistakes_are_told_at_once_each_with_its_line() -> None:
    text = of_file(
        ROW,
        {**ROW, "opens": 12, "grace": 3},
        {**ROW, "since": "15.3.2029", "notice": "20", "update_by": True},
        [16, 12],
    )
    assert mistakes(text) == [
        (3, "There is no field 'grace'."),
        (3, "opens (12) comes before order_by (12), so it has more days."),
        (3, "2029-03-15 does not come after 2029-03-15."),
        (4, 'since is a day, such as "2027-03-15".'),
        (4, "notice is a number of days from 1 to 397."),
        (4, "update_by is a number of days from 1 to 397."),
        (5, "A row is one object in braces."),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", (1, "The file is a JSON list, and begins with [.")),
        ("{}", (1, "The file is a JSON list, and begins with [.")),
        ("[]", (1, "There is no row.")),
        ("[\n\n{,}]", (3, "This is not JSON.")),
        ("[\n" + "[" * 100_000, (2, "This is not JSON.")),
        (of_file(ROW).replace("]", ""), (4, "A comma or ] is missing.")),
        (of_file(ROW) + "\nmore", (5, "Nothing comes after the list.")),
        (of_file(ROW).replace('"notice"', '"opens"'), (2, "opens is there twice.")),
        (of_file(ROW).replace("20,", "35e400,"), (2, "notice is a number of days from 1 to 397.")),
        (of_file({**ROW, "addresses": 21}), (2, "notice (20) comes before addresses (21), so it has more days.")),
        (of_file({**ROW, "update_by": 12}), (2, "order_by (12) comes before update_by (12), so it has more days.")),
    ],
)
def test_what_is_no_calendar(text: str, told: tuple[int, str]) -> None:
    assert told in mistakes(text)


def test_notice_and_addresses_may_fall_on_the_opening() -> None:
    (calendar,) = read_calendars(of_file({**ROW, "notice": 16, "addresses": 16}))
    assert (calendar.notice, calendar.addresses, calendar.opens) == (16, 16, 16)


def test_the_example_of_the_page_is_a_calendar() -> None:
    page = pathlib.Path(__file__).parents[2].joinpath("README.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"```text\n(\[\n.*?)```", page, flags=re.DOTALL)
    assert len(read_calendars(example)) == 2
