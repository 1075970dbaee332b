# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""The one place that asks the Public Suffix List: domains below which everybody registers names of their own.

Only its ICANN section counts for CAs [BR 3.2.2.6]. The library brings the list; nothing is downloaded.
"""

from __future__ import annotations

import functools
import importlib.util
import pathlib
import typing as t

from ansible.module_utils.basic import missing_required_lib

# Nearly all names end so; most runs need not read the list, which takes 50 ms.
_PLAIN_TOP_DOMAINS = ("com", "jp", "net", "org")


def explain_missing_public_suffixes() -> str | None:
    """Say that the library is missing, in the message for the user; None where it is there."""
    result = importlib.util.find_spec("publicsuffixlist")
    return None if result else str(missing_required_lib("publicsuffixlist"))


@functools.lru_cache(maxsize=4_096)
def is_public_suffix(domain: str) -> bool:
    """Check whether everybody may register names directly below this domain."""
    return "." not in domain or (
        _may_be_listed(domain) and _suffixes().publicsuffix(domain, accept_unknown=True) == domain
    )


def _may_be_listed(domain: str) -> bool:
    """Check whether a line of the list could mean this domain; its 7,000 rules are read only for one that could."""
    rules = _text()
    parent = domain.partition(".")[2]
    return "xn--" in domain or f"{domain}\n" in rules or f"*.{parent}\n" in rules


def has_known_top_domain(name: str) -> bool:
    """Check whether the last label of a name is a top-level domain, below which alone CAs certify."""
    top = name.rpartition(".")[2]
    return top in _PLAIN_TOP_DOMAINS or _is_top_domain(top)


@functools.lru_cache(maxsize=256)
def _is_top_domain(label: str) -> bool:
    return _suffixes().publicsuffix(label, accept_unknown=False) is not None


@functools.cache
def _text() -> str:
    from publicsuffixlist import PSLFILE

    return pathlib.Path(PSLFILE).read_text(encoding="utf-8")


@functools.cache
def _suffixes() -> t.Any:
    from publicsuffixlist import PublicSuffixList  # imported late: see _PLAIN_TOP_DOMAINS

    return PublicSuffixList(only_icann=True)


__all__ = ("explain_missing_public_suffixes", "has_known_top_domain", "is_public_suffix")
