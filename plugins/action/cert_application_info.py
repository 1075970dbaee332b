# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""Controller leg of cert_application_info; there is no host leg."""

from __future__ import annotations

import typing as t

from ..module_utils import _argspec
from ..plugin_utils._planning.observe import Listing
from ..plugin_utils._reports.document import describe_plan, describe_refusal
from ..plugin_utils._reports.pages import write_status
from ..plugin_utils._reports.rows import application_row, result_rows
from ..plugin_utils._reports.text import render_text
from ..plugin_utils._tasks.asked_orders import judge_asked_orders, read_today
from ..plugin_utils._tasks.imports import has_orders, import_orders
from ..plugin_utils._tasks.leg import Leg
from ..plugin_utils._tasks.planned import make_bare_frame, make_frame
from ..plugin_utils._tasks.status import look_at_orders

if t.TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from ..module_utils._argspec import ArgumentSpec
    from ..plugin_utils._complaints.complaints import Complaint
    from ..plugin_utils._desk.desk import Desk
    from ..plugin_utils._reports.rows import Row
    from ..plugin_utils._tasks.leg import Result
    from ..plugin_utils._values.observed import Application


class ActionModule(Leg):
    def make_spec(self) -> ArgumentSpec:
        return _argspec.cert_application_info()

    def report_refusal(self, message: str, complaints: tuple[Complaint, ...] = ()) -> None:
        frame = make_bare_frame(self.options, self.lang)
        self._report(describe_refusal(frame, complaints=complaints, error=message, planned=False))

    def control(self) -> Result:
        desk = self.open_desk()
        if not has_orders(self.options):
            wanted = self.options["contract_ids"]
            result = [app for app in desk.list_applications() if wanted is None or app.contract_id in wanted]
            rows = [application_row(application) for application in result]
            return {"applications": rows, **self._adopt(desk, result, taken=())}
        listing, judged = Listing(desk), judge_asked_orders(self.options, self.commands_of, today=read_today())
        look = look_at_orders(judged, self.options, desk, listing, lang=self.lang)
        plan, frame = look.plan, make_frame(self.options, self.lang, self.commands_of)
        document = describe_plan(plan, frame, planned=False, complaints=look.complaints, error=look.error)
        handed = self.hand_out(desk, plan, document)
        self._report(document)
        # An import tells what it has written; the plan after it shows the orders.
        if self.options["import_path"] is None:
            self.say(render_text(document, self.lang))
        applications = [entry.application for entry in plan.entries if entry.application]
        return {
            "applications": [application_row(application) for application in (*applications, *plan.unmanaged)],
            "orders": result_rows(document["orders"]),
            **handed,
            "counts": document["counts"],
            "verdict": document["verdict"],
            **({"complaints": document["complaints"]} if document["complaints"] else {}),
            **({"failed": True, "msg": look.error} if look.error else {}),
            **self._adopt(desk, plan.unmanaged, taken={entry.order.name for entry in plan.entries}),
        }

    def _adopt(self, desk: Desk, applications: Iterable[Application], *, taken: Collection[str]) -> Result:
        path, pretend = self.options["import_path"], self.check_mode
        return import_orders(desk, applications, path, taken=taken, pretend=pretend, say=self.say, lang=self.lang)

    def _report(self, document: Row) -> None:
        if self.options["reports_path"] is not None:
            write_status(document, self.options["reports_path"])
