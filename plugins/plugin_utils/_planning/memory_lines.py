# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""What is remembered at a time: an answer of a host, or a registration. Each is a line of the memory's file."""

from __future__ import annotations

import dataclasses as dc
import typing as t

from .._values.order import ReissueReason

if t.TYPE_CHECKING:
    from collections.abc import Mapping


@dc.dataclass(frozen=True, slots=True, kw_only=True)
class HostAnswer:
    """One host's answer about one certificate; `places` are the host and the files that the order named then.

    `not_after`: its end as the desk showed it, which tells it from the next one where no fingerprint is listed.
    `order`: the name of the order, which may come to name other places.
    """

    contract_id: str
    certificate_fingerprint: str | None
    places: tuple[str | None, ...]
    has: bool
    not_after: str | None = None
    order: str | None = None


@dc.dataclass(frozen=True, slots=True, kw_only=True)
class Registered:
    """What was registered for a contract: a digest by field of the order.

    `before`: the end of the certificate that the next one replaces, as the desk showed it; None for the first one.
    `order`: the name of the order. `keys`: all that were registered, by the fingerprints of their public keys.
    `reissued`: why certificates were to be reissued, by those of theirs.
    """

    contract_id: str
    digests: Mapping[str, str]
    before: str | None = None
    order: str | None = None
    keys: tuple[str, ...] = ()
    reissued: Mapping[str, str] = dc.field(default_factory=dict)

    def add_keys_of(self, earlier: Registered | None) -> Registered:
        """Add the keys that were registered for the contract before; one that had to go stays one."""
        if earlier is None:
            return self
        gone = {key: reason for key, reason in self.reissued.items() if reason != ReissueReason.WRONG_CONTENT}
        reissued = {**self.reissued, **earlier.reissued, **gone}
        return dc.replace(self, keys=tuple(dict.fromkeys((*earlier.keys, *self.keys))), reissued=reissued)


__all__ = ("HostAnswer", "Registered")
