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
  - No decision is taken from the ledger at a desk that keeps references; it is evidence for people. Lines missing at its end cannot be found out.
extends_documentation_fragment:
  - iij.server_certificate._language
  - iij.server_certificate._attributes
  - iij.server_certificate._attributes.info
attributes:
  action_group:
    support: none
    details: It has no options of the desk.
    membership: []
  platform:
    details: Everything runs on the controller.
options:
  portfolio:
    description:
      - The portfolio whose ledger is read.
    type: str
    default: default
  ledger_path:
    description:
      - The ledger's file. By default it lies where M(iij.server_certificate.cert_portfolio) puts it for O(portfolio).
    type: str
  export_path:
    description:
      - Write all lines into this file on the controller.
    type: str
  export_form:
    description:
      - The form of O(export_path).
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
  sample: /home/ops/.local/state/iij.server_certificate/default.ledger.jsonl
lines:
  description: How many lines could be read.
  returned: success
  type: int
  sample: 4
intact:
  description: Whether the chain of lines is whole.
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
  description: The lines of calls whose outcome is not known. The next apply settles them.
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
