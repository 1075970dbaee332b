# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One right order for every product, usage and CSR origin, written from the fact sheet and not from the schema."""

from __future__ import annotations

import copy
import itertools
import typing as t

Order = dict[str, t.Any]

DIGICERT = {
    f"{scope}_server_id{level}{cloud}": ("EV" if level else "OV", cloud)
    for scope in ("secure", "global")
    for level in ("_ev", "")
    for cloud in ("_cloud", "")
}
CYBERTRUST = {"sureserver_cloud": "OV", "sureserver_ev_cloud": "EV"}
GLOBALSIGN = {
    "organization_ssl": "OV",
    "organization_ssl_wildcard": "OV",
    "quick_ssl": "DV",
    "quick_ssl_wildcard": "DV",
}
PRODUCTS = (*DIGICERT, *CYBERTRUST, *GLOBALSIGN)
USAGES = ("other", "linked_service")
ORIGINS = ("target", "supplied", "service")
CSR_PATH = "made.csr"

_SUBJECT = {"state_or_province_name": "Tokyo", "locality_name": "Chiyoda-ku", "organization_name": "Example K.K."}
_BASE: Order = {
    "name": "www",
    "customer_code": "SG00000001",
    "term": "6 months",
    "applicant": {"name": "Web", "department": "Infra", "email": "certs@example.jp", "phone": "+81-3-0000-0000"},
    "terms_agreed": True,
}


def branches() -> tuple[tuple[str, str, str], ...]:
    """Every product, usage and CSR origin that can be ordered together."""
    return tuple(
        (product, usage, origin)
        for product, usage, origin in itertools.product(PRODUCTS, USAGES, ORIGINS)
        if (usage == "other" and not DIGICERT.get(product, ("", ""))[1]) or (usage, origin) == (USAGES[1], "service")
    )


def order_of(product: str, usage: str, origin: str) -> Order:
    """The order; a supplied CSR is expected at CSR_PATH beside the order file."""
    domain = "*.example.jp" if product.endswith("wildcard") else "www.example.jp"
    order = _BASE | {"product": product, "usage": usage, "common_name": domain, "csr_origin": origin}
    if product not in CYBERTRUST:
        order["approval_email"] = "admin@example.jp"
    if product in DIGICERT:
        order["certificate_transparency"] = True
    if usage == "linked_service":
        order["linked_contract"] = {"service": "gio_content_acceleration"}
    else:
        order["install"] = {"certificate": "/etc/pki/tls/certs/www.pem", "chain": "/etc/pki/tls/certs/chain.pem"}
    if origin == "target":
        order |= {"host": "web1", "key": {"path": "/etc/pki/tls/private/www.key"}}
    if origin == "supplied":
        order["csr_path"] = CSR_PATH
    if origin == "service" or (origin == "target" and GLOBALSIGN.get(product) != "DV"):
        order["subject"] = _SUBJECT
    return copy.deepcopy(order)


def every_order() -> tuple[Order, ...]:
    return tuple(order_of(*branch) for branch in branches())
