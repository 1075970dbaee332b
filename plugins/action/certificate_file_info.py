# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""Controller leg of certificate_file_info: finds the files of this host's orders; no desk is asked."""

from __future__ import annotations

import typing as t

from ..module_utils import _argspec
from ..module_utils._core.phrases import Phrase
from ..plugin_utils._tasks.installations import leading_files
from ..plugin_utils._tasks.leg import Leg

if t.TYPE_CHECKING:
    from ..module_utils._argspec import Spec
    from ..plugin_utils._tasks.leg import Result

_EITHER: t.Final = Phrase(
    "files and the orders of order_files or orders exclude each other; give one of them",
    "files は、order_files や orders と一緒には使えません。どちらか一方を指定してください。",
)


class ActionModule(Leg):
    def spec(self) -> Spec:
        return _argspec.certificate_file_info()

    def one_of(self) -> list[list[str]]:
        return [["order_files", "orders", "files"]]

    def control(self) -> Result:
        files = self.options["files"]
        by_orders = self.options["order_files"] is not None or self.options["orders"] is not None
        if files is not None and by_orders:
            raise self.mistaken(_EITHER)
        if by_orders:
            orders = self.orders()
            files = leading_files(orders, self.orders_of_this_host(orders))
        leg = self.host_leg({**self.handed_over(files), "files": files})
        rows = [{**row, "host": self.inventory_host} for row in leg.get("certificates", ())]
        return {**leg, "certificates": rows, "lang": self.lang}
