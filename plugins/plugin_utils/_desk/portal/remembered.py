# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""What a log-in has read of contracts, so that it is not read again while the list shows nothing new of them.

A cache: it may be deleted at any time, and nothing is bought by it, for a purchase reads its contracts again.
"""

from __future__ import annotations

import dataclasses as dc
import hashlib
import pathlib
import time
import typing as t

from ..._complaints.vaulted import hide
from ..._values.observed import Application, State
from ..._values.written import read_value, write_value
from ..private_files import append_private, read_private_lines, write_private_lines

if t.TYPE_CHECKING:
    from collections.abc import Iterable

    from .transport import PortalConnection

Json = dict[str, t.Any]

_OLDEST: t.Final = 30 * 86_400.0  # seconds
_OLDEST_FINGERPRINT: t.Final = 7 * 86_400.0  # seconds; a reissued certificate may have the row of the one before
_OLDEST_LINKED: t.Final = 86_400.0  # seconds; a contract may be linked to another service while its row stays the same
# What the row does not show may change meanwhile: confirmations come and go, and a map may learn a word.
_READ_EACH_TIME: t.Final = (State.AWAITING_CONFIRMATION, State.UNCLEAR)
_MOST_LINES: t.Final = 4  # for each contract, before the file is written afresh


@dc.dataclass(slots=True)
class _Contract:
    """What is known of one contract: its details as they were read, and its certificate's fingerprint and expiry."""

    details: Application | None = None
    read_at: float = 0.0
    address: str = ""
    fingerprint: str | None = None
    fingerprint_at: float = 0.0
    expiry: str | None = None


class Remembered:
    """The contracts that this log-in has read at this desk with this screen map."""

    def __init__(self, connection: PortalConnection) -> None:
        who = [connection.url, connection.user, _content(connection.screen_map)]
        name = hashlib.sha256("\n".join(who).encode()).hexdigest()[:32]
        self._path = connection.cache / "portal" / f"{name}.jsonl"
        self._contracts: dict[str, _Contract] | None = None

    def complete(self, listed: Application) -> Application | None:
        """Return the application with its details; None where the portal has to be asked."""
        entry = self._known().get(listed.contract_id)
        details = entry.details if entry else None
        if entry is None or details is None or _is_moving(listed) or _row(details) != _row(listed):
            return None
        oldest = _OLDEST_LINKED if details.linked_service else _OLDEST
        if not _is_young(entry.read_at, oldest):
            return None
        return dc.replace(details, certificate_fingerprint=listed.certificate_fingerprint)

    def recognize(self, listed: Application) -> Application:
        """Return the application with the fingerprint of its certificate, where that was downloaded before."""
        entry = self._known().get(listed.contract_id)
        if entry is None or not entry.fingerprint or not _is_young(entry.fingerprint_at, _OLDEST_FINGERPRINT):
            return listed
        same = entry.expiry == _expiry(listed) and listed.state is State.ISSUED
        return dc.replace(listed, certificate_fingerprint=entry.fingerprint) if same else listed

    def find_address(self, contract_id: str) -> str | None:
        """Return where the page of a contract was."""
        entry = self._known().get(contract_id)
        return entry.address if entry and entry.address else None

    def learn_details(self, full: Application, address: str) -> None:
        details = dc.replace(full, certificate_fingerprint=None)
        self._learn({"contract_id": full.contract_id, "details": write_value(details), "address": address})

    def learn_certificate(self, application: Application, fingerprint: str) -> None:
        expiry = _expiry(application)
        self._learn({"contract_id": application.contract_id, "fingerprint": fingerprint, "expiry": expiry})

    def _learn(self, line: Json) -> None:
        line = {**line, "at": time.time()}
        self._take(self._known(), line)
        if hide(line) == line:  # what an order file seals is not written down
            append_private(self._path, line)

    def _known(self) -> dict[str, _Contract]:
        if self._contracts is None:
            contracts: dict[str, _Contract] = {}
            lines = read_private_lines(self._path)
            for line in lines:
                self._take(contracts, line)
            if len(lines) > _MOST_LINES * len(contracts):
                write_private_lines(self._path, _lines(contracts))
            self._contracts = contracts
        return self._contracts

    @staticmethod
    def _take(contracts: dict[str, _Contract], line: Json) -> None:
        """Take what a line says; one that is not of this form says nothing."""
        contract_id, at = line.get("contract_id"), line.get("at")
        if not isinstance(contract_id, str) or not isinstance(at, float):
            return
        entry = contracts.setdefault(contract_id, _Contract())
        if "details" in line:
            try:
                entry.details, entry.read_at = read_value(Application, line["details"]), at
            except (ValueError, TypeError):
                entry.details = None
            entry.address = str(line.get("address") or "")
        if "fingerprint" in line:
            entry.fingerprint, entry.expiry, entry.fingerprint_at = line["fingerprint"], line.get("expiry"), at


def _lines(contracts: dict[str, _Contract]) -> Iterable[Json]:
    for contract_id, entry in contracts.items():
        if entry.details:
            details = {"details": write_value(entry.details), "address": entry.address}
            yield {"contract_id": contract_id, "at": entry.read_at, **details}
        if entry.fingerprint:
            certificate = {"fingerprint": entry.fingerprint, "expiry": entry.expiry}
            yield {"contract_id": contract_id, "at": entry.fingerprint_at, **certificate}


def _is_young(at: float, oldest: float) -> bool:
    return 0 <= time.time() - at <= oldest


def _is_moving(listed: Application) -> bool:
    states = (listed.state, listed.procedure.state if listed.procedure else None)
    return any(state in _READ_EACH_TIME for state in states)


def _row(application: Application) -> tuple[object, ...]:
    """Return what a row of the list shows of an application."""
    renewal = application.procedure and application.procedure.state
    return application.common_name, application.product, application.state, _expiry(application), renewal


def _expiry(application: Application) -> str | None:
    return application.not_after.isoformat() if application.not_after else None


def _content(path: str | None) -> str:
    """Return what a user's screen map says, for details were read by its words."""
    try:
        return pathlib.Path(path).expanduser().read_text(encoding="utf-8") if path else ""
    except (OSError, ValueError, RuntimeError):
        return str(path)


__all__ = ("Remembered",)
