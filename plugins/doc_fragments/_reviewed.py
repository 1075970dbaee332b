# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

from __future__ import annotations


class ModuleDocFragment:
    """The reviewed plan; the same cut as _argspec.reviewed()."""

    DOCUMENTATION = r"""
options:
  plan_file:
    description:
      - A saved plan, the C(plan.json) of O(iij.server_certificate.cert_portfolio#module:reports_path). What the task does must be what stands
        in it, or what is left of it after an earlier run that was broken off.
      - When the order files, the desk, or what hosts are asked have moved since, the task refuses before it changes anything, and names what
        moved. What a host is asked includes what the commands that its orders name run there.
    type: str
  plan_digest:
    description:
      - The digest that the reviewed plan shows. A plan with another digest is refused.
      - With O(plan_file) it makes sure that the file is the one that was reviewed. For M(iij.server_certificate.cert_portfolio) alone it takes
        the place of the file, but what moved cannot be named then, and a run that was broken off must be planned again.
    type: str
"""
