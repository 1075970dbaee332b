# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Controller leg of ledger_info; there is no host leg, and no desk is asked."""

from __future__ import annotations

import pathlib
import typing as t

from ..module_utils import _argspec
from ..plugin_utils._spending.ledger_audit import audit_ledger, write_export
from ..plugin_utils._spending.ledger_file import find_ledgers
from ..plugin_utils._tasks.leg import Leg

if t.TYPE_CHECKING:
    from ..module_utils._argspec import Spec
    from ..plugin_utils._tasks.leg import Result


class ActionModule(Leg):
    def spec(self) -> Spec:
        return _argspec.ledger_info()

    def control(self) -> Result:
        path, head = self.ledger_path(), self.options["head"]
        found = audit_ledger(path)
        export = self.options["export_path"]
        if export is not None:
            write_export(pathlib.Path(export), found.lines, form=self.options["export_form"], lang=self.lang)
        return {
            "changed": False,
            "path": str(path),
            "exists": found.exists,
            "ledgers": [str(other) for other in find_ledgers(path.parent, self.options["portfolio"])],
            "lines": len(found.lines),
            "intact": found.is_intact(head),
            "broken_line": found.broken,
            "torn_lines": list(found.torn),
            "head": found.head,
            "unsettled": list(found.unsettled()),
        }
