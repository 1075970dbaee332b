#!/usr/bin/python
# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: cert_application_info
short_description: Tell where applications and orders stand
version_added: 0.1.0
author:
  - iij.server_certificate contributors (@iij)
description:
  - Returns the applications (お申し込み) that the admin behind the token can see.
  - With O(order_files) or O(orders) it also tells for each order where it stands, what has to happen next, by whom and until when.
extends_documentation_fragment:
  - iij.server_certificate._desk
  - iij.server_certificate._orders
  - iij.server_certificate._language
  - iij.server_certificate._attributes
  - iij.server_certificate._attributes.info
attributes:
  platform:
    details: Everything runs on the controller.
options:
  contract_ids:
    description:
      - Return only these applications. Has no meaning together with O(order_files) or O(orders).
    type: list
    elements: str
  import_path:
    description:
      - An order file to write, on the controller, with the orders of RV(adopting_orders). Nothing may be there yet; without such orders nothing
        is written. With it, O(order_files) may still be missing or empty.
    type: str
  reports_path:
    description:
      - A folder on the controller that the status is written into, the order with the next deadline first, then by expiry. C(status.json) is for
        machines, C(status.md) for a merge request or a wiki, C(status.html) is one page that needs nothing else, C(status.ics) is a calendar with every
        deadline and expiry, C(status.prom) holds metrics in the OpenMetrics text format. C(status.timeline.html) draws lives and windows,
        C(status.register.csv) and C(status.register.html) are a register of certificates (証明書台帳).
      - The first three are written when the task fails, too; the others then stay as they were. C(docs/status.md) of the collection tells more.
      - Has no meaning without O(order_files) or O(orders).
    type: str
"""

EXAMPLES = r"""
- name: Where do my orders stand?
  iij.server_certificate.cert_application_info:
    order_files: orders/

- name: The same as files, for people, calendars and monitoring
  iij.server_certificate.cert_application_info:
    order_files: orders/
    reports_path: build/

- name: Everything that the desk shows
  iij.server_certificate.cert_application_info:
"""

RETURN = r"""
applications:
  description: The applications of the orders and then all that no order names; without orders all applications.
  returned: success
  type: list
  elements: dict
  sample:
    - contract_id: rsc00000001
      common_name: www.example.jp
      state: issued
      not_after: "2027-06-08T05:00:00Z"
orders:
  description: Every order, as in the result of M(iij.server_certificate.cert_portfolio).
  returned: with O(order_files) or O(orders)
  type: list
  elements: dict
  sample:
    - name: www
      common_name: www.example.jp
      contract_id: rsc00000001
      state: issued
      standing: to_collect
      next_action: fetch and install the certificate (collect.yml)
      next_action_by: service_admin
      not_after: "2027-05-22T14:59:59Z"
adopting_orders:
  description:
    - Orders that adopt the applications that no order names; without orders, all applications that have not ended.
    - They pin the applications by contract ID, so they buy nothing. The playbook C(iij.server_certificate.import) writes them to a file.
    - C(customer_code), C(term), C(usage) and the linked service are there where the desk shows them.
  returned: success
  type: list
  elements: dict
  sample:
    - name: www.example.jp
      contract_id: rsc00000001
      common_name: www.example.jp
      product: sureserver_cloud
counts:
  description: How many orders stand where, and how many applications are unmanaged.
  returned: with O(order_files) or O(orders)
  type: dict
  sample: {to_order: 0, to_register: 0, to_collect: 1, to_cancel: 0, waiting: 2, ended: 0, done: 5, unmanaged: 0}
work:
  description: With O(desk=by_hand), what people have to do and on which work sheet, by order name.
  returned: with O(desk=by_hand) and orders
  type: dict
  sample:
    mail: order it by the work sheet desk/sheets/group_admin.html, no. 1
sheets:
  description: With O(desk=by_hand), the work sheets that were written, a page for each role that has work.
  returned: with O(desk=by_hand) and orders
  type: list
  elements: str
  sample: [desk/sheets/group_admin.html]
verdict:
  description:
    - What the orders come to, namely V(nothing_to_do), V(changes), V(waiting), V(unknown), or V(error) where some of them cannot be read.
  returned: with O(order_files) or O(orders)
  type: str
  sample: waiting
complaints:
  description: Mistakes of the orders that cannot be read, and warnings about the others, as in M(iij.server_certificate.cert_portfolio).
  returned: with O(order_files) or O(orders), when there are any
  type: list
  elements: dict
  sample:
    - rule: TERM-VALIDITY
      severity: warning
      file: orders/web.yml
      line: 4
      column: 9
      order: www
      field: term
      wrong: "A certificate issued on 2026-11-26 may live 199 days at most: one does not last for a term of 1 year."
      allowed: a shorter term, or the same term with a reissue on the way
      todo: Nothing if that is meant. Whether IIJ hands out a second certificate within the term is not known.
      source: BR 6.3.2; ballot SC-081v3
"""

from ansible.module_utils.basic import AnsibleModule

from ..module_utils._argspec import CONTROLLER_ONLY, cert_application_info


def main() -> None:
    module = AnsibleModule(**vars(cert_application_info()), supports_check_mode=True)
    module.fail_json(msg=CONTROLLER_ONLY)


if __name__ == "__main__":
    main()
