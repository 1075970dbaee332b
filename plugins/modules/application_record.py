#!/usr/bin/python
# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: application_record
short_description: Record what people have done at the portal
version_added: 0.1.0
author:
  - iij.server_certificate contributors (@iij)
description:
  - With O(desk=by_hand) people order, register and download at the portal by work sheets. This module writes what came of it into the
    register in O(desk_folder), C(register.yml), and leaves comments and everything else in that file as it is.
  - All of it is recorded or nothing. What cannot be is refused with its place, such as an order that is not there, a contract ID that belongs
    to another order, or a work sheet that has been replaced by a newer one.
  - Running it again changes nothing more. Nothing is ever sent anywhere.
  - See C(docs/guides/by-hand.md) of the collection.
extends_documentation_fragment:
  - iij.server_certificate._desk
  - iij.server_certificate._orders
  - iij.server_certificate._language
  - iij.server_certificate._attributes
attributes:
  platform:
    details: Everything runs on the controller.
options:
  records:
    description:
      - What was done, one entry for each order and deed.
      - An entry has C(order), C(state) and C(date) as C(YYYY-MM-DD). C(state) is one of C(ordered), C(renewed), C(reissued), C(relinked),
        C(registered), C(rejected), C(withdrawn), C(cancelled).
        With C(ordered) it has C(contract_id), the contract ID (サービスコード) that the screen after 申込 shows.
      - It may have C(deadline), C(linked_contract_id), C(reason), and C(sheet), the number of the work on its sheet.
    type: list
    elements: dict
  records_file:
    description:
      - A file with such entries, on the controller. A plan leaves one beside each work sheet, to be filled in. Entries without a date are not
        done yet, and are left alone.
    type: str
  listing:
    description:
      - The list of contracts (ステータス一覧) out of a browser, on the controller. Either a file with the table's text as it was copied, headings
        included, or as CSV; or pages that were saved as HTML, one file or a folder of them. Pages サービストップ and the screen after 申込 are read too.
      - What differs from the register is told. With O(take_over=true) it is recorded.
      - Only what the register has fields for is kept.
    type: str
  take_over:
    description:
      - Whether what O(listing) shows otherwise than the register is recorded.
    type: bool
    default: false
  inbox:
    description:
      - A folder on the controller with certificates as people get them, under any name, as PEM, DER, PKCS#7, ZIP or saved mail (C(.eml)), with
        or without intermediates.
      - Each is matched to its contract by its key and judged by name, chain, life and issuer. What fits is kept in O(desk_folder), from where
        M(iij.server_certificate.certificate_install) takes it. What does not is told with the reason, and nothing in the folder is changed.
      - A private key is never read any further. It is named, and belongs on its host.
    type: str
seealso:
  - module: iij.server_certificate.cert_portfolio
  - module: iij.server_certificate.certificate_install
"""

EXAMPLES = r"""
- name: Record what was filled in beside the work sheet
  iij.server_certificate.application_record:
    desk: by_hand
    desk_folder: desk/
    order_files: orders/
    records_file: desk/sheets/record_group_admin_3f9a41c2.yml

- name: Record one order
  iij.server_certificate.application_record:
    desk: by_hand
    desk_folder: desk/
    order_files: orders/
    records:
      - order: www
        state: ordered
        contract_id: rsc00000001
        date: "2026-11-26"

- name: Take over what the portal's list shows, and certificates that came by mail
  iij.server_certificate.application_record:
    desk: by_hand
    desk_folder: desk/
    order_files: orders/
    listing: saved/
    take_over: true
    inbox: inbox/
"""

RETURN = r"""
recorded:
  description: The contracts of the register that have changed, as they are in it now.
  returned: success
  type: list
  elements: dict
  sample:
    - contract_id: rsc00000001
      common_name: www.example.jp
      product: sureserver_cloud
      state: awaiting_registration
differences:
  description: What O(listing) shows otherwise than the register, in words.
  returned: with O(listing)
  type: list
  elements: str
  sample:
    - "rsc00000001 (www.example.jp): state is issued on the list, applied in the register"
left_in_inbox:
  description: What in O(inbox) was not taken, with the reason, by file.
  returned: with O(inbox)
  type: dict
  sample:
    note.txt: there is no certificate in it that is read here (PEM, DER, PKCS#7, ZIP, .eml)
"""

from ansible.module_utils.basic import AnsibleModule

from ..module_utils._argspec import CONTROLLER_ONLY, application_record


def main() -> None:
    module = AnsibleModule(**vars(application_record()), supports_check_mode=True)
    module.fail_json(msg=CONTROLLER_ONLY)


if __name__ == "__main__":
    main()
