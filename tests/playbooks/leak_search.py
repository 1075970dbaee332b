# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Search bytes for secrets in every form that they may have been written in: PEM, DER, numbers, base64, zip, SQLite."""

from __future__ import annotations

import base64
import binascii
import contextlib
import dataclasses as dc
import hashlib
import io
import pathlib
import re
import sqlite3
import typing as t
import zipfile
import zlib

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

WINDOW: t.Final = 24  # bytes: far more than chance could repeat, and short enough to survive a line break nearby
_DEEPEST: t.Final = 4
_BASE64: t.Final = re.compile(rb"[A-Za-z0-9+/\r\n]{256,}={0,2}")


@dc.dataclass(frozen=True, order=True)
class Hit:
    """A secret, the form that was found, and where."""

    secret: str
    form: str
    place: str


@dc.dataclass(frozen=True)
class Secret:
    """What must not be found; `forms` maps the name of a form to its bytes."""

    name: str
    forms: dict[str, bytes]


def token(name: str, value: str) -> Secret:
    """A credential: as it is, in hexadecimal, in base64."""
    return Secret(name, {"clear": value.encode(), **_windows("token", value.encode())})


def private_key(name: str, pem: bytes) -> Secret:
    """A private key: every line of its PEM that is not public, and its secret numbers."""
    key = serialization.load_pem_private_key(pem, password=None)
    public = key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    forms: dict[str, bytes] = {}
    last = b""
    for number, line in enumerate(pem.splitlines()[1:-1]):
        decoded = base64.b64decode(line)
        if len(decoded) >= WINDOW and decoded not in public:
            forms[f"PEM line {number}"] = line
            last = line
    forms.update(_windows("the last PEM line as text", last))
    for label, value in _numbers(key).items():
        width = (value.bit_length() + 7) // 8
        content = value.to_bytes(width, "big")
        forms.update(_windows(f"{label}, its beginning", content[:WINDOW]))
        forms.update(_windows(f"{label}, its end", content[-WINDOW:]))
        forms[f"{label}, decimal"] = str(value)[:60].encode()
    return Secret(name, forms)


def _numbers(key: object) -> dict[str, int]:
    if isinstance(key, rsa.RSAPrivateKey):
        secret = key.private_numbers()
        return {"d": secret.d, "p": secret.p, "q": secret.q}
    if isinstance(key, ec.EllipticCurvePrivateKey):
        return {"scalar": key.private_numbers().private_value}
    raise TypeError(type(key).__name__)


def _windows(label: str, content: bytes) -> dict[str, bytes]:
    """Raw bytes, hexadecimal, and base64 at each of its three alignments."""
    forms = {f"{label}, raw": content, f"{label}, hex": content.hex().encode()}
    forms[f"{label}, HEX"] = content.hex().upper().encode()
    for shift in range(3):
        encoded = base64.b64encode(b"\0" * shift + content)
        # The characters at both ends also depend on the neighbours.
        inner = encoded[4 if shift else 0 : len(encoded) - 4]
        forms[f"{label}, base64 +{shift}"] = inner
        for_urls = inner.replace(b"+", b"-").replace(b"/", b"_")
        if for_urls != inner:
            forms[f"{label}, base64url +{shift}"] = for_urls
    return forms


class Search:
    """Looks for all secrets in what it is shown; what it has seen before is not looked at again."""

    def __init__(self, *secrets: Secret) -> None:
        self._secrets = secrets
        self._seen: set[bytes] = set()
        self.hits: set[Hit] = set()
        self.places: list[str] = []  # of everything that was looked at, unpacked members too

    def content(self, place: str, content: bytes) -> None:
        """Search this, and whatever is packed in it."""
        self._look(place, content, depth=0)

    def folder(self, folder: pathlib.Path, *, but_not: t.Collection[pathlib.Path] = ()) -> None:
        """Search every file below a folder."""
        for file in sorted(folder.rglob("*")):
            if file.is_file() and not file.is_symlink() and file not in but_not:
                self.content(str(file.relative_to(folder)), file.read_bytes())
                if file.suffix == ".sqlite3":
                    self.content(f"{file.name} (rows)", _rows(file))

    def _look(self, place: str, content: bytes, *, depth: int) -> None:
        digest = hashlib.sha256(content).digest()
        if digest in self._seen:
            return
        self._seen.add(digest)
        self.places.append(place)
        unbroken = _unbroken(content)
        for secret in self._secrets:
            for form, needle in secret.forms.items():
                if needle in unbroken or needle in content:
                    self.hits.add(Hit(secret.name, form, place))
        if depth < _DEEPEST:
            for inner, unpacked in _unpacked(content):
                self._look(f"{place} > {inner}", unpacked, depth=depth + 1)


def _unbroken(content: bytes) -> bytes:
    """The same without what people and JSON put between the parts of a long value."""
    return content.replace(b"\\n", b"").replace(b"\\r", b"").translate(None, b" :\t\r\n")


def _unpacked(content: bytes) -> t.Iterator[tuple[str, bytes]]:
    """What is packed in here: base64 runs, zip members, deflated data."""
    if content.startswith(b"PK\x03\x04"):
        with contextlib.suppress(zipfile.BadZipFile), zipfile.ZipFile(io.BytesIO(content)) as archive:
            for member in archive.namelist():
                yield member, archive.read(member)
    if content.startswith((b"\x1f\x8b", b"\x78")):
        with contextlib.suppress(zlib.error):
            yield "inflated", zlib.decompress(content, wbits=47)
    for number, run in enumerate(_BASE64.finditer(content)):
        packed = re.sub(rb"[\r\n]", b"", run[0])
        with contextlib.suppress(binascii.Error):
            yield f"base64 {number}", base64.b64decode(packed + b"=" * (-len(packed) % 4))


def _rows(database: pathlib.Path) -> bytes:
    """Everything in a SQLite database, so that no page boundary hides anything."""
    with contextlib.closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        return "\n".join(connection.iterdump()).encode(errors="surrogateescape")
