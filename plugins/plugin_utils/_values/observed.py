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


@dc.dataclass(frozen=True, slots=True, kw_only=True)
class Application:
    """お申し込み: one contract at the desk. Fingerprints are lower-case SHA-256. None: the desk does not show it.

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

    @property
    def live(self) -> bool:
        return self.state not in ENDED


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
    """One look at the desk. Products and linked contracts are looked up only where new orders need them."""

    applications: tuple[Application, ...]
    linked_contracts: Mapping[str, tuple[SeenContract, ...]] = dc.field(default_factory=dict)
    products: tuple[OfferedProduct, ...] | None = None
    keeps_references: bool = True


__all__ = (
    "ENDED",
    "Application",
    "IssuedCertificate",
    "Observed",
    "OfferedProduct",
    "SeenContract",
    "State",
)
