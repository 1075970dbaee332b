# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A forecast counts the money that the plan of the same day spends, and what silence spends; nothing else."""

from __future__ import annotations

import dataclasses as dc
import datetime as dt
import typing as t

import pytest
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.forecast import make_forecast
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.lineages import list_lineages
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.lives import Assumptions
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.observe import observe
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.plan import make_plan
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.prices import read_price_table
from ansible_collections.iij.server_certificate.plugins.plugin_utils._values.observed import Renewal
from ansible_collections.iij.server_certificate.plugins.plugin_utils._values.order import RenewalPolicy, RenewedBy
from ansible_collections.iij.server_certificate.tests.contract import sample_orders as sample

if t.TYPE_CHECKING:
    from ansible_collections.iij.server_certificate.plugins.plugin_utils._desk.api.adapter import ApiDesk
    from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.forecast import Forecast
    from ansible_collections.iij.server_certificate.plugins.plugin_utils._values.observed import Observed
    from ansible_collections.iij.server_certificate.plugins.plugin_utils._values.order import Order
    from ansible_collections.iij.server_certificate.tests.contract.desk_process import DeskControl

START: t.Final = dt.datetime(2026, 12, 1, 3, tzinfo=dt.UTC)
DAY: t.Final = dt.timedelta(days=1)
PRICES: t.Final = read_price_table({
    "sureserver_cloud": {"6 months": 30_000, "1 year": 50_000, "link_change": 5_000},
    "secure_server_id_cloud": {"6 months": 40_000, "link_change": 5_000},
})  # fmt: skip
PATHS: t.Final = {"certificate": "/etc/pki/www.pem"}


@pytest.fixture(autouse=True)
def begin(desk: DeskControl) -> None:
    desk.set_clock(START)


def reckon(observed: Observed, *orders: Order, until: dt.date = dt.date(2027, 12, 31)) -> Forecast:
    assumptions = Assumptions()
    lineages, _left_out = list_lineages(
        orders, observed, portfolio="default", prices=PRICES, assumptions=assumptions, spread=False
    )
    assert observed.as_of is not None
    return make_forecast(lineages, today=observed.as_of.date(), until=until, assumptions=assumptions)


def silent_of(forecast: Forecast, contract_id: str) -> int:
    (lineage,) = (lineage for lineage in forecast.lineages if lineage.contract_id == contract_id)
    return sum(day.what == "silent_renewal" for day in forecast.days[lineage.name])


def buy(desk: DeskControl, api: ApiDesk, order: Order, reference: str) -> t.Any:
    application = api.place(order, reference)
    api.register(application, order, None)
    desk.ca_work()
    return application


@pytest.mark.parametrize(
    ("days", "silent"),
    [
        (100, 0),
        (42, 0),
        (30, 1),
        (10, 0),
    ],  # days before its certificate ends; the new one takes 14, silence comes at 26
)
def test_what_an_order_replaces_is_renewed_no_more_once_the_new_one_is_in_use(
    desk: DeskControl, api: ApiDesk, days: int, silent: int
) -> None:
    old = buy(desk, api, sample.order(), "default/www/1")
    (shown,) = observe(api, (), portfolio="default").applications
    desk.set_clock(shown.not_after - days * DAY)
    new = sample.target_order(generation=2, replaces=old.contract_id, install=PATHS)
    alone = reckon(observe(api, (), portfolio="default"))
    assert silent_of(alone, old.contract_id) > 1, "without an order it goes on"
    forecast = reckon(observe(api, (new,), portfolio="default"), new)
    assert silent_of(forecast, old.contract_id) == silent
    assert forecast.total.counts.get("gap", 0) == 0, "the new one is there"


def test_what_no_run_of_ours_cancels_goes_on_until_somebody_does(desk: DeskControl, api: ApiDesk) -> None:
    old = buy(desk, api, sample.order(), "default/www/1")
    by_people = sample.order(generation=2, replaces=old.contract_id)  # nobody tells when it is in use
    assert silent_of(reckon(observe(api, (by_people,), portfolio="default"), by_people), old.contract_id) > 1
    new = sample.target_order(generation=2, replaces=old.contract_id, install=PATHS)
    offline = dc.replace(observe(api, (new,), portfolio="default"), changes_online=False)
    assert silent_of(reckon(offline, new), old.contract_id) > 1


@pytest.mark.parametrize("offered", [(), ("1 year",), ("6 months",), ("6 months", "1 year")])
def test_a_term_that_the_desk_does_not_offer_is_renewed_by_silence(
    desk: DeskControl, api: ApiDesk, offered: tuple[str, ...]
) -> None:
    wish = RenewalPolicy(when=RenewedBy.WINDOW, term="1 year")
    order = dc.replace(sample.target_order(install=PATHS), renewal=wish)
    buy(desk, api, sample.order(), "default/www/1")
    (shown,) = observe(api, (order,), portfolio="default").applications
    desk.set_clock(shown.not_after - 28 * DAY)
    observed = observe(api, (order,), portfolio="default")
    (shown,) = observed.applications
    assert shown.renewal is not None
    renewal: Renewal = dc.replace(shown.renewal, terms=offered)
    observed = dc.replace(observed, applications=(dc.replace(shown, renewal=renewal),))
    plan = make_plan((order,), observed, portfolio="default", spread=False)
    first = reckon(observed, order, until=(shown.not_after - 25 * DAY).date())
    planned = [step.value for _entry, step in plan.list_steps() if step.value == "renew"]
    assert first.total.counts.get("renewal", 0) == len(planned) == (offered != ("6 months",))
    assert first.total.yen == (50_000 if planned else 30_000)


def test_a_link_change_costs_in_the_forecast_what_it_costs_in_the_plan(desk: DeskControl, api: ApiDesk) -> None:
    buy(desk, api, sample.linked_order(), "default/cdn/1")
    desk.advance(9)
    wish = {"service": "managed_waf_link", "contract_id": "rmw00000001", "was": "rga00000001"}
    order = sample.linked_order(linked_contract=wish)
    observed = observe(api, (order,), portfolio="default")
    assert PRICES is not None and observed.as_of is not None
    cost = PRICES.sum_cost(make_plan((order,), observed, portfolio="default"))
    forecast = reckon(observed, order, until=(observed.as_of + 10 * DAY).date())
    assert forecast.total.yen == cost.total == 5_000
    assert forecast.total.counts == {"link_change": 1}
    (app,) = observed.applications
    done = dc.replace(observed, applications=(dc.replace(app, linked_contract_id="rmw00000001"),))
    assert reckon(done, order, until=(observed.as_of + 10 * DAY).date()).total.yen == 0
