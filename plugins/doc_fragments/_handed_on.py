# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

from __future__ import annotations


class ModuleDocFragment:
    """The look at the desk that was handed on; the same cut as _argspec.handed_on()."""

    DOCUMENTATION = r"""
options:
  look:
    description:
      - The name of a look at the desk, as RV(iij.server_certificate.cert_portfolio#module:look) of an earlier task of the same run returns it, so that
        the desk is asked once for all hosts.
      - It is below E(XDG_CACHE_HOME), or else C(~/.cache), where only the user who runs Ansible can read it, and holds no secret. One that is older than an
        hour, or was made for another desk, portfolio or slice, is not used, and neither is one for orders with vaulted values; the task then asks the
        desk itself.
    type: str
"""
