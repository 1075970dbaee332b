# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""What the desk shows: applications, linked contracts and products as frozen values."""

from __future__ import annotations

import dataclasses as dc
import enum
import typing as t

if t.TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping


class State(enum.StrEnum):
    """Where an application stands; the names are ours, the portal's own are not known."""

    AWAITING_REGISTRATION = "awaiting_registration"
    APPLIED = "applied"
    AWAITING_CONFIRMATION = "awaiting_confirmation"
    ISSUED = "issued"
    INSTALLING = "installing"
    INSTALLED = "installed"
    WITHDRAWN = "withdrawn"
    REJECTED = "rejected"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    REVOKED = "revoked"
    UNCLEAR = "unclear"  # the portal says something that the screen map does not know


ENDED: t.Final = frozenset({State.WITHDRAWN, State.REJECTED, State.CANCELLED, State.EXPIRED, State.REVOKED})
# How a contract ends though its order keeps it; one that expired is told by its date.
LOST: t.Final = ENDED - {State.EXPIRED}


class Kind(enum.StrEnum):
    """What a procedure at a contract leads to, one certificate each; the names are ours.

    A continuation is a further certificate inside a paid period, which nobody orders.
    """

    NEW = "new"
    RENEWAL = "renewal"
    REISSUE = "reissue"
    CONTINUATION = "continuation"


class Decision(enum.StrEnum):
    """What was decided about the end of a period; undecided means that silence will decide."""

    UNDECIDED = "undecided"
    RENEW = "renew"
    CANCEL = "cancel"


@dc.dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """A certificate of a contract. Fingerprints are lower-case SHA-256. None: the desk does not show it.

    `revoke_on`: the day from which its CA may revoke it, where a reissue has replaced it.
    """

    serial_number: str | None
    certificate_fingerprint: str | None
    public_key_fingerprint: str | None
    csr_origin: str | None
    not_before: dt.datetime | None
    not_after: dt.datetime
    issued_at: dt.datetime | None = None
    downloaded_at: dt.datetime | None = None
    installed_at: dt.datetime | None = None
    revoke_on: dt.date | None = None


@dc.dataclass(frozen=True, slots=True, kw_only=True)
class Procedure:
    """The one procedure under way at a contract, up to the issue of its certificate.

    `replaces`: fingerprint of the certificate that it replaces (None: the first one, or not shown).
    `opened_by`: `order`, `silence`, or `iij` for a continuation. `deadline`: the last day of the registration.
    """

    id: str
    kind: Kind
    state: State  # awaiting_registration, applied, awaiting_confirmation, rejected, unclear
    replaces: str | None = None
    client_reference: str | None = None
    opened_by: str | None = None
    opened_at: dt.datetime | None = None
    term: str | None = None
    confirmations: tuple[str, ...] = ()
    reason: str | None = None
    deadline: dt.date | None = None
    csr_origin: str | None = None
    public_key_fingerprint: str | None = None
    registered_at: dt.datetime | None = None


@dc.dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """A paid period (契約期間) of a contract: 1 is the first."""

    number: int
    begins: dt.datetime
    ends: dt.datetime
    term: str


@dc.dataclass(frozen=True, slots=True, kw_only=True)
class Renewal:
    """The window around the end of the current certificate, as the desk tells it: moments in UTC, in this order.

    `order_by`: renew or cancel before; afterwards silence has renewed. `update_by`: CSR and information before.
    `terms`: what may be chosen as 更新後の有効期間 (empty: not shown).
    """

    notice_at: dt.datetime
    opens_at: dt.datetime
    order_by: dt.datetime
    update_by: dt.datetime
    terms: tuple[str, ...] = ()
    decision: Decision = Decision.UNDECIDED


@dc.dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """One more contract of a linked service that uses the certificate."""

    contract_id: str
    service: str | None = None  # where the desk shows it
    since: dt.datetime | None = None


@dc.dataclass(frozen=True, slots=True, kw_only=True)
class LinkChange:
    """A change or addition of a linked service that IIJ is at work on; `work` is `change` or `add`."""

    work: str
    linked_contract_id: str
    linked_service: str
    was: str | None = None
    client_reference: str | None = None
    requested_at: dt.datetime | None = None


@dc.dataclass(frozen=True, slots=True, kw_only=True)
class Application:
    """お申し込み: one contract at the desk. Fingerprints are lower-case SHA-256. None: the desk does not show it.

    The flat fields are those of `current`, before its issue those of the procedure `new`; `previous` is newest first.
    `linked_since`: since when the linked contract is this one (None: since the order, or not shown).
    `given_up`: whether it was cancelled, and goes on to the end of its certificate, where no `renewal` is shown.
    `unclear`: a text on the portal's screens that the map does not know, and the entry of the map that would tell.
    """

    contract_id: str
    client_reference: str | None
    customer_code: str | None
    common_name: str
    product: str
    term: str | None
    usage: str | None
    linked_contract_id: str | None
    linked_service: str | None
    state: State
    confirmations: tuple[str, ...] = ()
    reason: str | None = None
    next_action: str = "none"
    next_action_by: str = "nobody"
    deadline: dt.date | None = None
    csr_origin: str | None = None
    public_key_fingerprint: str | None = None
    certificate_fingerprint: str | None = None
    serial_number: str | None = None
    not_before: dt.datetime | None = None
    not_after: dt.datetime | None = None
    ordered_at: dt.datetime | None = None
    registered_at: dt.datetime | None = None
    issued_at: dt.datetime | None = None
    downloaded_at: dt.datetime | None = None
    unclear: tuple[str, str] | None = None
    current: Certificate | None = None
    previous: tuple[Certificate, ...] = ()
    procedure: Procedure | None = None
    period: Period | None = None
    renewal: Renewal | None = None
    linked_since: dt.datetime | None = None
    further_links: tuple[Link, ...] = ()
    link_change: LinkChange | None = None
    given_up: bool = False

    @property
    def live(self) -> bool:
        """Whether the contract goes on; one whose certificate has run out does while the next one is on its way."""
        goes_on = self.procedure is not None and self.procedure.state is not State.REJECTED
        return self.state not in ENDED or (self.state is State.EXPIRED and goes_on)


@dc.dataclass(frozen=True, slots=True, kw_only=True)
class SeenContract:
    """A contract of a linked service that this admin can see."""

    contract_id: str
    service: str
    name: str
    customer_code: str


@dc.dataclass(frozen=True, slots=True, kw_only=True)
class OfferedProduct:
    product: str
    terms: tuple[str, ...]


@dc.dataclass(frozen=True, slots=True, kw_only=True)
class IssuedCertificate:
    """An issued certificate with its intermediates, leaf's issuer first, both PEM."""

    contract_id: str
    certificate: str
    chain: str


@dc.dataclass(frozen=True, slots=True, kw_only=True)
class Observed:
    """One look at the desk. Products and linked contracts are looked up only where new orders need them.

    `as_of`: the desk's own moment of the look (None: it tells none). `changes_online`: whether a run can change linked
    services there, and cancel replaced contracts; elsewhere a person asks for it.
    """

    applications: tuple[Application, ...]
    linked_contracts: Mapping[str, tuple[SeenContract, ...]] = dc.field(default_factory=dict)
    products: tuple[OfferedProduct, ...] | None = None
    keeps_references: bool = True
    changes_online: bool = True
    as_of: dt.datetime | None = None


__all__ = (
    "ENDED",
    "LOST",
    "Application",
    "Certificate",
    "Decision",
    "IssuedCertificate",
    "Kind",
    "Link",
    "LinkChange",
    "Observed",
    "OfferedProduct",
    "Period",
    "Procedure",
    "Renewal",
    "SeenContract",
    "State",
)
