# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Row "forecast of 10,000 orders to 2029-12-31": the forecast with levers, warnings and document, against the check of
the same orders.

Prints one JSON row. Both sides run in one process, in turns; the smallest CPU time of each counts.
"""

from __future__ import annotations

import datetime as dt
import json
import pathlib
import sys
import tempfile
import typing as t

import check_orders
from ansible_collections.iij.server_certificate.plugins.plugin_utils._orders.portfolio import judge_order_files
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning import lives
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.forecast import make_forecast
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.forewarnings import list_warnings
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.levers import list_levers
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.lineages import list_lineages
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.prices import read_price_table
from ansible_collections.iij.server_certificate.plugins.plugin_utils._reports.forecast_document import describe_forecast
from ansible_collections.iij.server_certificate.plugins.plugin_utils._values.observed import (
    Application,
    Observed,
    State,
)
from served import write_orders

if t.TYPE_CHECKING:
    from ansible_collections.iij.server_certificate.plugins.plugin_utils._values.order import Order

TARGET, ROUNDS = 1.5, 3
TODAY, LAST = dt.date(2026, 12, 1), dt.date(2029, 12, 31)
FIRST_ISSUE = dt.datetime(2026, 6, 1, 3, tzinfo=dt.UTC)
PRICES = read_price_table({"sureserver_cloud": {"6 months": 30_000, "1 year": 50_000}})


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        write_orders(pathlib.Path(folder), check_orders.ORDERS)
        orders = judge_order_files(folder, check_orders.PLAIN, day=check_orders.DAY).accept()
        observed = Observed(applications=tuple(issued(order, number) for number, order in enumerate(orders)))
        ours, theirs = [], []
        for _round in range(ROUNDS):
            theirs.append(check_orders.timed(lambda: check_orders.check(folder)))
            lives._walk.cache_clear()
            ours.append(check_orders.timed(lambda: reckon(orders, observed)))
    ratio = min(ours) / min(theirs)
    row = {
        "name": "forecast of 10,000 orders to 2029-12-31",
        "ratio": round(ratio, 3),
        "target": TARGET,
        "ok": ratio <= TARGET,
    }
    print(json.dumps({**row, "seconds": round(min(ours), 2), "held_against_seconds": round(min(theirs), 2)}))
    return 0


def issued(order: Order, number: int) -> Application:
    """The contract of an order, issued on one of 180 days."""
    since = FIRST_ISSUE + dt.timedelta(days=number * 180 // check_orders.ORDERS)
    return Application(
        contract_id=f"rsc{number + 1:08}",
        client_reference=order.client_reference("default"),
        customer_code=order.customer_code,
        common_name=order.common_name,
        product=order.product.id,
        term=order.term,
        usage=order.usage.value,
        linked_contract_id=None,
        linked_service=None,
        state=State.ISSUED,
        issued_at=since,
        not_before=since,
        not_after=since + dt.timedelta(days=199),
    )


def reckon(orders: tuple[Order, ...], observed: Observed) -> None:
    assumed = lives.Assumptions()
    lineages, _left_out = list_lineages(orders, observed, portfolio="default", prices=PRICES, assumptions=assumed)
    made = make_forecast(lineages, today=TODAY, until=LAST, assumptions=assumed)
    document = describe_forecast(
        made, list_levers(made, PRICES), list_warnings(made), portfolio="default", lang="en",
        made_at=FIRST_ISSUE, desk_asked=True, priced=True,
    )  # fmt: skip
    if document["lineages"]["managed"] != check_orders.ORDERS:
        sys.exit("the forecast leaves orders out")


if __name__ == "__main__":
    sys.exit(main())
