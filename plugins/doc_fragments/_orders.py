# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

from __future__ import annotations


class ModuleDocFragment:
    """Where orders come from; the same cut as _argspec.orders()."""

    DOCUMENTATION = r"""
options:
  order_files:
    description:
      - The folder with the order files, or one order file, on the controller. A relative path starts at the working directory.
      - All files ending in C(.yml) or C(.yaml) below the folder are read, except hidden names. A link that leads out of the folder is refused.
      - Mutually exclusive with O(orders).
    type: str
  orders:
    description:
      - The orders themselves, in the form of the C(orders) of an order file.
      - Mutually exclusive with O(order_files).
    type: list
    elements: dict
  portfolio:
    description:
      - The portfolio that the orders' names belong to. With the name of an order it makes the reference by which the desk
        knows the order permanently, so it must stay the same from run to run.
    type: str
    default: default
  slice:
    description:
      - Work on one slice of the orders, for several runners at once. V(2/5) is the second of five.
      - An order's slice follows from its name alone, so it stays the same whatever is added or removed.
      - All order files are read and compared with the desk all the same.
    type: str
  template_variables:
    description:
      - The values that templates in order files may name, as in C("{{ site_root }}/www.key"). Nothing else is known to them, neither lookups nor
        variables of the play or of hosts. See C(docs/guides/who-may-write-what.md).
      - In the collection's playbooks this is the variable C(certificate_template_variables).
    type: dict
  commands:
    description:
      - Commands by name, each as text or as a list of its words. An order names them in C(install.validate) and C(install.reload), and holds no
        command itself. They are run on the host without a shell, with the path of the new leading file in the place of C(%s).
      - In the collection's playbooks this is the variable C(certificate_commands).
    type: dict
"""
