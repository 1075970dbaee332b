# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""Controller leg of certificate_install: asks the host what it lacks, fetches that from the desk, hands it over."""

from __future__ import annotations

import typing as t

from ..module_utils import _argspec
from ..plugin_utils._tasks.installing import install_certificates
from ..plugin_utils._tasks.leg import Leg

if t.TYPE_CHECKING:
    from ..module_utils._argspec import ArgumentSpec
    from ..plugin_utils._tasks.leg import Result


class ActionModule(Leg):
    visits_hosts = True

    def make_spec(self) -> ArgumentSpec:
        return _argspec.certificate_install()

    def control(self) -> Result:
        return install_certificates(self)
