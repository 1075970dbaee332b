# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""Controller leg of csr_register: keys and CSRs are made on the host, and registered with the desk from here."""

from __future__ import annotations

import typing as t

from ..module_utils import _argspec
from ..plugin_utils._tasks.leg import Leg
from ..plugin_utils._tasks.registering import prepare_orders, register_orders

if t.TYPE_CHECKING:
    from ..module_utils._argspec import ArgumentSpec
    from ..plugin_utils._tasks.leg import Result


class ActionModule(Leg):
    visits_hosts = True

    def make_spec(self) -> ArgumentSpec:
        return _argspec.csr_register()

    def control(self) -> Result:
        return prepare_orders(self) if self.options["state"] == "prepared" else register_orders(self)
