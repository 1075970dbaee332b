# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A forecast from orders and a desk to its files, read by those who read such files."""

from __future__ import annotations

import collections
import csv
import dataclasses as dc
import datetime as dt
import html.parser
import io
import json
import pathlib
import typing as t

import icalendar
import jsonschema
import pytest
from ansible_collections.iij.server_certificate.plugins.plugin_utils._complaints.complaints import OptionsWrong
from ansible_collections.iij.server_certificate.plugins.plugin_utils._orders.files import read_inline
from ansible_collections.iij.server_certificate.plugins.plugin_utils._orders.portfolio import judge_orders
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.forecast import make_forecast
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.forewarnings import list_warnings
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.levers import list_levers
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.lineages import list_lineages
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.lives import Assumptions, Second
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.prices import read_price_table
from ansible_collections.iij.server_certificate.plugins.plugin_utils._reports.forecast_document import (
    describe_forecast,
    list_events,
)
from ansible_collections.iij.server_certificate.plugins.plugin_utils._reports.forecast_files import (
    render_forecast,
    write_forecast,
)
from ansible_collections.iij.server_certificate.plugins.plugin_utils._tasks.forecasting import (
    read_assumptions,
    read_last_day,
)
from ansible_collections.iij.server_certificate.plugins.plugin_utils._values.observed import Observed, State
from ansible_collections.iij.server_certificate.tests.unit.plugins.plugin_utils import portfolios

if t.TYPE_CHECKING:
    from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.forecast import Forecast

SCHEMA: t.Final = pathlib.Path(__file__).resolve().parents[5] / "docs" / "forecast.schema.json"
TODAY: t.Final = dt.date(2026, 12, 1)
LAST: t.Final = dt.date(2029, 12, 31)
NOON: t.Final = dt.datetime(2026, 12, 1, 3, tzinfo=dt.UTC)
PRICES: t.Final = read_price_table(
    {"sureserver_cloud": {"6 months": 30_000, "1 year": 50_000}, "quick_ssl": {"6 months": 9_000}}
)


def made_forecast(**assumed: t.Any) -> Forecast:
    """An order in use, a new one, a key made by the service, and a contract that nobody names."""
    service = {**portfolios.OV, "name": "by-iij", "common_name": "by-iij.example.jp", "csr_origin": "service"}
    del service["key"]
    rows = portfolios.apart([portfolios.OV, portfolios.DV, service])
    orders = judge_orders(read_inline(rows), day=TODAY).orders
    by_name = {order.name: order for order in orders}
    in_use = {
        "state": State.ISSUED,
        "issued_at": dt.datetime(2026, 11, 2, 3, tzinfo=dt.UTC),
        "not_after": dt.datetime(2027, 5, 3, 14, 59, tzinfo=dt.UTC),
    }
    seen = [
        dc.replace(portfolios.booked(by_name["www"], "default/www/1", number=1), **in_use),
        dc.replace(portfolios.booked(by_name["by-iij"], "default/by-iij/1", number=2), **in_use),
        dc.replace(
            portfolios.booked(by_name["www"], "elsewhere/old/1", number=3), common_name="old.example.jp", **in_use
        ),
        dc.replace(
            portfolios.booked(by_name["www"], None, number=5), common_name="unknown.example.jp", term=None, **in_use
        ),
        dc.replace(portfolios.booked(by_name["www"], "elsewhere/gone/1", number=4), state=State.CANCELLED),
    ]
    assumptions = Assumptions(**assumed)
    lineages, left_out = list_lineages(
        orders, Observed(applications=tuple(seen)), portfolio="default", prices=PRICES, assumptions=assumptions
    )
    assert left_out == ("rsc00000005",)
    return make_forecast(lineages, today=TODAY, until=LAST, assumptions=assumptions)


def document_of(made: Forecast, lang: t.Any = "en") -> dict[str, t.Any]:
    return describe_forecast(
        made, list_levers(made, PRICES), list_warnings(made), portfolio="default", lang=lang, made_at=NOON,
        desk_asked=True, priced=True,
    )  # fmt: skip


def test_every_contract_that_goes_on_is_in_it_and_no_other():
    made = made_forecast()
    assert {row.name: (row.managed, row.contract_id) for row in made.lineages} == {
        "blog": (True, None),
        "by-iij": (True, "rsc00000002"),
        "www": (True, "rsc00000001"),
        "rsc00000003": (False, "rsc00000003"),
    }
    told = document_of(made)
    jsonschema.validate(told, json.loads(SCHEMA.read_text(encoding="utf-8")))
    assert {warning["id"] for warning in told["warnings"]} >= {"unmanaged", "keys_by_hand", "shorter_lives"}


def test_contracts_that_are_not_in_it_are_named():
    made = made_forecast()
    document = describe_forecast(
        made, (), (), portfolio="default", lang="en", made_at=NOON, desk_asked=True, priced=True,
        left_out=("rsc00000005",),
    )  # fmt: skip
    assert "Contracts that are not in it: 1." in render_forecast(document, "en")
    assert "rsc00000005" in render_forecast(document, "ja")


def test_sums_are_those_of_the_events():
    made = made_forecast()
    told, events = document_of(made), list(list_events(made))
    by_kind = collections.Counter(row["event"] for row in events)
    assert {name: count for name, count in told["total"]["counts"].items() if count and name != "host_swap"} == by_kind
    assert sum(row["yen"] or 0 for row in events) == told["total"]["yen"]
    assert (
        told["total"]["yen"] == sum(row["yen"] for row in told["quarters"]) == sum(row["yen"] for row in told["years"])
    )
    for row in told["quarters"]:
        year, quarter = row["quarter"].split("-Q")
        months = {f"{year}-{month:02}" for month in range(3 * int(quarter) - 2, 3 * int(quarter) + 1)}
        inside = [event for event in events if event["day"][:7] in months]
        assert row["counts"]["certificate"] == sum(event["event"] == "certificate" for event in inside)


def test_free_certificates_inside_a_period_cost_less():
    paid, free = made_forecast(), made_forecast(second=Second.FREE)
    assert free.total.yen == paid.least.yen < paid.total.yen
    assert free.total.counts["continuation"] > 0


@pytest.mark.parametrize("lang", ["en", "ja"])
def test_its_files_are_read_by_their_readers(lang: t.Any, tmp_path: pathlib.Path):
    made = made_forecast()
    document, events = document_of(made, lang), list(list_events(made))
    write_forecast(document, events, str(tmp_path))
    assert json.loads((tmp_path / "forecast.json").read_text(encoding="utf-8")) == document

    raw = (tmp_path / "forecast.csv").read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    head, *rows = csv.reader(io.StringIO(raw.decode("utf-8-sig"), newline=""))
    assert head[0] == {"en": "day", "ja": "日付"}[lang]
    assert [row[0] for row in rows] == [event["day"] for event in events]

    calendar = icalendar.Calendar.from_ical((tmp_path / "forecast.ics").read_bytes())
    entries = list(calendar.walk("VEVENT"))
    assert entries
    assert len({str(entry["uid"]) for entry in entries}) == len(entries)
    assert all(TODAY <= entry.decoded("dtstart") <= dt.date(2028, 1, 1) for entry in entries)

    page = (tmp_path / "forecast.html").read_text(encoding="utf-8")
    assert f'<html lang="{lang}">' in page
    tags = read_tags(page)
    assert {"svg", "table", "rect"} <= {name for name, _attributes in tags}
    assert not {"script", "img", "link", "iframe"} & {name for name, _attributes in tags}
    assert not [value for _name, attributes in tags for key, value in attributes if key in ("src", "href")]
    assert render_forecast(document, lang).count("\n") > len(document["quarters"])


def read_tags(page: str) -> list[tuple[str, list[tuple[str, str | None]]]]:
    found = []

    class Reader(html.parser.HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            found.append((tag, attrs))

    Reader().feed(page)
    return found


def test_no_cell_of_the_spreadsheet_is_a_formula(tmp_path: pathlib.Path):
    made = made_forecast()
    events = [{**row, "common_name": "=1+2"} for row in list_events(made)]
    write_forecast(document_of(made), events, str(tmp_path))
    assert ",'=1+2," in (tmp_path / "forecast.csv").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ({"secnd": "paid"}, "secnd"),
        ({"second": "perhaps"}, "paid, free, none"),
        ({"anchor": 3}, "certificate, period"),
        ({"lead": {"XV": 3}}, "XV"),
        ({"lead": {"EV": -1}}, "-1"),
        ({"lead": [1]}, "[1]"),
        ({"late_registration": "yes"}, "yes"),
    ],
)
def test_assumptions_that_cannot_be_are_refused(written: dict[str, t.Any], told: str):
    with pytest.raises(OptionsWrong) as refused:
        read_assumptions(written)
    assert told in refused.value.message.en


def test_what_is_left_out_is_as_by_default():
    assert read_assumptions({"lead": {"EV": 30}}).lead == {"DV": 7, "OV": 14, "EV": 30}
    assert read_assumptions(None) == Assumptions()
    assert read_last_day(None, today=TODAY) == LAST
    assert read_last_day(None, today=dt.date(2029, 1, 1)) == dt.date(2032, 1, 1)


@pytest.mark.parametrize("text", ["2026-11-30", "2999-01-01", "soon", "2027-13-01"])
def test_a_last_day_that_cannot_be_is_refused(text: str):
    with pytest.raises(OptionsWrong):
        read_last_day(text, today=TODAY)


def test_a_lever_whose_prices_are_missing_is_not_said_to_change_nothing() -> None:
    """A term of one year for クイック認証SSL has no price here, and more or fewer yen are all that it changes."""
    made = made_forecast()
    text = render_forecast(document_of(made), "en")
    assert "term 1 year in place of 6 months (3 orders): yen not known, since prices are missing" in text
    assert "changes nothing" not in text
