# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""Controller leg of cert_application; there is no host leg."""

from __future__ import annotations

import dataclasses as dc
import typing as t

from ..module_utils import _argspec
from ..module_utils._core.phrases import Phrase, translate
from ..plugin_utils._guards.hosts import require_hosts
from ..plugin_utils._reports.document import describe_plan
from ..plugin_utils._reports.rows import result_rows
from ..plugin_utils._reports.text import list_warnings
from ..plugin_utils._tasks.asked_orders import accept_asked_orders
from ..plugin_utils._tasks.contracts import count_contract_steps, list_failures, make_contract_result
from ..plugin_utils._tasks.left_out import list_left_to_people, list_waiting
from ..plugin_utils._tasks.leg import Leg
from ..plugin_utils._tasks.planned import make_frame, plan_orders

if t.TYPE_CHECKING:
    from ..module_utils._argspec import ArgumentSpec
    from ..plugin_utils._planning.outcome import Outcome
    from ..plugin_utils._tasks.leg import Result

# Its sheet would take the place of the one with the work of all orders.
_BY_PEOPLE: t.Final = Phrase(
    "{0}: nothing is done by this task, since people are the desk (desk=by_hand), and it writes no work sheet. Put the "
    "order into an order file: cert_portfolio (plan.yml, apply.yml) writes the work sheet",
    "{0}: desk=by_hand では手作業で行うため、このタスクでは何も行わず、作業票も作成しません。"
    "オーダーをオーダーファイルに書いてください。作業票は cert_portfolio (plan.yml、apply.yml) が作成します",
)


class ActionModule(Leg):
    def make_spec(self) -> ArgumentSpec:
        return _argspec.cert_application()

    def control(self) -> Result:
        options = {**self.options, "orders": [self.options["order"]]}
        orders = accept_asked_orders(options, self.commands_of)
        desk = self.open_desk()
        before = plan = plan_orders(options, desk, orders)
        require_hosts(before, self.inventory_hosts)
        outcomes: tuple[Outcome, ...] = ()
        if not self.check_mode and not desk.by_people and count_contract_steps(before):
            # Imported late: Ansible recompiles collection code at every start, and most runs find nothing to do.
            from ..plugin_utils._spending.turns import take_turn
            from ..plugin_utils._tasks.spender import find_ledger_path, perform_plan

            with take_turn(find_ledger_path(options), lambda wait: self.say_of_host(translate(wait, self.lang))):
                # The tasks of other hosts have looked at the same time: an order of theirs may be the same purchase.
                before = plan_orders(options, desk, orders)
                plan, outcomes = perform_plan(options, desk, before, say=self.say, lang=self.lang)
        frame = make_frame(options, self.lang, self.commands_of)
        # A single order has no portfolio around it: no counts, and what other orders have is not unmanaged.
        plan = dc.replace(plan, unmanaged=())
        document = describe_plan(plan, frame, planned=self.check_mode, failed=list_failures(outcomes))
        result = make_contract_result(document, plan, self.inventory_hosts, before=before, outcomes=outcomes)
        (row,) = result_rows(document["orders"])
        # Nobody else may ever look: what silence will do, what an order lacks and what only people can do is told here.
        warnings = [*list_warnings(document, self.lang), *list_waiting(plan, self.lang)]
        if desk.by_people:
            result["changed"] = False  # people change nothing within a task
            warnings += [
                translate(_BY_PEOPLE.filled(entry.order.name), self.lang) for entry in list_left_to_people(plan)
            ]
        return {key: value for key, value in result.items() if key in _KEPT} | {
            "application": row,
            "warnings": warnings,
        }


_KEPT = ("changed", "planned", "diff", "failed", "msg")
