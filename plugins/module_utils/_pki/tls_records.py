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
    from collections.abc import Iterator

_HANDSHAKE, _CERTIFICATE, _KEY_EXCHANGE = 22, 11, 12  # kinds of records, and of messages in them
_MOST_HEARD = 1 << 18
_PIECE = 1 << 14


class Attempt(t.NamedTuple):
    """One handshake: finished or not (why), all that was heard, and the part of it to which OpenSSL has agreed."""

    secured: ssl.SSLObject | None
    heard: bytes
    agreed: bytes
    fault: Exception | None = None


def shaken(connection: socket.socket, context: ssl.SSLContext, *, name: str, patience: float) -> Attempt:
    """Return what came of a handshake."""
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    secured = context.wrap_bio(incoming, outgoing, server_hostname=name)
    heard, agreed, end = b"", b"", time.monotonic() + patience
    try:
        while not _is_done(secured):
            question = outgoing.read()
            if question[:1] == bytes([_HANDSHAKE]):
                agreed = heard  # it goes on, instead of an alert
            piece = _answer(connection, question)
            incoming.write(piece) if piece else incoming.write_eof()
            heard += piece
            if len(heard) > _MOST_HEARD or time.monotonic() > end:
                raise TimeoutError(errno.ETIMEDOUT, os.strerror(errno.ETIMEDOUT))
        connection.sendall(outgoing.read())
    except (OSError, ValueError) as error:
        return Attempt(None, heard, agreed, error)
    return Attempt(secured, heard, agreed)


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


def proved_certificate(agreed: bytes) -> bytes | None:
    """Return the certificate, in DER, that the server showed in clear and whose key has signed its key exchange.

    Up to TLS 1.2 OpenSSL has verified that signature before it answers the server's turn. Certificates are public:
    where nothing was signed, as without forward secrecy, only a finished handshake would prove the key.
    """
    first: dict[int, bytes] = {}
    for kind, message in _messages(agreed):
        first.setdefault(kind, message)
    message = first.get(_CERTIFICATE, b"")
    der = message[6 : 6 + int.from_bytes(message[3:6], "big")]
    return der if der and _KEY_EXCHANGE in first else None


def _messages(heard: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield the whole messages of handshake records: kind and content."""
    messages, left = b"", heard
    while len(left) >= 5 and left[0] == _HANDSHAKE:
        length = int.from_bytes(left[3:5], "big")
        messages, left = messages + left[5 : 5 + length], left[5 + length :]
    while len(messages) >= 4:
        length = int.from_bytes(messages[1:4], "big")
        message, kind, messages = messages[4 : 4 + length], messages[0], messages[4 + length :]
        if len(message) == length:
            yield kind, message


__all__ = ("Attempt", "proved_certificate", "shaken")
