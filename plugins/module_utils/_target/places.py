# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""The places that a certificate will go to, tried before it is paid for; nothing is written."""

from __future__ import annotations

import typing as t

from . import rights, seen_files
from .acceptance import require_kept
from .installation import PKCS12, WITH_KEY, Passphrases, WantedInstallation, parse
from .orders import attempt, carry_out

if t.TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from .claims import Beside
    from .orders import Failure

_NONE_YET: t.Final = "0" * 64  # of a certificate that nobody has issued


def find_obstacles(
    orders: Iterable[Mapping[str, t.Any]],
    *,
    passphrases: Mapping[str, str] | None = None,
    beside: Iterable[Beside] = (),
) -> tuple[Failure, ...]:
    """Find the unpaid orders whose certificate this host would refuse to install, each with the first reason."""
    secrets = Passphrases(keys=passphrases or {})

    def read(order: Mapping[str, t.Any]) -> WantedInstallation:
        return parse({**order, "certificate_fingerprint": _NONE_YET}, passphrases=secrets)

    installing = [order for order in orders if order.get("install")]
    unpaid = [order for order in installing if order.get("is_unpaid")]
    # One that is cancelled gives way to whatever is bought.
    staying = [order for order in installing if not (order.get("is_unpaid") or order.get("is_cancelled"))]
    paid = [attempt(str(order.get("name")), read, order) for order in staying]
    others = [wanted for wanted in paid if isinstance(wanted, WantedInstallation)]
    return carry_out(unpaid, parse=read, act=_require_places, beside=[*others, *beside]).failures


def _require_places(wanted: WantedInstallation) -> None:
    """Refuse what an installation would be refused for: a folder that is missing, a file that is something else."""
    # Of a bundle's content nothing can be said here: its passphrase is given to the task that installs.
    seen = seen_files.observe(wanted, leaving_out=(PKCS12,))
    require_kept(wanted, seen=seen, key=None, roles=dict(seen.files))
    ours = wanted.fileset.versions.shown_places.values()
    for role, path in wanted.paths:
        if role == PKCS12:
            seen_files.read_place(path, role=role, ours=ours)
        rights.require_writable(path, access=wanted.access_of(role), holds_key=role in WITH_KEY)


__all__ = ("find_obstacles",)
