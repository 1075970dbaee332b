# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""Controller leg of portal_doctor; there is no host leg."""

from __future__ import annotations

import typing as t

from ..module_utils import _argspec
from ..plugin_utils._tasks.asked_orders import accept_asked_orders
from ..plugin_utils._tasks.doctor import examine_portal
from ..plugin_utils._tasks.leg import Leg

if t.TYPE_CHECKING:
    from ..module_utils._argspec import ArgumentSpec
    from ..plugin_utils._tasks.leg import Result


class ActionModule(Leg):
    def make_spec(self) -> ArgumentSpec:
        return _argspec.portal_doctor()

    def control(self) -> Result:
        fields = self.options["order_files"] is not None or self.options["orders"] is not None
        orders = accept_asked_orders(self.options, self.commands_of) if fields else ()
        result = examine_portal(self.options, orders, self.lang)
        self.say(result["text"])
        return result
