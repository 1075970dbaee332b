# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Several workers on one listening socket: processes forked from one that serves nothing itself."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import threading
import typing as t

from starlette.types import ASGIApp

from rehearsal_desk.running import serving


class WorkerLost(Exception):
    """A worker ended though nobody had told it to; the others have been stopped."""


def serve(
    build: t.Callable[[], ASGIApp],
    *,
    count: int,
    listener: socket.socket,
    announce: t.Callable[[], None],
    access_log: bool,
) -> None:
    """Serve with so many workers until SIGINT or SIGTERM, then return; raises `WorkerLost`."""
    if count == 1:
        serving.run(build(), listener=listener, announce=announce, access_log=access_log)
        return
    ready, tell_ready = os.pipe()
    orphaned, parent_lives = os.pipe()
    workers: set[int] = set()
    stopping = threading.Event()

    def stop(*_: object) -> None:
        stopping.set()
        terminate_workers(workers)

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)
    for _ in range(count):
        worker = os.fork()
        if worker == 0:
            os.close(ready)
            os.close(parent_lives)
            _work(build, listener=listener, access_log=access_log, tell_ready=tell_ready, orphaned=orphaned)
        workers.add(worker)
    os.close(tell_ready)
    os.close(orphaned)
    if stopping.is_set():  # told to stop while some were not born yet
        stop()
    if _all_ready(ready, count=count) and not stopping.is_set():
        announce()
    lost = _outlived(workers, stopping=stopping, stop=stop)
    os.close(parent_lives)
    if lost:
        raise WorkerLost


def terminate_workers(workers: t.Iterable[int]) -> None:
    """Send SIGTERM to these workers, as far as they still run."""
    for worker in workers:
        with contextlib.suppress(ProcessLookupError):
            os.kill(worker, signal.SIGTERM)


def _work(
    build: t.Callable[[], ASGIApp], *, listener: socket.socket, access_log: bool, tell_ready: int, orphaned: int
) -> t.NoReturn:
    """Live the life of one worker; it must never return into the code of its parent."""
    try:
        server = serving.Server(build(), announce=lambda: _say_ready(tell_ready), access_log=access_log)
        threading.Thread(target=_stop_when, args=(orphaned, server), daemon=True).start()
        serving.serve_until_stopped(server, listener=listener)
        os._exit(0)
    except BaseException:
        os._exit(1)


def _say_ready(pipe: int) -> None:
    os.write(pipe, b".")
    os.close(pipe)


def _stop_when(orphaned: int, server: serving.Server) -> None:
    # Nothing is ever written there: the read ends when the parent does, even if it was killed.
    os.read(orphaned, 1)
    server.should_exit = True


def _all_ready(pipe: int, *, count: int) -> bool:
    """Check whether so many workers have said so; False as soon as none is left that could."""
    said = 0
    while said < count and (signs := os.read(pipe, count)):
        said += len(signs)
    os.close(pipe)
    return said == count


def _outlived(workers: set[int], *, stopping: threading.Event, stop: t.Callable[[], None]) -> bool:
    """Wait for the last worker to end; whether one ended untold."""
    lost = False
    while workers:
        worker, _status = os.wait()
        workers.discard(worker)
        if not stopping.is_set():
            lost = True
            stop()
    return lost
