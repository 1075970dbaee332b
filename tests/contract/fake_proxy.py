# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An HTTP proxy as companies have: it leads to one server whatever it is asked for, and keeps what it could read."""

from __future__ import annotations

import base64
import contextlib
import dataclasses as dc
import datetime as dt
import socket
import socketserver
import ssl
import threading
import typing as t

from ansible_collections.iij.server_certificate.tests.unit.plugins import authority

if t.TYPE_CHECKING:
    import pathlib


@dc.dataclass
class FakeProxy:
    """`asked`: the first line of each request; `read`: all that went through from clients, as it went."""

    port: int = 0
    asked: list[str] = dc.field(default_factory=list)
    read: bytearray = dc.field(default_factory=bytearray)


@contextlib.contextmanager
def fake_proxy(leads_to: int, *, log_in: str | None = None, answer: bytes | None = None) -> t.Iterator[FakeProxy]:
    """A proxy on loopback that leads to this port; `log_in` is what it wants, `answer` all that it says."""
    proxy = FakeProxy()
    wanted = log_in and f"Proxy-Authorization: Basic {base64.b64encode(log_in.encode()).decode()}"

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            head = [line.decode("latin-1").strip() for line in iter(self.rfile.readline, b"\r\n") if line]
            proxy.asked.append(head[0])
            if answer is not None:
                self.wfile.write(answer)
            elif wanted and wanted not in head:
                self.wfile.write(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n")
            else:
                self.lead()

        def lead(self) -> None:
            with socket.create_connection(("127.0.0.1", leads_to)) as there:
                self.wfile.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
                back = threading.Thread(target=_copy, args=(there, self.connection), daemon=True)
                back.start()
                _copy(self.connection, there, kept=proxy.read)
                back.join(5)

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True
        allow_reuse_address = True

    with Server(("127.0.0.1", 0), Handler) as server:
        proxy.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield proxy
        finally:
            server.shutdown()
            thread.join()


def make_tls(folder: pathlib.Path, *names: str) -> tuple[ssl.SSLContext, str]:
    """Make what a desk speaks TLS with, as these names, and the file that its certificate is checked against."""
    key, certificate = folder / "key.pem", folder / "ca.pem"
    own, today = authority.ec.generate_private_key(authority.ec.SECP256R1()), dt.datetime.now(dt.UTC)
    nobody = authority.Authority(names[0], own, t.cast("t.Any", None), ())
    days = {"since": today - authority.DAY, "until": today + authority.DAY}
    made = nobody.issue(names[0], key=own, authority=True, dns_names=names, **days)
    key.write_bytes(authority.key_pem(own))
    certificate.write_text(authority.pem(made), encoding="ascii")
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate, key)
    return tls, str(certificate)


def _copy(source: socket.socket, target: socket.socket, *, kept: bytearray | None = None) -> None:
    with contextlib.suppress(OSError):
        while piece := source.recv(1 << 16):
            if kept is not None:
                kept += piece
            target.sendall(piece)
    with contextlib.suppress(OSError):
        target.shutdown(socket.SHUT_WR)
