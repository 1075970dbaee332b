# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""Controller leg of cert_portfolio; there is no host leg."""

from __future__ import annotations

import pathlib
import typing as t

from ..module_utils import _argspec
from ..plugin_utils._annotations import annotated
from ..plugin_utils._complaints import report
from ..plugin_utils._contracts import contract_result, guard_new_orders, perform_contracts, progress_line
from ..plugin_utils._leg import Leg
from ..plugin_utils._quotes import quote_new_orders

if t.TYPE_CHECKING:
    from ..module_utils._argspec import Spec
    from ..plugin_utils._complaints import Complaint
    from ..plugin_utils._leg import Result
    from ..plugin_utils._order import Order
    from ..plugin_utils._perform import Outcome


class ActionModule(Leg):
    def spec(self) -> Spec:
        return _argspec.cert_portfolio()

    def one_of(self) -> list[list[str]]:
        return _argspec.EITHER_ORDERS

    def control(self) -> Result:
        found = self.judged()
        self._write(found.complaints)
        orders = found.accepted(strict=self.options["strict"])
        told = [complaint.as_dict(self.lang) for complaint in found.complaints]
        warned = {"complaints": told} if told else {}
        if self.options["state"] == "checked":
            if told:
                self.say(report(found.complaints, self.lang))
            return {"changed": False, "checked": len(orders), **warned}
        return {**self._contracts(orders), **warned}

    def _contracts(self, orders: tuple[Order, ...]) -> Result:
        desk = self.desk()
        applied = self.options["state"] == "applied"
        before = made = self.planned(desk, orders)
        outcomes: tuple[Outcome, ...] = ()
        if self.options["quote"] and (self.check_mode or not applied):
            quote_new_orders(before, desk)
        if applied:
            guard_new_orders(before, allowed=self.options["max_new_orders"])
        perform = applied and not self.check_mode
        if perform:
            performer = self.performer(desk, lambda outcome: self.say(progress_line(outcome, lang=self.lang)))
            made, outcomes = perform_contracts(before, performer)
        result = contract_result(made, before=before, outcomes=outcomes, planned=not perform, lang=self.lang)
        self.say(result["text"])
        # A plan is a look: only an apply, real or in check mode, reports a change.
        return {**result, "changed": result["changed"] and applied}

    def _write(self, complaints: tuple[Complaint, ...]) -> None:
        path = self.options["complaints_path"]
        if path:
            written = annotated(complaints, form=self.options["complaints_form"], lang=self.lang)
            pathlib.Path(path).write_text(written, encoding="utf-8")
