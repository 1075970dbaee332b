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
from ..plugin_utils._tasks.looks import read_work, write_answer
from ..plugin_utils._tasks.memory_file import remember_registrations
from ..plugin_utils._tasks.planned import Held, plan_orders
from ..plugin_utils._tasks.preparations import read_csrs
from ..plugin_utils._tasks.registrations import (
    answer_of,
    csrs_by_name,
    host_orders,
    preparation_result,
    ready,
    registration_result,
    to_register,
)

if t.TYPE_CHECKING:
    from ..module_utils._argspec import ArgumentSpec
    from ..plugin_utils._desk.desk import Desk
    from ..plugin_utils._planning.outcome import Outcome
    from ..plugin_utils._planning.plan import Entry
    from ..plugin_utils._tasks.leg import Result


class ActionModule(Leg):
    def spec(self) -> ArgumentSpec:
        return _argspec.csr_register()

    def control(self) -> Result:
        return self._prepare() if self.options["state"] == "prepared" else self._register()

    def _prepare(self) -> Result:
        """Make keys and CSRs alone, for orders that may not be bought yet; the answer is left for the task that buys."""
        work = read_work(self.options, self.inventory_host)
        entries = work.entries if work else self._look(planned=True)[1]
        leg = self._ask_host(entries)
        if _is_lost(leg):
            return leg
        if not self.check_mode:
            write_answer(self.options, answer_of(self.inventory_host, leg))
        return preparation_result(entries, leg, planned=self.check_mode)

    def _register(self) -> Result:
        desk, entries = self._look(planned=self.check_mode)
        # With the answers of all hosts at hand nothing is left to be made here.
        leg = {} if self.options["look"] else self._ask_host(entries)
        if _is_lost(leg):
            return leg
        csrs = csrs_by_name(entries, leg) | (read_csrs(self.options, entries) if self.options["look"] else {})
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

    def _look(self, *, planned: bool) -> tuple[Desk, tuple[Entry, ...]]:
        """The orders of this host, or with the hosts' answers of all hosts, that wait for their registration."""
        desk = self.open_desk()
        listing = Listing(desk)
        orders = accept_asked_orders(self.options)
        plan = plan_orders(self.options, desk, orders, listing, offers=False, held=Held(self.commands_of, self.warn))
        everybody = self.options["look"] and self.options["state"] == "registered"
        names = {order.name for order in orders} if everybody else names_of_host(orders, self.inventory_host)
        return desk, to_register(plan, names, planned=planned)

    def _ask_host(self, entries: tuple[Entry, ...]) -> Result:
        asked = host_orders(entries)
        return self.run_on_host("orders", asked) if asked else {}


def _is_lost(leg: Result) -> bool:
    return bool(leg.get("unreachable") or (leg.get("failed") and "failures" not in leg))
