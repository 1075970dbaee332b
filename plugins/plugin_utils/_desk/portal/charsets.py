# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""The encodings of Japanese pages, read and written as browsers do (WHATWG Encoding Standard)."""

from __future__ import annotations

import codecs
import functools
import re
import typing as t
import urllib.parse

if t.TYPE_CHECKING:
    from collections.abc import Iterable

UTF_8: t.Final = "utf-8"
_EUC_JP: t.Final = "euc_jp"
# Browsers read Shift_JIS as Windows-31J, and ASCII and Latin-1 as windows-1252.
_READ_AS: t.Final = {
    "utf-8": UTF_8,
    "utf-8-sig": UTF_8,
    "shift_jis": "cp932",
    "cp932": "cp932",
    "euc_jp": _EUC_JP,
    "iso2022_jp": "iso2022_jp",
    "ascii": "cp1252",
    "iso8859-1": "cp1252",
    "cp1252": "cp1252",
}
_UNKNOWN_TO_PYTHON: t.Final = {"windows-31j": "cp932", "cseucpkdfmtjapanese": _EUC_JP}
_DECLARED: t.Final = re.compile(rb"""<meta[^>]{0,200}?charset\s{0,9}=\s{0,9}["']?([\w:.-]{1,40})""", re.IGNORECASE)
_XML: t.Final = re.compile(rb"""\s{0,99}<\?xml[^>]{0,200}?encoding\s{0,9}=\s{0,9}["']([\w:.-]{1,40})""")
_SEARCHED: t.Final = 2048  # bytes in which a page declares its encoding
_EUC: t.Final = re.compile("\x8e[\xa1-\xdf]|\x8f[\xa1-\xfe]{2}|[\xa1-\xfe]{2}|[\x80-\xff]")
_ROWS: t.Final = 94


class UnknownEncoding(ValueError):
    """Nobody here reads this encoding."""

    def __init__(self, label: str) -> None:
        super().__init__(label)
        self.label = label


class NotEncodable(ValueError):
    """These characters do not exist in the encoding of the page."""

    def __init__(self, characters: str) -> None:
        super().__init__(characters)
        self.characters = characters


def find_encoding(label: str) -> str | None:
    """Find the encoding that browsers use for this label; None for one that is not read here."""
    label = label.strip().lower().removeprefix("x-")
    try:
        name = codecs.lookup(_UNKNOWN_TO_PYTHON.get(label, label)).name
    except (LookupError, ValueError):
        return None
    return _READ_AS.get(name)


def find_encoding_of_page(content: bytes, label: str | None) -> str:
    """Find the encoding of a page: from its header, its first bytes or what it declares; raise UnknownEncoding."""
    if content.startswith(codecs.BOM_UTF8):
        return UTF_8
    start = content[:_SEARCHED]
    declared = _XML.match(start) or _DECLARED.search(start)
    label = label or (declared[1].decode("ascii", "replace") if declared else UTF_8)
    encoding = find_encoding(label)
    if encoding is None:
        raise UnknownEncoding(label)
    return encoding


def decode(content: bytes, encoding: str) -> str:
    """Read the whole of a page; what is no character becomes U+FFFD."""
    if encoding == _EUC_JP:
        return _EUC.sub(lambda found: _from_euc(found[0]), content.decode("latin-1"))
    return content.decode(encoding, "replace").removeprefix("\ufeff")


def encode_form(values: Iterable[tuple[str, str]], encoding: str) -> str:
    """Encode a form in the encoding of its page; raise NotEncodable instead of sending something else."""
    pairs = [(_encoded(name, encoding), _encoded(value, encoding)) for name, value in values]
    return urllib.parse.urlencode(pairs)


def _encoded(text: str, encoding: str) -> bytes:
    missing = {character for character in text if _bytes_of(character, encoding) is None}
    if missing:
        raise NotEncodable("".join(sorted(missing)))
    if encoding == _EUC_JP:
        return b"".join(_bytes_of(character, encoding) or b"" for character in text)
    return text.encode(encoding)


def _bytes_of(character: str, encoding: str) -> bytes | None:
    if encoding == _EUC_JP and not character.isascii():
        if "\uff61" <= character <= "\uff9f":
            return bytes((0x8E, ord(character) - 0xFF61 + 0xA1))
        return _jis_bytes().get(character)
    try:
        return character.encode("ascii" if encoding == _EUC_JP else encoding)
    except UnicodeEncodeError:
        return None


def _from_euc(code: str) -> str:
    if code[0] == "\x8e" and len(code) > 1:
        return chr(ord(code[1]) - 0xA1 + 0xFF61)
    if len(code) == len("\x8f..") or len(code) == 1:
        return code.encode("latin-1").decode(_EUC_JP, "replace")
    return _jis_characters().get(code, "\ufffd")


@functools.cache
def _jis_characters() -> dict[str, str]:
    """Map pairs of EUC-JP to JIS X 0208 with NEC's and IBM's characters, which Python knows in Shift_JIS alone."""
    table = {}
    for row in range(_ROWS):
        for cell in range(_ROWS):
            lead = row // 2 + (0x81 if row < 62 else 0xC1)
            trail = cell + (0x9F if row % 2 else 0x40 if cell < 63 else 0x41)
            character = bytes((lead, trail)).decode("cp932", "ignore")
            if len(character) == 1:
                table[chr(0xA1 + row) + chr(0xA1 + cell)] = character
    return table


@functools.cache
def _jis_bytes() -> dict[str, bytes]:
    # The first of several pairs is the one that browsers send.
    return {character: pair.encode("latin-1") for pair, character in reversed(_jis_characters().items())}


__all__ = (
    "UTF_8",
    "NotEncodable",
    "UnknownEncoding",
    "decode",
    "encode_form",
    "find_encoding",
    "find_encoding_of_page",
)
