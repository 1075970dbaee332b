# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""Write-ahead record of every spending call: a line before it, a line after it, each on disk before the run goes on.

The ledger is evidence for people. Promise 1 holds without it: CI runners lose their disk. Only at a desk that keeps no
references it decides something, which is to hold an order back (_unreferenced).
"""

from __future__ import annotations

import dataclasses as dc
import datetime as dt
import fcntl
import hashlib
import json
import os
import threading
import typing as t

if t.TYPE_CHECKING:
    import pathlib
    from collections.abc import Iterator

START = "0" * 64


@dc.dataclass(slots=True)
class _Entry:
    """A line on its way to the disk."""

    line: dict[str, t.Any]
    done: bool = False
    error: OSError | None = None


class Ledger:
    """One JSON object a line; `hash` covers the line and the hash before it, so that a changed or lost line shows."""

    def __init__(self, path: pathlib.Path) -> None:
        self._path = path
        self._waiting: list[_Entry] = []
        self._queue = threading.Lock()
        self._disk = threading.Lock()
        self._known_end: tuple[int, str] = (-1, START)  # the size after our last write, and the hash of its last line

    def intend(self, step: str, **facts: t.Any) -> str:
        """Record what is about to be sent; the answer names this attempt for ever."""
        return attempt_of(self._append("intent", step, facts))

    def conclude(self, step: str, **facts: t.Any) -> None:
        """Record what came of it."""
        self._append("outcome", step, facts)

    def lines(self) -> Iterator[dict[str, t.Any]]:
        """Every line that can be read, oldest first; none where there is no ledger."""
        try:
            written = self._path.read_bytes()
        except FileNotFoundError:
            return
        for text in written.splitlines():
            try:
                line = json.loads(text)
            except ValueError:
                continue  # torn by a crash, and left as evidence
            if isinstance(line, dict):
                yield line

    def _append(self, kind: str, step: str, facts: dict[str, t.Any]) -> dict[str, t.Any]:
        """The line as it stands on the disk; threads that come while another one writes go with the next write."""
        entry = _Entry({"kind": kind, "step": step, **facts})
        with self._queue:
            self._waiting.append(entry)
        with self._disk:
            if not entry.done:
                with self._queue:
                    together, self._waiting = self._waiting, []
                self._write(together)
        if entry.error:
            raise entry.error
        return entry.line

    def _write(self, together: list[_Entry]) -> None:
        try:
            with os.fdopen(self._opened(), "r+b") as file:
                # Only keeps two writers from taking the same line as their predecessor.
                fcntl.flock(file, fcntl.LOCK_EX)
                size, previous = self._known_end
                if file.seek(0, os.SEEK_END) != size:  # somebody else has written
                    previous = _last_hash(file)
                for entry in together:
                    at = dt.datetime.now(dt.UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
                    entry.line.update(at=at, previous=previous)
                    entry.line["hash"] = previous = hash_of(entry.line)
                    file.write(json.dumps(entry.line, ensure_ascii=False, sort_keys=True).encode() + b"\n")
                file.flush()
                os.fsync(file.fileno())
                self._known_end = (file.tell(), previous)
        except OSError as error:
            for entry in together:
                entry.error = error
        for entry in together:
            entry.done = True

    def _opened(self) -> int:
        flags = os.O_RDWR | os.O_CREAT | os.O_APPEND
        try:
            return os.open(self._path, flags, 0o600)
        except FileNotFoundError:
            self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            return os.open(self._path, flags, 0o600)


def attempt_of(line: dict[str, t.Any]) -> str:
    """The name of the attempt that a line records."""
    return str(line.get("hash", ""))[:12]


def _last_hash(file: t.BinaryIO) -> str:
    """The hash of the last whole line; a line torn by a crash is closed and left as evidence."""
    size = file.seek(0, os.SEEK_END)
    file.seek(max(0, size - 65536))
    tail = file.read()
    if tail and not tail.endswith(b"\n"):
        file.write(b"\n")
    for text in reversed(tail.splitlines()):
        try:
            return str(json.loads(text)["hash"])
        except (ValueError, KeyError):
            continue
    return START


def hash_of(line: dict[str, t.Any]) -> str:
    """The hash of a line without the one that it may carry."""
    line = {name: value for name, value in line.items() if name != "hash"}
    return hashlib.sha256(json.dumps(line, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


__all__ = ("START", "Ledger", "attempt_of", "hash_of")
