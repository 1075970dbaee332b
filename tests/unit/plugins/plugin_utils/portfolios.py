# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Orders and a desk in memory for the tests of this folder."""

from __future__ import annotations

import contextlib
import dataclasses as dc
import datetime as dt
import pathlib
import typing as t

import yaml
from ansible_collections.iij.server_certificate.plugins.plugin_utils._desk.desk import (
    OutcomeUnknown,
    ReferenceTaken,
    StateConflict,
)
from ansible_collections.iij.server_certificate.plugins.plugin_utils._orders.files import (
    Reader,
    read_folder,
    read_inline,
)
from ansible_collections.iij.server_certificate.plugins.plugin_utils._orders.portfolio import judge_orders
from ansible_collections.iij.server_certificate.plugins.plugin_utils._values.observed import (
    Application,
    Certificate,
    IssuedCertificate,
    Kind,
    LinkChange,
    OfferedProduct,
    Procedure,
    SeenContract,
    State,
)

if t.TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ansible_collections.iij.server_certificate.plugins.plugin_utils._values.links import Relinking
    from ansible_collections.iij.server_certificate.plugins.plugin_utils._values.order import Order

TODAY = dt.date(2026, 11, 22)
MADE_AT = dt.datetime(2026, 11, 22, 3, 0, tzinfo=dt.UTC)


def _closed(text: str) -> str:
    raise ValueError("no vault secret is there")


# Templates and vaults have tests of their own.
READER = Reader(render=lambda text: text, decrypt=_closed)

# Every order with an approval address is told this, so tests of other rules pass it over.
EVERYWHERE = "EMAIL-VALIDATION-ENDS"

APPLICANT = {
    "name": "Web Operations",
    "department": "Infrastructure",
    "email": "certs@example.jp",
    "phone": "+81-3",
}
SUBJECT = {
    "state_or_province_name": "Tokyo",
    "locality_name": "Chiyoda-ku",
    "organization_name": "Example Co., Ltd.",
}
BASE = {"customer_code": "SG00000001", "term": "6 months", "applicant": APPLICANT, "terms_agreed": True}

# One right order of every kind; tests change single fields of them.
OV = BASE | {
    "name": "www",
    "common_name": "www.example.jp",
    "product": "sureserver_cloud",
    "usage": "other",
    "csr_origin": "target",
    "host": "web1",
    "key": {"path": "/etc/pki/tls/private/www.key"},
    "install": {"certificate": "/etc/pki/tls/certs/www.pem"},
    "subject": SUBJECT,
}
DV = OV | {
    "name": "blog",
    "common_name": "blog.example.jp",
    "product": "quick_ssl",
    "approval_email": "admin@example.jp",
    "key": {"path": "/etc/pki/tls/private/blog.key"},
    "install": {"certificate": "/etc/pki/tls/certs/blog.pem"},
}
del DV["subject"]
WILDCARD = DV | {
    "name": "shop",
    "common_name": "*.shop.example.jp",
    "product": "quick_ssl_wildcard",
    "key": {"path": "/etc/pki/tls/private/shop.key"},
    "install": {"certificate": "/etc/pki/tls/certs/shop.pem"},
}
EV = OV | {
    "name": "bank",
    "common_name": "bank.example.jp",
    "product": "secure_server_id_ev",
    "approval_email": "admin@bank.example.jp",
    "certificate_transparency": True,
    "key": {"path": "/etc/pki/tls/private/bank.key"},
    "install": {"certificate": "/etc/pki/tls/certs/bank.pem"},
}
LINKED = BASE | {
    "name": "cdn",
    "common_name": "cdn.example.jp",
    "product": "secure_server_id_cloud",
    "usage": "linked_service",
    "linked_contract": {"service": "gio_content_acceleration"},
    "subject": SUBJECT,
    "approval_email": "admin@example.jp",
    "certificate_transparency": True,
}


_OF_SAMPLES = [sample[part] for sample in (OV, DV, WILDCARD, EV) for part in ("key", "install")]


def apart(orders: Iterable[dict[str, t.Any]]) -> list[dict[str, t.Any]]:
    """The orders with files of their own where they took over those of a sample; the rest is as the test has it."""
    return [_with_own_files(order) for order in orders]


def _with_own_files(order: dict[str, t.Any]) -> dict[str, t.Any]:
    own = {
        "key": {"path": f"/etc/pki/tls/private/{order.get('name')}.key"},
        "install": {"certificate": f"/etc/pki/tls/certs/{order.get('name')}.pem"},
    }
    taken = {part for part in own if any(order.get(part) is sample for sample in _OF_SAMPLES)}
    return {**order, **{part: own[part] for part in taken}}


def rules_broken(orders: Iterable[dict[str, t.Any]], *, day: dt.date = TODAY) -> list[str]:
    """The ids of the rules that these orders break, warnings too, in the order in which they are told."""
    found = judge_orders(read_inline(apart(orders)), day=day).complaints
    return [complaint.rule for complaint in found if complaint.rule != EVERYWHERE]


def portfolio(*orders: dict[str, t.Any]) -> tuple[Order, ...]:
    return judge_orders(read_inline(apart(orders)), day=TODAY).accept()


def written(folder: pathlib.Path, *orders: dict[str, t.Any], name: str = "orders.yml", **top: t.Any) -> pathlib.Path:
    """An order file in a folder."""
    file = folder / name
    content = {"version": 1, **top, "orders": apart(orders)}
    file.write_text(yaml.safe_dump(content, allow_unicode=True, sort_keys=False), encoding="utf-8")
    return file


def from_files(folder: pathlib.Path) -> tuple[Order, ...]:
    return judge_orders(read_folder(str(folder), READER), day=TODAY).accept()


def now() -> dt.datetime:
    """The clock of a performer."""
    return dt.datetime.now(dt.UTC)


@dc.dataclass
class DeskInMemory:
    """Keeps the promises of the Desk protocol: references are unique, every purchase is counted.

    `losses` says for each spending call in turn what happens to it: "before" it is lost unbooked, "after" the answer
    is lost; when the list has run out, all goes well.
    """

    losses: Iterator[str | None] = dc.field(default_factory=lambda: iter(()))
    rows: list[Application] = dc.field(default_factory=list)
    purchases: list[str | None] = dc.field(default_factory=list)
    calls: list[str] = dc.field(default_factory=list)
    contracts: tuple[SeenContract, ...] = (
        SeenContract(
            contract_id="gca00000001",
            service="gio_content_acceleration",
            name="delivery",
            customer_code="SG00000001",
        ),
    )

    keeps_references = True
    as_of: dt.datetime | None = None
    renewals: list[str] = dc.field(default_factory=list)
    reissues: list[str] = dc.field(default_factory=list)
    relinks: list[str] = dc.field(default_factory=list)
    by_people = False

    def turn(self) -> contextlib.AbstractContextManager[None]:
        return contextlib.nullcontext()

    def read_in_full(self, application: Application, *, anew: bool = False) -> Application:
        return application

    def list_products(self) -> tuple[OfferedProduct, ...]:
        self.calls.append("list_products")
        names = ("sureserver_cloud", "quick_ssl", "quick_ssl_wildcard", "secure_server_id_ev", "secure_server_id_cloud")
        return tuple(OfferedProduct(product=name, terms=("6 months",)) for name in names)

    def list_linked_contracts(self, service: str | None = None) -> tuple[SeenContract, ...]:
        self.calls.append("list_linked_contracts")
        return tuple(contract for contract in self.contracts if service in (None, contract.service))

    def list_applications(self) -> tuple[Application, ...]:
        self.calls.append("list_applications")
        return tuple(self.rows)

    def find_application(self, client_reference: str) -> Application | None:
        self.calls.append("find_application")
        return next((row for row in self.rows if row.client_reference == client_reference), None)

    def fetch_certificate(self, application: Application) -> IssuedCertificate:
        raise NotImplementedError

    def quote(self, order: Order, renews: Application | None = None) -> None:
        self.calls.append("quote")

    def register(self, application: Application, order: Order, csr: str | None, agree: t.Any = None) -> Application:
        self.calls.append("register")
        return self.put(dc.replace(application, state=State.APPLIED, next_action="wait_for_ca", next_action_by="ca"))

    def place(self, order: Order, client_reference: str) -> Application:
        self.calls.append("place")
        loss = next(self.losses, None)
        if loss == "before":
            raise OutcomeUnknown("lost before it was booked")
        found = next((row for row in self.rows if row.client_reference == client_reference), None)
        if found is None:
            self.purchases.append(client_reference)
            found = self.put(booked(order, client_reference, number=len(self.purchases)))
        elif (found.common_name, found.product) != (order.common_name, order.product.id):
            raise ReferenceTaken("the reference belongs to another order")
        if loss == "after":
            raise OutcomeUnknown("booked, and the answer was lost")
        return found

    def cancel(self, application: Application) -> Application:
        self.calls.append("cancel")
        return self.put(dc.replace(application, state=State.CANCELLED))

    def renew(self, application: Application, order: Order, client_reference: str) -> Application:
        """Order the renewal of the certificate in use: one for each, as the desk's own rules say."""
        self.calls.append("renew")
        return self._follow(application, client_reference, Kind.RENEWAL, self.renewals)

    def reissue(self, application: Application, order: Order, client_reference: str, reason: str) -> Application:
        """Order the reissue of the certificate in use: one for each."""
        self.calls.append(f"reissue {reason}")
        return self._follow(application, client_reference, Kind.REISSUE, self.reissues)

    def relink(self, application: Application, asked: Relinking, client_reference: str) -> Application:
        """Change or add a linked service: once for each reference, and only from the link that is there."""
        self.calls.append("relink")
        loss = next(self.losses, None)
        if loss == "before":
            raise OutcomeUnknown("lost before it was booked")
        row = next(row for row in self.rows if row.contract_id == application.contract_id)
        if client_reference not in self.relinks:
            stale = asked.was is not None and row.linked_contract_id != asked.was
            if row.link_change is not None or stale:
                taken = StateConflict("linked otherwise already")
                taken.nothing_done = True
                raise taken
            self.relinks.append(client_reference)
            row = self.put(dc.replace(row, link_change=link_change(asked, client_reference)))
        if loss == "after":
            raise OutcomeUnknown("booked, and the answer was lost")
        return row

    def _follow(self, application: Application, client_reference: str, kind: Kind, booked: list[str]) -> Application:
        loss = next(self.losses, None)
        if loss == "before":
            raise OutcomeUnknown("lost before it was booked")
        row = next(row for row in self.rows if row.contract_id == application.contract_id)
        replaces = application.current.certificate_fingerprint if application.current else None
        if row.procedure is None or row.procedure.client_reference != client_reference:
            if row.procedure is not None or row.current != application.current:
                taken = StateConflict("replaced already")
                taken.nothing_done = True
                raise taken
            booked.append(client_reference)
            row = self.put(dc.replace(row, procedure=renewal(replaces, client_reference, kind=kind)))
        if loss == "after":
            raise OutcomeUnknown("booked, and the answer was lost")
        return row

    def put(self, row: Application) -> Application:
        """Take the row in, in place of the one with its contract ID."""
        self.rows = [other for other in self.rows if other.contract_id != row.contract_id] + [row]
        return row


def booked(order: Order, client_reference: str | None, *, number: int = 1, state: State | None = None) -> Application:
    """The application that an order leads to."""
    linked = order.linked_contract
    return Application(
        contract_id=f"rsc{number:08}",
        client_reference=client_reference,
        customer_code=order.customer_code,
        common_name=order.common_name,
        product=order.product.id,
        term=order.term,
        usage=order.usage.value,
        linked_contract_id=linked.contract_id if linked else None,
        linked_service=linked.service if linked else None,
        state=state or State.AWAITING_REGISTRATION,
    )


def link_change(asked: Relinking, client_reference: str | None = None) -> LinkChange:
    """The change at which IIJ is at work."""
    return LinkChange(
        work=asked.work.value, linked_contract_id=asked.contract_id, linked_service=asked.service, was=asked.was,
        client_reference=client_reference,
    )  # fmt: skip


def linked_to(row: Application, asked: Relinking, *, since: dt.datetime | None = None) -> Application:
    """The contract once IIJ has changed what it is linked to."""
    return dc.replace(
        row, linked_contract_id=asked.contract_id, linked_service=asked.service, linked_since=since, link_change=None
    )


ISSUED_AT = dt.datetime(2026, 11, 7, 3, 0, tzinfo=dt.UTC)
LIFE = dt.timedelta(days=199)


def certified(row: Application, number: int = 1, *, issued_at: dt.datetime = ISSUED_AT, **more: t.Any) -> Application:
    """The contract with its certificate of this number in use, fetched already unless the test says otherwise."""
    fields = {
        "serial_number": f"{number:04x}",
        "certificate_fingerprint": f"{number:x}".ljust(64, "a"),
        "public_key_fingerprint": f"{number:x}".ljust(64, "b"),
        "csr_origin": "customer",
        "not_before": issued_at,
        "not_after": issued_at + LIFE,
        "issued_at": issued_at,
        "downloaded_at": issued_at + dt.timedelta(hours=1),
        **more,
    }
    before = (row.current, *row.previous) if row.current else ()
    certificate = Certificate(**fields)
    return dc.replace(row, state=State.ISSUED, current=certificate, previous=before, procedure=None, **fields)


def renewal(replaces: str | None, client_reference: str | None, **more: t.Any) -> Procedure:
    """An open renewal that waits for its CSR, unless the test says otherwise."""
    fields = {"id": "r1", "kind": Kind.RENEWAL, "state": State.AWAITING_REGISTRATION, "opened_by": "order"}
    return Procedure(**{**fields, "replaces": replaces, "client_reference": client_reference, **more})


def before_end(days: float, row: Application) -> dt.datetime:
    """The moment so many days before the current certificate's end."""
    assert row.not_after
    return row.not_after - dt.timedelta(days=days)
