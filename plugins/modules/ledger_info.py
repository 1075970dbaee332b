#!/usr/bin/python
# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: ledger_info
short_description: Verify and export the ledger of spending calls
version_added: 0.1.0
author:
  - iij.server_certificate contributors (@iij)
description:
  - The ledger is a file on the controller in which every call that spends or cancels is recorded before it is made and after it.
  - Reads it, checks that no line was changed or taken out of its middle, tells what is left unsettled, and writes its lines as JSON or CSV.
  - No decision is taken from the ledger at a desk that keeps references; it is evidence for people.
  - Lines missing at its end are found out by O(head), the last hash that was noted before.
extends_documentation_fragment:
  - iij.server_certificate._language
  - iij.server_certificate._attributes
  - iij.server_certificate._attributes.info
attributes:
  action_group:
    support: none
    details: It asks no desk, and has of the desk's options only its address.
    membership: []
  platform:
    details: Everything runs on the controller.
options:
  portfolio:
    description:
      - The portfolio whose ledger is read.
    type: str
    default: default
  desk_url:
    description:
      - The desk whose ledger is read, as M(iij.server_certificate.cert_portfolio) was given it.
      - Without it, the ledger of O(portfolio) is read if there is only one.
      - If it is not set, the environment variable E(IIJ_CERT_DESK_URL) is used.
    type: str
  ledger_path:
    description:
      - The ledger's file. By default it is where M(iij.server_certificate.cert_portfolio) puts it for O(portfolio) and O(desk_url).
    type: str
  head:
    description:
      - The hash of a line that the ledger must contain, such as C(ledger_head) of C(apply.json) (O(iij.server_certificate.cert_portfolio#module:reports_path)).
        A ledger that was cut off at its end before that line is not intact.
    type: str
  export_path:
    description:
      - Write all lines into this file on the controller. Only the user can read it.
    type: str
  export_form:
    description:
      - The form of O(export_path). V(csv) is UTF-8 with a byte order mark, its headings are in the language of O(lang).
    type: str
    choices: [json, csv]
    default: json
seealso:
  - module: iij.server_certificate.cert_portfolio
"""

EXAMPLES = r"""
- name: Verify the ledger, and keep its lines for the accounts
  iij.server_certificate.ledger_info:
    export_path: build/purchases.csv
    export_form: csv
  register: ledger

- name: Stop when somebody has changed it
  ansible.builtin.assert:
    that: ledger.intact
"""

RETURN = r"""
path:
  description: The file that was read.
  returned: success
  type: str
  sample: /home/ops/.local/state/iij.server_certificate/default@desk.example.jp-443.ledger.jsonl
exists:
  description: Whether there is a file.
  returned: success
  type: bool
  sample: true
ledgers:
  description: The ledgers of this portfolio in the same folder, one a desk.
  returned: success
  type: list
  elements: str
  sample: [/home/ops/.local/state/iij.server_certificate/default@desk.example.jp-443.ledger.jsonl]
head:
  description: The hash of the last line. Noted elsewhere, it shows by O(head) whether lines are missing at the end.
  returned: success; null without a line
  type: str
  sample: 3f9a41c26c3e5e3f0c7f7c1d0c9b1b1f6a0f5a4b3c2d1e0f9a8b7c6d5e4f3a2b
lines:
  description: How many lines could be read.
  returned: success
  type: int
  sample: 4
intact:
  description: Whether there is a ledger, its chain of lines is whole, and it contains O(head).
  returned: success
  type: bool
  sample: true
broken_line:
  description: The first line that was changed, or before which one is missing, counting from 1.
  returned: success; null when the chain is whole
  type: int
  sample: null
torn_lines:
  description: Lines that a crash cut off. They break nothing.
  returned: success
  type: list
  elements: int
  sample: []
unsettled:
  description: The lines of calls whose outcome is not known. An apply settles a purchase whose contract it finds and registers.
  returned: success
  type: list
  elements: dict
  sample: []
"""

from ansible.module_utils.basic import AnsibleModule

from ..module_utils._argspec import CONTROLLER_ONLY, ledger_info


def main() -> None:
    module = AnsibleModule(**vars(ledger_info()), supports_check_mode=True)
    module.fail_json(msg=CONTROLLER_ONLY)


if __name__ == "__main__":
    main()
