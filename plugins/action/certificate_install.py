# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""Controller leg of certificate_install: asks the host what it lacks, fetches that from the desk, hands it over."""

from __future__ import annotations

import typing as t

from ..module_utils import _argspec
from ..plugin_utils._planning.observe import Listing
from ..plugin_utils._tasks.fingerprints import fetch_missing_fingerprints
from ..plugin_utils._tasks.installations import (
    fetch_certificates,
    host_orders,
    installation_result,
    to_install,
    verdicts,
)
from ..plugin_utils._tasks.leg import Leg

if t.TYPE_CHECKING:
    from ..module_utils._argspec import Spec
    from ..plugin_utils._tasks.leg import Result


class ActionModule(Leg):
    def spec(self) -> Spec:
        return _argspec.certificate_install()

    def one_of(self) -> list[list[str]]:
        return _argspec.EITHER_ORDERS

    def control(self) -> Result:
        desk = self.desk()
        listing = Listing(desk)
        orders = self.orders()
        entries = to_install(self.planned(desk, orders, listing, offers=False), self.orders_of_this_host(orders))
        if not entries:
            return installation_result([], [], planned=self.check_mode)
        entries, fetched_before, failures = fetch_missing_fingerprints(entries, desk, lang=self.lang)
        given = {**fetched_before, **(self.options["certificates"] or {})}
        commands = self.commands()
        first = self.leg_with(host_orders(entries, commands), certificates=given)
        if first.get("unreachable") or (first.get("failed") and "failures" not in first):
            return first
        missing = first.get("missing", [])
        legs = [first]
        if missing and not self.check_mode:
            certificates, refused = fetch_certificates(entries, missing, desk, lang=self.lang)
            failures = [*failures, *refused]
            handed = [order for order in host_orders(entries, commands) if order["name"] in certificates]
            legs += [self.leg_with(handed, certificates=certificates)] if handed else []
        unproved = {name for leg in legs for name in leg.get("unproved", ())}
        if unproved:
            waiting = [order for order in host_orders(entries, commands) if order["name"] in unproved]
            legs.append(self.leg_with(waiting, served=verdicts(entries, unproved)))
        return installation_result(legs, failures, planned=self.check_mode)

    def leg_with(self, orders: list[dict[str, t.Any]], **more: t.Any) -> Result:
        return self.host_leg({**self.handed_over(orders), "orders": orders, **more})
