# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A server that answers whatever a test tells it to, good or garbage, and remembers what it was asked."""

from __future__ import annotations

import contextlib
import dataclasses as dc
import http.server
import json
import socket
import ssl
import threading
import typing as t


@dc.dataclass(frozen=True, kw_only=True)
class Answer:
    """One HTTP answer, byte by byte; `claimed_length` may lie about its length."""

    status: int = 200
    body: bytes = b""
    content_type: str = "application/json"
    headers: tuple[tuple[str, str], ...] = ()
    claimed_length: int | None = None


@dc.dataclass(frozen=True, kw_only=True)
class Asked:
    """One request as it came in."""

    method: str
    path: str
    token: str | None
    body: bytes
    headers: t.Mapping[str, str] = dc.field(default_factory=dict)


@dc.dataclass(frozen=True, kw_only=True)
class FakeDesk:
    url: str
    asked: list[Asked]


Script = t.Callable[[Asked], Answer]


def told(value: object, *, status: int = 200) -> Answer:
    """An answer with this JSON."""
    return Answer(status=status, body=json.dumps(value).encode())


@contextlib.contextmanager
def fake_desk(script: Script, *, tls: ssl.SSLContext | None = None) -> t.Iterator[FakeDesk]:
    """A server on loopback that answers by the script for as long as the block lasts."""
    asked: list[Asked] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            request = Asked(
                method=self.command,
                path=self.path,
                token=self.headers.get("Authorization"),
                body=self.rfile.read(length),
                headers=dict(self.headers.items()),
            )
            asked.append(request)
            said = script(request)
            self.send_response(said.status)
            self.send_header("Content-Type", said.content_type)
            self.send_header(
                "Content-Length", str(len(said.body) if said.claimed_length is None else said.claimed_length)
            )
            for name, value in said.headers:
                self.send_header(name, value)
            self.end_headers()
            with contextlib.suppress(ConnectionError):  # whoever has read enough goes away
                self.wfile.write(said.body)
            self.close_connection = said.claimed_length is not None

        do_GET = do_POST = do_PUT = answer  # noqa: N815

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Nothing on the terminal."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    if tls:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield FakeDesk(url=f"http{'s' if tls else ''}://127.0.0.1:{server.server_address[1]}", asked=asked)
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextlib.contextmanager
def dripping_desk(*pieces: bytes, pause: float) -> t.Iterator[str]:
    """A server on loopback that sends these pieces one after the other to everybody, the last one again and again."""
    over = threading.Event()

    def drip(line: socket.socket) -> None:
        with contextlib.suppress(OSError), line:
            line.recv(1 << 16)
            for piece in pieces:
                line.sendall(piece)
            while not over.wait(pause):
                line.sendall(pieces[-1])

    def serve() -> None:
        while not over.is_set():
            with contextlib.suppress(TimeoutError):
                line, _address = listener.accept()
                threading.Thread(target=drip, args=(line,), daemon=True).start()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.1)
        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            over.set()
            thread.join()
