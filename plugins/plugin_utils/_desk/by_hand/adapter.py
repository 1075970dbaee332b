# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""The desk behind people: what they have recorded is read from the register; nothing is ever ordered here."""

from __future__ import annotations

import contextlib
import datetime as dt
import typing as t

from ....module_utils._core.errors import Fault
from ....module_utils._core.phrases import Phrase
from ....module_utils._pki.csrs import read_csr
from ..._complaints.whole_file import write_whole
from ..._values.observed import IssuedCertificate
from ..desk import NotOnline, RequestRefused, StateConflict
from ..forms import read_fields
from .folder import certificate_path, csr_path, is_kept, read_kept_csr
from .register import read_register
from .rows import read_application

if t.TYPE_CHECKING:
    from collections.abc import Callable

    from ..._values.observed import Application, OfferedProduct, SeenContract
    from ..._values.order import Order

_BY_PEOPLE: t.Final = Phrase(
    "with desk: by_hand a person does this, with a work sheet; nothing was ordered or changed",
    "desk: by_hand では、作業票に従って担当者が行います。注文や変更は行っていません",
)
_NO_CERTIFICATE: t.Final = Phrase(
    "the certificate of {0} is not there yet: download it at the portal, put it into a folder, and name that folder to "
    "the record playbook (-e certificate_inbox=FOLDER)",
    "{0} の証明書がまだありません。ポータルからダウンロードしてフォルダに置き、record プレイブックに "
    "-e certificate_inbox=フォルダ で指定してください",
)
_END: t.Final = "-----END CERTIFICATE-----\n"


class ByHandDesk:
    """Keeps the Desk protocol by the register; whatever changes the desk is a person's work."""

    keeps_references = True
    by_people = True

    def __init__(self, folder: str, *, now: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC)) -> None:
        self._folder = folder
        self._now = now

    @property
    def as_of(self) -> dt.datetime | None:
        # What people have recorded has no moment of the desk; days of renewals go by the controller's clock.
        return self._now()

    def turn(self) -> contextlib.AbstractContextManager[None]:
        return contextlib.nullcontext()

    def list_products(self) -> tuple[OfferedProduct, ...] | None:
        return None

    def list_linked_contracts(self, service: str | None = None) -> tuple[SeenContract, ...]:  # noqa: ARG002  (of the protocol)
        return ()

    def list_applications(self) -> tuple[Application, ...]:
        now = self._now()
        return tuple(read_application(row, now=now) for row in read_register(self._folder).rows.values())

    def read_in_full(self, application: Application, *, anew: bool = False) -> Application:  # noqa: ARG002  (of the protocol)
        return application

    def find_application(self, client_reference: str) -> Application | None:
        return next((app for app in self.list_applications() if app.client_reference == client_reference), None)

    def fetch_certificate(self, application: Application) -> IssuedCertificate:
        if not is_kept(self._folder, application):
            raise StateConflict(_NO_CERTIFICATE.filled(application.contract_id))
        text = certificate_path(self._folder, application.contract_id).read_text(encoding="ascii", errors="replace")
        leaf, end, chain = text.partition(_END)
        read = {"contract_id": application.contract_id, "certificate": leaf + end, "chain": chain}
        return IssuedCertificate(**read_fields(read, tuple(read)))

    def quote(self, order: Order, renews: Application | None = None) -> None:
        """Compare nothing: the person compares the confirm screen."""

    def register(
        self,
        application: Application,
        order: Order,
        csr: str | None,
        agree: Callable[[str], None] = lambda _text: None,  # noqa: ARG002  (of the protocol; the person agrees)
    ) -> Application:
        """Keep the CSR for the work sheet, by which a person registers; the application stays what it is."""
        if csr and order.csr is None:
            self._keep_csr(application.contract_id, csr)
        return application

    def _keep_csr(self, contract_id: str, csr: str) -> None:
        try:
            pem = read_csr(csr.encode()).pem  # and nothing else that the host may have answered
        except Fault as fault:
            raise RequestRefused(fault.phrase) from None
        kept = read_kept_csr(self._folder, contract_id)
        if kept is None or kept.pem != pem:
            path = csr_path(self._folder, contract_id)
            path.parent.mkdir(parents=True, exist_ok=True)
            write_whole(path, pem)

    def _refuse(self, *_given: object, **_named: object) -> t.NoReturn:
        raise NotOnline(_BY_PEOPLE)

    place = cancel = renew = reissue = relink = _refuse


__all__ = ("ByHandDesk",)
