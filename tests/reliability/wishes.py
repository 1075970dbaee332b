# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is wished in each world, and where a world made real has its files."""

from __future__ import annotations

import dataclasses as dc
import enum
import pathlib
import typing as t


class Begin(enum.Enum):
    """What stands at the desk before the first apply."""

    NOTHING = "nothing"
    ORDERED = "ordered under our reference, not registered"
    BY_HAND = "ordered by hand, without a reference, not registered"
    REGISTERED = "registered"
    DUE = "its certificate ends in 28 days"
    RENEWED = "the same, and somebody has renewed it in a browser"
    ISSUED = "its certificate is in use, far from its end"


class Change(enum.Enum):
    """What an order asks of a contract that is there, beside its renewal."""

    REISSUE = "another certificate in place of the one in use"
    REPLACE = "another contract in place of this one"
    LINK = "another linked service"
    ADD = "two more linked services"


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
    change: Change | None = None
    by_hand: bool = False  # somebody has asked for the change in a browser
    installed: bool = False  # its host has files for the certificate

    @property
    def end(self) -> str:
        """The state in which the application, or its renewal, must be found when all is done."""
        if self.change:
            return "installed" if self.product is Product.LINKED else "issued"
        if self.begin is Begin.DUE and not self.renews:
            return "issued"
        return "cancelled" if self.cancelled else "applied"

    @property
    def acts(self) -> dict[str, int]:
        """How often the desk has done what for it when all is done."""
        renewed = self.begin is Begin.RENEWED or (self.begin is Begin.DUE and self.renews)
        return {
            "purchase": 2 if self.change is Change.REPLACE else 1,
            "renewal": int(renewed),
            "reissue": int(self.change is Change.REISSUE),
            "link_change": {Change.LINK: 1, Change.ADD: len(FURTHER)}.get(self.change, 0) if self.change else 0,
        }


class Begun(t.NamedTuple):
    """What was there before: a contract, and the serial number of its certificate."""

    contract_id: str
    serial: str | None


# The linked contracts that a desk has: what contracts begin with, and what they are changed to or get beside it.
FIRST: t.Final = {"service": "gio_content_acceleration", "contract_id": "rga00000001"}
FURTHER: t.Final = tuple({"service": "managed_waf_link", "contract_id": f"rmw0000000{number}"} for number in (1, 2))
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
    # Certificates that have to go: one whose CSR is supplied, one whose new key its host makes.
    "reissue": (
        Wish(name="shop", begin=Begin.ISSUED, change=Change.REISSUE, host="web1"),
        Wish(name="web", begin=Begin.ISSUED, change=Change.REISSUE, host="web2", made_there=True),
    ),
    # One that somebody has reissued in a browser, one that a run reissues, a renewal and a new contract beside.
    "reissue beside others": (
        Wish(name="due", begin=Begin.DUE, host="web1", made_there=True),
        Wish(name="hand", begin=Begin.ISSUED, change=Change.REISSUE, by_hand=True, host="web1", made_there=True),
        Wish(name="new", host="web2"),
        Wish(name="web", begin=Begin.ISSUED, change=Change.REISSUE, host="web2", made_there=True),
    ),
    # Contracts that give way to another one: once IIJ has installed its certificate, once its host has it.
    "replacement": (
        Wish(name="cdn", product=Product.LINKED, begin=Begin.ISSUED, change=Change.REPLACE),
        Wish(name="web", begin=Begin.ISSUED, change=Change.REPLACE, host="web2", made_there=True, installed=True),
    ),
    # The same when the new ones are in use and the old ones are to be cancelled, and a new contract beside.
    "replacement in use": (
        Wish(name="cdn", product=Product.LINKED, begin=Begin.ISSUED, change=Change.REPLACE),
        Wish(name="new", host="web1"),
        Wish(name="web", begin=Begin.ISSUED, change=Change.REPLACE, host="web2", made_there=True, installed=True),
    ),
    # One service in the place of another, and two more beside one, of which the second has to wait for the first.
    "linked change": (
        Wish(name="cdn", product=Product.LINKED, begin=Begin.ISSUED, change=Change.LINK),
        Wish(name="more", product=Product.LINKED, begin=Begin.ISSUED, change=Change.ADD),
    ),
    # One before its first certificate, one that somebody has asked for, one whose renewal is due, and a new contract.
    "linked change beside others": (
        Wish(name="due", product=Product.LINKED, begin=Begin.DUE, change=Change.LINK),
        Wish(name="half", product=Product.LINKED, begin=Begin.ORDERED, change=Change.LINK),
        Wish(name="hand", product=Product.LINKED, begin=Begin.ISSUED, change=Change.LINK, by_hand=True),
        Wish(name="new", host="web2"),
    ),
}
# Worlds in which an apply that nobody disturbs, the CA and the hosts have been at work before.
PREPARED: t.Final = ("replacement in use",)


@dc.dataclass(frozen=True, kw_only=True)
class Place:
    """A world made real: its files, its name at the desk."""

    folder: pathlib.Path
    number: str
    wishes: tuple[Wish, ...]
    host: str = "web1"  # where keys are made, if a wish is for one
    begun: t.Mapping[str, Begun] = dc.field(default_factory=dict)  # by the wish's name

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

    def installation(self, wish: Wish) -> pathlib.Path:
        """The certificate of this wish on its host."""
        return self.folder / f"{wish.name}.pem"

    def replaced(self, wish: Wish) -> str | None:
        """The contract that gives way to another one."""
        return self.begun[wish.name].contract_id if wish.change is Change.REPLACE else None

    @property
    def given_up(self) -> frozenset[str]:
        """The contracts that are cancelled when all is done."""
        ended = (wish for wish in self.wishes if wish.cancelled or wish.change is Change.REPLACE)
        return frozenset(self.begun[wish.name].contract_id for wish in ended if wish.name in self.begun)

    def client_reference(self, wish: Wish) -> str:
        return f"{self.portfolio}/{wish.name}/1"


__all__ = ("FIRST", "FURTHER", "PREPARED", "WORLDS", "Begin", "Begun", "Change", "Place", "Product", "Wish")
