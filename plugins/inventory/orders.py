# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Hosts and groups out of order files."""

from __future__ import annotations

DOCUMENTATION = r"""
name: orders
short_description: Hosts and groups out of certificate order files
version_added: 0.1.0
author:
  - iij.server_certificate contributors (@iij)
description:
  - Makes an inventory of the hosts that orders name with C(host). The orders are read and judged as the playbook C(iij.server_certificate.check) does it,
    and when one of them is wrong there is no inventory but every complaint. The desk is not asked.
  - Every host is in the group C(certificate_hosts), and in one group for each C(product), C(ca), C(usage), C(csr_origin) and order file of its orders, for
    example C(certificate_product_quick_ssl), C(certificate_ca_globalsign), C(certificate_usage_other), C(certificate_csr_origin_target) and
    C(certificate_orders_web) for C(orders/web.yml).
  - Every host has the variable C(certificate_orders_by_name), in which each of its orders has C(common_name), C(product), C(ca), C(term), C(usage),
    C(csr_origin), C(contract_id), C(generation), C(key_path), C(install) (the paths of its files) and C(file). No vaulted value is shown.
    The lists C(certificate_products) and C(certificate_authorities) are made for O(keyed_groups).
    Where several inventories of this plugin name one host, it has the orders of all of them; of two with one name, that of the last inventory.
  - A host must not have the name of a group or of the controller (C(localhost), C(127.0.0.1), C(::1)),
    unless an inventory that is read before has the controller.
  - Orders without a host, and those with C(state=cancelled), make no host.
  - The configuration file must end in C(certificate_orders.yml) or C(certificate_orders.yaml) and lie outside the folder of the order files.
extends_documentation_fragment:
  - constructed
  - iij.server_certificate._language
options:
  plugin:
    description: Marks the file as one of this plugin.
    type: str
    required: true
    choices: [iij.server_certificate.orders]
  order_files:
    description:
      - The folder with the order files, or one order file. A relative path starts at the folder of the configuration file.
    type: str
    required: true
  template_variables:
    description:
      - The values that templates in the order files may name; nothing else is known to them. Those of the extra variable (C(-e))
        C(certificate_template_variables) go first.
    type: dict
    default: {}
  group_prefix:
    description: What the names of the plugin's own groups start with.
    type: str
    default: certificate_
"""

EXAMPLES = r"""
# certificate_orders.yml, beside the folder orders/
plugin: iij.server_certificate.orders
order_files: orders/

# The same, with groups of one's own
---
plugin: iij.server_certificate.orders
order_files: orders/
keyed_groups:
  - key: certificate_authorities
    prefix: from
groups:
  has_wildcard: certificate_orders_by_name.values() | selectattr('common_name', 'match', '[*]') | length > 0
compose:
  certificate_count: certificate_orders_by_name | length
"""

import datetime as dt
import pathlib
import typing as t

from ansible import constants
from ansible.errors import AnsibleParserError
from ansible.plugins.inventory import BaseInventoryPlugin, Constructable

from ..module_utils._core.paths import expand_home
from ..module_utils._core.phrases import spoken_language, translate
from ..module_utils._core.system_errors import describe_os_error
from ..plugin_utils._complaints.complaints import OrdersRefused, report
from ..plugin_utils._complaints.vaulted import hide_vaulted
from ..plugin_utils._orders.hosts import find_reserved_hosts, list_hosts
from ..plugin_utils._orders.opened import make_reader
from ..plugin_utils._orders.portfolio import judge_order_files
from ..plugin_utils._orders.public_suffixes import explain_missing_public_suffixes
from ..plugin_utils._orders.voluptuous_dep import explain_missing_voluptuous

if t.TYPE_CHECKING:
    from ..plugin_utils._orders.hosts import OrderHost
    from ..plugin_utils._values.order import Order


_SUFFIXES = ("certificate_orders.yml", "certificate_orders.yaml")


class InventoryModule(BaseInventoryPlugin, Constructable):  # type: ignore[misc]
    """Makes hosts and groups; a mistake in the orders is told with its place."""

    NAME = "iij.server_certificate.orders"

    def verify_file(self, path: str) -> bool:
        return bool(super().verify_file(path)) and path.endswith(_SUFFIXES)

    def parse(self, inventory: t.Any, loader: t.Any, path: str, cache: bool = True) -> None:
        super().parse(inventory, loader, path, cache)
        missing = explain_missing_voluptuous() or explain_missing_public_suffixes()
        if missing:
            raise AnsibleParserError(missing)
        self._read_config_data(path)
        inventory.add_group(self._name_group("hosts"))
        with hide_vaulted():
            for host in list_hosts(self._orders(path)):
                self._add(host)

    def _orders(self, path: str) -> tuple[Order, ...]:
        lang = self.get_option("lang") or spoken_language()
        try:
            source = pathlib.Path(path).parent / expand_home(self.get_option("order_files"))
        except OSError as error:
            raise AnsibleParserError(translate(describe_os_error(error), lang)) from None
        given = self._vars.get("certificate_template_variables")
        variables = {**self.get_option("template_variables"), **(given if isinstance(given, dict) else {})}
        try:
            found = judge_order_files(str(source), make_reader(variables), day=dt.datetime.now(dt.UTC).date())
            orders = found.accept()
            if reserved := tuple(find_reserved_hosts(orders, self._list_reserved(orders))):
                raise OrdersRefused(reserved)
        except OrdersRefused as refused:
            raise AnsibleParserError(report(refused.complaints, lang)) from None
        if found.complaints:
            self.display.v(report(found.complaints, lang))
        return orders

    def _list_reserved(self, orders: tuple[Order, ...]) -> frozenset[str]:
        """List the names that no host may have: those of the controller, and of every group that is known by now."""
        own = (self._name_group(name) for host in list_hosts(orders) for name in host.groups)
        here = set(constants.LOCALHOST) - set(self.inventory.hosts)  # unless an inventory before this one has it
        return frozenset((*here, *self.inventory.groups, *self.get_option("groups"), *own))

    def _name_group(self, name: str) -> str:
        return str(self._sanitize_group_name(f"{self.get_option('group_prefix')}{name}"))

    def _add(self, host: OrderHost) -> None:
        self.inventory.add_host(host.name)
        for name in ("hosts", *host.groups):
            group = self.inventory.add_group(self._name_group(name))
            self.inventory.add_host(host.name, group=group)
        # Another inventory of this plugin, of another folder, may have named the host before.
        before = self.inventory.get_host(host.name).get_vars().get("certificate_orders_by_name", {})
        orders = {**before, **host.orders}
        variables = {
            "certificate_orders_by_name": orders,
            "certificate_products": sorted({facts["product"] for facts in orders.values()}),
            "certificate_authorities": sorted({facts["ca"] for facts in orders.values()}),
        }
        for name, value in variables.items():
            self.inventory.set_variable(host.name, name, value)
        self._construct(host.name, variables)

    def _construct(self, host: str, variables: dict[str, t.Any]) -> None:
        """Apply the user's own compose, groups and keyed_groups to the host."""
        strict = self.get_option("strict")
        self._set_composite_vars(self.get_option("compose"), variables, host, strict=strict)
        known = self.inventory.get_host(host).get_vars()
        self._add_host_to_composed_groups(self.get_option("groups"), known, host, strict=strict)
        self._add_host_to_keyed_groups(self.get_option("keyed_groups"), known, host, strict=strict)
