# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""Controller leg of cert_portfolio; there is no host leg."""

from __future__ import annotations

import typing as t

from ..module_utils import _argspec
from ..module_utils._core.phrases import Phrase, translate
from ..plugin_utils._complaints.annotations import write_annotations
from ..plugin_utils._complaints.complaints import OptionsWrong, report
from ..plugin_utils._tasks.asked_orders import judge_asked_orders, list_complaints, note_asked_orders, read_today
from ..plugin_utils._tasks.leg import Leg
from ..plugin_utils._tasks.portfolio_run import fetch_missing, run_contracts
from ..plugin_utils._tasks.run_reports import write_refusal

if t.TYPE_CHECKING:
    from ..module_utils._argspec import ArgumentSpec
    from ..plugin_utils._complaints.complaints import Complaint
    from ..plugin_utils._orders.portfolio import Judged
    from ..plugin_utils._tasks.leg import Result


_NO_MISTAKES = Phrase(
    "orders without mistakes: {0}\nNext: plan.yml compares them with the desk.",
    "誤りのないオーダー: {0}\n次の操作: 窓口との比較は plan.yml",
)

_MISSING = Phrase(
    "missing works only with state=collected; with state={0} the task would fetch certificates and do nothing else",
    "missing は state=collected と一緒に指定してください。state={0} では、証明書の取得以外は何も行われません",
)


class ActionModule(Leg):
    def make_spec(self) -> ArgumentSpec:
        return _argspec.cert_portfolio()

    def control(self) -> Result:
        if self.options["missing"] is not None and self.options["state"] != "collected":
            raise OptionsWrong(_MISSING.filled(self.options["state"]))
        if self.options["state"] == "checked":
            return self._checked()
        if self.options["state"] == "forecast":
            # Imported late: Ansible recompiles collection code at every start, and few runs look that far ahead.
            from ..plugin_utils._tasks.forecasting import run_forecast

            return run_forecast(self, self._judge)
        if self.options["missing"] is not None:
            return fetch_missing(self)
        return run_contracts(self, self._judge, performs=self._performs)

    def report_refusal(self, message: str, complaints: tuple[Complaint, ...] = ()) -> None:
        write_refusal(self.options, message, complaints, performed=self._performs, lang=self.lang)

    def _checked(self) -> Result:
        judged = self._judge()
        orders = judged.accept(strict=self.options["strict"])
        message = (*judged.complaints, *note_asked_orders(orders, self.options))
        if message:
            self.say(report(message, self.lang))
        self.say(translate(_NO_MISTAKES, self.lang).format(len(orders)))
        return {"changed": False, "checked": len(orders), **list_complaints(message, self.lang)}

    @property
    def _performs(self) -> bool:
        return self.options["state"] in ("prepared", "applied") and not self.check_mode

    def _judge(self) -> Judged:
        judged = judge_asked_orders(self.options, self.commands_of, today=read_today())
        path, form = self.options["complaints_path"], self.options["complaints_form"]
        write_annotations(judged.complaints, path, form=form, lang=self.lang)
        return judged
