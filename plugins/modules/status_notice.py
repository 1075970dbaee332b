#!/usr/bin/python
# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: status_notice
short_description: Tell people once a day what is due
version_added: 1.0.0
author:
  - iij.server_certificate contributors (@iij)
description:
  - Looks at the desk as M(iij.server_certificate.cert_application_info) does, and sends one message about what is due, grouped by who has to do it,
    namely the group admin, the service admin or the applicant.
  - Told are deadlines from 7 days before, expiries from 30 days or the last third of the life before, renewals by silence from 9 days before, and
    orders that have ended otherwise than was asked. The numbers are ours.
  - Where nothing is due, nothing is sent. Where the status cannot be read, that is sent.
  - Where something is due and no way of sending is configured, the task fails.
  - Each way is used once a day for the same orders, however often the task runs. One that failed is tried again by the
    next run, and a message that the status could not be read, or not whole, does not use up the day of the others.
  - Where it cannot be written down what was sent, all ways are used all the same, and the task fails.
extends_documentation_fragment:
  - iij.server_certificate._desk
  - iij.server_certificate._orders
  - iij.server_certificate._language
  - iij.server_certificate._attributes
attributes:
  diff_mode:
    support: none
  idempotent:
    details: A second run on the same day sends nothing.
  platform:
    details: Everything runs on the controller.
options:
  prices:
    description:
      - Your own price table, as in M(iij.server_certificate.cert_portfolio), for the amounts of renewals by silence.
    type: dict
  mail_to:
    description:
      - Addresses that a mail is sent to.
    type: list
    elements: str
  mail_from:
    description:
      - The sender of the mail.
    type: str
  smtp_url:
    description:
      - The mail server, as C(smtp://HOST:PORT), C(smtp+starttls://HOST:PORT) or C(smtps://HOST:PORT).
    type: str
  smtp_user:
    description:
      - The user at the mail server. Without it nobody logs in.
    type: str
  smtp_password:
    description:
      - The password of O(smtp_user). It is not sent over C(smtp://).
      - If it is not set, the environment variable E(IIJ_CERT_SMTP_PASSWORD) is used.
    type: str
  smtp_ca_path:
    description:
      - A file with the CA certificates of the mail server, in PEM. By default they are those of the system.
    type: str
  webhook_url:
    description:
      - The address of an incoming webhook, which begins with C(https://). Whoever has it can write there, so it is kept as a secret.
      - If it is not set, the environment variable E(IIJ_CERT_WEBHOOK_URL) is used.
    type: str
  webhook_proxy_url:
    description:
      - An HTTP proxy on the way to the webhook, as C(http://HOST:PORT) or C(http://USER:PASSWORD@HOST:PORT).
      - If it is not set, the environment variable E(IIJ_CERT_WEBHOOK_PROXY_URL) is used; those of other programs are not.
    type: str
    version_added: 1.4.0
  webhook_ca_path:
    description:
      - A file with the CA certificates that the webhook's own certificate is checked against, in PEM. By default they are those of C(certifi).
      - If it is not set, the environment variable E(IIJ_CERT_WEBHOOK_CA_PATH) is used.
    type: str
    version_added: 1.4.0
  webhook_form:
    description:
      - What the webhook takes. V(slack) and V(mattermost) are a C(text), V(teams) is an Adaptive Card, V(json) has C(subject) and C(text).
      - Nobody is called by a name in the text, and nothing in it is taken for a link or a mark.
      - Without it, the form is that of V(slack). Given without the address of a webhook, the task fails.
    type: str
    choices: [slack, teams, mattermost, json]
  command:
    description:
      - A command with its arguments, run without a shell. It is given the text on its standard input and the subject as E(NOTICE_SUBJECT), and none of
        the environment variables that begin with C(IIJ_CERT_).
    type: list
    elements: str
  again:
    description:
      - Send although today's message was sent already.
    type: bool
    default: false
seealso:
  - module: iij.server_certificate.cert_application_info
"""

EXAMPLES = r"""
- name: Tell the team's chat what is due (its address is IIJ_CERT_WEBHOOK_URL)
  iij.server_certificate.status_notice:
    order_files: orders/
    webhook_form: mattermost

- name: Tell it by mail
  iij.server_certificate.status_notice:
    order_files: orders/
    mail_to: [certificates@example.jp]
    mail_from: ansible@example.jp
    smtp_url: smtp+starttls://mail.example.jp:587
    smtp_user: ansible
"""

RETURN = r"""
subject:
  description: The subject of the message.
  returned: success; null when nothing is due
  type: str
  sample: "Certificates: 2 things due (default)"
text:
  description: The text of the message.
  returned: success; null when nothing is due
  type: str
  sample: |
    [service admin]
    - www (www.example.jp): register CSR and application information (apply.yml); until 2026-12-22
sent:
  description: The ways by which it was sent now, namely V(mail), V(webhook) and V(command).
  returned: always
  type: list
  elements: str
  sample: [webhook]
"""

from ansible.module_utils.basic import AnsibleModule

from ..module_utils._argspec import CONTROLLER_ONLY, status_notice


def main() -> None:
    module = AnsibleModule(**vars(status_notice()), supports_check_mode=True)
    module.fail_json(msg=CONTROLLER_ONLY)


if __name__ == "__main__":
    main()
