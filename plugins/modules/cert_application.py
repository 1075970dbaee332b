#!/usr/bin/python
# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: cert_application
short_description: Order one certificate, adopt its application, or cancel it
version_added: 0.1.0
author:
  - iij.server_certificate contributors (@iij)
description:
  - Does for a single order what M(iij.server_certificate.cert_portfolio) does for a whole portfolio.
  - With C(contract_id) in the order an existing application is adopted after it has been compared with the order.
  - With C(state=cancelled) and C(contract_id) in the order the application is cancelled.
extends_documentation_fragment:
  - iij.server_certificate._desk
  - iij.server_certificate._language
  - iij.server_certificate._attributes
attributes:
  platform:
    details: Everything runs on the controller.
options:
  order:
    description:
      - The order, in the form of one entry of the C(orders) of an order file.
    type: dict
    required: true
  portfolio:
    description:
      - The portfolio that the order's name belongs to.
    type: str
    default: default
  commands:
    description:
      - Commands by name, which the order may name in C(install.validate) and C(install.reload).
    type: dict
  not_booked:
    description:
      - Attempts of earlier runs with O(desk=portal) that have surely booked nothing, by the names that the messages give them.
      - An order whose attempt has no known outcome buys nothing until the portal lists a contract for it, or the attempt
        is named here.
    type: list
    elements: str
  ledger_path:
    description:
      - The file on the controller that records every spending call before and after it is made.
      - By default it is below E(XDG_STATE_HOME), or else C(~/.local/state), and is named after the portfolio and the desk. One that an earlier
        release began for all desks is continued.
      - Lines name the desk. Only those of this desk, and those of earlier releases, which name none, are heeded.
      - A link counts only in a folder that nobody else may write to; in a shared folder name the file itself.
    type: str
seealso:
  - module: iij.server_certificate.cert_portfolio
"""

EXAMPLES = r"""
- name: Order one certificate
  iij.server_certificate.cert_application:
    order:
      name: www
      customer_code: SG00000001
      common_name: www.example.jp
      product: sureserver_cloud
      term: 6 months
      usage: other
      terms_agreed: true
      csr_origin: target
      host: web1
      key: {path: /etc/pki/tls/private/www.key}
      subject:
        state_or_province_name: Tokyo
        locality_name: Chiyoda-ku
        organization_name: Example Co., Ltd.
      applicant:
        name: Web Operations
        department: Infrastructure
        email: certs@example.jp
        phone: "+81-3-0000-0000"
"""

RETURN = r"""
planned:
  description: Whether the result tells what would be done instead of what was done.
  returned: success
  type: bool
  sample: false
application:
  description: The order with its state, the steps that remain, the reason, and what has to happen next.
  returned: success
  type: dict
  sample:
    name: www
    contract_id: rsc00000001
    state: awaiting_registration
    next_action: register CSR and application information (apply.yml)
    next_action_by: service_admin
    deadline: "2026-12-22"
complaints:
  description: Every mistake found in the order.
  returned: when the order is refused
  type: list
  elements: dict
  sample:
    - rule: KEY-MISSING
      severity: error
      file: orders[0]
      line: 0
      column: 0
      order: www
      field: key.path
      wrong: The field key.path is missing.
      allowed: an absolute path on the host
      todo: Add key.path.
      source: iij.server_certificate, order file format
"""

from ansible.module_utils.basic import AnsibleModule

from ..module_utils._argspec import CONTROLLER_ONLY, cert_application


def main() -> None:
    module = AnsibleModule(**vars(cert_application()), supports_check_mode=True)
    module.fail_json(msg=CONTROLLER_ONLY)


if __name__ == "__main__":
    main()
