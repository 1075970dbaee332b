# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which DNS names can be in a public certificate."""

from __future__ import annotations

import functools
import ipaddress
import re
import typing as t

from publicsuffixlist import PublicSuffixList

from rehearsal_desk.rules.wording import say

LONGEST_COMMON_NAME: t.Final = 64  # [BR 7.1.4.2]

_LABEL: t.Final = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")

# Names that no public CA can verify: special-use and customary internal domains, and the reverse zones
# [BR 4.2.2, 7.1.2.7.12]. Beside them only what is below a top-level domain of the Public Suffix List.
_SPECIAL_USE: t.Final = ("alt", "arpa", "example", "internal", "invalid", "local", "localhost", "onion", "test")
_CUSTOMARY: t.Final = ("corp", "home", "intranet", "lan", "localdomain", "private")
_NOT_PUBLIC: t.Final = frozenset(_SPECIAL_USE + _CUSTOMARY)


def normal(name: str) -> str:
    """Return the form in which two names are compared."""
    return name.lower()


def without_wildcard(name: str) -> str:
    """Return the domain below which a wildcard name stands, or the name itself."""
    return name.removeprefix("*.")


def is_public_suffix(domain: str) -> bool:
    """Check whether nobody can own this domain itself."""
    return "." not in domain or _suffixes().publicsuffix(domain) == domain


def fault_of(name: str, *, wildcard: bool) -> str | None:
    """Say why this product cannot have this common name, as a sentence; None when it can."""
    if len(name) > LONGEST_COMMON_NAME:
        return say(
            "A common name has at most {} characters [BR 7.1.4.2].",
            "コモンネームは{}文字以内です [BR 7.1.4.2]。",
            LONGEST_COMMON_NAME,
        )
    if wildcard != name.startswith("*."):
        return (
            say(
                "This product needs a wildcard name such as *.example.jp [M:2261096].",
                "この品目では、*.example.jp のようなワイルドカードの名前が必要です [M:2261096]。",
            )
            if wildcard
            else say(
                "Only the two wildcard products take a name that starts with '*.' [M:2261096].",
                "「*.」で始まる名前は、ワイルドカードオプション付きの品目でだけ使えます [M:2261096]。",
            )
        )
    domain = normal(without_wildcard(name))
    return _syntax_fault(domain) or _scope_fault(domain, wildcard=wildcard)


def _syntax_fault(domain: str) -> str | None:
    if _is_address(domain):
        return say("An IP address cannot be a common name.", "IPアドレスはコモンネームに使えません。")
    if domain.endswith("."):
        return say(
            "A common name has no trailing dot [BR 7.1.4.3].",
            "コモンネームの末尾にドットは付けられません [BR 7.1.4.3]。",
        )
    if "*" in domain:
        return say(
            "A wildcard is the single left-most label [BR 3.2.2.6].",
            "アスタリスクは、先頭のラベル全体としてだけ使えます [BR 3.2.2.6]。",
        )
    if not all(map(_LABEL.fullmatch, domain.split("."))):
        return say(
            "Each label consists of 1 to 63 letters, digits and inner hyphens; Japanese names take their xn-- form.",
            "各ラベルは、英数字と途中のハイフン1〜63文字です。日本語の名前は xn-- の形で入力してください。",
        )
    return None


def _scope_fault(domain: str, *, wildcard: bool) -> str | None:
    last_label = domain.rpartition(".")[2]
    if "." not in domain:
        return say(
            "A common name is a fully qualified domain name, such as www.example.jp.",
            "コモンネームは、www.example.jp のような完全修飾ドメイン名です。",
        )
    if last_label.isdigit() or last_label in _NOT_PUBLIC or not _is_top_domain(last_label):
        return say(
            "No public certificate can be issued for a name under .{} [BR 7.1.4.3, 4.2.2].",
            ".{} の名前には、公的な証明書を発行できません [BR 7.1.4.3, 4.2.2]。",
            last_label,
        )
    if wildcard and is_public_suffix(domain):
        return say(
            "A wildcard directly under a public suffix is refused [BR 3.2.2.6].",
            "公開サフィックス直下のワイルドカードは受け付けられません [BR 3.2.2.6]。",
        )
    return None


@functools.cache
def _suffixes() -> t.Any:
    """Return the ICANN section of the Public Suffix List, the only one that counts for CAs [BR 3.2.2.6]."""
    return PublicSuffixList(only_icann=True)


@functools.cache
def _is_top_domain(label: str) -> bool:
    return _suffixes().publicsuffix(label, accept_unknown=False) is not None


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text.strip("[]"))
    except ValueError:
        return False
    return True
