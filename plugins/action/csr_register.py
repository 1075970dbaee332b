# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""Controller leg of csr_register: what is to be registered, the host's keys and CSRs, the registration at the desk."""

from __future__ import annotations

import typing as t

from ..module_utils import _argspec
from ..plugin_utils._planning.observe import Listing
from ..plugin_utils._tasks.leg import Leg
from ..plugin_utils._tasks.registrations import csrs_by_name, host_orders, ready, registration_result, to_register

if t.TYPE_CHECKING:
    from ..module_utils._argspec import Spec
    from ..plugin_utils._tasks.leg import Result


class ActionModule(Leg):
    def spec(self) -> Spec:
        return _argspec.csr_register()

    def one_of(self) -> list[list[str]]:
        return _argspec.EITHER_ORDERS

    def control(self) -> Result:
        desk = self.desk()
        listing = Listing(desk)
        orders = self.orders()
        made = self.planned(desk, orders, listing, offers=False)
        entries = to_register(made, self.orders_of_this_host(orders), planned=self.check_mode)
        asked = host_orders(entries)
        leg = self.host_leg({**self.handed_over(asked), "orders": asked}) if asked else {}
        if leg.get("unreachable") or (leg.get("failed") and "failures" not in leg):
            return leg
        csrs = csrs_by_name(entries, leg)
        todo = () if self.check_mode else ready(entries, csrs)
        outcomes = self.performer(desk, len(todo)).perform_registrations(todo, csrs) if todo else ()
        return registration_result(entries, leg, outcomes, planned=self.check_mode, lang=self.lang)
