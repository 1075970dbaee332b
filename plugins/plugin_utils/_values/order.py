# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""What is wanted: one order as a frozen value."""

from __future__ import annotations

import dataclasses as dc
import enum
import typing as t
from collections.abc import Callable, Mapping

from ...module_utils._core import defaults
from .links import LinkedContract  # at run time: looks read orders back by their annotations

if t.TYPE_CHECKING:
    from .._catalogue.products import Product
    from .._complaints.complaints import Path, Place

CommandsOf = Callable[[str | None], Mapping[str, str]]  # the commands of a host, by name

_SHORT_FINGERPRINT: t.Final = 16  # hex digits; references have at most 255 characters


class Usage(enum.StrEnum):
    """利用形態"""

    OTHER = "other"
    LINKED_SERVICE = "linked_service"


class CsrOrigin(enum.StrEnum):
    """Who makes key and CSR: the host that uses them, the user, or IIJ."""

    TARGET = "target"
    SUPPLIED = "supplied"
    SERVICE = "service"


class Wanted(enum.StrEnum):
    """What the order asks for; a cancellation also spells out its contract ID."""

    PRESENT = "present"
    CANCELLED = "cancelled"


@dc.dataclass(frozen=True, slots=True, kw_only=True)
class Applicant:
    """申請責任者情報; IIJ's own list of fields is not known, these four are ours."""

    name: str
    department: str
    email: str
    phone: str


@dc.dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """The DN fields of the form; the common name comes from the order, the country is JP."""

    state_or_province_name: str | None = None
    locality_name: str | None = None
    organization_name: str | None = None

    def filled_fields(self) -> dict[str, str]:
        """Return the fields that have a value, in DN order."""
        return {field.name: value for field in dc.fields(self) if (value := getattr(self, field.name)) is not None}


@dc.dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """The private key on its host; `path` None means that nobody told where it lies."""

    type: str = defaults.KEY_TYPE
    size: int | None = defaults.KEY_SIZE
    curve: str | None = None
    path: str | None = None
    csr_path: str | None = None
    owner: str | None = None
    group: str | None = None
    mode: str = defaults.KEY_MODE
    regenerate: str = defaults.REGENERATE


@dc.dataclass(frozen=True, slots=True, kw_only=True)
class Prove:
    """Where the new certificate must be served before it counts as installed; None is the host, and its common name."""

    address: str | None = None  # None: the host itself, seen from the host; its address, seen from the controller
    port: int = defaults.PROVE_PORT
    server_name: str | None = None
    seen_from: str = defaults.PROVE_SEEN_FROM
    timeout: int = defaults.PROVE_TIMEOUT


@dc.dataclass(frozen=True, slots=True, kw_only=True)
class Reload:
    """What makes the server read new files: its service, or the name of a command that the task defines."""

    service: str | None = None
    command: str | None = None


@dc.dataclass(frozen=True, slots=True, kw_only=True)
class Install:
    """Where the certificate goes on its host, and what happens there before and after.

    `validate` is the name of a command; no order holds a command itself.
    """

    certificate: str | None = None
    chain: str | None = None
    full_chain: str | None = None
    combined: str | None = None
    pkcs12: str | None = None
    owner: str | None = None
    group: str | None = None
    mode: str = defaults.FILE_MODE
    backup: bool = False
    plain_files: bool = False
    was_at: tuple[str, ...] = ()
    pkcs12_encryption: str = defaults.PKCS12_ENCRYPTION
    issuer: str | None = None
    validate: str | None = None
    reload: Reload | None = None
    prove: Prove | None = None


class RenewedBy(enum.StrEnum):
    """Who renews: a run of ours as soon as the window is open, or IIJ, where nobody says anything."""

    WINDOW = "window"
    SILENCE = "silence"


class NextKey(enum.StrEnum):
    """The key of a renewed certificate: a new one, or the one in use."""

    ROTATE = "rotate"
    KEEP = "keep"


@dc.dataclass(frozen=True, slots=True, kw_only=True)
class RenewalPolicy:
    """How the contract goes on; without one nothing is bought. `term` None is the order's own (更新後の有効期間)."""

    when: RenewedBy = RenewedBy.SILENCE
    term: str | None = None
    key: NextKey = NextKey.ROTATE


class ReissueReason(enum.StrEnum):
    """Why a certificate has to go; the names are ours, the portal's choices are not known."""

    KEY_LOST = "key_lost"
    KEY_COMPROMISED = "key_compromised"
    WRONG_CONTENT = "wrong_content"


@dc.dataclass(frozen=True, slots=True, kw_only=True)
class Reissue:
    """再発行: the certificate with this serial number has to go; fulfilled for good once another one is in use."""

    serial: str  # hexadecimal, lower case, without leading zeros
    reason: ReissueReason


@dc.dataclass(frozen=True, slots=True, kw_only=True)
class SuppliedCsr:
    """A CSR made by the user, read from the controller."""

    pem: str
    public_key_fingerprint: str


@dc.dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """One entry of an order file, complete and free of contradictions."""

    name: str
    locate: Callable[[Path], Place] = dc.field(repr=False, compare=False)
    customer_code: str
    common_name: str
    product: Product
    term: str
    usage: Usage
    linked_contract: LinkedContract | None
    csr_origin: CsrOrigin | None
    terms_agreed: bool
    applicant: Applicant | None
    subject: Subject
    approval_email: str | None
    certificate_transparency: bool | None
    csr: SuppliedCsr | None
    host: str | None
    key: Key | None
    install: Install | None
    state: Wanted
    contract_id: str | None
    duplicate_of: str | None
    generation: int
    missing: tuple[str, ...]  # what a registration still needs; only an order that pins its application may lack it
    renewal: RenewalPolicy | None = None
    reissue: Reissue | None = None
    replaces: str | None = None  # the contract that ends once this one is in use
    was_named: str | None = None  # the name under which it was bought, which its reference keeps

    @property
    def place(self) -> Place:
        """Where the order stands; finding it means reading its file once more, so only complaints ask."""
        return self.locate(())

    def client_reference(self, portfolio: str) -> str:
        """Return the client reference at the desk: permanently unique, the same on every run."""
        return f"{portfolio}/{self.was_named or self.name}/{self.generation}"

    def renewal_reference(self, portfolio: str, replaces: str) -> str:
        """Return the reference of the renewal that replaces the certificate with this fingerprint.

        There is one for each.
        """
        return f"{self.client_reference(portfolio)}/renewal:{replaces[:_SHORT_FINGERPRINT]}"

    def reissue_reference(self, portfolio: str, replaces: str) -> str:
        """Return the reference of the reissue that replaces the certificate with this fingerprint.

        There is one for each.
        """
        return f"{self.client_reference(portfolio)}/reissue:{replaces[:_SHORT_FINGERPRINT]}"

    @property
    def renewal_term(self) -> str:
        """更新後の有効期間."""
        return (self.renewal and self.renewal.term) or self.term

    @property
    def is_renewed_here(self) -> bool:
        """Whether runs of ours order the renewal."""
        return self.renewal is not None and self.renewal.when is RenewedBy.WINDOW

    @property
    def rotates_key(self) -> bool:
        """Whether a renewed certificate gets a key of its own."""
        return self.renewal is None or self.renewal.key is NextKey.ROTATE


class Outline(t.NamedTuple):
    """What can be read of an order with mistakes: enough to leave to it its contract, and its files on its host."""

    name: str
    common_name: str | None
    product: str | None
    contract_id: str | None
    duplicate_of: str | None
    was_named: str | None
    generation: int
    state: Wanted = Wanted.PRESENT
    host: str | None = None
    key_path: str | None = None
    paths: tuple[str, ...] = ()  # of its other files, without those that another order has by the same name

    def client_reference(self, portfolio: str) -> str:
        """Return its reference at the desk, as far as it can be read."""
        return f"{portfolio}/{self.was_named or self.name}/{self.generation}"

    def may_have(self, contract_id: str, common_name: str, product: str) -> bool:
        """Check whether a contract may be what it has bought."""
        same = (self.common_name or "").casefold() == common_name.casefold() and self.product in (None, product)
        return same and contract_id != self.duplicate_of


__all__ = (
    "Applicant",
    "CommandsOf",
    "CsrOrigin",
    "Install",
    "Key",
    "NextKey",
    "Order",
    "Outline",
    "Prove",
    "Reissue",
    "ReissueReason",
    "Reload",
    "RenewalPolicy",
    "RenewedBy",
    "Subject",
    "SuppliedCsr",
    "Usage",
    "Wanted",
)
