# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""Where one order stands with its contract: for the certificate in use, and for the one that follows it. Pure."""

from __future__ import annotations

import typing as t

from .._values.observed import ENDED, State
from .._values.order import Wanted
from .keys import is_estranged, waits_for_new_csr
from .lifecycle import (
    Phase,
    is_due,
    is_given_up,
    is_reissue_late,
    is_renewing,
    renews,
    wants_reissue,
)
from .steps import Standing

if t.TYPE_CHECKING:
    from .._values.observed import Application
    from .._values.order import Order, ReissueReason
    from .lifecycle import Track


def find_standing(
    order: Order,
    application: Application | None,
    track: Track | None = None,
    *,
    on_host: bool | None = None,
    elsewhere: bool = False,
) -> Standing:
    """Decide where an order stands whose application is this one: for the certificate in use, or for the first one.

    One whose key is `elsewhere` is not for this host, which waits for the next one.
    """
    if order.state is Wanted.CANCELLED:
        return _cancelling(application, track)
    if application is None:
        return Standing.TO_ORDER
    if application.state in ENDED:
        return Standing.WAITING if application.live else Standing.ENDED
    if application.state is State.AWAITING_REGISTRATION:
        return Standing.WAITING if order.missing or order.product.brought else Standing.TO_REGISTER
    if is_estranged(order, application):
        return Standing.ESTRANGED
    if application.state is State.INSTALLED:
        return Standing.DONE
    if application.state is State.ISSUED:
        fetched = application.downloaded_at is not None if on_host is None else on_host
        is_open = order.install and not fetched and not elsewhere
        return Standing.TO_COLLECT if is_open else Standing.DONE
    return Standing.WAITING


def find_standing_ahead(
    order: Order,
    application: Application | None,
    track: Track | None,
    *,
    spread: bool,
    mended: bool = False,
    key_unknown: bool = False,
    csr_reason: ReissueReason | None = None,
) -> Standing | None:
    """Decide what is due for the certificate after the one in use; None where nothing is.

    An open procedure is registered whoever opened it, so that no silence takes a key from its host; one that the CA
    has rejected only once the order was `mended`, or may have been. What was opened before its order was cancelled is
    used. `key_unknown`: nobody knows the key of the certificate in use, and the user gives a CSR. `csr_reason`: why a
    certificate with the key of that CSR was reissued, as remembered.
    """
    if application is None or application.state is State.UNCLEAR:
        return None
    if order.state is Wanted.CANCELLED and not (renews(application) and application.live):
        return None
    procedure = application.procedure
    if procedure is not None and renews(application):
        open_yet = procedure.state is State.AWAITING_REGISTRATION or (procedure.state is State.REJECTED and mended)
        lacks = waits_for_new_csr(order, application, track, key_unknown=key_unknown, reason=csr_reason)
        waits = bool(order.missing) or order.product.brought or lacks
        return Standing.TO_REGISTER if open_yet and not waits else Standing.WAITING
    # By hand no reissue is recorded of what was cancelled.
    reissues = wants_reissue(order, application) and application.live and not application.given_up
    if reissues and not is_reissue_late(order, track):
        waits = waits_for_new_csr(order, application, track, reason=csr_reason)
        return Standing.HELD if waits else Standing.TO_REISSUE
    if is_given_up(application) and application.live:
        return Standing.HELD  # somebody has cancelled what the order keeps
    return Standing.TO_RENEW if is_due(order, track, spread=spread) else None


def _cancelling(application: Application | None, track: Track | None) -> Standing:
    """Decide where a cancellation stands; an ordered renewal is paid, so the contract can end one period later.

    After the last day to cancel, the certificate that is under way is waited for: no desk cancels before it is there.
    """
    if application is None or not application.live:
        return Standing.DONE
    if is_given_up(application):
        return Standing.DONE
    over = application.state is State.EXPIRED or (track is not None and track.phase is Phase.CLOSED)
    waits = is_renewing(application) or (over and renews(application))
    return Standing.WAITING if waits else Standing.TO_CANCEL


def is_registered(order: Order, application: Application | None) -> bool:
    """Check whether what was registered can no longer be changed; before the registration the order simply counts."""
    if application is None or not application.live or order.state is Wanted.CANCELLED:
        return False
    procedure = application.procedure
    waits = State.AWAITING_REGISTRATION
    return application.state is not waits and (procedure is None or procedure.state is not waits)


__all__ = ("find_standing", "find_standing_ahead", "is_registered")
