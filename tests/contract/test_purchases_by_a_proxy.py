# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A proxy on the way proves nothing of what went through it: an answer lost behind it leaves a purchase unknown."""

from __future__ import annotations

import contextlib
import socket
import ssl
import struct
import threading
import typing as t

import pytest
from ansible_collections.iij.server_certificate.plugins.plugin_utils._desk.desk import DeskUnreachable, OutcomeUnknown
from ansible_collections.iij.server_certificate.plugins.plugin_utils._desk.portal.transport import (
    NeverSent,
    PortalConnection,
    PortalTransport,
)
from ansible_collections.iij.server_certificate.plugins.plugin_utils._spending.attempts import AttemptOpen
from ansible_collections.iij.server_certificate.tests.contract import sample_orders as sample
from ansible_collections.iij.server_certificate.tests.contract.fake_proxy import fake_proxy, make_tls
from ansible_collections.iij.server_certificate.tests.contract.portal_desks import ENGINES, portal_of
from ansible_collections.iij.server_certificate.tests.contract.test_portal_settlement import LAGGING, PLACE, errors
from ansible_collections.iij.server_certificate.tests.contract.test_settlement import Run

if t.TYPE_CHECKING:
    import pathlib

    from ansible_collections.iij.server_certificate.tests.contract.desk_process import DeskControl

NAME: t.Final = "desk.example.jp"  # which no resolver knows
FORM: t.Final = b"order=www"
RESET: t.Final = struct.pack("ii", 1, 0)  # SO_LINGER of no time: closing resets


class Server(t.NamedTuple):
    """A server with TLS on loopback, and the file with what its certificate is checked against."""

    port: int
    ca_path: str


@contextlib.contextmanager
def tls_server(folder: pathlib.Path, answer: t.Callable[[ssl.SSLSocket], None]) -> t.Iterator[Server]:
    """A server of that name that answers each connection, in a thread of its own, as it is told to."""
    tls, ca_path = make_tls(folder, NAME)
    over = threading.Event()

    def one(line: socket.socket) -> None:
        with contextlib.suppress(OSError), tls.wrap_socket(line, server_side=True) as client:
            answer(client)

    def serve() -> None:
        while not over.is_set():
            with contextlib.suppress(TimeoutError):
                line, _address = listener.accept()
                line.settimeout(10)
                threading.Thread(target=one, args=(line,), daemon=True).start()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.1)
        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        try:
            yield Server(listener.getsockname()[1], ca_path)
        finally:
            over.set()
            thread.join()


def losing(how: str, read: bytearray) -> t.Callable[[ssl.SSLSocket], None]:
    """Take the whole request, and lose its answer in this way."""

    def lose(client: ssl.SSLSocket) -> None:
        while FORM not in read:
            read.extend(client.recv(1 << 16))
        if how == "reset":
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        if how == "never comes":
            client.recv(1)
        if how == "is cut off":
            client.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")
        if how == "is no HTTP":
            client.sendall(b"garbage\r\n\r\n")

    return lose


@pytest.mark.parametrize("how", ["closed", "reset", "never comes", "is cut off", "is no HTTP"])
def test_an_answer_that_is_lost_behind_it_is_no_proof(tmp_path: pathlib.Path, how: str) -> None:
    read = bytearray()
    with tls_server(tmp_path, losing(how, read)) as server, fake_proxy(server.port) as proxy:
        connection = PortalConnection(
            url=f"https://{NAME}/", user="u", password="pw-of-the-portal", ca_path=server.ca_path, timeout=1,
            proxy=f"http://127.0.0.1:{proxy.port}", state=tmp_path, cache=tmp_path,
        )  # fmt: skip
        with pytest.raises(DeskUnreachable) as lost:
            PortalTransport(connection, sleep=lambda _seconds: None).answer("POST", f"https://{NAME}/order", body=FORM)
    assert FORM in read
    assert not isinstance(lost.value, NeverSent) and not lost.value.nothing_done
    assert "proxy" not in lost.value.phrase.en, "the proxy did what it is for"


def test_a_desk_that_the_proxy_reaches_and_nobody_trusts_was_sent_nothing(tmp_path: pathlib.Path) -> None:
    read = bytearray()
    with tls_server(tmp_path, losing("closed", read)) as server, fake_proxy(server.port) as proxy:
        connection = PortalConnection(
            url=f"https://{NAME}/", user="u", password="pw-of-the-portal", timeout=1,
            proxy=f"http://127.0.0.1:{proxy.port}", state=tmp_path, cache=tmp_path,
        )  # fmt: skip
        with pytest.raises(NeverSent, match="certificate verify failed"):
            PortalTransport(connection, sleep=lambda _seconds: None).answer("POST", f"https://{NAME}/order", body=FORM)
    assert not read


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("lags", [False, True])
def test_an_order_is_bought_once(desk: DeskControl, tmp_path: pathlib.Path, engine: str, *, lags: bool) -> None:
    def lead(client: ssl.SSLSocket) -> None:
        with socket.create_connection(("127.0.0.1", int(desk.url.rpartition(":")[2]))) as there:
            back = threading.Thread(target=copy, args=(there, client), daemon=True)
            back.start()
            copy(client, there, replaced=(f"Host: {NAME}".encode(), f"Host: {there.getpeername()[0]}".encode()))
            back.join(10)

    with tls_server(tmp_path, lead) as server, fake_proxy(server.port) as proxy:
        way = {"url": f"https://{NAME}/portal/", "ca_path": server.ca_path, "engine": engine, "timeout": 10}
        run = Run(portal_of(desk, tmp_path, proxy=f"http://127.0.0.1:{proxy.port}", **way), tmp_path)
        desk.faults({"name": "drop_after_commit", **PLACE, "count": 1}, *([LAGGING] if lags else []))
        first, second = run.apply(sample.order()), run.apply(sample.order())
    assert errors(first) == [OutcomeUnknown if lags else type(None)]
    assert errors(second) == ([AttemptOpen] if lags else [])
    assert len(desk.purchases()) == 1


def copy(source: socket.socket, target: socket.socket, *, replaced: tuple[bytes, bytes] = (b"", b"")) -> None:
    old, new = replaced
    with contextlib.suppress(OSError):
        while piece := source.recv(1 << 16):
            target.sendall(piece.replace(old, new) if old else piece)
    for line in (source, target):
        with contextlib.suppress(OSError):
            line.shutdown(socket.SHUT_RDWR)
