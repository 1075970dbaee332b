# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""The desk behind the JSON interface of docs/desk-interface.md."""

from __future__ import annotations

import contextlib
import typing as t
import urllib.parse

from ....module_utils._core.phrases import Phrase
from ..boundary import keep_boundary
from ..desk import AnswerUnusable, RequestRefused
from . import wire
from .transport import ApiTransport

if t.TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable

    from ..._values.links import Relinking
    from ..._values.observed import Application, IssuedCertificate, OfferedProduct, SeenContract
    from ..._values.order import Order
    from .transport import ApiConnection

_ECHO_DIFFERS = Phrase("the desk's echo differs from the order in {0}", "窓口が返した内容がオーダーと異なります: {0}")
_INCOMPLETE = Phrase(
    "the list counts {0} applications, and its pages hold {1}; rows moved while it was read, or are missing",
    "一覧の件数は {0} 件ですが、各ページには {1} 件しかありません。読み込み中に行が移動したか、欠けています",
)
_TOO_MANY: t.Final = Phrase(
    "the list has more than {0} earlier certificates and further links, which is not read",
    "一覧にある以前の証明書と追加の連携先が多すぎます ({0}件を超えています)",
)
_MOST_PARTS: t.Final = 2_000_000  # of all rows together: one row alone may have 1,100
_READINGS: t.Final = 3  # of a list that changes while it is read; ours


@keep_boundary
class ApiDesk:
    """Keeps the Desk protocol; every method is one call (a list: one a page)."""

    keeps_references = True
    by_people = False

    def __init__(self, connection: ApiConnection) -> None:
        self._transport = ApiTransport(connection)

    @property
    def as_of(self) -> dt.datetime | None:
        return self._transport.as_of

    def turn(self) -> contextlib.AbstractContextManager[None]:
        return contextlib.nullcontext()  # the reference alone keeps purchases apart

    def list_products(self) -> tuple[OfferedProduct, ...]:
        return tuple(map(wire.read_offered_product, self._transport.read_all("/products")))

    def list_linked_contracts(self, service: str | None = None) -> tuple[SeenContract, ...]:
        query = {"service": service} if service else None
        return tuple(map(wire.read_seen_contract, self._transport.read_all("/linked-contracts", query)))

    def list_applications(self) -> tuple[Application, ...]:
        """List every application; read again where rows have moved from one page to another meanwhile."""
        for _reading in range(_READINGS):
            result: dict[str, Application] = {}
            most = parts = 0
            for rows, total in self._transport.read_pages("/applications"):
                most = max(most, total)  # what vanishes from one page takes a row of the next with it
                page = {row.contract_id: row for row in map(wire.read_application, rows)}
                parts += sum(len(row.previous) + len(row.further_links) for row in page.values())
                if parts > _MOST_PARTS:
                    raise AnswerUnusable(_TOO_MANY.filled(_MOST_PARTS))
                result |= page
            if len(result) >= most:
                return tuple(result.values())
        raise AnswerUnusable(_INCOMPLETE.filled(most, len(result)))

    def read_in_full(self, application: Application, *, anew: bool = False) -> Application:  # noqa: ARG002  (of the protocol)
        return application

    def find_application(self, client_reference: str) -> Application | None:
        rows = self._transport.read_all("/applications", {"client_reference": client_reference})
        result = map(wire.read_application, rows)
        return next((row for row in result if client_reference in _references(row)), None)

    def fetch_certificate(self, application: Application) -> IssuedCertificate:
        """Fetch the certificate in use as it was seen: another one may have taken its place since."""
        serial = application.current and application.current.serial_number
        query = {"serial_number": serial} if serial else None
        return wire.read_issued_certificate(self._transport.read(f"{_path(application)}/certificate", query))

    def quote(self, order: Order, renews: Application | None = None) -> None:
        path, body = "/quotes", wire.order_body(order)
        if renews is not None:
            path, body = f"{_path(renews)}/renewals/quote", wire.renewal_quote_body(renews, order)
        differing = wire.echo_differences(body, self._transport.write("POST", path, body))
        if differing:
            raise RequestRefused(_ECHO_DIFFERS.filled(", ".join(differing)))

    def register(
        self,
        application: Application,
        order: Order,
        csr: str | None,
        agree: Callable[[str], None] = lambda _text: None,  # noqa: ARG002  (of the protocol; no sentence is shown)
    ) -> Application:
        body = wire.registration_body(order, csr, application.procedure)
        return wire.read_application(self._transport.write("PUT", f"{_path(application)}/registration", body))

    def place(self, order: Order, client_reference: str) -> Application:
        body = {"client_reference": client_reference, **wire.order_body(order)}
        return wire.read_application(self._transport.spend("/applications", body))

    def cancel(self, application: Application) -> Application:
        body = {"contract_id": application.contract_id}
        return wire.read_application(self._transport.spend(f"{_path(application)}/cancellation", body))

    def renew(self, application: Application, order: Order, client_reference: str) -> Application:
        body = wire.renewal_body(application, order, client_reference)
        return wire.read_application(self._transport.spend(f"{_path(application)}/renewals", body))

    def reissue(self, application: Application, order: Order, client_reference: str, reason: str) -> Application:
        body = wire.reissue_body(application, order, client_reference, reason)
        return wire.read_application(self._transport.spend(f"{_path(application)}/reissues", body))

    def relink(self, application: Application, wanted: Relinking, client_reference: str) -> Application:
        body = wire.link_body(application, wanted, client_reference)
        return wire.read_application(self._transport.spend(f"{_path(application)}/links", body))


def _references(application: Application) -> tuple[str | None, ...]:
    parts = (application.procedure, application.link_change)
    return (application.client_reference, *(part.client_reference for part in parts if part))


def _path(application: Application) -> str:
    return f"/applications/{urllib.parse.quote(application.contract_id, safe='')}"


__all__ = ("ApiDesk",)
