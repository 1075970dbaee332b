# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Public suffixes: the quick look into the list's text never says anything else than the library."""

from __future__ import annotations

import pathlib
import typing as t

import publicsuffixlist
from ansible_collections.iij.server_certificate.plugins.plugin_utils._orders.public_suffixes import is_public_suffix

LIBRARY: t.Final = publicsuffixlist.PublicSuffixList(only_icann=True)


def domains_about(rule: str) -> set[str]:
    """The domain that a line of the list is about, one below it, one above it, and the way DNS writes it."""
    domain = rule.lstrip("!").replace("*", "any")
    return {domain, f"www.{domain}", domain.partition(".")[2] or "jp", domain.encode("idna").decode("ascii")}


def test_every_line_of_the_list_is_answered_as_the_library_does() -> None:
    lines = pathlib.Path(publicsuffixlist.PSLFILE).read_text(encoding="utf-8").splitlines()
    rules = [line.split(" ")[0] for line in lines if line and not line.startswith("//")]
    domains = {domain for rule in rules for domain in domains_about(rule)}
    wrong = {
        domain
        for domain in domains
        if is_public_suffix.__wrapped__(domain) != (LIBRARY.publicsuffix(domain, accept_unknown=True) == domain)
    }
    assert len(domains) > 20_000
    assert wrong == set()
