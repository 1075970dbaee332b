# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""Controller leg of offline_form; there is no host leg."""

from __future__ import annotations

import typing as t

from ..module_utils import _argspec
from ..module_utils._core.phrases import Phrase
from ..plugin_utils._complaints.complaints import OptionsWrong
from ..plugin_utils._reports.offline_forms import write_linked_service_email, write_paper_order
from ..plugin_utils._tasks.asked_orders import accept_asked_orders
from ..plugin_utils._tasks.leg import Leg

if t.TYPE_CHECKING:
    from ..module_utils._argspec import ArgumentSpec
    from ..plugin_utils._tasks.leg import Result

_NO_ORDER: t.Final = Phrase("there is no order {0}; there are {1}", "オーダー {0} はありません。あるもの: {1}")


class ActionModule(Leg):
    def make_spec(self) -> ArgumentSpec:
        return _argspec.offline_form()

    def control(self) -> Result:
        orders = {order.name: order for order in accept_asked_orders(self.options, self.commands_of)}
        order = orders.get(self.options["name"])
        if order is None:
            raise OptionsWrong(_NO_ORDER.filled(repr(self.options["name"]), ", ".join(sorted(orders))))
        work = self.options["work"]
        if work == "order":
            form = write_paper_order(order)
        else:
            form = write_linked_service_email(order, work=work, master_id=self.options["master_id"])
        self.say(form)
        return {"changed": False, "form": form}
