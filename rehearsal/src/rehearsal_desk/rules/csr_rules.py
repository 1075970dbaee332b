# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The rules for a customer's CSR; pure."""

from __future__ import annotations

import typing as t

from rehearsal_desk.rules import names
from rehearsal_desk.rules.catalogue import Product
from rehearsal_desk.rules.csrs import Csr
from rehearsal_desk.rules.dn_rules import dn_faults

_CURVES: t.Final = {"secp256r1": "P-256", "secp384r1": "P-384", "secp521r1": "P-521"}  # [BR 6.1.5]
_SMALLEST_RSA: t.Final = 2048  # [BR 6.1.5, GS:faq/65]

Faults = t.Iterator[str]


def csr_faults(csr: Csr, *, product: Product, common_name: str, key_used_elsewhere: bool) -> Faults:
    """Why this CSR cannot be used for this application, as sentences."""
    if not csr.signature_valid:
        yield "The signature of the CSR does not fit its key."
    yield from _key_faults(csr, product=product)
    if key_used_elsewhere and product.authority.refuses_used_keys:
        yield f"{product.authority.name} refuses the public key of another application [GS:distinguish-name]."
    yield from _name_faults(csr, common_name=common_name)
    # Of a CSR for a DV certificate only CN and C survive [GS:distinguish-name, BR 7.1.2.7.2].
    if product.level != "DV":
        yield from _organization_faults(csr, product=product)


def _key_faults(csr: Csr, *, product: Product) -> Faults:
    if product.authority.rsa_2048_only:
        if (csr.key_type, csr.key_size) != ("RSA", 2048):
            yield f"{product.authority.name} takes RSA keys of exactly 2048 bits [CT:tech_faq06]."
    elif csr.key_type == "RSA":
        if csr.key_size < _SMALLEST_RSA or csr.key_size % 8:
            yield f"An RSA key has at least {_SMALLEST_RSA} bits, divisible by 8 [BR 6.1.5]."
    elif csr.curve not in _CURVES:
        yield f"The key is RSA, or EC on {', '.join(_CURVES.values())} [BR 6.1.5]."


def _name_faults(csr: Csr, *, common_name: str) -> Faults:
    for attribute in ("C", "ST", "L", "O", "CN"):
        if len(csr.values(attribute)) > 1:
            yield f"{attribute} can stand only once in a subject [BR 7.1.4.1]."
    if tuple(map(names.normal, csr.values("CN"))) != (names.normal(common_name),):
        yield f"The common name of the CSR must be the order's, {common_name}."
    if any(country != "JP" for country in csr.values("C")):
        yield "The country of the CSR must be JP."


def _organization_faults(csr: Csr, *, product: Product) -> Faults:
    if not csr.values("O"):
        yield "The CSR needs an organisation (O) [BR 7.1.2.7.4]."
    if not (csr.values("ST") or csr.values("L")):
        yield "The CSR needs a prefecture (ST) or a city (L) [BR 7.1.2.7.4]."
    for attribute in ("ST", "L", "O"):
        for value in csr.values(attribute):
            yield from dn_faults(value, attribute=attribute, authority=product.authority)
    if csr.values("OU") and not product.authority.drops_unit:
        yield "A public certificate has no OU any more [BR 7.1.2.7.4; EV since 2022-09-01, EVG 1.2.2]."
