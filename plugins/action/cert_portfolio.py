# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""Controller leg of cert_portfolio; there is no host leg."""

from __future__ import annotations

import typing as t

from ..module_utils import _argspec
from ..plugin_utils._complaints.annotations import write_annotations
from ..plugin_utils._complaints.complaints import arranged, report
from ..plugin_utils._planning.observe import Listing
from ..plugin_utils._reports.document import describe_plan
from ..plugin_utils._tasks import contracts
from ..plugin_utils._tasks.asked_orders import complaints_of, judge_asked_orders, today
from ..plugin_utils._tasks.collecting import fetch_for_hosts, hand_on_certificates
from ..plugin_utils._tasks.compared import with_before
from ..plugin_utils._tasks.leg import Leg
from ..plugin_utils._tasks.planned import Held, frame_of, plan_orders
from ..plugin_utils._tasks.preparations import hand_on_preparations
from ..plugin_utils._tasks.run_reports import write_refusal, write_run_reports

if t.TYPE_CHECKING:
    from collections.abc import Collection

    from ..module_utils._argspec import ArgumentSpec
    from ..plugin_utils._complaints.complaints import Complaint
    from ..plugin_utils._desk.desk import Desk
    from ..plugin_utils._orders.portfolio import Judged
    from ..plugin_utils._planning.outcome import Outcome
    from ..plugin_utils._planning.plan import Plan
    from ..plugin_utils._tasks.leg import Result


class ActionModule(Leg):
    def spec(self) -> ArgumentSpec:
        return _argspec.cert_portfolio()

    def control(self) -> Result:
        if self.options["state"] == "checked":
            return self._checked()
        if self.options["missing"] is None:
            return self._contracts()
        hosts = fetch_for_hosts(self.options, self.options["missing"], self.open_desk(), lang=self.lang)
        return {"changed": False, "planned": False, "hosts": {"register": [], "collect": hosts}}

    def report_refusal(self, message: str, complaints: tuple[Complaint, ...] = ()) -> None:
        write_refusal(self.options, message, complaints, performed=self._performs, lang=self.lang)

    def _checked(self) -> Result:
        judged = self._judge()
        orders = judged.accepted(strict=self.options["strict"])
        if judged.complaints:
            self.say(report(judged.complaints, self.lang))
        return {"changed": False, "checked": len(orders), **complaints_of(judged.complaints, self.lang)}

    def _contracts(self) -> Result:
        desk, judged = self.open_desk(), self._judge()
        orders = judged.accepted(strict=self.options["strict"])
        frame = with_before(frame_of(self.options, self.lang, self.commands_of), self.options)
        held = Held(self.commands_of, self.warn)
        before = plan = plan_orders(self.options, desk, orders, Listing(desk), held=held)
        outcomes: tuple[Outcome, ...] = ()
        hosts, performs, state = self.inventory_hosts, self._performs, self.options["state"]
        past = contracts.guard_contracts(self.options, before, desk, frame=frame, performs=performs, inventory=hosts)
        warnings = arranged((*judged.complaints, *past))
        if performs and state == "applied" and contracts.contract_steps(before):
            # Imported late: Ansible recompiles collection code at every start, and most runs find nothing to do.
            from ..plugin_utils._tasks.spender import perform_plan

            plan, outcomes = perform_plan(self.options, desk, before, say=self.say, lang=self.lang)
        # What hosts have to prepare comes first; the task that buys tells the rest.
        goes_on = performs and state == "prepared" and before.changes() > 0
        planned, whole = goes_on or not performs, self.options["reports_path"] is not None
        failed = contracts.failures(outcomes)
        document = describe_plan(plan, frame, planned=planned, failed=failed, finished=whole, complaints=warnings)
        told = {"before": before, "outcomes": outcomes, "repair": self.options["repair"], "lang": self.lang}
        result = contracts.contract_result(document, plan, hosts, **told)
        # A plan is a look: only an apply, real or in check mode, reports a change.
        result["changed"] = result["changed"] and state in ("prepared", "applied") and not goes_on
        result.update(self._hand_on(plan, desk, held, hosts=result["hosts"]["collect"]))
        if goes_on:
            return result
        self.say(result["text"])
        return {**result, **write_run_reports(document, self.options, performed=performs)}

    def _hand_on(self, plan: Plan, desk: Desk, held: Held, *, hosts: Collection[str]) -> Result:
        """Hand hosts what the tasks after this one ask of them."""
        if self.options["state"] == "prepared":
            return {"look": hand_on_preparations(self.options, plan, held)}
        if self.options["state"] == "collected":
            return {"look": hand_on_certificates(self.options, plan, desk, held, hosts=hosts, lang=self.lang)}
        return {}

    @property
    def _performs(self) -> bool:
        return self.options["state"] in ("prepared", "applied") and not self.check_mode

    def _judge(self) -> Judged:
        judged = judge_asked_orders(self.options, today=today())
        path, form = self.options["complaints_path"], self.options["complaints_form"]
        write_annotations(judged.complaints, path, form=form, lang=self.lang)
        return judged
