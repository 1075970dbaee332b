# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""Many keys at once, on all cores; each goes from the process that made it to this one through a pipe, never a file."""

from __future__ import annotations

import contextlib
import os
import typing as t

from . import keys

if t.TYPE_CHECKING:
    from collections.abc import Sequence

    from .._core.keyspec import KeySpec


def generate_all(specs: Sequence[KeySpec]) -> list[bytes]:
    """Make as many keys, as unencrypted PKCS#8 in PEM, in the order of the specs.

    By processes, since some releases of cryptography (43, Debian 13) let no other thread run while they make a key.
    """
    workers = min(len(specs), _cores())
    if workers < 2:
        return [_made(spec) for spec in specs]
    readers = [_started(specs[start::workers]) for start in range(workers)]
    result: list[bytes] = [b""] * len(specs)
    for start, (process, reader) in enumerate(readers):
        with os.fdopen(reader, "rb") as pipe:
            parts = pipe.read().split(b"\0")[:-1]
        os.waitpid(process, 0)
        result[start : start + len(parts) * workers : workers] = parts
    # What a worker could not deliver, killed for want of memory for one, is made here.
    return [content or _made(spec) for content, spec in zip(result, specs)]


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _made(spec: KeySpec) -> bytes:
    return keys.to_pem(keys.generate(spec))


def _started(specs: Sequence[KeySpec]) -> tuple[int, int]:
    reader, writer = os.pipe()
    process = os.fork()
    if process:
        os.close(writer)
        return process, reader
    # From here on a copy of the module runs: whatever happens, it must end right here and say nothing.
    with contextlib.suppress(BaseException):
        os.close(reader)
        with os.fdopen(writer, "wb") as pipe:
            for spec in specs:
                pipe.write(_made(spec) + b"\0")
    os._exit(0)


__all__ = ("generate_all",)
