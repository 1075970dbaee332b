# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""Controller leg of cert_application_info; there is no host leg."""

from __future__ import annotations

import typing as t

from ..module_utils import _argspec
from ..plugin_utils._planning.adoption import adopting_orders
from ..plugin_utils._planning.observe import Listing
from ..plugin_utils._reports.document import describe_plan, describe_refusal
from ..plugin_utils._reports.pages import write_status
from ..plugin_utils._reports.rows import application_row
from ..plugin_utils._reports.text import text
from ..plugin_utils._tasks.imports import ImportRefused, has_orders, write_import
from ..plugin_utils._tasks.leg import Leg

if t.TYPE_CHECKING:
    from ..module_utils._argspec import Spec
    from ..plugin_utils._complaints.complaints import Complaint
    from ..plugin_utils._reports.rows import Row
    from ..plugin_utils._tasks.leg import Result


class ActionModule(Leg):
    def spec(self) -> Spec:
        return _argspec.cert_application_info()

    def refused(self, told: str, complaints: tuple[Complaint, ...] = ()) -> None:
        self._report(
            describe_refusal(self.options["portfolio"], self.lang, complaints=complaints, error=told, planned=False)
        )

    def control(self) -> Result:
        desk = self.desk()
        if not has_orders(self.options):
            wanted = self.options["contract_ids"]
            found = [app for app in desk.applications() if wanted is None or app.contract_id in wanted]
            rows = [application_row(application) for application in found]
            return {"applications": rows, **self._adopting(adopting_orders(found, taken=()))}
        made = self.planned(desk, self.orders(), Listing(desk), offers=False)
        told = describe_plan(made, self.frame(), planned=False)
        self._report(told)
        self.say(text(told, self.lang))
        applications = [entry.application for entry in made.entries if entry.application]
        return {
            "applications": [application_row(application) for application in (*applications, *made.unmanaged)],
            "orders": told["orders"],
            "counts": made.counts(),
            **self._adopting(adopting_orders(made.unmanaged, taken={entry.order.name for entry in made.entries})),
        }

    def _adopting(self, orders: list[Row]) -> Result:
        try:
            changed = write_import(orders, self.options["import_path"], pretend=self.check_mode)
        except ImportRefused as refused:
            raise self.mistaken(refused.told) from None
        return {"changed": changed, "adopting_orders": orders}

    def _report(self, told: Row) -> None:
        if self.options["reports_path"] is not None:
            write_status(told, self.options["reports_path"])
