# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Controller leg of ledger_info; there is no host leg, and no desk is asked."""

from __future__ import annotations

import typing as t

from ..module_utils import _argspec
from ..plugin_utils._complaints.whole_file import write_whole
from ..plugin_utils._spending.ledger_audit import audit_ledger, export_ledger
from ..plugin_utils._spending.ledger_file import find_ledgers
from ..plugin_utils._tasks.leg import Leg
from ..plugin_utils._tasks.spender import find_ledger_path

if t.TYPE_CHECKING:
    from ..module_utils._argspec import ArgumentSpec
    from ..plugin_utils._tasks.leg import Result


class ActionModule(Leg):
    def make_spec(self) -> ArgumentSpec:
        return _argspec.ledger_info()

    def control(self) -> Result:
        path, head = find_ledger_path(self.options), self.options["head"]
        result = audit_ledger(path)
        export = self.options["export_path"]
        if export is not None and not self.check_mode:
            text = export_ledger(result.lines, form=self.options["export_form"], lang=self.lang)
            write_whole(export, text, private=True)
        return {
            "changed": False,
            "path": str(path),
            "exists": result.exists,
            "ledgers": [str(other) for other in find_ledgers(path.parent, self.options["portfolio"])],
            "lines": len(result.lines),
            "intact": result.is_intact(head),
            "broken_line": result.broken,
            "torn_lines": list(result.torn),
            "head": result.head,
            "unsettled": list(result.list_unsettled()),
        }
