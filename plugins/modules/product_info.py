#!/usr/bin/python
# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: product_info
short_description: Tell the rules of a product, each with its source
version_added: 0.1.0
author:
  - iij.server_certificate contributors (@iij)
description:
  - Returns what is known of the products (品目), their CAs, the fields that their orders have, and how long their certificates may live.
  - Everything comes from the collection's own catalogue; no desk is asked. What a desk offers today may be less.
  - Each fact says where it comes from and how far it can be trusted. What nobody documents has the confidence V(unknown).
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
  product:
    description:
      - The product, by its id or its Japanese item name. By default all products are returned.
    type: str
  check_date:
    description:
      - The day of issue, as C(YYYY-MM-DD), that the rules are judged by. By default it is today.
    type: str
seealso:
  - module: iij.server_certificate.cert_portfolio
"""

EXAMPLES = r"""
- name: What does an order of this product need?
  iij.server_certificate.product_info:
    product: クイック認証SSL
"""

RETURN = r"""
products:
  description: The products.
  returned: success
  type: list
  elements: dict
  contains:
    product:
      description: The id in order files.
      type: str
      sample: quick_ssl
    name:
      description: The Japanese item name, such as V(クイック認証SSL).
      type: str
    certificate_authority:
      description: The CA.
      type: dict
      sample: {id: globalsign, name: GMO GlobalSign}
    facts:
      description: What is known of the product, each with value, source and confidence.
      type: dict
      sample: {wildcard: {value: false, source: "M:2261096; EVG 7.1.4.2.2", confidence: written}}
    authority_facts:
      description: What is known of its CA, each with value, source and confidence.
      type: dict
      sample: {transparency_choice: {value: false, source: "M:2261096", confidence: written}}
    terms:
      description: The contract terms that the manual names. Which of them IIJ offers for this product is not known.
      type: list
      elements: str
      sample: [6 months, 1 year]
    longest_validity_days:
      description: How many days a certificate issued on the day may live.
      type: int
      sample: 200
    fields:
      description: By usage and CSR origin, the fields that an order must have and those that it may have.
      type: list
      elements: dict
      sample:
        - usage: other
          csr_origin: target
          required: [applicant, approval_email, common_name, csr_origin, customer_code, host, key, name, product, term, terms_agreed, usage]
          optional: [contract_id, duplicate_of, generation, install, renewal, state]
"""

from ansible.module_utils.basic import AnsibleModule

from ..module_utils._argspec import CONTROLLER_ONLY, product_info


def main() -> None:
    module = AnsibleModule(**vars(product_info()), supports_check_mode=True)
    module.fail_json(msg=CONTROLLER_ONLY)


if __name__ == "__main__":
    main()
