#!/usr/bin/python

# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: certificate_file_info
short_description: Tell which certificates are installed on a host and how long they last
version_added: 0.1.0
author:
  - iij.server_certificate contributors (@iij)
description:
  - Looks at certificate files on the host, given by O(files) or by the orders of this host, and tells what is in them, how many days are
    left, and whether the private key is the one that belongs to the certificate.
  - No desk is asked, no credential is needed, and no part of a private key is ever returned.
  - Files are read only where nobody but root and the user of the task could exchange them, as M(iij.server_certificate.certificate_install) has it.
  - A file that cannot be read stops nothing; RV(certificates[].message) says why.
extends_documentation_fragment:
  - iij.server_certificate._attributes
  - iij.server_certificate._attributes.info
  - iij.server_certificate._orders
  - iij.server_certificate._language
attributes:
  action_group:
    support: none
    details: It has no options of the desk.
    membership: []
options:
  files:
    description:
      - The files to look at. In a file with several certificates the first one counts.
      - Mutually exclusive with O(order_files) and O(orders).
    type: list
    elements: dict
    suboptions:
      name:
        description: A name for the result and for the passphrases.
        type: str
      path:
        description: The file with the certificate, in PEM (a private key may be in it too) or PKCS#12.
        type: str
        required: true
      key_path:
        description: The file with the private key.
        type: str
  vaulted:
    description:
      - Values that no output of the host may show. Set by the controller for its own use, to what order files seal.
    type: list
    elements: str
  key_passphrases:
    description: Passphrases of private keys by name of the order or of the file; they go to the host and nowhere else.
    type: dict
  pkcs12_passphrases:
    description: Passphrases of PKCS#12 files by name of the order or of the file; they go to the host and nowhere else.
    type: dict
requirements:
  - On the host, C(cryptography) 3.3 or newer; most distributions package it as C(python3-cryptography).
seealso:
  - module: iij.server_certificate.certificate_install
"""

EXAMPLES = r"""
---
- name: See what is installed for the orders of this host
  iij.server_certificate.certificate_file_info:
    order_files: "{{ playbook_dir }}/orders"
  become: true
  register: installed

- name: See what lies at a path
  iij.server_certificate.certificate_file_info:
    files:
      - path: /etc/pki/tls/certs/www.pem
        key_path: /etc/pki/tls/private/www.key
  become: true
"""

RETURN = r"""
lang:
  description: The language of messages, as O(lang) or the locale chooses it.
  returned: always
  type: str
  sample: ja
certificates:
  description: One entry for each file, in the order in which they were given, or by name of the order.
  returned: always
  type: list
  elements: dict
  contains:
    host:
      description: The inventory host.
      type: str
      sample: web1
    name:
      description: Name of the order or of the file.
      type: str
      sample: www
    path:
      description: The file.
      type: str
      sample: /etc/pki/tls/certs/www.pem
    found:
      description: Whether there is a file; what follows is V(null) where there is none, or where it cannot be read.
      type: bool
      sample: true
    subject:
      description: Subject of the certificate on one line.
      type: str
      sample: C=JP, CN=www.example.jp
    common_name:
      description: Common name of the subject.
      type: str
      sample: www.example.jp
    dns_names:
      description: The DNS names in the subject alternative name.
      type: list
      elements: str
      sample:
        - www.example.jp
    issuer:
      description: Issuer of the certificate on one line.
      type: str
      sample: C=JP, CN=Example Issuing CA
    serial_number:
      description: Serial number of the certificate in hexadecimal.
      type: str
      sample: 4f2a91
    not_before:
      description: First moment of validity, RFC 3339 in UTC.
      type: str
      sample: "2026-11-22T15:00:00Z"
    not_after:
      description: Last moment of validity, RFC 3339 in UTC.
      type: str
      sample: "2027-05-22T14:59:59Z"
    days_left:
      description: Whole days until it expires by the clock of the host; negative if it has expired.
      type: int
      sample: 180
    certificate_fingerprint:
      description: SHA-256 of the DER certificate, in lower-case hexadecimal.
      type: str
      sample: 2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae
    public_key_fingerprint:
      description: SHA-256 of the public key as DER SubjectPublicKeyInfo, in lower-case hexadecimal.
      type: str
      sample: 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
    key_path:
      description: The file with the private key; V(null) if none was named.
      type: str
      sample: /etc/pki/tls/private/www.key
    key_matches:
      description: Whether the private key belongs to the certificate; V(null) if that is not known.
      type: bool
      sample: true
    message:
      description: What is wrong with the file or its key, and what to do; V(null) if nothing is.
      type: str
      sample: null
"""

import datetime as dt

from ansible.module_utils.basic import AnsibleModule

from ..module_utils import _argspec
from ..module_utils._pki import deps
from ..module_utils._target.file_facts import describe
from ..module_utils._target.installation import Passphrases


def main() -> None:
    module = AnsibleModule(**vars(_argspec.certificate_file_info()), supports_check_mode=True)
    missing = deps.explain_missing_cryptography()
    if missing:
        module.fail_json(msg=missing, exception=deps.CRYPTOGRAPHY_TRACEBACK)
    options = module.params
    passphrases = Passphrases(options["key_passphrases"] or {}, options["pkcs12_passphrases"] or {})
    now = dt.datetime.now(tz=dt.timezone.utc)
    rows = [describe(file, now=now, passphrases=passphrases, lang=options["lang"]) for file in options["files"] or ()]
    module.exit_json(changed=False, certificates=rows)


if __name__ == "__main__":
    main()
