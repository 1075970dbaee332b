# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

from __future__ import annotations


class ModuleDocFragment:
    """What decides which steps are due; the same cut as _argspec.planned()."""

    DOCUMENTATION = r"""
options:
  due_only:
    description:
      - If V(true), nothing but what is due is done, as in the playbook C(renew.yml). Renewals within their window
        are ordered and open procedures registered; no contract is ordered or cancelled.
      - An order with a mistake is left out and reported, instead of refusing the run, so that it costs no other order its deadline.
    type: bool
    default: false
  spread:
    description:
      - Whether renewals begin on one of the first three days of their window, by the order's name, instead of all on its first day.
    type: bool
    default: true
"""
