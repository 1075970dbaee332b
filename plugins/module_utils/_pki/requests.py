# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""A request byte by byte: what the library does not tell, or does not read though CAs and OpenSSL do.

DER is a tree of tag, length and content [X.690]; only lengths are read here, nothing is decoded.
"""

from __future__ import annotations

import re
import typing as t

from .._core import errors
from .._core.phrases import Phrase

_SEQUENCE, _SET, _PRINTABLE, _UTF8 = 0x30, 0x31, 0x13, 0x0C
_PRINTABLE_TEXT = re.compile(rb"[A-Za-z0-9 '()+,./:=?-]*")
# The algorithm of an RSA key, byte for byte [BR 7.1.3.1.1], and the two that libraries take for it or beside it.
_RSA = bytes.fromhex("300d06092a864886f70d0101010500")
_RSA_PSS = bytes.fromhex("06092a864886f70d01010a")
_EC = bytes.fromhex("06072a8648ce3d0201")


_IS_PSS = Phrase("RSASSA-PSS instead of rsaEncryption", "rsaEncryption ではなく RSASSA-PSS")
_IS_ODD_RSA = Phrase("RSA with other parameters than rsaEncryption", "rsaEncryption とは異なるパラメータを持つRSA")
_IS_UNNAMED = Phrase("EC on a curve that is not named", "名前で指定されていない曲線のEC")


class Element(t.NamedTuple):
    """A value in DER, by the places of its first byte, of its content, and behind it."""

    tag: int
    start: int
    content: int
    end: int


class Request(t.NamedTuple):
    """The parts of a certificate signing request."""

    signed: bytes
    subject: Element
    key_algorithm: bytes


def dissect(der: bytes) -> Request:
    """Find the parts of a request; raises ValueError where it is none."""
    outer = _element(der, 0, len(der))
    signed = _children(der, outer)[0]
    _version, subject, key = _children(der, signed)[:3]
    algorithm = _children(der, key)[0]
    return Request(der[signed.start : signed.end], subject, der[algorithm.start : algorithm.end])


def refuse_key_forms(algorithm: bytes) -> None:
    """Raise a fault for a key in a form that no certificate may carry, whatever a library makes of it."""
    content = algorithm[_element(algorithm, 0, len(algorithm)).content :]
    if content.startswith(_RSA_PSS):
        raise errors.CsrKeyForm(_IS_PSS)
    if content.startswith(_RSA[2:13]) and algorithm != _RSA:
        raise errors.CsrKeyForm(_IS_ODD_RSA)
    if content.startswith(_EC) and content[len(_EC) : len(_EC) + 1] == b"\x30":
        raise errors.CsrKeyForm(_IS_UNNAMED)


def widen_subject(der: bytes, subject: Element) -> bytes:
    """Turn a PrintableString of the subject with other characters, such as & and *, into a UTF8String.

    Many tools write them, CAs and OpenSSL take them, and newer releases of cryptography refuse to read them.
    """
    result = bytearray(der)
    for relative_name in _children(der, subject):
        for attribute in _children(der, relative_name):
            value = _children(der, attribute)[1]
            if value.tag == _PRINTABLE and not _PRINTABLE_TEXT.fullmatch(der[value.content : value.end]):
                result[value.start] = _UTF8
    return bytes(result)


def _children(der: bytes, parent: Element) -> list[Element]:
    if parent.tag not in (_SEQUENCE, _SET):
        raise ValueError("a value without parts")
    result, at = [], parent.content
    while at < parent.end:
        result.append(_element(der, at, parent.end))
        at = result[-1].end
    return result


def _element(der: bytes, at: int, limit: int) -> Element:
    if at + 2 > limit:
        raise ValueError("cut off")
    length, content = der[at + 1], at + 2
    if length & 0x80:
        size = length & 0x7F
        length, content = int.from_bytes(der[content : content + size], "big"), content + size
        if not 1 <= size <= 4:
            raise ValueError("a length of another kind")
    if content + length > limit:
        raise ValueError("cut off")
    return Element(der[at], at, content, content + length)


__all__ = ("Element", "Request", "dissect", "refuse_key_forms", "widen_subject")
