# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""In what an order differs from what was registered: by digests of before, and as the desk itself shows it. Pure."""

from __future__ import annotations

import typing as t

from ...module_utils._core.keyspec import read_key_spec
from .._values.observed import State
from .._values.order import CsrOrigin
from .digests import digest, seal
from .keys import is_estranged

if t.TYPE_CHECKING:
    from .._values.observed import Application, Procedure
    from .._values.order import Applicant, Key, Order

CSR: t.Final = "csr_path"


def digest_registration(order: Order) -> dict[str, str]:
    """Digest what a registration takes from the order, field by field; a vaulted value counts by its sealed text."""
    fields: dict[str, object] = {
        "applicant": _fields_of(order.applicant) if order.applicant else None,
        "approval_email": order.approval_email,
        "subject": order.subject.filled_fields(),
    }
    # Only a key that its host makes binds the order to the host, and to a kind of key.
    if order.csr_origin is CsrOrigin.TARGET:
        fields |= {"host": order.host, "key": order.key and str(read_key_spec(_fields_of(order.key)))}
    if order.csr is not None:
        fields[CSR] = order.csr.public_key_fingerprint
    return {name: digest(seal(value)) for name, value in fields.items()}


def _fields_of(part: Applicant | Key) -> dict[str, t.Any]:
    """Return the fields of a flat part, as they are: dc.asdict() copies each value."""
    return {name: getattr(part, name) for name in part.__dataclass_fields__}


def list_shown_drift(order: Order, application: Application) -> set[str]:
    """Return what the desk itself shows to be registered otherwise; of what people bring, nothing was registered.

    Once the next certificate is registered, nothing is to be said of the one in use any more.
    """
    procedure = application.procedure
    if order.product.brought or (procedure and _is_of_iij(procedure)):
        return set()
    registered = procedure if procedure and procedure.state is not State.AWAITING_REGISTRATION else application
    made_at_service = {"service": True, "customer": False}.get(registered.csr_origin or "")
    drifted = set()
    other = order.csr_origin and made_at_service != (order.csr_origin is CsrOrigin.SERVICE)
    if made_at_service is not None and other and not (registered is application and is_estranged(order, application)):
        drifted.add("csr_origin")
    shown_key = registered.public_key_fingerprint
    if order.csr and shown_key and order.csr.public_key_fingerprint != shown_key:
        drifted.add("csr_path")
    return drifted


def _is_of_iij(procedure: Procedure) -> bool:
    """Check whether IIJ has made the CSR of a procedure of its own accord, or may have: no order has changed by that.

    One that the CA has rejected is compared all the same, since only a changed order is registered for it.
    """
    if procedure.state is State.AWAITING_REGISTRATION:
        return False
    by_itself = procedure.csr_origin == CsrOrigin.SERVICE.value and procedure.state is not State.REJECTED
    return by_itself or procedure.opened_by in ("silence", "iij")


__all__ = ("CSR", "digest_registration", "list_shown_drift")
