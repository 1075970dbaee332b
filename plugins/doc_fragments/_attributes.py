# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

from __future__ import annotations


class ModuleDocFragment:
    """Attributes that all modules have."""

    DOCUMENTATION = r"""
options: {}
attributes:
  action_group:
    description: Use C(group/iij.server_certificate.desk) in C(module_defaults) to set the desk's options once.
    support: full
    membership:
      - iij.server_certificate.desk
  check_mode:
    description: Can run in check mode and return what would change, without changing anything.
    support: full
  diff_mode:
    description: Returns what has changed, or in check mode would change, without any secret.
    support: full
  idempotent:
    description: When run again with the same options and an unchanged world, nothing changes.
    support: full
  platform:
    description: Operating systems the module runs on.
    platforms: posix
    support: full
"""

    # Modules that only read.
    INFO = r"""
options: {}
attributes:
  diff_mode:
    support: N/A
"""
