# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""Write-ahead record of every spending call: a line before it, a line after it, each on disk before the run goes on.

The ledger is evidence for people. Promise 1 holds without it: CI runners lose their disk. Only at a desk that keeps no
references it decides something, which is to hold an order back (attempts).
"""

from __future__ import annotations

import dataclasses as dc
import datetime as dt
import fcntl
import json
import os
import threading
import typing as t

from .._complaints.vaulted import hide
from .ledger_file import (
    START,
    LedgerUnusable,
    Line,
    explain_unusable,
    hash_line,
    keep,
    open_ledger,
    read_last_hash,
    read_lines,
)

if t.TYPE_CHECKING:
    import pathlib
    from collections.abc import Callable, Iterator

# Facts by which attempts are settled. Hidden, a contract that was there before would pass for the one that is missing.
_SETTLES: t.Final = frozenset(
    ("client_reference", "contract_id", "linked_contract_id", "listed", "booked", "usage", "product")
)
_FLAGS: t.Final = os.O_RDWR | os.O_CREAT | os.O_APPEND


@dc.dataclass(slots=True)
class _Entry:
    """A line on its way to the disk."""

    line: Line
    done: bool = False
    error: LedgerUnusable | None = None


class Ledger:
    """One JSON object a line; `hash` covers the line and the hash before it, so that a changed or lost line shows.

    `desk` names the desk that the calls go to (origin_of). Lines of another desk are not read; a line without a desk is
    of an older ledger and may be of any.
    """

    def __init__(self, path: pathlib.Path, *, now: Callable[[], dt.datetime], desk: str | None = None) -> None:
        self._path = path
        self._now = now
        self._desk = desk
        self._waiting: list[_Entry] = []
        self._queue = threading.Lock()
        self._disk = threading.Lock()
        self._known_end: tuple[int, str] = (-1, START)  # the size after our last write, and the hash of its last line

    def intend(self, step: str, **facts: t.Any) -> str:
        """Record what is about to be sent, and name the attempt; raises LedgerUnusable unless it is on the disk."""
        return name_attempt(self._append("intent", step, facts))

    def conclude(self, step: str, **facts: t.Any) -> None:
        """Record what came of it; raises LedgerUnusable unless it is on the disk."""
        self._append("outcome", step, facts)

    def note(self, kind: str, step: str, **facts: t.Any) -> None:
        """Record something else that belongs to a step; raises LedgerUnusable unless it is on the disk."""
        self._append(kind, step, facts)

    def read_lines(self) -> Iterator[Line]:
        """Read every line of this desk that is whole, oldest first; raises LedgerUnusable for what is no ledger."""
        return (line for line in read_lines(self._path) if line.get("desk") in (None, self._desk))

    def read_head(self) -> str | None:
        """Read the hash of the last line, by which a ledger that was cut off at its end is found out."""
        try:
            return self.read_end()
        except LedgerUnusable:
            return None

    def read_end(self) -> str | None:
        """Read the hash to which a next line would be added, None without a ledger; raises LedgerUnusable."""
        try:
            with open_ledger(self._path, os.O_RDONLY) as file:
                fcntl.flock(file, fcntl.LOCK_SH)
                return read_last_hash(self._path, file)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise explain_unusable(self._path, error) from None

    def _append(self, kind: str, step: str, facts: dict[str, t.Any]) -> Line:
        """Write the line; threads that come while another one writes go with the next write."""
        desk = {} if self._desk is None else {"desk": self._desk}
        kept = {name: keep(value if name in _SETTLES else hide(value)) for name, value in facts.items()}
        entry = _Entry({"kind": kind, "step": step, **desk, **kept})
        with self._queue:
            self._waiting.append(entry)
        with self._disk:
            if not entry.done:
                with self._queue:
                    together, self._waiting = self._waiting, []
                self._write(together)
        if entry.error:
            # Each thread raises an error of its own: what is learned about one call is not about another's.
            raise LedgerUnusable(entry.error.phrase) from entry.error
        return entry.line

    def _write(self, together: list[_Entry]) -> None:
        error: LedgerUnusable | None = None
        try:
            self._write_lines([entry.line for entry in together])
        except LedgerUnusable as refused:
            error = refused
        except BaseException as failure:  # whatever it was, no line may pass for written
            error = explain_unusable(self._path, failure)
            if not isinstance(failure, Exception):
                raise
        finally:
            for entry in together:
                entry.error, entry.done = error, True

    def _write_lines(self, lines: list[Line]) -> None:
        with self._open() as file:
            # Only keeps two writers from taking the same line as their predecessor.
            fcntl.flock(file, fcntl.LOCK_EX)
            size, previous = self._known_end
            end = file.seek(0, os.SEEK_END)
            if end != size:  # somebody else has written
                previous = read_last_hash(self._path, file)
                _close_torn_line(file, end)
            for line in lines:
                at = self._now().isoformat(timespec="milliseconds").replace("+00:00", "Z")
                line.update(at=at, previous=previous)
                line["hash"] = previous = hash_line(line)
                file.write(json.dumps(line, sort_keys=True).encode() + b"\n")
            file.flush()
            os.fsync(file.fileno())
            self._known_end = (file.tell(), previous)

    def _open(self) -> t.BinaryIO:
        try:
            return open_ledger(self._path, _FLAGS)
        except FileNotFoundError:
            self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            return open_ledger(self._path, _FLAGS)


def name_attempt(line: Line) -> str:
    """Name the attempt that a line records."""
    return str(line.get("hash", ""))[:12]


def _close_torn_line(file: t.BinaryIO, end: int) -> None:
    """End a line that a crash has cut off, and leave it as evidence."""
    if end:
        file.seek(end - 1)
        if file.read(1) != b"\n":
            file.write(b"\n")


__all__ = ("START", "Ledger", "LedgerUnusable", "hash_line", "name_attempt")
