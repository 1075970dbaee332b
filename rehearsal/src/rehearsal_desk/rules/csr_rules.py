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
from rehearsal_desk.rules.wording import say

_CURVES: t.Final = {"secp256r1": "P-256", "secp384r1": "P-384", "secp521r1": "P-521"}  # [BR 6.1.5]
_SMALLEST_RSA: t.Final = 2048  # [BR 6.1.5, GS:faq/65]

Faults = t.Iterator[str]


def csr_faults(csr: Csr, *, product: Product, common_name: str, key_used_elsewhere: bool) -> Faults:
    """Say why this CSR cannot be used for this application, as sentences."""
    if not csr.signature_valid:
        yield say("The signature of the CSR does not fit its key.", "CSRの署名が、その鍵と合いません。")
    yield from _key_faults(csr, product=product)
    if key_used_elsewhere and product.authority.refuses_used_keys:
        yield say(
            "{} refuses the public key of another application [GS:distinguish-name].",
            "{} は、ほかのお申し込みで使われた公開鍵を受け付けません [GS:distinguish-name]。",
            product.authority.name,
        )
    yield from _name_faults(csr, common_name=common_name)
    # Of a CSR for a DV certificate only CN and C survive [GS:distinguish-name, BR 7.1.2.7.2].
    if product.level != "DV":
        yield from _organization_faults(csr, product=product)


def _key_faults(csr: Csr, *, product: Product) -> Faults:
    if product.authority.rsa_2048_only:
        if (csr.key_type, csr.key_size) != ("RSA", 2048):
            yield say(
                "{} takes RSA keys of exactly 2048 bits [CT:tech_faq06].",
                "{} が受け付けるのは、2048ビットのRSA鍵だけです [CT:tech_faq06]。",
                product.authority.name,
            )
    elif csr.key_type == "RSA":
        if csr.key_size < _SMALLEST_RSA or csr.key_size % 8:
            yield say(
                "An RSA key has at least {} bits, divisible by 8 [BR 6.1.5].",
                "RSA鍵は{}ビット以上で、8の倍数です [BR 6.1.5]。",
                _SMALLEST_RSA,
            )
    elif csr.curve not in _CURVES:
        yield say(
            "The key is RSA, or EC on {} [BR 6.1.5].",
            "鍵はRSA、またはEC ({}) です [BR 6.1.5]。",
            ", ".join(_CURVES.values()),
        )


def _name_faults(csr: Csr, *, common_name: str) -> Faults:
    for attribute in ("C", "ST", "L", "O", "CN"):
        if len(csr.values(attribute)) > 1:
            yield say(
                "{} can stand only once in a subject [BR 7.1.4.1].",
                "{} は識別名に1回だけ書けます [BR 7.1.4.1]。",
                attribute,
            )
    if tuple(map(names.normal, csr.values("CN"))) != (names.normal(common_name),):
        yield say(
            "The common name of the CSR must be the order's, {}.",
            "CSRのコモンネームは、お申し込みのもの ({}) と同じでなければなりません。",
            common_name,
        )
    if any(country != "JP" for country in csr.values("C")):
        yield say("The country of the CSR must be JP.", "CSRの国名は JP です。")


def _organization_faults(csr: Csr, *, product: Product) -> Faults:
    if not csr.values("O"):
        yield say("The CSR needs an organisation (O) [BR 7.1.2.7.4].", "CSRに組織 (O) が必要です [BR 7.1.2.7.4]。")
    if not (csr.values("ST") or csr.values("L")):
        yield say(
            "The CSR needs a prefecture (ST) or a city (L) [BR 7.1.2.7.4].",
            "CSRに都道府県 (ST) または市区町村 (L) が必要です [BR 7.1.2.7.4]。",
        )
    for attribute in ("ST", "L", "O"):
        for value in csr.values(attribute):
            yield from dn_faults(value, attribute=attribute, authority=product.authority)
    if csr.values("OU") and not product.authority.drops_unit:
        yield say(
            "A public certificate has no OU any more [BR 7.1.2.7.4; EV since 2022-09-01, EVG 1.2.2].",
            "公的な証明書に部門 (OU) は記載できません [BR 7.1.2.7.4、EVは2022-09-01から EVG 1.2.2]。",
        )
