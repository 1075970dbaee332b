# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""Controller leg of csr_register: what is to be registered, the host's keys and CSRs, the registration at the desk."""

from __future__ import annotations

import typing as t

from ..module_utils import _argspec
from ..plugin_utils._planning.observe import Listing
from ..plugin_utils._tasks.asked_orders import accept_asked_orders, names_of_host
from ..plugin_utils._tasks.leg import Leg
from ..plugin_utils._tasks.memory_file import remember_registrations
from ..plugin_utils._tasks.planned import Held, plan_orders
from ..plugin_utils._tasks.registrations import csrs_by_name, host_orders, ready, registration_result, to_register

if t.TYPE_CHECKING:
    from ..module_utils._argspec import ArgumentSpec
    from ..plugin_utils._planning.outcome import Outcome
    from ..plugin_utils._tasks.leg import Result


class ActionModule(Leg):
    def spec(self) -> ArgumentSpec:
        return _argspec.csr_register()

    def control(self) -> Result:
        desk = self.open_desk()
        listing = Listing(desk)
        orders = accept_asked_orders(self.options)
        plan = plan_orders(self.options, desk, orders, listing, offers=False, held=Held(self.commands_of, self.warn))
        entries = to_register(plan, names_of_host(orders, self.inventory_host), planned=self.check_mode)
        asked = host_orders(entries)
        leg = self.run_on_host("orders", asked) if asked else {}
        if leg.get("unreachable") or (leg.get("failed") and "failures" not in leg):
            return leg
        csrs = csrs_by_name(entries, leg)
        todo = () if self.check_mode else ready(entries, csrs)
        outcomes: tuple[Outcome, ...] = ()
        if todo:
            # Imported late: Ansible recompiles collection code at every start, and most runs find nothing to do.
            from ..plugin_utils._tasks.spender import make_performer

            performer = make_performer(self.options, desk, len(todo), say=self.say_of_host, lang=self.lang)
            outcomes = performer.perform_registrations(todo, csrs)
        warnings = remember_registrations(self.options, outcomes, lang=self.lang)
        result = registration_result(entries, leg, outcomes, planned=self.check_mode, lang=self.lang)
        return {**result, "warnings": warnings} if warnings else result
