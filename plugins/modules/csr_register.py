#!/usr/bin/python

# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: csr_register
short_description: Make keys and CSRs on their hosts and register the CSRs with the desk
version_added: 0.1.0
author:
  - iij.server_certificate contributors (@iij)
description:
  - Registers the CSR and the application information of every order whose C(host) is this host and whose application
    waits for it. An order without C(host) belongs to V(localhost).
  - If C(csr_origin) of an order is V(target), its private key and its certificate signing request are made on this host first.
  - A private key never leaves the host that it was made on, and a credential for the desk never leaves the
    controller.
  - A private key that is there is never overwritten. If it is damaged, encrypted without a passphrase being given, or
    of another kind than the order asks for, the order fails and the file stays as it is, unless C(key.regenerate) of
    the order says otherwise.
  - A key for the next certificate waits beside the live one, hidden and with C(.next) at its end
    (C(/etc/ssl/private/.www.key.next)), until M(iij.server_certificate.certificate_install) puts it in place together with
    its certificate. Such a key is made for a renewal, unless C(renewal.key) is V(keep), where C(generation) of the order
    was raised and the live key belongs to the certificate that is installed, and where C(key.regenerate) asks for it.
  - Words of C(key.regenerate) are V(never), the default; V(partial_idempotence) for a new key where the live one is of another
    kind than asked for; V(full_idempotence) where it cannot be read either; V(always) for each certificate. There is no
    V(fail), because every key is checked against its order.
  - Each folder from C(/) down to a file must belong to root or to the user of the task and be writable by nobody else, a link on the way must belong to one
    of the two, and a private key to one of them or to C(key.owner). Otherwise the order fails, and nothing there is touched.
  - All keys of a host are made on all of its cores.
  - A CSR that is there is kept if it fits the key and the order and its signature is valid; otherwise it is made
    again.
  - An order that fails holds up none of the others. The task fails at the end and lists all failures.
  - All keys and CSRs of a host are made in one execution of this module, however many orders there are.
extends_documentation_fragment:
  - iij.server_certificate._attributes
  - iij.server_certificate._desk
  - iij.server_certificate._orders
  - iij.server_certificate._reviewed
  - iij.server_certificate._planned
  - iij.server_certificate._handed_on
  - iij.server_certificate._language
attributes:
  check_mode:
    support: full
    details:
      - Nothing is made or registered. The fingerprint of a key that would be made is not known yet.
  diff_mode:
    support: full
    details:
      - The diff names paths, fingerprints, subjects and modes, and what is registered, without the applicant; it never
        holds a part of a private key.
  idempotent:
    support: full
requirements:
  - On the host, C(cryptography) 3.3 or newer; most distributions package it as C(python3-cryptography).
notes:
  - The country is always C(JP), because the form of the service asks for none.
  - Where C(key.csr_path) is not given, the CSR goes beside the key, with C(.csr) in place of C(.key).
  - If a CSR replaces one, the file's owner, group and SELinux context are kept; a symbolic link is kept and what it
    leads to replaced.
options:
  state:
    description:
      - V(prepared) makes keys and CSRs on this host and registers nothing, also for orders that are not bought yet. Of these it also tries,
        without writing anything, whether the host would let their certificates into the places that C(install) names. So a host that is not
        ready costs no contract. Without O(look) it fails, too, where the CSR of such an order could not be registered, such as one with the key
        of another contract at a CA that refuses that.
      - V(registered) makes them and registers them. With O(look) it registers the orders of all hosts, with the CSRs that they made under the
        same look, and no host is asked; a CSR that does not ask for what its order says is not registered.
    type: str
    choices: [prepared, registered]
    default: registered
  vaulted:
    description:
      - Values that no output of the host may show. Set by the controller for its own use, to what order files seal.
    type: list
    elements: str
  key_passphrases:
    description:
      - Passphrases of private keys by name of the order. A key that is made under such a name is encrypted with it, and
        a key that is there and encrypted is opened with it.
      - They go to the host of the order and nowhere else. Keep them in a vault, not in an order file.
      - Each is text, and in no order's name, since Ansible hides it in what the host answers. With O(order_files) a name
        that no order has is refused where it is nearly that of an order without a passphrase, and otherwise warned of
        as long as an order has none.
    type: dict
  concurrency:
    description:
      - How many calls to the desk may be under way at once.
    type: int
    default: 4
seealso:
  - module: iij.server_certificate.certificate_install
"""

EXAMPLES = r"""
---
- name: Make keys and CSRs where they belong, and register the CSRs
  iij.server_certificate.csr_register:
    order_files: "{{ playbook_dir }}/orders"
    desk_url: https://desk.example.jp
  become: true

- name: See what would be made for a single order
  iij.server_certificate.csr_register:
    desk_url: https://desk.example.jp
    orders:
      - name: www
        common_name: www.example.jp
        customer_code: SG00000001
        product: sureserver_cloud
        term: 6 months
        usage: other
        terms_agreed: true
        host: web1
        csr_origin: target
        subject:
          state_or_province_name: Tokyo
          locality_name: Chiyoda-ku
          organization_name: Example Co., Ltd.
        applicant:
          name: Web Operations
          department: Infrastructure
          email: certs@example.jp
          phone: "+81-3-0000-0000"
        key:
          type: RSA
          size: 2048
          path: /etc/pki/tls/private/www.key
  become: true
  check_mode: true
  diff: true
"""

RETURN = r"""
planned:
  description: Whether nothing was made or registered, because of check mode.
  returned: always
  type: bool
  sample: false
registrations:
  description: What is registered from this host, one entry for each order that is waiting for its registration.
  returned: always
  type: list
  elements: dict
  contains:
    name:
      description: Name of the order.
      type: str
      sample: www
    contract_id:
      description: Contract ID (サービスコード) of the application; V(null) where it would be ordered first, in check mode.
      type: str
      sample: rsc00000001
    state:
      description: State of the application; V(planned) where it would be ordered first, in check mode.
      type: str
      sample: applied
    csr_origin:
      description: Who made key and CSR, V(target), V(supplied) or V(service).
      type: str
      sample: target
    public_key_fingerprint:
      description:
        - SHA-256 of the public key as DER SubjectPublicKeyInfo, in lower-case hexadecimal.
        - V(null) where it is not known yet.
      type: str
      sample: 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
    key_path:
      description: Where the private key is on the host; V(null) if it was not made there.
      type: str
      sample: /etc/pki/tls/private/www.key
    next_key_path:
      description: Where the private key waits until its certificate is installed; V(null) if it is the live one.
      type: str
      sample: null
    csr_path:
      description: Where the CSR is on the host; V(null) if it was not made there.
      type: str
      sample: /etc/pki/tls/private/www.csr
failures:
  description: The orders that failed, on the host or at the desk.
  returned: when an order failed
  type: list
  elements: dict
  contains:
    name:
      description: Name of the order.
      type: str
      sample: shop
    message:
      description: What is wrong, and what to do.
      type: str
      sample: >-
        The folder /etc/pki/shop for /etc/pki/shop/shop.key does not exist; create it, or correct the path.
"""

from ansible.module_utils.basic import AnsibleModule
from ansible.module_utils.common.parameters import sanitize_keys

from ..module_utils import _argspec
from ..module_utils._pki import deps
from ..module_utils._target import ensure_key_csr, memory


def main() -> None:
    memory.leave_no_core()
    module = AnsibleModule(**vars(_argspec.csr_register()), supports_check_mode=True)
    missing = deps.explain_missing_cryptography()
    if missing:
        module.fail_json(msg=missing, exception=deps.CRYPTOGRAPHY_TRACEBACK)
    lang = module.params["lang"]
    passphrases = module.params["key_passphrases"]
    harvest = ensure_key_csr.ensure_all(module.params["orders"] or (), check=module.check_mode, passphrases=passphrases)
    result = sanitize_keys(ensure_key_csr.result(harvest, lang=lang), module.no_log_values)
    if harvest.failures:
        module.fail_json(msg=harvest.failure_text(lang), **result)
    module.exit_json(**result)


if __name__ == "__main__":
    main()
