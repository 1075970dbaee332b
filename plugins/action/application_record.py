# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""Controller leg of application_record; there is no host leg."""

from __future__ import annotations

import typing as t

from ..module_utils import _argspec
from ..plugin_utils._tasks.asked_orders import accept_asked_orders
from ..plugin_utils._tasks.leg import Leg
from ..plugin_utils._tasks.record import record, record_lines, require_by_hand

if t.TYPE_CHECKING:
    from ..module_utils._argspec import ArgumentSpec
    from ..plugin_utils._tasks.leg import Result


class ActionModule(Leg):
    def make_spec(self) -> ArgumentSpec:
        return _argspec.application_record()

    def control(self) -> Result:
        require_by_hand(self.options)
        self.open_desk()  # judges the options of the desk
        orders = accept_asked_orders(self.options, self.commands_of)
        result = record(self.options, orders, pretend=self.check_mode, lang=self.lang)
        for line in record_lines(result, self.lang):
            self.say(line)
        return result
