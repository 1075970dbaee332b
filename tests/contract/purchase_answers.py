# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every answer that can follow a spending press or POST, and a server that gives it byte by byte."""

from __future__ import annotations

import contextlib
import dataclasses as dc
import enum
import http
import json
import socket
import struct
import threading
import typing as t


class Cut(enum.Enum):
    """What comes instead of an answer."""

    CLOSED = "the connection is closed without a byte"
    RESET = "the connection is reset without a byte"
    SILENT = "nothing comes until the time is over"


Answer = bytes | Cut


@dc.dataclass(frozen=True, kw_only=True)
class Asked:
    method: str
    path: str
    body: bytes


@dc.dataclass(frozen=True, kw_only=True)
class Reply:
    """What the server sends; with `down` nobody listens any more once it is sent."""

    answer: Answer
    down: bool = False


class RawDesk:
    """A server on loopback that sends what the script says, each answer on a connection of its own."""

    def __init__(self, script: t.Callable[[Asked], Reply]) -> None:
        self._script = script
        self._over = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._over.set()
        # A listener that is only closed would leave accept() waiting.
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _serve(self) -> None:
        while not self._over.is_set():
            try:
                connection, _address = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._answer, args=(connection,), daemon=True).start()

    def _answer(self, connection: socket.socket) -> None:
        with connection, contextlib.suppress(OSError):
            asked = _read(connection)
            if asked is None:
                return
            reply = self._script(asked)
            if reply.down:
                self.close()
            if reply.answer is Cut.SILENT:
                self._over.wait(5)
            elif reply.answer is Cut.RESET:
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            elif isinstance(reply.answer, bytes):
                connection.sendall(reply.answer)


def _read(connection: socket.socket) -> Asked | None:
    received = b""
    while b"\r\n\r\n" not in received:
        piece = connection.recv(65536)
        if not piece:
            return None
        received += piece
    head, _, body = received.partition(b"\r\n\r\n")
    lines = head.decode("latin-1").split("\r\n")
    lengths = [int(line.partition(":")[2]) for line in lines if line.lower().startswith("content-length:")]
    while len(body) < (lengths[0] if lengths else 0):
        body += connection.recv(65536)
    method, path, _version = lines[0].split(" ")
    return Asked(method=method, path=path, body=body)


@contextlib.contextmanager
def raw_desk(script: t.Callable[[Asked], Reply]) -> t.Iterator[RawDesk]:
    desk = RawDesk(script)
    try:
        yield desk
    finally:
        desk.close()


def answer(status: int, body: bytes | str = b"", *headers: bytes | str, kind: str = "text/html") -> bytes:
    """A whole answer; a header that says its length replaces the true one."""
    body = body.encode() if isinstance(body, str) else body
    lines = [line.encode() if isinstance(line, str) else line for line in headers]
    try:
        words = http.HTTPStatus(status).phrase
    except ValueError:
        words = "Whatever"
    if not any(line.lower().startswith((b"content-length", b"transfer-encoding")) for line in lines):
        lines.append(b"Content-Length: %d" % len(body))
    if not any(line.lower().startswith(b"content-type") for line in lines):
        lines.append(f"Content-Type: {kind}; charset=utf-8".encode())
    head = b"\r\n".join([f"HTTP/1.1 {status} {words}".encode(), *lines, b"Connection: close"])
    return head + b"\r\n\r\n" + body


def said(value: object, *, status: int = 200) -> bytes:
    """A whole answer with this JSON."""
    return answer(status, json.dumps(value), kind="application/json")


PAGE: t.Final = "<!DOCTYPE html><html><head><title>{0}</title></head><body><h1>{0}</h1>{1}</body></html>"
STATUSES: t.Final = (
    *(101, 102, 103, 200, 201, 202, 203, 204, 205, 206, 207, 226, 299, 300, 304, 305, 306, 399),
    *range(400, 419),
    *(421, 422, 423, 424, 425, 426, 428, 429, 431, 440, 451, 499),
    *(500, 501, 502, 503, 504, 505, 507, 508, 510, 511, 520, 599, 600, 999),
)
_HTML: t.Final = PAGE.format("お知らせ", "<p>A page that nobody knows.</p>")
_ERROR: t.Final = {"request_id": "r", "error_type": "Whatever", "error_message": "no", "error_details": []}

# By what it is; each comes to the press itself, and on the page behind its redirect.
ANSWERS: t.Final[dict[str, Answer]] = {
    **{f"{status} a page": answer(status, _HTML) for status in STATUSES},
    **{f"{status} nothing": answer(status) for status in (200, 400, 403, 404, 409, 429, 500, 503)},
    **{f"{status} JSON": said(_ERROR, status=status) for status in (200, 201, 400, 404, 409, 422, 429, 500)},
    **{cut.value: cut for cut in Cut},
    "half of a status line": b"HTTP/1.1 2",
    "no HTTP": b"SSH-2.0-OpenSSH_9.2\r\n",
    "half of the headers": b"HTTP/1.1 200 OK\r\nContent-Type: text/ht",
    "half of a body": answer(200, _HTML, "Content-Length: 100000"),
    "half of a redirect's body": answer(303, _HTML, "Location: /behind2", "Content-Length: 100000"),
    "half of a chunk": answer(200, b"40\r\n<html>", "Transfer-Encoding: chunked"),
    "chunks without a length": answer(200, b"zz\r\n<html>\r\n", "Transfer-Encoding: chunked"),
    "a negative length": answer(200, _HTML, "Content-Length: -5"),
    "a length in words": answer(200, _HTML, "Content-Length: many"),
    "two lengths": answer(200, _HTML, "Content-Length: 3", "Content-Length: 4"),
    "not gzip": answer(200, _HTML, "Content-Encoding: gzip"),
    "a code that nobody knows": answer(200, _HTML, "Content-Encoding: fernet"),
    "a charset that nobody knows": answer(200, _HTML, "Content-Type: text/html; charset=klingon"),
    "zeros": answer(200, b"\0" * 5000),
    "no UTF-8": answer(200, b"<h1>\xff\xfe\xfd</h1>"),
    "a header too long": answer(200, _HTML, "X-Long: " + "x" * 70_000),
    "too many headers": answer(200, _HTML, *(f"X-{number}: 1" for number in range(150))),
    "a header without a colon": answer(200, _HTML, "nonsense"),
    "a header in Latin-1": answer(200, _HTML, b"X-Name: \xe9\xff"),
    "a cookie of nonsense": answer(200, _HTML, b"Set-Cookie: \xff=\x01; expires=never; max-age=1e999"),
    "a refresh": answer(200, _HTML, "Refresh: 0; url=/elsewhere"),
    "a page that goes on by itself": answer(200, '<meta http-equiv="refresh" content="0; url=/x">'),
    **{
        f"{status} with Retry-After {name}": answer(status, _HTML, b"Retry-After: " + value)
        for status in (429, 503)
        for name, value in {
            "0": b"0",
            "a raised two": "²".encode("latin-1"),
            "negative": b"-1",
            "infinite": b"1e999",
            "long ago": b"Thu, 01 Jan 1970 00:00:00 GMT",
            "nonsense": b"later",
        }.items()
    },
}

# To the press only: where the page is to be found.
REDIRECTS: t.Final[dict[str, Answer]] = {
    **{f"{status} without a place": answer(status) for status in (301, 302, 303, 307, 308)},
    **{
        f"{status} to {name}": answer(status, b"", b"Location: " + place)
        for status in (302, 303, 307)
        for name, place in {
            "another host": b"http://elsewhere.example/done",
            "another port": b"http://127.0.0.1:9/done",
            "another scheme": b"https://127.0.0.1/done",
            "no scheme": b"//elsewhere.example/done",
            "no place": b"",
            "half an address": b"http://[::1",
            "a port in words": b"http://127.0.0.1:many/done",
            "no UTF-8": b"/done/\xff\xfe",
            "Latin-1": b"/done/\xe9",
            "Japanese": "/お申し込み".encode(),
            "a script": b"javascript:alert(1)",
            "control characters": b"/done\x01\x7f",
            "blanks": b"/do ne",
            "itself": b"/place",
            "the confirm screen": b"/confirm",
            "too long a place": b"/" + b"x" * 60_000,
        }.items()
    },
    "303 to two places": answer(303, b"", "Location: /confirm", "Location: /behind2"),
}

__all__ = ("ANSWERS", "PAGE", "REDIRECTS", "Answer", "Asked", "Cut", "Reply", "answer", "raw_desk", "said")
