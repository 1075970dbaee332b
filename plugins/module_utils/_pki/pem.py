# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""PEM armour [RFC 7468], read the same way under every release of cryptography."""

from __future__ import annotations

import base64
import binascii
import codecs
import dataclasses as dc
import typing as t

if t.TYPE_CHECKING:
    from collections.abc import Iterator

_BEGIN = b"-----BEGIN "
_END = b"-----END "
_DASHES = b"-----"
_MARKS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}


@dc.dataclass(frozen=True)
class Block:
    """One PEM block; its text may be secret, so it shows only its label."""

    label: str
    lines: tuple[bytes, ...] = dc.field(repr=False)

    @property
    def text(self) -> bytes:
        """The block by itself, without what was around it."""
        label = self.label.encode()
        return b"\n".join((_BEGIN + label + _DASHES, *self.lines, _END + label + _DASHES, b""))

    def der(self) -> bytes:
        """Return the content, or ValueError (which does not quote it)."""
        try:
            return base64.b64decode(b"".join(self.lines), validate=True)
        except binascii.Error:
            raise ValueError("not Base64") from None


def blocks(content: bytes) -> tuple[Block, ...]:
    """List all complete blocks in order of appearance; text around them is allowed, as OpenSSL writes it."""
    return tuple(_blocks(_unmarked(content)))


def labels(content: bytes) -> frozenset[str]:
    """Return what kinds of blocks begin in the text, also those that are cut off."""
    lines = map(bytes.strip, _unmarked(content).splitlines())
    begun = (line[len(_BEGIN) : -len(_DASHES)] for line in lines if line.startswith(_BEGIN) and line.endswith(_DASHES))
    return frozenset(label.decode("ascii", "replace") for label in begun)


def _unmarked(content: bytes) -> bytes:
    """Return the text without the byte order mark of an editor of Windows, in the one encoding that PEM has."""
    for mark, encoding in _MARKS.items():
        if content.startswith(mark):
            return content.decode(encoding, "replace").encode("ascii", "replace")
    return content


def _blocks(content: bytes) -> Iterator[Block]:
    label: bytes | None = None
    lines: list[bytes] = []
    for line in map(bytes.strip, content.splitlines()):
        if line.startswith(_BEGIN) and line.endswith(_DASHES):
            label, lines = line[len(_BEGIN) : -len(_DASHES)], []
        elif label is not None and line == _END + label + _DASHES:
            yield Block(label.decode("ascii", "replace"), tuple(lines))
            label = None
        else:
            lines.append(line)


def encode(der: bytes, *, label: str) -> str:
    """Return one block, in the form that OpenSSL writes."""
    text = base64.b64encode(der).decode()
    lines = (text[start : start + 64] for start in range(0, len(text), 64))
    return "\n".join((f"-----BEGIN {label}-----", *lines, f"-----END {label}-----", ""))


def holds_private_key(content: bytes) -> bool:
    """Check whether a private key of any kind is in the text, even one that is cut off."""
    return b"PRIVATE KEY-----" in _unmarked(content)


__all__ = ("Block", "blocks", "encode", "holds_private_key", "labels")
