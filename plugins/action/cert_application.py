# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""Controller leg of cert_application; there is no host leg."""

from __future__ import annotations

import typing as t

from ..module_utils import _argspec
from ..plugin_utils._orders.files import read_inline
from ..plugin_utils._orders.portfolio import judge_orders
from ..plugin_utils._reports.document import describe_plan
from ..plugin_utils._tasks.contracts import contract_result, contract_steps, failures, perform_contracts
from ..plugin_utils._tasks.leg import Leg, today

if t.TYPE_CHECKING:
    from ..module_utils._argspec import Spec
    from ..plugin_utils._planning.outcome import Outcome
    from ..plugin_utils._tasks.leg import Result


class ActionModule(Leg):
    def spec(self) -> Spec:
        return _argspec.cert_application()

    def control(self) -> Result:
        orders = judge_orders(read_inline([self.options["order"]]), day=today(), commands=self.commands()).accepted()
        desk = self.desk()
        before = made = self.planned(desk, orders)
        outcomes: tuple[Outcome, ...] = ()
        if not self.check_mode:
            made, outcomes = perform_contracts(before, self.performer(desk, contract_steps(before)))
        told = describe_plan(made, self.frame(), planned=self.check_mode, failed=failures(outcomes))
        result = contract_result(told, made, before=before, outcomes=outcomes, lang=self.lang)
        (row,) = told["orders"]
        return {key: value for key, value in result.items() if key in _KEPT} | {"application": row}


# A single order has no portfolio around it: no counts, no unmanaged applications.
_KEPT = ("changed", "planned", "diff", "failed", "msg")
