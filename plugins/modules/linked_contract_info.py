#!/usr/bin/python
# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: linked_contract_info
short_description: List the contracts of linked services that a certificate can be ordered for
version_added: 0.1.0
author:
  - iij.server_certificate contributors (@iij)
description:
  - Returns the contracts of linked services (連携対応サービス) that the admin behind the token can see, as the button
    連携対応サービスを検索 of the portal does.
extends_documentation_fragment:
  - iij.server_certificate._desk
  - iij.server_certificate._language
  - iij.server_certificate._attributes
  - iij.server_certificate._attributes.info
attributes:
  platform:
    details: Everything runs on the controller.
options:
  service:
    description:
      - List only the contracts of this linked service.
    type: str
"""

EXAMPLES = r"""
- name: Which Content Acceleration contracts are there?
  iij.server_certificate.linked_contract_info:
    service: gio_content_acceleration
"""

RETURN = r"""
linked_contracts:
  description: The contracts, each also with the Japanese C(service_name).
  returned: success
  type: list
  elements: dict
  sample:
    - contract_id: gca00000001
      service: gio_content_acceleration
      name: www delivery
      customer_code: SG00000001
"""

from ansible.module_utils.basic import AnsibleModule

from ..module_utils._argspec import CONTROLLER_ONLY, linked_contract_info


def main() -> None:
    module = AnsibleModule(**vars(linked_contract_info()), supports_check_mode=True)
    module.fail_json(msg=CONTROLLER_ONLY)


if __name__ == "__main__":
    main()
