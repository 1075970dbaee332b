# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A recording line to the desk: everything that passes is kept, and a test may hold or cut it."""

from __future__ import annotations

import contextlib
import re
import socket
import threading
import typing as t
import urllib.parse

ORDERING: t.Final = b"POST /api/v1/applications HTTP"
_AUTHORIZATION: t.Final = re.compile(rb"(?i)^authorization: [^\r\n]*", re.MULTILINE)


def _pass(_request: bytes) -> bool:
    return True


class RecordingProxy:
    """TCP to the desk and back. `on_request` and `on_answer` see the head of a request; False cuts the line."""

    def __init__(
        self,
        url: str,
        *,
        on_request: t.Callable[[bytes], bool] = _pass,
        on_answer: t.Callable[[bytes], bool] = _pass,
    ) -> None:
        parts = urllib.parse.urlsplit(url)
        self._desk = (parts.hostname or "", parts.port or 0)
        self._on_request, self._on_answer = on_request, on_answer
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._lock = threading.Lock()
        self._traffic = bytearray()
        self.connections = 0
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self.is_cut = False

    @property
    def traffic(self) -> bytes:
        """Every byte that passed, both ways."""
        with self._lock:
            return bytes(self._traffic)

    @property
    def traffic_without_authorization(self) -> bytes:
        """The same without the one header in which a token belongs."""
        return _AUTHORIZATION.sub(b"", self.traffic)

    def __enter__(self) -> RecordingProxy:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        # Closing alone would leave the thread in accept().
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _address = self._listener.accept()
                self.connections += 1
                threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        head = bytearray()
        with client, contextlib.suppress(OSError):
            if self.is_cut:
                return
            with socket.create_connection(self._desk) as desk:
                back = threading.Thread(
                    target=self._pump, args=(desk, client, lambda _c: self._answered(head)), daemon=True
                )
                back.start()
                self._pump(client, desk, lambda content: self._asked(head, content))
                back.join()

    def _asked(self, head: bytearray, content: bytes) -> bool:
        """Whether what the client sends may pass; `head` becomes the request line that it begins with."""
        if not re.match(rb"[A-Z]+ /", content):
            return True
        head[:] = content.partition(b"\r\n")[0]
        return self._on_request(bytes(head))

    def _answered(self, head: bytearray) -> bool:
        return self._on_answer(bytes(head))

    def _pump(self, source: socket.socket, sink: socket.socket, may_pass: t.Callable[[bytes], bool]) -> None:
        """Pass on until either side ends or the line is cut."""
        with contextlib.suppress(OSError):
            while content := source.recv(65536):
                with self._lock:
                    self._traffic += content
                if self.is_cut or not may_pass(content):
                    self.is_cut = True
                    break
                sink.sendall(content)
        for end in (source, sink):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
