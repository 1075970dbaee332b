# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""The last answer of each host whether it has the certificate of an order: fetched is not installed."""

from __future__ import annotations

import dataclasses as dc
import typing as t

from .._complaints.complaints import shown

if t.TYPE_CHECKING:
    from collections.abc import Iterable

    from .._values.observed import Application
    from .._values.order import Order


@dc.dataclass(frozen=True, slots=True, kw_only=True)
class HostAnswer:
    """One host's answer about one certificate; `places` are the host and the files that the order named then."""

    contract_id: str
    certificate_fingerprint: str | None
    places: tuple[str | None, ...]
    has: bool


class HostAnswers:
    """Answers by contract, the last one counting."""

    def __init__(self, answers: Iterable[HostAnswer] = ()) -> None:
        self._last = {answer.contract_id: answer for answer in answers}

    def has_certificate(self, order: Order, application: Application | None) -> bool | None:
        """Whether the order's host has this certificate where the order wants it; None where no host was heard."""
        answer = self._last.get(application.contract_id) if application else None
        if answer is None or application is None:
            return None
        # A desk's list may not tell which certificate it has.
        same = application.certificate_fingerprint in (None, answer.certificate_fingerprint)
        return answer.has and same and answer.places == places_of(order)

    def news(self, answers: Iterable[HostAnswer]) -> list[HostAnswer]:
        """Those of the answers that are not known yet."""
        return [answer for answer in answers if self._last.get(answer.contract_id) != answer]


def answer_of(order: Order, application: Application, *, has: bool) -> HostAnswer:
    """Make the answer of the order's host."""
    return HostAnswer(
        contract_id=application.contract_id,
        certificate_fingerprint=application.certificate_fingerprint,
        places=places_of(order),
        has=has,
    )


def places_of(order: Order) -> tuple[str | None, ...]:
    """Name the host and each file that the order wants there; a vaulted value is not written down."""
    install = order.install
    files = (
        (install.certificate, install.chain, install.full_chain, install.combined, install.pkcs12) if install else ()
    )
    return tuple(shown(place) for place in (order.host, order.key.path if order.key else None, *files))


__all__ = ("HostAnswer", "HostAnswers", "answer_of", "places_of")
