# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One ASGI application on one socket, under uvicorn."""

from __future__ import annotations

import gc
import logging
import re
import signal
import socket
import typing as t

import uvicorn
from starlette.types import ASGIApp

_BACKLOG: t.Final = 128
_APPROVAL: t.Final = re.compile(r"(/ca/approval/)[^ ?]+")


class NoSecretPaths(logging.Filter):
    """Keeps approval tokens, the only secrets in a path, out of the access log."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Let the record through, without the token."""
        if isinstance(record.args, tuple):
            record.args = tuple(
                _APPROVAL.sub(r"\1...", value) if isinstance(value, str) else value for value in record.args
            )
        return True


_NO_SECRETS: t.Final = NoSecretPaths()


class Server(uvicorn.Server):
    """A server that tells once it really listens."""

    def __init__(
        self, app: ASGIApp, *, announce: t.Callable[[], None] = lambda: None, access_log: bool = False
    ) -> None:
        config = uvicorn.Config(
            app,
            http="h11",  # the implementation that faulty_line.py knows
            log_level="info" if access_log else "warning",
            access_log=access_log,
            proxy_headers=False,
            server_header=False,
            date_header=False,  # the desk has a time of its own
            timeout_graceful_shutdown=3,
        )
        super().__init__(config)
        logging.getLogger("uvicorn.access").addFilter(_NO_SECRETS)
        self._announce = announce

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen, then announce."""
        await super().startup(sockets=sockets)
        # What is loaded by now stays as long as the process, so no collection of cycles need walk it again: a page of
        # 1,000 applications is a third faster.
        gc.collect()
        gc.freeze()
        self._announce()


def open_listener(host: str, *, port: int) -> socket.socket:
    """Open a listening TCP socket; raises OSError."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # Only when the protocol is spelled out does asyncio switch Nagle's delay off, which would cost 40 ms an answer;
    # socket.create_server does not spell it out.
    sock = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind((host, port))
        sock.listen(_BACKLOG)
    except OSError:
        sock.close()
        raise
    return sock


def url_of(sock: socket.socket) -> str:
    """Return the base URL of a listening socket."""
    host, port = sock.getsockname()[:2]
    return f"http://[{host}]:{port}" if sock.family == socket.AF_INET6 else f"http://{host}:{port}"


def run(app: ASGIApp, *, listener: socket.socket, announce: t.Callable[[], None], access_log: bool) -> None:
    """Serve until SIGINT or SIGTERM, then return."""
    serve_until_stopped(Server(app, announce=announce, access_log=access_log), listener=listener)


def serve_until_stopped(server: Server, *, listener: socket.socket) -> None:
    """Serve until SIGINT or SIGTERM, then return."""
    # uvicorn stops cleanly and then raises the signal once more; being told to stop is no failure here.
    for stop in (signal.SIGINT, signal.SIGTERM):
        signal.signal(stop, lambda *_: None)
    server.run(sockets=[listener])
