# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""Whose keys the certificates of a contract have, the host's or some that IIJ has made, and which one is next. Pure."""

from __future__ import annotations

import typing as t

from .._values.observed import State
from .._values.order import CsrOrigin, ReissueReason
from .lifecycle import current_certificate, is_reissuing, is_unwanted, renews, wants_reissue
from .windows import DAY

if t.TYPE_CHECKING:
    from .._values.observed import Application, Certificate
    from .._values.order import Order
    from .lifecycle import Track

_LAST_CALL: t.Final = 3 * DAY  # before the last day, when an old CSR is better than one that IIJ makes


def is_estranged(order: Order, application: Application | None) -> bool:
    """Check whether IIJ made the key of a renewed certificate, although the order makes its own and has before.

    Where IIJ has made all keys so far, the order was changed, and its next renewal brings the first one of its own.
    """
    if application is None or application.current is None or find_installed_before(order, application) is None:
        return False
    return _has_own_key(order) and application.current.csr_origin == CsrOrigin.SERVICE.value


def find_installed_before(order: Order, application: Application) -> Certificate | None:
    """Find the last certificate before the current one whose key the order's host can have."""
    own = _has_own_key(order)
    fitting = (one for one in application.previous if not own or one.csr_origin != CsrOrigin.SERVICE.value)
    return next(fitting, None)


def list_retired_keys(application: Application | None) -> tuple[str, ...]:
    """List the keys that certificates of this contract have or had, by the fingerprints of their public keys.

    That of a CSR which the CA has rejected is not certified any more either: its kind may be what was wrong.
    """
    if application is None:
        return ()
    current, procedure = current_certificate(application), application.procedure
    rejected = procedure if procedure and procedure.state is State.REJECTED else None
    ones = (current, *application.previous, rejected)
    return tuple(one.public_key_fingerprint for one in ones if one and one.public_key_fingerprint)


def list_keys_of_contract(application: Application) -> tuple[str, ...]:
    """List all keys that the desk shows of a contract, that of a certificate on its way included."""
    coming = application.procedure.public_key_fingerprint if application.procedure else None
    return (*list_retired_keys(application), *((coming,) if coming else ()))


def is_csr_same(order: Order, application: Application | None, reason: ReissueReason | None = None) -> bool:
    """Check whether the user's CSR has a key of this contract, in use or before, where the next one is to be another.

    A CSR of before comes back with whatever brings files back. `reason`: why the key was replaced, as remembered.
    """
    current = current_certificate(application)
    if application is None or order.csr is None or current is None:
        return False
    keys = {one.public_key_fingerprint for one in (current, *application.previous)}
    is_known = order.csr.public_key_fingerprint in keys or _bans_key(reason)
    return is_known and _has_to_differ(order, application, reason)


def is_csr_banned(order: Order, application: Application | None, reason: ReissueReason | None) -> bool:
    """Check whether the user's CSR has the key of an earlier certificate that was compromised or lost.

    Nothing has it again. The order says so, or it is what a reissue was registered for.
    """
    ones = _list_earlier(order, application)
    return _bans_key(reason) or (_bans_key(_reason_of(order)) and any(is_unwanted(order, one) for one in ones))


def find_doubted(order: Order, application: Application | None, reason: ReissueReason | None) -> Certificate | None:
    """Find the certificate with the key of the user's CSR that a reissue has replaced, and nobody knows why."""
    if reason is not None:
        return None
    replaced = (one for one in _list_earlier(order, application) if one.revoke_on is not None)
    return next((one for one in replaced if not is_unwanted(order, one)), None)


def _list_earlier(order: Order, application: Application | None) -> tuple[Certificate, ...]:
    """List the certificates before the current one that have the key of the user's CSR."""
    if application is None or order.csr is None:
        return ()
    key = order.csr.public_key_fingerprint
    return tuple(one for one in application.previous if one.public_key_fingerprint == key)


def _has_to_differ(order: Order, application: Application, reason: ReissueReason | None = None) -> bool:
    """Check whether the next certificate, which is to be registered, is to have another key than the one in use."""
    if application.procedure is None:
        return wants_reissue(order, application)
    gone = is_csr_banned(order, application, reason) or find_doubted(order, application, reason) is not None
    goes = gone or (_bans_key(_reason_of(order)) and wants_reissue(order, application))
    state = application.procedure.state
    waits = state is State.AWAITING_REGISTRATION or (goes and state is State.REJECTED)
    return renews(application) and waits and (order.rotates_key or goes or is_reissuing(application))


def waits_for_new_csr(
    order: Order,
    application: Application | None,
    track: Track | None,
    *,
    key_unknown: bool = False,
    reason: ReissueReason | None = None,
) -> bool:
    """Check whether nothing is registered before the CSR has a new key.

    A renewal waits until shortly before IIJ would make its own CSR; a key that has to go is never certified again.
    `key_unknown`: nobody knows that of the certificate in use, so the CSR of a renewal may have it.
    """
    if not (is_csr_same(order, application, reason) or (key_unknown and may_csr_be_same(order, application))):
        return False
    if is_reissuing(application) or wants_reissue(order, application) or is_csr_banned(order, application, reason):
        return True
    return track is not None and track.as_of < track.window.update_by - _LAST_CALL


def may_csr_be_same(order: Order, application: Application | None) -> bool:
    """Check whether a renewal that is to have a new key waits for its registration; nobody knows the key in use.

    A reissue has no last day on which it is registered all the same, so it does not wait for what nobody can tell.
    """
    if application is None or is_reissuing(application) or wants_reissue(order, application):
        return False
    return _has_to_differ(order, application)


def _reason_of(order: Order) -> ReissueReason | None:
    return order.reissue.reason if order.reissue else None


def _bans_key(reason: ReissueReason | None) -> bool:
    """Check whether the key of a certificate that is reissued for this reason may be in no other, kept or not."""
    return reason is not None and reason is not ReissueReason.WRONG_CONTENT


def _has_own_key(order: Order) -> bool:
    return order.csr_origin in (CsrOrigin.TARGET, CsrOrigin.SUPPLIED)


__all__ = (
    "find_doubted",
    "find_installed_before",
    "is_csr_banned",
    "is_csr_same",
    "is_estranged",
    "list_keys_of_contract",
    "list_retired_keys",
    "may_csr_be_same",
    "waits_for_new_csr",
)
