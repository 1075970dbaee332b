# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A client that connects to web servers all the time, until it is told to stop, and writes down what it saw.

Usage: steady_client.py PLACE ADDRESS/SITE...; PLACE.stop ends it, PLACE.json is what it leaves: for each server the
handshakes, what failed, the certificates in the order in which they first were shown with their keys, and for how many
seconds at most one of them was still shown after the next: workers that a reload has replaced take a last connection.
A server that answers with a certificate and the key of another one cannot shake hands.
"""

from __future__ import annotations

import concurrent.futures
import hashlib
import json
import pathlib
import socket
import ssl
import sys
import time
import typing as t

from cryptography import x509
from cryptography.hazmat.primitives import serialization

PATIENCE: t.Final = 10.0  # seconds
PAUSE: t.Final = 0.02  # seconds


def watch(address: str, site: str, stop: pathlib.Path) -> dict[str, t.Any]:
    """Connect to one server until the file is there."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE  # dates are those of a desk years ahead
    seen: dict[str, t.Any] = {"site": site, "handshakes": 0, "failed": [], "certificates": [], "keys": [], "late": 0.0}
    changed = time.monotonic()
    while not stop.exists():
        try:
            leaf = shake_hands(context, address, f"{site}.example.jp")
        except OSError as error:
            seen["failed"].append(f"{time.time():.3f} {error}")
            continue
        seen["handshakes"] += 1
        name = hashlib.sha256(leaf).hexdigest()
        if name not in seen["certificates"]:
            changed = time.monotonic()
            seen["certificates"].append(name)
            seen["keys"].append(key_of(leaf))
        elif name != seen["certificates"][-1]:
            seen["late"] = max(seen["late"], round(time.monotonic() - changed, 3))
        time.sleep(PAUSE)
    return seen


def shake_hands(context: ssl.SSLContext, address: str, name: str) -> bytes:
    with (
        socket.create_connection((address, 443), timeout=PATIENCE) as line,
        context.wrap_socket(line, server_hostname=name) as session,
    ):
        leaf = session.getpeercert(binary_form=True)
    if leaf is None:
        raise ConnectionError("no certificate was shown")
    return leaf


def key_of(leaf: bytes) -> str:
    form = (serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return hashlib.sha256(x509.load_der_x509_certificate(leaf).public_key().public_bytes(*form)).hexdigest()


def main(place: str, servers: list[str]) -> None:
    stop, result = pathlib.Path(f"{place}.stop"), pathlib.Path(f"{place}.json")
    with concurrent.futures.ThreadPoolExecutor(len(servers)) as pool:
        watched = [pool.submit(watch, *server.split("/"), stop) for server in servers]
        seen = [one.result() for one in watched]
    part = result.with_suffix(".part")
    part.write_text(json.dumps(seen), encoding="utf-8")
    part.rename(result)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
