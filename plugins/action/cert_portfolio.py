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
from ..plugin_utils._tasks.compared import with_before
from ..plugin_utils._tasks.leg import Leg
from ..plugin_utils._tasks.planned import Held, frame_of, plan_orders
from ..plugin_utils._tasks.run_reports import write_refusal, write_run_reports

if t.TYPE_CHECKING:
    from ..module_utils._argspec import ArgumentSpec
    from ..plugin_utils._complaints.complaints import Complaint
    from ..plugin_utils._orders.portfolio import Judged
    from ..plugin_utils._planning.outcome import Outcome
    from ..plugin_utils._tasks.leg import Result


class ActionModule(Leg):
    def spec(self) -> ArgumentSpec:
        return _argspec.cert_portfolio()

    def control(self) -> Result:
        return self._checked() if self.options["state"] == "checked" else self._contracts()

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
        hosts, performs = self.inventory_hosts, self._performs
        past = contracts.guard_contracts(self.options, before, desk, frame=frame, performs=performs, inventory=hosts)
        warnings = arranged((*judged.complaints, *past))
        if performs and contracts.contract_steps(before):
            # Imported late: Ansible recompiles collection code at every start, and most runs find nothing to do.
            from ..plugin_utils._tasks.spender import perform_plan

            plan, outcomes = perform_plan(self.options, desk, before, say=self.say, lang=self.lang)
        failed, whole = contracts.failures(outcomes), self.options["reports_path"] is not None
        document = describe_plan(plan, frame, planned=not performs, failed=failed, finished=whole, complaints=warnings)
        handed = self.hand_out(desk, plan, document, stopped=bool(failed))
        result = contracts.contract_result(document, plan, hosts, before=before, outcomes=outcomes, lang=self.lang)
        self.say(result["text"])
        # A plan is a look: only an apply, real or in check mode, reports a change; people change nothing within a task.
        result["changed"] = result["changed"] and self.options["state"] == "applied" and not desk.by_people
        return {**result, **handed, **write_run_reports(document, self.options, performed=performs)}

    @property
    def _performs(self) -> bool:
        return self.options["state"] == "applied" and not self.check_mode

    def _judge(self) -> Judged:
        judged = judge_asked_orders(self.options, today=today())
        path, form = self.options["complaints_path"], self.options["complaints_form"]
        write_annotations(judged.complaints, path, form=form, lang=self.lang)
        return judged
