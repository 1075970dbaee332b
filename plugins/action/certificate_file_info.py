# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""Controller leg of certificate_file_info: finds the files of this host's orders; no desk is asked."""

from __future__ import annotations

import typing as t

from ..module_utils import _argspec
from ..plugin_utils._tasks.asked_orders import accept_asked_orders, list_names_of_host
from ..plugin_utils._tasks.installations import list_leading_files
from ..plugin_utils._tasks.leg import Leg

if t.TYPE_CHECKING:
    from ..module_utils._argspec import ArgumentSpec
    from ..plugin_utils._tasks.leg import Result
    from ..plugin_utils._values.order import Order


class ActionModule(Leg):
    visits_hosts = True

    def make_spec(self) -> ArgumentSpec:
        return _argspec.certificate_file_info()

    def control(self) -> Result:
        files = self.options["files"]
        orders: tuple[Order, ...] = ()
        if files is None:
            orders = accept_asked_orders(self.options, self.commands_of)
            names = list_names_of_host(orders, self.inventory_host, self.inventory_hosts)
            files = list_leading_files(orders, names)
        subjects = [
            (order.common_name, order.subject.filled_fields()) for order in orders if order.host == self.inventory_host
        ]
        leg = self.run_on_host("files", files, shown=subjects)
        rows = [{**row, "host": self.inventory_host} for row in leg.get("certificates", ())]
        return {**leg, "certificates": rows, "lang": self.lang}
