# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""What was done for the certificate of an order, as the module's result has it."""

from __future__ import annotations

import dataclasses as dc
import typing as t

from .._pki import certs
from .installation import ROLES, WantedInstallation
from .seen_files import SeenFiles, leaf_as_diff

if t.TYPE_CHECKING:
    from .._pki.certs import CertFacts


@dc.dataclass(frozen=True)
class CertificateOutcome:
    """What was done for an order, or would be, or that its contents are still needed."""

    wanted: WantedInstallation
    before: SeenFiles
    leaf: CertFacts | None = None  # what is installed now, or will be
    actions: tuple[str, ...] = ()
    planned: bool = False
    missing: bool = False
    unproved: bool = False  # shown, and not settled before the controller has seen it served
    copies: tuple[tuple[str, str], ...] = ()
    removed: tuple[str, ...] = ()  # files at former paths
    begun: bool = False  # shown, and not settled before its service has reloaded
    swapped: tuple[str, ...] = ()  # what went live with it, and counts as done once it is settled

    @property
    def changes(self) -> bool:
        return self.missing or bool(self.actions)

    def as_result(self) -> dict[str, t.Any]:
        """Return the order's entry in the module's result."""
        return {
            "name": self.wanted.name,
            **{f"{role}_path": self.wanted.path(role) for role in ROLES},
            "issuer": self.leaf and dict(self.leaf.issuer).get("common_name"),
            "not_after": self.leaf and certs.rfc3339(self.leaf.not_after),
            "serial_number": self.leaf and self.leaf.serial_number,
            "certificate_fingerprint": self.wanted.certificate_fingerprint,
            "changed": self.changes,
            "planned": self.planned,
            "actions": list(self.actions),
            "backup_files": dict(self.copies),
            "removed_files": list(self.removed),
        }

    def after_as_diff(self) -> dict[str, t.Any]:
        """Return what is there now, or will be as far as it can be known; of a missing one that is its fingerprint."""
        leaf = leaf_as_diff(self.leaf) or {"certificate_fingerprint": self.wanted.certificate_fingerprint}
        modes = {path: self.wanted.access_of(role).mode_text for role, path in self.wanted.kept_accessible}
        return {"certificate": leaf, "modes": modes}


__all__ = ("CertificateOutcome",)
