# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

from __future__ import annotations


class ModuleDocFragment:
    """Options of the desk; the same cut as _argspec.desk()."""

    DOCUMENTATION = r"""
options:
  desk_url:
    description:
      - Where the desk is, for example V(https://desk.example.jp). Plain C(http) is taken only for loopback addresses.
      - Falls back to the environment variable E(IIJ_CERT_DESK_URL) on the controller.
    type: str
  desk_token:
    description:
      - The token of an admin at the desk. It stays on the controller.
      - Falls back to the environment variable E(IIJ_CERT_TOKEN) on the controller. A variable for one role goes first, namely
        E(IIJ_CERT_ORDER_TOKEN) for what a group admin does and E(IIJ_CERT_REGISTER_TOKEN) for what a service admin does.
    type: str
  desk_ca_path:
    description:
      - A file with the CA certificates that the desk's own certificate is checked against, on the controller.
      - Falls back to the environment variable E(IIJ_CERT_DESK_CA_PATH) on the controller.
    type: str
  request_timeout:
    description:
      - How many seconds to wait for a connection and for each part of an answer.
    type: int
    default: 30
"""
