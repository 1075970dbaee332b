# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""No form of an answer makes the controller read more than an answer may have."""

from __future__ import annotations

import contextlib
import socket
import threading
import typing as t

import pytest
from ansible_collections.iij.server_certificate.plugins.plugin_utils._desk.http import (
    LONGEST_ANSWER,
    NoAnswer,
    exchange,
    open_session,
)
from ansible_collections.iij.server_certificate.plugins.plugin_utils._desk.patience import Patience

HEAD: t.Final = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
MEGABYTE: t.Final = 1 << 20
UNDERWAY: t.Final = 16 << 20  # bytes that both ends of a line may hold beside what is read

# How each answer begins, and what comes after that without an end.
FORMS: t.Final = {
    "a chunk of length -1": (HEAD + b"-1\r\n", b"a"),
    "one chunk": (HEAD + b"ffffffff\r\n", b"a"),
    "the line of a chunk": (HEAD + b"5;", b"a"),
    "the line after a chunk": (HEAD + b"1\r\naaa", b"a"),
    "lines after the last chunk": (HEAD + b"0\r\n", b"a: b\r\n"),
    "answers before the answer": (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
}


@pytest.mark.parametrize("form", FORMS)
def test_an_answer_of_whatever_form_is_bounded(form: str) -> None:
    head, endless = FORMS[form]
    sent = 0

    def serve(server: socket.socket) -> None:
        nonlocal sent
        line, _address = server.accept()
        piece = endless * (MEGABYTE // len(endless))
        with line, contextlib.suppress(OSError):
            line.recv(65_536)
            line.sendall(head)
            while sent < 10 * LONGEST_ANSWER:
                sent += line.send(piece[sent % len(endless) :])

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=serve, args=(server,), daemon=True)
        thread.start()
        session = open_session(ca_path=None, headers={}, keeps_cookies=False)
        url = f"http://127.0.0.1:{server.getsockname()[1]}/"
        # Newer releases of urllib3 give up the line of a chunk by themselves.
        with pytest.raises(NoAnswer, match=r"longer than 16 MiB|the line failed \(ProtocolError\)"):
            exchange(session, "GET", url, patience=Patience(timeout=20))
        session.close()
        thread.join(20)
    assert sent <= LONGEST_ANSWER + UNDERWAY
