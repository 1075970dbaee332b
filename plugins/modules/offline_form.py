#!/usr/bin/python
# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: offline_form
short_description: Fill in a paper form or an e-mail for what cannot be done online
version_added: 0.1.0
author:
  - iij.server_certificate contributors (@iij)
description:
  - Renders an order as text in Japanese, for a first contract with IIJ or a linked contract that the portal does not list
    (on paper, 書面), or to change or add a linked service (by e-mail).
  - Nothing is sent. IIJ's own forms are not published, and neither is where to send them; the text says where to find that.
extends_documentation_fragment:
  - iij.server_certificate._orders
  - iij.server_certificate._language
  - iij.server_certificate._attributes
  - iij.server_certificate._attributes.info
attributes:
  action_group:
    support: none
    membership: []
  platform:
    details: Everything runs on the controller.
options:
  name:
    description:
      - The name of the order.
    type: str
    required: true
  work:
    description:
      - What is asked for, where V(order) is a new order on paper, and V(change) and V(add) are about the linked service of
        an application that is there.
    type: str
    choices: [order, change, add]
    default: order
  master_id:
    description:
      - The master ID (マスターID) of the group admin who sends the e-mail.
    type: str
seealso:
  - module: iij.server_certificate.cert_portfolio
"""

EXAMPLES = r"""
- name: Order on paper what the portal does not list
  iij.server_certificate.offline_form:
    order_files: orders/
    name: cdn

- name: Ask by e-mail for another linked service
  iij.server_certificate.offline_form:
    order_files: orders/
    name: cdn
    work: change
"""

RETURN = r"""
form:
  description:
    - The text, in the words of the form (新規お申し込み), one line for each of its fields such as C(コモンネーム), with what the order says.
  returned: success
  type: str
"""

from ansible.module_utils.basic import AnsibleModule

from ..module_utils._argspec import CONTROLLER_ONLY, offline_form


def main() -> None:
    module = AnsibleModule(**vars(offline_form()), supports_check_mode=True)
    module.fail_json(msg=CONTROLLER_ONLY)


if __name__ == "__main__":
    main()
