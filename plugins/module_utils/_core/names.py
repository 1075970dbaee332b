# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""Names in certificates: host names (DNS) and subjects (DN). Needs no library, for both sides."""

from __future__ import annotations

import dataclasses as dc
import ipaddress
import re
import typing as t
import unicodedata

from .phrases import Phrase, list_unseen

if t.TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Subject = tuple[tuple[str, str], ...]

COUNTRY = "JP"  # domain knowledge: the form asks for no country, so JP is presumably fixed


@dc.dataclass(frozen=True)
class DnAttribute:
    """One attribute of a subject; `max_length` counts characters [BR 7.1.4.2]."""

    name: str
    oid: str
    short: str
    max_length: int


# In the order in which they come in a subject [BR 7.1.4.2].
DN_ATTRIBUTES = (
    DnAttribute("country_name", "2.5.4.6", "C", 2),
    DnAttribute("state_or_province_name", "2.5.4.8", "ST", 128),
    DnAttribute("locality_name", "2.5.4.7", "L", 128),
    DnAttribute("organization_name", "2.5.4.10", "O", 64),
    DnAttribute("organizational_unit_name", "2.5.4.11", "OU", 64),
    DnAttribute("common_name", "2.5.4.3", "CN", 64),
)
DN_BY_NAME = {attribute.name: attribute for attribute in DN_ATTRIBUTES}
DN_BY_OID = {attribute.oid: attribute for attribute in DN_ATTRIBUTES}

LONGEST_COMMON_NAME = DN_BY_NAME["common_name"].max_length
LONGEST_LABEL = 63  # RFC 1035 2.3.4
_LONGEST_MEANT = 1_000  # characters; of a longer text it is not worked out what was meant, which takes its square

# Where a service answers: names of a company's own network have no top domain, underscores, and a dot at the end.
_SERVED_LABEL = rf"[A-Za-z0-9_](?:[A-Za-z0-9_-]{{0,{LONGEST_LABEL - 2}}}[A-Za-z0-9_])?"
ADDRESS = re.compile(
    rf"(?=.{{1,253}}$)(?:{_SERVED_LABEL}(?:\.{_SERVED_LABEL})*\.?|[0-9A-Fa-f.]*:[0-9A-Fa-f:.]+(?:%[A-Za-z0-9._-]+)?)"
)
ADDRESS_FORM = Phrase("a host name or an IP address", "ホスト名またはIPアドレス")

_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?", re.ASCII | re.IGNORECASE)
_IPV4 = re.compile(r"[0-9]{1,3}(\.[0-9]{1,3}){3}", re.ASCII)
# Names nobody can prove to own: RFC 6761, RFC 6762, RFC 8375, and what ICANN keeps for private use.
_PRIVATE_ZONES = (".alt", ".arpa", ".example", ".internal", ".invalid", ".local", ".localhost", ".onion", ".test")
_REVERSE_ZONES = (".in-addr.arpa", ".ip6.arpa")


_TOO_LONG = Phrase(f"it is longer than {LONGEST_COMMON_NAME} characters", f"{LONGEST_COMMON_NAME}文字を超えています")
_TRAILING_DOT = Phrase("it ends with a dot", "末尾がドットです")
_EMPTY_LABEL = Phrase("a label is empty", "空のラベルがあります")
_LONG_LABEL = Phrase(
    f"a label is longer than {LONGEST_LABEL} characters", f"{LONGEST_LABEL}文字を超えるラベルがあります"
)
_CHARACTERS = Phrase(
    "labels may hold only letters, digits and inner hyphens", "ラベルに使えるのは英数字と途中のハイフンだけです"
)
_RESERVED_LABEL = Phrase(
    "a label with hyphens in third and fourth place must start with xn--",
    "3文字目と4文字目がハイフンのラベルは xn-- で始まる必要があります",
)
_ASTERISK = Phrase("an asterisk may only be the whole first label", "アスタリスクは先頭のラベル全体としてだけ使えます")
_SINGLE_LABEL = Phrase("it has no domain", "ドメインがありません")
_URL = Phrase("it is a URL; write the host name alone", "URLです。ホスト名だけを書いてください")
_PORT = Phrase("it has a port; write the host name alone", "ポート番号が付いています。ホスト名だけを書いてください")
_UNSEEN = Phrase("it has blanks or invisible characters ({0})", "空白か見えない文字があります ({0})")
_FULL_WIDTH = Phrase("it has full-width characters; write {0}", "全角の文字があります。{0} と書いてください")
_LETTERS = Phrase("other letters than a to z need their xn-- form", "英字以外の文字は xn-- の形で書きます")
_LETTERS_WITH_HINT = Phrase(
    "other letters than a to z need their xn-- form, here {0}",
    "英字以外の文字は xn-- の形 ({0}) で書きます",
)
_ADDRESS = Phrase("it is an IP address", "IPアドレスです")
_TOP_DOMAIN = Phrase("its last label is a number", "最後のラベルが数字だけです")
_PRIVATE = Phrase("it is a name for internal use", "内部用の名前です")
_REVERSE = Phrase("it lies in the reverse zone of IP addresses", "IPアドレスの逆引きゾーンの名前です")


def is_wildcard(name: str) -> bool:
    return name.startswith("*.")


def common_name_fault(name: str, *, show: Callable[[str], object] = str) -> Phrase | None:
    """Say why no CA may certify this name, as part of a sentence, or None.

    A wildcard is a single left-most label [BR 7.1.4.3, 7.1.2.7.12].
    `show` is asked for what is shown of a text that tells of the name.
    """
    if len(name) > _LONGEST_MEANT:
        return _TOO_LONG
    if fault := _written_fault(name, show):
        return fault
    if len(name) > LONGEST_COMMON_NAME:
        return _TOO_LONG
    if _IPV4.fullmatch(name) or name.count(":") > 1:
        return _ADDRESS
    if ":" in name:
        return _PORT
    if name.endswith("."):
        return _TRAILING_DOT
    domain = name[2:] if is_wildcard(name) else name
    labels = domain.split(".")
    return next((fault for label in labels if (fault := _label_fault(label))), None) or _domain_fault(labels)


def _written_fault(name: str, show: Callable[[str], object]) -> Phrase | None:
    """Say that what was written is something else than a name, or a name in other characters."""
    if "://" in name:
        return _URL
    if name.isascii() and name.isprintable() and " " not in name:
        return None
    unseen = [character for character in name if character.isspace() or list_unseen(character)]
    if unseen:
        return _UNSEEN.filled(show(" ".join(f"U+{ord(character):04X}" for character in dict.fromkeys(unseen))))
    half_width = unicodedata.normalize("NFKC", name)
    if half_width != name and half_width.isascii():
        return _FULL_WIDTH.filled(show(half_width))
    if not name.isascii():
        try:
            return _LETTERS_WITH_HINT.filled(show(name.encode("idna").decode("ascii")))
        except UnicodeError:
            return _LETTERS
    return None


def _label_fault(label: str) -> Phrase | None:
    if not label:
        return _EMPTY_LABEL
    if "*" in label:
        return _ASTERISK
    if len(label) > LONGEST_LABEL:
        return _LONG_LABEL
    if not _LABEL.fullmatch(label):
        return _CHARACTERS
    if label[2:4] == "--" and label[:2].lower() != "xn":
        return _RESERVED_LABEL
    return None


def _domain_fault(labels: list[str]) -> Phrase | None:
    domain = f".{'.'.join(labels).lower()}"
    if len(labels) == 1:
        return _SINGLE_LABEL
    if labels[-1].isdigit():
        return _TOP_DOMAIN
    if domain.endswith(_REVERSE_ZONES):
        return _REVERSE
    return _PRIVATE if domain.endswith(_PRIVATE_ZONES) else None


def is_address(text: str) -> bool:
    """Check whether this has the form of a host name, of whatever network, or of an IP address."""
    if not ADDRESS.fullmatch(text):
        return False
    if ":" not in text and not text.rstrip(".").rpartition(".")[2].isdigit():
        return True
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def same(name: str, other: str) -> bool:
    """Check whether two names are the same name; case means nothing in DNS."""
    return name.lower() == other.lower()


def served_name(common_name: str) -> str:
    """Return a host name that a certificate for this name serves; for a wildcard, www stands for the asterisk."""
    return f"www{common_name[1:]}" if is_wildcard(common_name) else common_name


def subject(common_name: str, *, fields: Mapping[str, str | None]) -> Subject:
    """Return the full subject of an order: country and common name around what was given, in the order of a DN."""
    values = {**fields, "country_name": COUNTRY, "common_name": common_name}
    return tuple((attribute.name, value) for attribute in DN_ATTRIBUTES if (value := values.get(attribute.name)))


def subject_text(subject: Subject) -> str:
    """Return a subject on one line; an attribute outside the table goes by its OID."""
    return ", ".join(f"{DN_BY_NAME[name].short if name in DN_BY_NAME else name}={value}" for name, value in subject)


__all__ = (
    "ADDRESS",
    "ADDRESS_FORM",
    "COUNTRY",
    "DN_ATTRIBUTES",
    "DN_BY_NAME",
    "DN_BY_OID",
    "LONGEST_COMMON_NAME",
    "LONGEST_LABEL",
    "DnAttribute",
    "Subject",
    "common_name_fault",
    "is_address",
    "is_wildcard",
    "same",
    "served_name",
    "subject",
    "subject_text",
)
