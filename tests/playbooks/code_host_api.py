# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""GitLab's API in small, over HTTP on loopback: two hosts; the second keeps artifacts and must see no token."""

from __future__ import annotations

import contextlib
import http.server
import json
import threading
import typing as t
import urllib.parse

if t.TYPE_CHECKING:
    import pathlib
    from collections.abc import Iterator

Answers = dict[str, t.Any]
PROJECT: t.Final = "/api/v4/projects/1"


class Api:
    """What the project answers: JSON by path, notes that are posted, and redirections to the second host."""

    def __init__(self) -> None:
        self.answers: Answers = {}
        self.tokens: dict[str, str] = {}
        self.posted: list[str] = []
        self.redirected: set[str] = set()
        self.seen_elsewhere: list[dict[str, str]] = []
        self.url = self.elsewhere = ""

    @contextlib.contextmanager
    def served(self) -> Iterator[Api]:
        """Serve both hosts while the block runs; by another name the second is another host for every client."""
        with _server(_Project, self) as project, _server(_Elsewhere, self) as elsewhere:
            self.url = f"http://127.0.0.1:{project}{PROJECT.removesuffix('/projects/1')}"
            self.elsewhere = f"http://localhost:{elsewhere}"
            yield self


class _Handler(http.server.BaseHTTPRequestHandler):
    api: Api

    def do_GET(self) -> None:
        self.respond()

    def do_POST(self) -> None:
        self.respond()

    def respond(self) -> None:
        raise NotImplementedError

    def send(self, status: int, content: bytes = b"", **headers: str) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": str(len(content)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def body(self) -> bytes:
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))

    def log_message(self, *_: object) -> None:
        """Keep quiet."""


class _Project(_Handler):
    """The code host: every call needs the token that its rights were given to."""

    def respond(self) -> None:
        address = urllib.parse.urlsplit(self.path)
        path, query = address.path.removeprefix(PROJECT), urllib.parse.parse_qs(address.query)
        content = self.body()
        if path in self.api.redirected:
            self.send(302, Location=f"{self.api.elsewhere}{path}")
        elif self.headers.get("Authorization") != f"Bearer {self.api.tokens[self.command]}":
            self.send(401)
        elif self.command == "POST":
            self.api.posted.append(urllib.parse.parse_qs(content.decode())["body"][0])
            self.send(201, b"{}")
        elif path not in self.api.answers:
            self.send(404)
        elif "/artifacts/" in path:
            self.send(302, Location=f"{self.api.elsewhere}{path}")
        else:
            answer = self.api.answers[path]
            later = "page" in query and query["page"] != ["1"]
            self.send(200, json.dumps([] if later else answer).encode())


class _Elsewhere(_Handler):
    """Another host, to which the first one leads: it notes what came along."""

    def respond(self) -> None:
        self.api.seen_elsewhere.append(dict(self.headers))
        file: pathlib.Path | None = self.api.answers.get(self.path)
        self.send(*((200, file.read_bytes()) if file and file.exists() else (404,)))


@contextlib.contextmanager
def _server(handler: type[_Handler], api: Api) -> Iterator[int]:
    bound = type(handler.__name__, (handler,), {"api": api})
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), bound) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
            thread.join()
