# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""Controller leg of cert_portfolio; there is no host leg."""

from __future__ import annotations

import typing as t

from ..module_utils import _argspec
from ..plugin_utils._complaints.annotations import write_annotations
from ..plugin_utils._complaints.complaints import report
from ..plugin_utils._planning.observe import Listing
from ..plugin_utils._reports.document import describe_plan, describe_refusal
from ..plugin_utils._tasks.contracts import contract_result, contract_steps, failures, perform_contracts
from ..plugin_utils._tasks.leg import Leg

if t.TYPE_CHECKING:
    from ..module_utils._argspec import Spec
    from ..plugin_utils._complaints.complaints import Complaint
    from ..plugin_utils._orders.portfolio import Judged
    from ..plugin_utils._planning.outcome import Outcome
    from ..plugin_utils._reports.rows import Row
    from ..plugin_utils._tasks.leg import Result
    from ..plugin_utils._values.order import Order


class ActionModule(Leg):
    def spec(self) -> Spec:
        return _argspec.cert_portfolio()

    def one_of(self) -> list[list[str]]:
        return _argspec.EITHER_ORDERS

    def control(self) -> Result:
        return self._checked() if self.options["state"] == "checked" else self._contracts()

    def refused(self, told: str, complaints: tuple[Complaint, ...] = ()) -> None:
        self._report(describe_refusal(self.options["portfolio"], self.lang, complaints=complaints, error=told))

    def _checked(self) -> Result:
        found = self.judged()
        orders, warned = self._accepted(found)
        if warned:
            self.say(report(found.complaints, self.lang))
        return {"changed": False, "checked": len(orders), **warned}

    def _contracts(self) -> Result:
        frame, applies = self.frame(), self.options["state"] == "applied"
        desk = self.desk()
        listing = Listing(desk)
        orders, warned = self._accepted(self.judged())
        before = made = self.planned(desk, orders, listing)
        outcomes: tuple[Outcome, ...] = ()
        self.guard(before, desk)
        if self.performs and (steps := contract_steps(before)):
            made, outcomes = perform_contracts(before, self.performer(desk, steps))
        failed, whole = failures(outcomes), self.options["reports_path"] is not None
        told = describe_plan(made, frame, planned=not self.performs, failed=failed, finished=whole)
        self._report(told)
        result = contract_result(told, made, before=before, outcomes=outcomes, lang=self.lang)
        self.say(result["text"])
        # A plan is a look: only an apply, real or in check mode, reports a change.
        return {**result, "changed": result["changed"] and applies, **warned}

    def _accepted(self, found: Judged) -> tuple[tuple[Order, ...], Result]:
        """The orders, and the warnings about them as they stand in the result."""
        write_annotations(
            found.complaints, self.options["complaints_path"], form=self.options["complaints_form"], lang=self.lang
        )
        told = [complaint.as_dict(self.lang) for complaint in found.complaints]
        return found.accepted(strict=self.options["strict"]), {"complaints": told} if told else {}

    def _report(self, told: Row) -> None:
        if self.options["reports_path"] is not None:
            # Imported where it is used: Ansible compiles a collection's code anew at every start.
            from ..plugin_utils._reports.pages import write_reports

            head = {"ledger_head": self.ledger().read_head()} if self.performs else {}
            write_reports({**told, **head}, self.options["reports_path"], name="apply" if self.performs else "plan")
