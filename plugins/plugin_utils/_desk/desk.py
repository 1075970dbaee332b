# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""The desk as the rest of the collection sees it, whichever adapter is behind it, and its errors.

DeskError
 +-- AccessRefused      the credential is wrong or lacks the role
 |    +-- NotAllowed    it is right, and may not do this: here, or anywhere
 +-- RequestRefused     the desk refuses what was asked, field by field
 +-- ReferenceTaken     the client reference belongs to another order
 +-- StateConflict      not possible where the application stands
 +-- DeskBusy           the desk asks to come back later; nothing was done
 +-- DeskUnreachable    no answer to a call that changes nothing twice
 +-- OutcomeUnknown     a spending call got no answer: it may or may not have been booked
 +-- AnswerUnusable     an answer that is not of the agreed form
 +-- ScreenUnexpected   a screen of the portal does not fit the map of screens
 +-- NotOnline          the desk has no way to do this online
"""

from __future__ import annotations

import typing as t

from ...module_utils._core.phrases import Phrase, verbatim

if t.TYPE_CHECKING:
    import contextlib
    import datetime as dt
    from collections.abc import Callable

    from .._values.links import Relinking
    from .._values.observed import Application, IssuedCertificate, OfferedProduct, SeenContract
    from .._values.order import Order


_OF_REQUEST: t.Final = Phrase("{0} (request {1})", "{0} (リクエスト {1})")


class DeskError(Exception):
    """A sentence without secrets about what went wrong at the desk; only the desk's own words may come as a str.

    `retry_after`: the seconds that the desk asks to wait. `tried_out`: the call was repeated as often as it may be.
    `nothing_done`: this error proves that the call has changed nothing at the desk. Without a proof the outcome of a
    spending call is unknown (spending_call).
    """

    nothing_done: bool = False
    retry_after: float | None = None
    tried_out = False

    def __init__(self, message: str | Phrase, *, request_id: str | None = None) -> None:
        phrase = message if isinstance(message, Phrase) else verbatim(message)
        self.phrase = phrase if request_id is None else _OF_REQUEST.filled(phrase, request_id)
        super().__init__(self.phrase.en)


class AccessRefused(DeskError):
    pass


class NotAllowed(AccessRefused):
    pass


class RequestRefused(DeskError):
    pass


class ReferenceTaken(DeskError):
    pass


class StateConflict(DeskError):
    pass


class DeskBusy(DeskError):
    retry_after: float

    def __init__(self, message: str | Phrase, *, retry_after: float, request_id: str | None = None) -> None:
        super().__init__(message, request_id=request_id)
        self.retry_after = retry_after


class DeskUnreachable(DeskError):
    pass


class OutcomeUnknown(DeskError):
    pass


class AnswerUnusable(DeskError):
    pass


class ScreenUnexpected(DeskError):
    pass


class NotOnline(DeskError):
    nothing_done = True  # there is nothing that could be sent


class Desk(t.Protocol):
    """Three classes of call: reads and safe writes may be repeated at will, spending calls never blindly.

    Only a desk that keeps references makes place() safe to repeat with the same one; in_full() adds what a listing
    leaves out, from what was read before unless it is to be read `anew`, and turn() keeps other sessions of the same
    log-in on this machine waiting. A desk that shows the sentences of consent returns that of an order from quote(),
    and calls `agree` with that of a registration before it is sent. products() is None where the desk shows its offer
    only with an order filled in. A desk `by_people` is changed by nobody else: what would place, register or cancel
    there becomes work of a person. `as_of` is the desk's own moment of its last answer (None: none yet, or not told).

    renew() and reissue() open a procedure at a contract and name the certificate that it replaces (`current`); safe to
    repeat as place() is. relink() changes or adds a linked service, safe to repeat in the same way. register() speaks
    to the procedure that is open. certificate() gives the current one.
    """

    @property
    def as_of(self) -> dt.datetime | None: ...

    @property
    def keeps_references(self) -> bool: ...

    @property
    def by_people(self) -> bool: ...

    def turn(self) -> contextlib.AbstractContextManager[None]: ...

    # reads
    def list_products(self) -> tuple[OfferedProduct, ...] | None: ...

    def list_linked_contracts(self, service: str | None = None) -> tuple[SeenContract, ...]: ...

    def list_applications(self) -> tuple[Application, ...]: ...

    def read_in_full(self, application: Application, *, anew: bool = False) -> Application: ...

    def find_application(self, client_reference: str) -> Application | None: ...

    def fetch_certificate(self, application: Application) -> IssuedCertificate: ...

    def quote(self, order: Order, renews: Application | None = None) -> str | None: ...

    # safe writes
    def register(
        self, application: Application, order: Order, csr: str | None, agree: Callable[[str], None] = ...
    ) -> Application: ...

    # spending calls
    def place(self, order: Order, client_reference: str) -> Application: ...

    def cancel(self, application: Application) -> Application: ...

    def renew(self, application: Application, order: Order, client_reference: str) -> Application: ...

    def reissue(self, application: Application, order: Order, client_reference: str, reason: str) -> Application: ...

    def relink(self, application: Application, wanted: Relinking, client_reference: str) -> Application: ...


__all__ = (
    "AccessRefused",
    "AnswerUnusable",
    "Desk",
    "DeskBusy",
    "DeskError",
    "DeskUnreachable",
    "NotAllowed",
    "NotOnline",
    "OutcomeUnknown",
    "ReferenceTaken",
    "RequestRefused",
    "ScreenUnexpected",
    "StateConflict",
)
