# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""A TLS handshake that is listened to: up to TLS 1.2 the server's certificate is sent in clear [RFC 5246]."""

from __future__ import annotations

import errno
import os
import ssl
import time
import typing as t

if t.TYPE_CHECKING:
    import socket

_HANDSHAKE, _CERTIFICATE = 22, 11  # kinds of records, and of messages in them
_MOST_HEARD = 1 << 18
_PIECE = 1 << 14


def shaken(
    connection: socket.socket, context: ssl.SSLContext, *, name: str, patience: float
) -> tuple[ssl.SSLObject | None, bytes, Exception | None]:
    """Return the handshake if it came about, what was heard meanwhile, and why it did not come about."""
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    secured = context.wrap_bio(incoming, outgoing, server_hostname=name)
    heard, end = b"", time.monotonic() + patience
    try:
        while not _is_done(secured):
            piece = _answer(connection, outgoing.read())
            incoming.write(piece) if piece else incoming.write_eof()
            heard += piece
            if len(heard) > _MOST_HEARD or time.monotonic() > end:
                raise TimeoutError(errno.ETIMEDOUT, os.strerror(errno.ETIMEDOUT))
        connection.sendall(outgoing.read())
    except (OSError, ValueError) as error:
        return None, heard, error
    return secured, heard, None


def _is_done(secured: ssl.SSLObject) -> bool:
    try:
        secured.do_handshake()
    except ssl.SSLWantReadError:
        return False
    return True


def _answer(connection: socket.socket, question: bytes) -> bytes:
    try:
        connection.sendall(question)
        return connection.recv(_PIECE)
    except ConnectionError:  # the end of it, like one that is told
        return b""


def certificate_in(heard: bytes) -> bytes | None:
    """Return the first certificate that the server showed in clear, in DER."""
    messages, left = b"", heard
    while len(left) >= 5 and left[0] == _HANDSHAKE:
        length = int.from_bytes(left[3:5], "big")
        messages, left = messages + left[5 : 5 + length], left[5 + length :]
    while len(messages) >= 4:
        length = int.from_bytes(messages[1:4], "big")
        message, kind, messages = messages[4 : 4 + length], messages[0], messages[4 + length :]
        if kind == _CERTIFICATE:
            der = message[6 : 6 + int.from_bytes(message[3:6], "big")]
            return der if len(message) == length and der else None
    return None


__all__ = ("certificate_in", "shaken")
