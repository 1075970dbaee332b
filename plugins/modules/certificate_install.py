#!/usr/bin/python

# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: certificate_install
short_description: Install issued certificates on their hosts
version_added: 0.1.0
author:
  - iij.server_certificate contributors (@iij)
description:
  - Puts the issued certificate and its chain into the files that C(install) of an order names, for every order whose
    C(host) is this host.
  - The host's files are looked at first. What is right is left alone and not collected from the desk again.
  - With O(look) the desk is not asked at all. What the host lacks is named in RV(missing), for M(iij.server_certificate.cert_portfolio) to fetch it.
  - Before anything is replaced the certificate must be the one that was issued, for the common name of the order and
    for the private key on the host, valid now, no older than the one installed, and every link of its chain must
    verify. If not, the order fails and its files stay as they are.
  - All files of an order go live in one step, a key that waited for this certificate among them. A crash at any moment leaves
    the whole old set or the whole new one, and the next run clears up. For this the paths become symbolic links into a
    hidden folder beside the leading file (C(.www.pem.set)), and the files lie hidden beside their paths. So their folders must be seen
    together; with C(install.plain_files) every path stays a plain file, and they change one after the other.
  - Each folder from C(/) down to a file must belong to root or to the user of the task and be writable by nobody else, a link on the way must belong to one
    of the two, and a private key to one of them or to C(key.owner). Otherwise the order fails, and nothing there is touched.
  - A server that reads key and certificate one after the other may still meet the step in between, for some microseconds.
    C(combined) and C(pkcs12), one file for all, have no such moment.
  - If C(install.validate) of the order is given, this command must accept the new files before they go live. Then
    C(install.reload) is run, and with C(install.prove) a TLS handshake must show the new certificate. If one of these
    fails, the old files come back in one step, C(install.reload) is run again, and the order fails. Commands are run without a shell
    and with the rights of the task. Order files only name them; the task defines them in O(commands). They are given no variable C(IIJ_CERT_*).
  - Files at the paths of C(install.was_at) are removed once the certificate is in use at the paths of now. A file that is not a certificate, CSR, chain or
    private key of the order is never removed; then the order fails, and all of them stay.
  - A run that was killed before it reloaded and proved is completed by the next one, which reports a change.
  - Mode, owner and group of the files are put right without collecting anything, and so are those of the private key where
    C(csr_origin) of the order is V(target). The content of a key that is live is never touched.
  - An order that fails holds up none of the others. The task fails at the end and lists all failures.
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
  diff_mode:
    support: full
    details:
      - The diff shows subject, serial number, expiry and fingerprint of the certificates, and the modes of the files, the private key's among them.
  idempotent:
    support: full
options:
  certificates:
    description:
      - Issued certificates by name of the order, for installing what was collected elsewhere. What is not given here
        is collected from the desk.
      - Each value is a mapping of C(certificate), one certificate in PEM, and C(chain), the intermediate certificates
        in PEM without the root, the certificate's issuer first.
    type: dict
  served:
    description:
      - Whether the new certificate is served, by name of the order. Set by the controller for its own use, where
        C(install.prove.seen_from) is V(controller).
    type: dict
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
  pkcs12_passphrases:
    description:
      - Passphrases for C(install.pkcs12), by name of the order; such files are never made without one.
      - They go to the host of the order and nowhere else. Keep them in a vault, not in an order file.
      - Each is text, and in no order's name, since Ansible hides it in what the host answers. With O(order_files) a name
        that no order has is refused where it is nearly that of an order without a passphrase, and otherwise warned of
        as long as an order has none.
    type: dict
requirements:
  - On the host, C(cryptography) 3.3 or newer; most distributions package it as C(python3-cryptography).
notes:
  - If a file is replaced, its owner, group and SELinux context are kept where the order does not name others; a
    symbolic link is kept and what it leads to replaced. Where C(combined) or C(pkcs12) takes the place of a
    file without a private key, owner and group are those of C(key) in the order, or of the user of the task.
  - A file that holds a private key is never overwritten, unless it is C(combined) or C(pkcs12) and the same key lies at
    C(key.path), or C(install.backup) is set.
  - Which issuers the certification authorities use is not documented, so the issuer is compared only with C(install.issuer).
  - PEM blocks of other kinds in a file, such as DH parameters, are carried along.
  - C(install.pkcs12_encryption) is V(modern), the default, or V(compatible) for readers that know 3DES and SHA-1 alone.
  - No two orders may name the same file. Chains differ between authorities and change over time.
seealso:
  - module: iij.server_certificate.csr_register
"""

EXAMPLES = r"""
---
- name: Install what has been issued for this host
  iij.server_certificate.certificate_install:
    order_files: "{{ playbook_dir }}/orders"
    desk_url: https://desk.example.jp
  become: true
  notify: Reload nginx

- name: Install a certificate that was collected earlier
  iij.server_certificate.certificate_install:
    order_files: "{{ playbook_dir }}/orders"
    desk_url: https://desk.example.jp
    certificates:
      www:
        certificate: "{{ lookup('ansible.builtin.file', 'collected/www.pem') }}"
        chain: "{{ lookup('ansible.builtin.file', 'collected/www-chain.pem') }}"
  become: true
"""

RETURN = r"""
planned:
  description: Whether nothing was changed, because of check mode.
  returned: always
  type: bool
  sample: false
installed:
  description: The certificates that are in their place, by name of the order.
  returned: always
  type: list
  elements: dict
  contains:
    name:
      description: Name of the order.
      type: str
      sample: www
    certificate_path:
      description: Where the certificate is.
      type: str
      sample: /etc/pki/tls/certs/www.pem
    chain_path:
      description: Where the intermediate certificates are; V(null) if the order does not ask for such a file.
      type: str
      sample: /etc/pki/tls/certs/www-chain.pem
    full_chain_path:
      description:
        - Where certificate and intermediate certificates are together; V(null) if the order does not ask for such a
          file.
      type: str
      sample: null
    combined_path:
      description: Where certificate, intermediate certificates and key are together; V(null) if not asked for.
      type: str
      sample: null
    pkcs12_path:
      description: Where the PKCS#12 file is; V(null) if not asked for.
      type: str
      sample: null
    issuer:
      description: Common name of the certificate's issuer.
      type: str
      sample: Example Issuing CA
    backup_files:
      description: The copies of replaced files by their role, where C(install.backup) is set.
      type: dict
      sample: {}
    removed_files:
      description: Files that were removed, or would be, where C(install.was_at) of the order says that its files were before.
      type: list
      elements: str
      sample: []
    not_after:
      description: Last moment of validity, RFC 3339 in UTC.
      type: str
      sample: "2027-05-22T14:59:59Z"
    serial_number:
      description: Serial number of the certificate in hexadecimal.
      type: str
      sample: 4f2a91
    certificate_fingerprint:
      description: SHA-256 of the DER certificate, in lower-case hexadecimal.
      type: str
      sample: 2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae
    changed:
      description: Whether anything was changed on the host for this order, or would be in check mode.
      type: bool
      sample: true
    planned:
      description: Whether the changes are only planned, because of check mode.
      type: bool
      sample: false
    actions:
      description:
        - What was done, or would be, out of V(write_chain), V(write_full_chain), V(write_certificate), V(write_combined),
          V(write_pkcs12), V(activate_key), V(reload) and V(prove).
        - V(write_plain_files) means that links of a file set became plain files, as C(install.plain_files) asks.
        - V(repair_chain_mode) and the like stand for mode, owner and group of a file whose content is right, and
          V(repair_key_mode) for those of the private key.
        - V(complete_swap) means that an earlier run was stopped after the new files went live.
        - V(remove_former_files) means that the files in RV(installed[].removed_files) were removed.
      type: list
      elements: str
      sample:
        - write_chain
        - write_certificate
missing:
  description:
    - Names of the orders whose certificate is issued but not in its place.
    - In check mode those that would be installed; otherwise those that could not be, and with O(look) those that are still to be fetched.
  returned: always
  type: list
  elements: str
  sample: []
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
        The certificate does not belong to the private key /etc/pki/tls/private/shop.key. Nothing was replaced; put
        the key there that the CSR was made from, or have the certificate reissued for this key.
"""

import datetime as dt

from ansible.module_utils.basic import AnsibleModule
from ansible.module_utils.common.parameters import sanitize_keys

from ..module_utils import _argspec
from ..module_utils._pki import deps
from ..module_utils._target import ensure_certificate, memory
from ..module_utils._target.installation import Passphrases


def main() -> None:
    memory.leave_no_core()
    module = AnsibleModule(**vars(_argspec.certificate_install()), supports_check_mode=True)
    missing = deps.explain_missing_cryptography()
    if missing:
        module.fail_json(msg=missing, exception=deps.CRYPTOGRAPHY_TRACEBACK)
    options = module.params
    lang = options["lang"]
    harvest = ensure_certificate.ensure_all(
        options["orders"] or (),
        handover=ensure_certificate.Handover(
            certificates=options["certificates"] or {},
            served=options["served"] or {},
            passphrases=Passphrases(options["key_passphrases"] or {}, options["pkcs12_passphrases"] or {}),
        ),
        now=dt.datetime.now(tz=dt.timezone.utc),
        check=module.check_mode,
    )
    result = ensure_certificate.result(harvest, check=module.check_mode, lang=lang)
    result = sanitize_keys(result, module.no_log_values)
    if harvest.failures:
        module.fail_json(msg=harvest.failure_text(lang), **result)
    module.exit_json(**result)


if __name__ == "__main__":
    main()
