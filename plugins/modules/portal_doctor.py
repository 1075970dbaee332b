#!/usr/bin/python
# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: portal_doctor
short_description: Tell whether the portal's screens are what the collection expects
version_added: 0.1.0
author:
  - iij.server_certificate contributors (@iij)
description:
  - Logs in to the portal and visits every screen of the screen map, read-only, up to the confirm screen of a new order.
    It never presses the button that buys.
  - Reports label by label what fits and what does not, and returns a screen map to edit for what does not.
  - Given orders, it fills in the form for the first order of each usage and reads the confirm screen.
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
  map_path:
    description:
      - A file on the controller that the screen map to edit is written to. One that is there and says something else is kept as it is;
        the map then gets a name beside it, such as C(screens.2.yml), which is told and returned.
    type: str
  record_path:
    description:
      - A file on the controller that a recording of the visit is written to, to be attached to a report. It has the words
        of the screens and which button or link led where. Of the customer it has stand-ins only, such as
        V(name1.example.jp); it holds no secrets, no scripts and no addresses. One that is there is kept, as with O(map_path).
    type: str
  saved_pages:
    description:
      - A folder on the controller with pages of the portal that were saved in a browser, complete or as bare HTML. They
        are held against the screen map instead of the portal; nothing is sent anywhere, and no log-in is needed.
    type: str
seealso:
  - module: iij.server_certificate.cert_portfolio
"""

EXAMPLES = r"""
- name: See whether the portal of today fits
  iij.server_certificate.portal_doctor:
    desk: portal
    order_files: orders/
    map_path: screens.yml
    record_path: recording.json

- name: See what pages say that were saved in a browser
  iij.server_certificate.portal_doctor:
    saved_pages: pages/
    map_path: screens.yml
"""

RETURN = r"""
fits:
  description: Whether everything that was visited is as expected.
  returned: success
  type: bool
  sample: true
labels:
  description: Every label of every screen that was visited.
  returned: success
  type: list
  elements: dict
  contains:
    screen:
      description: The screen, as the map calls it.
      type: str
      sample: order_form
    title:
      description: The screen's title, such as V(新規お申し込み受付入力).
      type: str
    part:
      description: What kind of thing it is.
      type: str
      sample: field
    label:
      description: The text that is there, or should be, such as V(コモンネーム).
      type: str
    verdict:
      description: What was found.
      type: str
      sample: fits
    count:
      description: How often it is there.
      type: int
      sample: 1
    fits:
      description: Whether that is as expected.
      type: bool
      sample: true
    source:
      description: Where the label is known from, which is a page of the manual, V(ours) where nobody knows, or V(your map).
      type: str
      sample: M:2261096
    map_entry:
      description: What a screen map of your own would call it.
      type: str
      sample: words.common_name
problems:
  description: What kept screens from being visited.
  returned: success
  type: list
  elements: str
  sample: []
unseen:
  description: Screens of the map that were not visited, among them those behind the button that buys.
  returned: success
  type: list
  elements: str
  sample: [order_done, registration_confirm, registration_done]
pages:
  description: Saved pages, and the screens that they were recognized as.
  returned: success
  type: list
  elements: dict
  sample: [{file: form.html, screen: order_form}]
map:
  description: A screen map to edit, in YAML, with C(version), C(words) such as C(common_name=コモンネーム), and C(screens).
  returned: success
  type: str
map_file:
  description: The file on the controller that holds the screen map, or null.
  returned: success
  type: str
  sample: screens.yml
record_file:
  description: The file on the controller that holds the recording, or null.
  returned: success
  type: str
  sample: recording.json
text:
  description: The same as a table for people, a line for each label such as C(マスターID).
  returned: success
  type: str
"""

from ansible.module_utils.basic import AnsibleModule

from ..module_utils._argspec import CONTROLLER_ONLY, portal_doctor


def main() -> None:
    module = AnsibleModule(**vars(portal_doctor()), supports_check_mode=True)
    module.fail_json(msg=CONTROLLER_ONLY)


if __name__ == "__main__":
    main()
