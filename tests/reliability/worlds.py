# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The worlds in which applies are disturbed: order files, and what stands at the desk before.

Every cell has a world of its own at a desk that it shares with others: its portfolio and common names carry its number.
"""

from __future__ import annotations

import contextlib
import dataclasses as dc
import datetime as dt
import enum
import functools
import pathlib
import sqlite3
import typing as t

import yaml
from ansible.constants import DEFAULT_VAULT_ID_MATCH
from ansible.parsing.vault import VaultLib, VaultSecret
from ansible_collections.iij.server_certificate.tests.contract import sample_orders as sample
from cryptography.hazmat.primitives.asymmetric import ec

if t.TYPE_CHECKING:
    from ansible_collections.iij.server_certificate.tests.contract.desk_process import DeskControl

Json = dict[str, t.Any]

PASSPHRASE: t.Final = "reliability-vault-passphrase-7Qx"
VAULT_SECRETS: t.Final = [(DEFAULT_VAULT_ID_MATCH, VaultSecret(PASSPHRASE.encode()))]
# What must stand nowhere: the address of the applicant is a vaulted value in the order files.
APPLICANT_EMAIL: t.Final = "vaulted.applicant.9Kd@example.jp"


class Begin(enum.Enum):
    """What stands at the desk before the first apply."""

    NOTHING = "nothing"
    ORDERED = "ordered under our reference, not registered"
    BY_HAND = "ordered by hand, without a reference, not registered"
    REGISTERED = "registered"
    DUE = "its certificate ends in 28 days"
    RENEWED = "the same, and somebody has renewed it in a browser"


class Product(enum.Enum):
    """Which product, and who makes its CSR."""

    SUPPLIED = "quick_ssl"
    WILDCARD = "quick_ssl_wildcard"
    LINKED = "secure_server_id_cloud"
    TARGET = "sureserver_cloud"
    SERVICE = "sureserver_ev_cloud"


@dc.dataclass(frozen=True, kw_only=True)
class Wish:
    """One order of a world."""

    name: str
    product: Product = Product.SUPPLIED
    begin: Begin = Begin.NOTHING
    cancelled: bool = False
    host: str | None = None  # where it is at home
    made_there: bool = False  # its key and CSR, too
    renews: bool = True  # the order says that a run renews, where its certificate ends

    @property
    def end(self) -> str:
        """The state in which the application, or its renewal, must be found when all is done."""
        if self.begin is Begin.DUE and not self.renews:
            return "issued"
        return "cancelled" if self.cancelled else "applied"

    @property
    def renewals(self) -> int:
        """How many renewals the desk has sold when all is done."""
        return int(self.begin is Begin.RENEWED or (self.begin is Begin.DUE and self.renews))


_ENDING: t.Final = (Begin.DUE, Begin.RENEWED)
_PAST: t.Final = (
    ("applications", "id", ("ordered_at", "lapse_at")),
    ("procedures", "application_id",
     ("opened_at", "registered_at", "contacted_at", "issued_at", "not_before", "not_after")),
)  # fmt: skip
WORLDS: t.Final[dict[str, tuple[Wish, ...]]] = {
    "new": (
        Wish(name="cdn", product=Product.LINKED),
        Wish(name="shop", product=Product.WILDCARD, host="web1"),
        Wish(name="web", host="web2", made_there=True),
    ),
    # The same without the one whose key the desk makes, which takes it longer than all else together.
    "supplied": (
        Wish(name="shop", product=Product.WILDCARD, host="web1"),
        Wish(name="web", host="web2"),
    ),
    # Something paid for by hand, something half done, something to cancel, something new.
    "resumed": (
        Wish(name="hand", begin=Begin.BY_HAND),
        Wish(name="half", begin=Begin.ORDERED, host="web1", made_there=True),
        Wish(name="old", begin=Begin.REGISTERED, cancelled=True),
        Wish(name="web", host="web2", made_there=True),
    ),
    # Contracts whose certificates end: one that a run renews, one of which the CSR is supplied.
    "due": (
        Wish(name="shop", begin=Begin.DUE, host="web1"),
        Wish(name="web", begin=Begin.DUE, host="web2", made_there=True),
    ),
    # One that nobody renews yet, one that somebody has renewed, one that a run renews, and a new contract beside.
    "mixed": (
        Wish(name="hand", begin=Begin.RENEWED, host="web1", made_there=True),
        Wish(name="mute", begin=Begin.DUE, renews=False),
        Wish(name="new", host="web2", made_there=True),
        Wish(name="web", begin=Begin.DUE, host="web2", made_there=True),
    ),
    # The same without the one to cancel, which not every adapter can.
    "found": (
        Wish(name="hand", begin=Begin.BY_HAND, host="web1", made_there=True),
        Wish(name="half", begin=Begin.ORDERED),
        Wish(name="web", host="web2"),
    ),
    # The same without the one that has no reference: a desk that hides or misspells such an application in its list
    # leaves nobody a way to know of it, so that buying it again is no fault of an apply.
    "referenced": (
        Wish(name="half", begin=Begin.ORDERED),
        Wish(name="old", begin=Begin.REGISTERED, cancelled=True),
        Wish(name="web"),
    ),
}


@dc.dataclass(frozen=True, kw_only=True)
class Place:
    """A world made real: its files, its name at the desk."""

    folder: pathlib.Path
    number: str
    wishes: tuple[Wish, ...]
    host: str = "web1"  # where keys are made, if a wish is for one

    @property
    def portfolio(self) -> str:
        return f"p{self.number}"

    @property
    def orders(self) -> pathlib.Path:
        return self.folder / "orders"

    @property
    def ledger(self) -> pathlib.Path:
        return self.folder / "state.ledger.jsonl"

    def common_name(self, wish: Wish) -> str:
        name = f"{wish.name}.{self.number}.example.jp"
        return f"*.{name}" if wish.product is Product.WILDCARD else name

    def client_reference(self, wish: Wish) -> str:
        return f"{self.portfolio}/{wish.name}/1"


def made(wishes: tuple[Wish, ...], *, folder: pathlib.Path, number: str, desk: DeskControl) -> Place:
    """A world's files in the folder, and its beginning at the desk."""
    place = Place(folder=folder, number=number, wishes=wishes)
    place.orders.mkdir(parents=True)
    contracts = {wish.name: begun for wish in place.wishes if (begun := _begun(place, wish, desk=desk)) is not None}
    entries = [_entry(place, wish, contract_id=contracts.get(wish.name)) for wish in place.wishes]
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


def _entry(place: Place, wish: Wish, *, contract_id: str | None) -> Json:
    entry: Json = {
        "name": wish.name,
        "common_name": place.common_name(wish),
        "product": wish.product.value,
        "usage": "other",
        **({"host": wish.host} if wish.host else {}),
        **_approval(place, wish),
    }
    if wish.begin in _ENDING and wish.renews:
        entry["renewal"] = {"when": "window"}
    if wish.cancelled:
        entry.update(state="cancelled", contract_id=contract_id)
    if wish.product is Product.LINKED:
        linked = {"service": "gio_content_acceleration"}
        return {**entry, "usage": "linked_service", "linked_contract": linked, "certificate_transparency": True}
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
    return {**entry, "csr_origin": "supplied", "csr_path": csr.name}


def _approval(place: Place, wish: Wish) -> Json:
    if wish.product in (Product.TARGET, Product.SERVICE):
        return {}
    return {"approval_email": f"admin@{place.common_name(wish).removeprefix('*.')}"}


def _begun(place: Place, wish: Wish, *, desk: DeskControl) -> str | None:
    """The contract ID of what was there before."""
    if wish.begin is Begin.NOTHING:
        return None
    order = {
        "client_reference": None if wish.begin is Begin.BY_HAND else place.client_reference(wish),
        "customer_code": "SG00000001",
        "common_name": place.common_name(wish),
        "product": wish.product.value,
        "term": "6 months",
        "usage": "other",
        "linked_contract_id": None,
        "terms_agreed": True,
    }
    contract_id = str(desk.api("POST", "/applications", order)["result"]["contract_id"])
    if wish.begin in (Begin.REGISTERED, *_ENDING):
        registration = {
            "csr_origin": "customer",
            "csr": sample.csr_of(ec.generate_private_key(ec.SECP256R1()), place.common_name(wish)),
            "subject": None,
            "applicant": sample.APPLICANT,
            "approval_email": f"admin@{place.common_name(wish)}",
            "certificate_transparency": None,
            "terms_agreed": True,
        }
        desk.api("PUT", f"/applications/{contract_id}/registration", registration)
    if wish.begin in _ENDING:
        desk.ca_work(contract_id)
        _make_older(contract_id, desk.database)
    if wish.begin is Begin.RENEWED:
        desk.control("POST", "/by-hand", {"contract_id": contract_id, "act": "renew"})
    return contract_id


def _make_older(contract_id: str, database: pathlib.Path) -> None:
    """Move a contract's past back, so that its certificate ends in 28 days: the desk's clock is for all cells."""
    number = int(contract_id.removeprefix("rsc"))
    with contextlib.closing(sqlite3.connect(database, timeout=60)) as connection, connection:
        (end,) = connection.execute(
            "SELECT not_after FROM procedures WHERE application_id = ? AND not_after IS NOT NULL", (number,)
        ).fetchone()
        back = dt.datetime.fromisoformat(end) - dt.datetime.now(dt.UTC).replace(tzinfo=None) - dt.timedelta(days=28)
        for table, of_contract, columns in _PAST:
            moved = ", ".join(f"{name} = strftime('%Y-%m-%d %H:%M:%f', {name}, :back) || '000'" for name in columns)
            connection.execute(
                f"UPDATE {table} SET {moved} WHERE {of_contract} = :number",
                {"back": f"-{back.total_seconds():.0f} seconds", "number": number},
            )


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

__all__ = ("APPLICANT_EMAIL", "PASSPHRASE", "VAULT_SECRETS", "WORLDS", "Begin", "Place", "Product", "Wish", "made")
