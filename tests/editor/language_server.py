# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The editor's side of the Language Server Protocol: opens a document and asks about places in it."""

from __future__ import annotations

import contextlib
import json
import pathlib
import subprocess
import typing as t

Json = dict[str, t.Any]

CAPABILITIES: t.Final = {
    "textDocument": {
        "completion": {"completionItem": {"documentationFormat": ["plaintext"]}},
        "hover": {"contentFormat": ["plaintext"]},
    }
}


class LanguageServer:
    """A language server that has been told nothing but its folder."""

    def __init__(self, process: subprocess.Popen[bytes], folder: pathlib.Path) -> None:
        self._process, self._asked = process, 0
        self._complaints: dict[str, list[Json]] = {}
        self._ask("initialize", processId=None, rootUri=folder.as_uri(), capabilities=CAPABILITIES)
        self._tell("initialized")

    def open(self, path: pathlib.Path, text: str) -> None:
        """Open a document with this text; it need not be on disk."""
        document = {"uri": path.as_uri(), "languageId": "yaml", "version": 1, "text": text}
        self._tell("textDocument/didOpen", textDocument=document)

    def completions(self, path: pathlib.Path, place: tuple[int, int]) -> dict[str, str]:
        """What may be typed at this line and column (from 0), each with what it means."""
        found = self._at("textDocument/completion", path, place)
        return {item["label"]: str(item.get("documentation") or "") for item in found["items"]}

    def hover(self, path: pathlib.Path, place: tuple[int, int]) -> str:
        return str(self._at("textDocument/hover", path, place)["contents"]["value"])

    def complaints(self, path: pathlib.Path) -> list[Json]:
        """What is marked in a document with mistakes; waits until something is."""
        while not self._complaints.get(path.as_uri()):
            self._hear(self._read())
        return self._complaints[path.as_uri()]

    def _at(self, method: str, path: pathlib.Path, place: tuple[int, int]) -> t.Any:
        position = {"line": place[0], "character": place[1]}
        return self._ask(method, textDocument={"uri": path.as_uri()}, position=position)

    def _ask(self, method: str, **params: t.Any) -> t.Any:
        self._asked += 1
        self._send({"id": self._asked, "method": method, "params": params})
        while True:
            message = self._read()
            if message.get("id") == self._asked and "method" not in message:
                assert "error" not in message, message
                return message["result"]
            self._hear(message)

    def _tell(self, method: str, **params: t.Any) -> None:
        self._send({"method": method, "params": params})

    def _hear(self, message: Json) -> None:
        """Answer what the server asks with nothing, and remember what it marks."""
        if "id" in message:
            self._send({"id": message["id"], "result": None})
        elif message["method"] == "textDocument/publishDiagnostics":
            self._complaints[message["params"]["uri"]] = message["params"]["diagnostics"]

    def _send(self, message: Json) -> None:
        content = json.dumps({"jsonrpc": "2.0", **message}).encode()
        stream = t.cast("t.IO[bytes]", self._process.stdin)
        stream.write(b"Content-Length: %d\r\n\r\n%s" % (len(content), content))
        stream.flush()

    def _read(self) -> Json:
        stream, length = t.cast("t.IO[bytes]", self._process.stdout), 0
        for line in iter(stream.readline, b"\r\n"):
            assert line, "the language server has ended"
            name, _colon, value = line.partition(b":")
            length = int(value) if name.lower() == b"content-length" else length
        return t.cast("Json", json.loads(stream.read(length)))


@contextlib.contextmanager
def serving(command: list[str], folder: pathlib.Path) -> t.Iterator[LanguageServer]:
    """The server that this command starts, for as long as the block lasts."""
    with subprocess.Popen(command, cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        try:
            yield LanguageServer(process, folder)
        finally:
            process.kill()
