# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The worlds in which applies are disturbed: order files, and what stands at the desk before.

Every cell has a world of its own at a desk that it shares with others: its portfolio and common names carry its number.
"""

from __future__ import annotations

import dataclasses as dc
import functools
import pathlib
import typing as t

import yaml
from ansible.constants import DEFAULT_VAULT_ID_MATCH
from ansible.parsing.vault import VaultLib, VaultSecret
from ansible_collections.iij.server_certificate.tests.contract import sample_orders as sample
from ansible_collections.iij.server_certificate.tests.reliability.beginnings import ENDING, begin
from ansible_collections.iij.server_certificate.tests.reliability.wishes import (
    FIRST,
    FURTHER,
    Change,
    Place,
    Product,
    Wish,
)
from cryptography.hazmat.primitives.asymmetric import ec

if t.TYPE_CHECKING:
    from ansible_collections.iij.server_certificate.tests.contract.desk_process import DeskControl

Json = dict[str, t.Any]

PASSPHRASE: t.Final = "reliability-vault-passphrase-7Qx"
VAULT_SECRETS: t.Final = [(DEFAULT_VAULT_ID_MATCH, VaultSecret(PASSPHRASE.encode()))]
# What must stand nowhere: the address of the applicant is a vaulted value in the order files.
APPLICANT_EMAIL: t.Final = "vaulted.applicant.9Kd@example.jp"


def made(wishes: tuple[Wish, ...], *, folder: pathlib.Path, number: str, desk: DeskControl) -> Place:
    """A world's files in the folder, and its beginning at the desk."""
    place = Place(folder=folder, number=number, wishes=wishes)
    place.orders.mkdir(parents=True)
    begun = {wish.name: there for wish in wishes if (there := begin(place, wish, desk=desk)) is not None}
    place = dc.replace(place, begun=begun)
    entries = [_entry(place, wish) for wish in place.wishes]
    defaults = {
        "customer_code": "SG00000001",
        "term": "6 months",
        "subject": sample.SUBJECT,
        "terms_agreed": True,
        "applicant": {**sample.APPLICANT, "email": _Vaulted(_vaulted(APPLICANT_EMAIL))},
    }
    document = {"version": 1, "defaults": defaults, "orders": entries}
    text = yaml.dump(document, Dumper=_Dumper, sort_keys=False)
    (place.orders / "web.yml").write_text(text, encoding="utf-8")
    return place


def _entry(place: Place, wish: Wish) -> Json:
    entry: Json = {
        "name": wish.name,
        "common_name": place.common_name(wish),
        "product": wish.product.value,
        "usage": "other",
        **({"host": wish.host} if wish.host else {}),
        **_approval(place, wish),
        **_changes(place, wish),
    }
    if wish.begin in ENDING and wish.renews:
        entry["renewal"] = {"when": "window"}
    if wish.cancelled:
        entry.update(state="cancelled", contract_id=place.begun[wish.name].contract_id)
    if wish.product is Product.LINKED:
        return {**entry, "usage": "linked_service", "linked_contract": _linked(wish), "certificate_transparency": True}
    if wish.product is Product.SERVICE:
        return {**entry, "csr_origin": "service"}
    if wish.product is Product.TARGET:
        key = {"path": str(place.folder / f"{wish.name}.key")}
        return {**entry, "csr_origin": "target", "host": place.host, "key": key}
    if wish.made_there:
        # An EC key is made in no time, and the authorities of these products take it.
        key = {"type": "ECDSA", "path": str(place.folder / f"{wish.name}.key")}
        return {**entry, "csr_origin": "target", "key": key}
    csr = place.orders / f"{wish.name}.csr"
    csr.write_text(sample.csr_of(ec.generate_private_key(ec.SECP256R1()), place.common_name(wish)), encoding="utf-8")
    if "renewal" in entry:  # its key is new, and at the portal nobody remembers which one is in use
        entry["renewal"]["key"] = "keep"
    return {**entry, "csr_origin": "supplied", "csr_path": csr.name}


def _changes(place: Place, wish: Wish) -> Json:
    """What the order says of the contract that is there."""
    files = {"certificate": str(place.installation(wish)), "chain": str(place.folder / f"{wish.name}-chain.pem")}
    said: Json = {"install": files} if wish.installed else {}
    if wish.change is Change.REISSUE:
        return {**said, "reissue": {"serial": place.begun[wish.name].serial, "reason": "key_lost"}}
    if wish.change is Change.REPLACE:
        return {**said, "generation": 2, "replaces": place.replaced(wish)}
    return said


def _linked(wish: Wish) -> Json:
    if wish.change is Change.LINK:
        return {**FURTHER[0], "was": FIRST["contract_id"]}
    if wish.change is Change.ADD:
        return {**FIRST, "also": list(FURTHER)}
    return {"service": FIRST["service"]}


def _approval(place: Place, wish: Wish) -> Json:
    if wish.product in (Product.TARGET, Product.SERVICE):
        return {}
    return {"approval_email": f"admin@{place.common_name(wish).removeprefix('*.')}"}


@functools.cache
def _vaulted(text: str) -> str:
    return str(VaultLib(VAULT_SECRETS).encrypt(text).decode())


class _Vaulted(str):
    """Text that is written with the tag !vault."""


class _Dumper(yaml.SafeDumper):
    """Knows the tag !vault, and no references between values."""

    def ignore_aliases(self, data: t.Any) -> bool:
        return True


_Dumper.add_representer(_Vaulted, lambda dumper, value: dumper.represent_scalar("!vault", str(value), style="|"))

__all__ = ("APPLICANT_EMAIL", "PASSPHRASE", "VAULT_SECRETS", "made")
