# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""The desk behind the portal's screens; what they say is data (screen_map.yml), which a user's own file can change."""

from __future__ import annotations

import contextlib
import dataclasses as dc
import functools
import time
import typing as t

from ....module_utils._core.errors import Fault
from ....module_utils._core.phrases import Phrase
from ....module_utils._pki.certs import read_certificates
from ..._catalogue.products import PRODUCTS
from ..._values.observed import ENDED, State
from ..boundary import keep_boundary
from ..desk import DeskUnreachable, NotOnline, RequestRefused, ScreenUnexpected, StateConflict
from ..spending_call import mark_nothing_sent
from . import contracts, ordering, renewing
from .remembered import Remembered
from .session import Session
from .wire import COLUMNS, awaits_registration

if t.TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable

    from ..._values.observed import Application, IssuedCertificate, OfferedProduct, SeenContract
    from ..._values.order import Order
    from .transport import PortalConnection
    from .window import Window

_NO_REFERENCES: t.Final = Phrase(
    "the portal keeps no client references, so {0} cannot be looked up",
    "ポータルには参照名がないため、{0} を検索できません",
)
_NO_ANSWER: t.Final = Phrase(
    "the registration of {0} got no answer, twice", "{0} の申請情報の登録に、2回とも応答がありません"
)
_NOT_LISTED: t.Final = Phrase(
    "the portal lists no application {0} that leads anywhere", "ポータルの一覧に、開けるお申し込み {0} がありません"
)
_UNCLEAR: t.Final = Phrase(
    "「{0}」 shows {1} for {2}, and nobody knows what 「{3}」 means: say so under {4} in your screen map, or name an "
    "item that no order is for under screens.status_list.leave_alone",
    "「{0}」に {2} の {1} がありますが、「{3}」の意味が分かりません。画面マップの {4} で指定してください。"
    "どのオーダーとも関係ない品目なら、screens.status_list.leave_alone に追加してください",
)
_NO_CANCELLATION: t.Final = Phrase(
    "{0} cannot be cancelled here: the portal's screens for that are not documented. Cancel it in a browser; the next "
    "run sees what became of it",
    "{0} はここでは解約できません。ポータルの解約の画面が公開されていないためです。ブラウザで解約してください。"
    "結果は次の実行で反映されます。",
)
_BY_BROWSER: t.Final = Phrase(
    "this cannot be done here for {0}: the portal's screens for it are not documented. Do it in a browser; the next "
    "run sees what became of it",
    "{0} のこのお手続きはここではできません。ポータルの画面が公開されていないためです。ブラウザで行ってください。"
    "結果は次の実行で反映されます。",
)


@keep_boundary
class PortalDesk:
    """Keeps the Desk protocol except for references, which the portal does not know: no spending call is repeated."""

    keeps_references = False
    by_people = False

    def __init__(self, connection: PortalConnection, *, sleep: Callable[[float], None] = time.sleep) -> None:
        self._session = Session(connection, sleep=sleep)
        self._offers: dict[str, ordering.Offer] = {}
        self._addresses: dict[str, str] = {}
        self._listed: tuple[Application, ...] = ()
        self._confirmed: tuple[tuple[Order, str | None], ordering.Confirmed] | None = None
        self._remembered = Remembered(connection)

    @property
    def as_of(self) -> dt.datetime | None:
        return self._session.as_of

    def turn(self) -> contextlib.AbstractContextManager[None]:
        return self._session.turn()

    def list_products(self) -> tuple[OfferedProduct, ...] | None:
        offers = self._offered()
        return next(iter(offers.values())).products if offers else ()

    def list_linked_contracts(self, service: str | None = None) -> tuple[SeenContract, ...]:
        rows = [contract for offer in self._offered().values() for contract in offer.contracts]
        return tuple(row for row in rows if service in (None, row.service))

    def list_applications(self) -> tuple[Application, ...]:
        result = contracts.read_whole_list(self._session.walk)
        self._addresses.update(result.addresses)
        self._listed = tuple(map(self._remembered.recognize, result.applications.values()))
        return self._listed

    def read_in_full(self, application: Application, *, anew: bool = False) -> Application:
        entry = None if anew else self._remembered.complete(application)
        if entry or self._addresses.get(application.contract_id) != "":
            return entry or self._read_in_full(application)
        # Listed, with no page behind it: whoever wants one has to look, and no other order waits for that.
        if application.state in ENDED or application.unclear:
            return application
        return dc.replace(application, state=State.UNCLEAR, unclear=(application.contract_id, COLUMNS))

    def _read_in_full(self, application: Application) -> Application:
        address = self._address(application)
        opens = ("details", address)
        full = self._session.walk(lambda window: contracts.read_in_full(window, application, address), opens=opens)
        self._remembered.learn_details(full, address)
        return dc.replace(full, certificate_fingerprint=application.certificate_fingerprint)

    def find_application(self, client_reference: str) -> Application | None:
        raise NotOnline(_NO_REFERENCES.filled(client_reference))

    def fetch_certificate(self, application: Application) -> IssuedCertificate:
        there = self._addresses.get(application.contract_id)
        before = self._remembered.find_address(application.contract_id)
        if not there and before:
            with contextlib.suppress(ScreenUnexpected, StateConflict):  # it may be somewhere else by now
                return self._download(application, before)
        return self._download(application, self._address(application))

    def _download(self, application: Application, address: str) -> IssuedCertificate:
        opens = ("download", address)
        issued = self._session.walk(
            lambda window: contracts.download_certificate(window, application, address), opens=opens
        )
        with contextlib.suppress(Fault):  # whoever asked for it says what is wrong with it
            leaf = read_certificates(issued.certificate.encode())[0]
            self._remembered.learn_certificate(application, leaf.certificate_fingerprint)
        return issued

    def quote(self, order: Order, renews: Application | None = None) -> str | None:
        """Walk to the confirm screen and compare it with the order; place() and renew() go on from there."""
        if renews is None:
            self._stop_at_unclear(order)
            confirmed = self._session.walk(lambda window: ordering.walk_to_confirm_screen(window, order))
        else:
            confirmed = self._session.walk(
                lambda window: renewing.walk_to_renewal_confirm_screen(window, renews, order)
            )
        self._confirmed = (order, renews.contract_id if renews else None), confirmed
        return confirmed.consent

    def register(
        self, application: Application, order: Order, csr: str | None, agree: Callable[[str], None] = lambda _text: None
    ) -> Application:
        address = self._address(application)

        def register(window: Window) -> bool:
            return contracts.register(window, application, address, order=order, csr=csr, agree=agree)

        opens = ("registration", address)
        if not self._session.walk(register, opens=opens):
            now = self._read_in_full(application)
            if not awaits_registration(now):
                return now
            if not self._session.walk(register, opens=opens):
                raise DeskUnreachable(_NO_ANSWER.filled(application.contract_id))
        return self._read_in_full(application)

    def place(self, order: Order, client_reference: str) -> Application:  # noqa: ARG002  (of the protocol)
        with mark_nothing_sent():
            confirmed = self._take_confirmed(order)
            self._stop_at_unclear(order)  # once more, for the list may have been read since the quote
        with self.turn():
            self._session.begin()
            return ordering.place_order(confirmed, order)

    def cancel(self, application: Application) -> Application:
        raise NotOnline(_NO_CANCELLATION.filled(application.contract_id))

    def renew(self, application: Application, order: Order, client_reference: str) -> Application:  # noqa: ARG002
        """Walk to the confirm screen of お申し込み内容の更新, compare it, and press 更新 once."""
        with mark_nothing_sent():
            confirmed = self._take_confirmed(order, application)
        with self.turn():
            self._session.begin()
            return renewing.renew(confirmed, application, order)

    def _take_confirmed(self, order: Order, renews: Application | None = None) -> ordering.Confirmed:
        """Take the confirm screen that a quote of the same has left, else that of a quote now; it is pressed once."""
        if self._confirmed is None or self._confirmed[0] != (order, renews.contract_id if renews else None):
            self.quote(order, renews)
        confirmed, self._confirmed = self._confirmed, None
        if confirmed is None:
            raise RuntimeError("contract broken: a quote leaves a confirm screen")
        return confirmed[1]

    def _refuse(self, application: Application, *_given: object, **_named: object) -> t.NoReturn:
        raise NotOnline(_BY_BROWSER.filled(application.contract_id))

    reissue = relink = _refuse

    def _stop_at_unclear(self, order: Order) -> None:
        """Refuse to buy what the list may show already, in words that the map does not know."""
        title = self._session.screen_map.screens["status_list"].title.text
        for app in self._listed:
            may_be = app.product == order.product.id or app.product not in PRODUCTS
            if app.unclear and may_be and app.common_name.casefold() in ("", order.common_name.casefold()):
                text, at = app.unclear
                raise RequestRefused(_UNCLEAR.filled(title, app.contract_id, app.common_name, text, at))

    def _offered(self) -> dict[str, ordering.Offer]:
        if not self._offers:
            for code in self._session.walk(ordering.read_customer_codes):
                self._offers[code] = self._session.walk(functools.partial(ordering.read_offer, customer_code=code))
        return self._offers

    def _address(self, application: Application) -> str:
        if application.contract_id not in self._addresses:
            self.list_applications()
        address = self._addresses.get(application.contract_id)
        if not address:
            raise RequestRefused(_NOT_LISTED.filled(application.contract_id))
        return address


__all__ = ("PortalDesk",)
