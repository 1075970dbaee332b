# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""Which certificate a server really serves: asked by a TLS handshake, from wherever this runs."""

from __future__ import annotations

import contextlib
import dataclasses as dc
import hashlib
import socket
import ssl
import time
import typing as t

from .._core.phrases import Phrase

if t.TYPE_CHECKING:
    from collections.abc import Callable

_INTERVAL = 0.25
_LONGEST_ATTEMPT = 5.0
_SERVICE = Phrase("{0} port {1} (server name {2})", "{0} のポート {1} (サーバ名 {2})")


@dc.dataclass(frozen=True)
class Service:
    """Where a certificate is served, and how long a server may take to serve a new one."""

    address: str
    port: int
    server_name: str
    timeout: int

    def told(self) -> Phrase:
        """The service in words."""
        return _SERVICE.filled(self.address, self.port, self.server_name)


def served(service: Service) -> str | None:
    """The SHA-256 fingerprint of the certificate that is served, or None where no handshake comes about."""
    address, patience = (service.address, service.port), min(_LONGEST_ATTEMPT, service.timeout)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    # Only what is served is asked here. Whether it can be trusted was judged before it was installed.
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    with contextlib.suppress(OSError, ValueError), contextlib.ExitStack() as open_ones:
        connection = open_ones.enter_context(socket.create_connection(address, timeout=patience))
        secured = open_ones.enter_context(context.wrap_socket(connection, server_hostname=service.server_name))
        certificate = secured.getpeercert(binary_form=True)
        return hashlib.sha256(certificate).hexdigest() if certificate else None
    return None


def is_served(
    service: Service,
    *,
    fingerprint: str,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> bool:
    """Whether this certificate is served before the time is up; it is asked at least once."""
    end = clock() + service.timeout
    while served(service) != fingerprint:
        if clock() >= end:
            return False
        sleep(_INTERVAL)
    return True


__all__ = ("Service", "is_served", "served")
