# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the workers of one start have in common while it lasts: the clock's offset and the faults in force.

It lives in memory that forked workers share and in no database, so it ends with the desk.
"""

from __future__ import annotations

import contextlib
import copy
import fcntl
import json
import mmap
import struct
import tempfile
import threading
import typing as t

_SIZE: t.Final = 1 << 20
_LENGTH: t.Final = struct.Struct("<Q")

Words = dict[str, t.Any]


class Blackboard:
    """One small JSON object that every thread of every worker sees at once."""

    def __init__(self) -> None:
        self._page = mmap.mmap(-1, _SIZE)  # anonymous and shared: a child's writes are seen by its siblings
        # A file lock, since the system takes it back from a worker that is killed; it does not keep threads apart.
        self._file = tempfile.TemporaryFile()  # noqa: SIM115
        self._threads = threading.Lock()
        self._last: tuple[bytes, Words] = (b"{}", {})
        self._write(b"{}")

    def read(self) -> Words:
        """Read what is there now; not to be changed by the reader."""
        with self._alone():
            return self._read()

    @contextlib.contextmanager
    def changing(self) -> t.Iterator[Words]:
        """Yield what is there, to be changed in place while nobody else reads or writes."""
        with self._alone():
            words = copy.deepcopy(self._read())
            yield words
            self._write(json.dumps(words).encode("utf-8"))

    @contextlib.contextmanager
    def _alone(self) -> t.Iterator[None]:
        with self._threads:
            fcntl.lockf(self._file, fcntl.LOCK_EX)
            try:
                yield
            finally:
                fcntl.lockf(self._file, fcntl.LOCK_UN)

    def _read(self) -> Words:
        (length,) = _LENGTH.unpack_from(self._page)
        text = self._page[_LENGTH.size : _LENGTH.size + length]
        if text != self._last[0]:
            self._last = (text, json.loads(text))
        return self._last[1]

    def _write(self, text: bytes) -> None:
        if len(text) > _SIZE - _LENGTH.size:
            raise ValueError("contract broken: more than the blackboard holds")
        self._page[_LENGTH.size : _LENGTH.size + len(text)] = text
        _LENGTH.pack_into(self._page, 0, len(text))
