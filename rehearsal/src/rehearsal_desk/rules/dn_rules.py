# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which text can be in the subject of a public certificate."""

from __future__ import annotations

import typing as t

from rehearsal_desk.rules.catalogue import Authority
from rehearsal_desk.rules.wording import say

# Printable ASCII without " $ < > \ ~ [M:2261096].
_ALLOWED: t.Final = frozenset(map(chr, range(0x20, 0x7F))) - frozenset('"$<>\\~')

_LONGEST: t.Final = {"ST": 128, "L": 128, "O": 64}  # [BR 7.1.4.2]


def dn_faults(value: str, *, attribute: str, authority: Authority) -> t.Iterator[str]:
    """Say why this CA does not take this value of ST, L or O, as sentences."""
    longest = min(_LONGEST[attribute], authority.longest_field or _LONGEST[attribute])
    if len(value) > longest:
        yield say(
            "{} has at most {} characters [BR 7.1.4.2{}].",
            "{} は{}文字以内です [BR 7.1.4.2{}]。",
            attribute,
            longest,
            _also(authority, longest),
        )
    if not _ALLOWED.issuperset(value):
        yield say(
            "{} takes letters, digits, spaces and !#%&'()*+,-./:;=?@[]^_`{{|}} only:"
            ' no Japanese, none of " $ < > \\ ~ [M:2261096].',
            "{} に使えるのは、半角の英数字、スペース、!#%&'()*+,-./:;=?@[]^_`{{|}} だけです。"
            '日本語と " $ < > \\ ~ は使えません [M:2261096]。',
            attribute,
        )
    if any(character in authority.refused_characters for character in value):
        refused = " ".join(authority.refused_characters)
        yield say(
            "{} takes none of {} in {} [CT:csr_print].",
            "{} では、{} を {} に使えません [CT:csr_print]。",
            authority.name,
            refused,
            attribute,
        )
    if not value.strip(".- "):
        yield say(
            "{} cannot consist of dots, hyphens and spaces alone [BR 7.1.2.7.4].",
            "{} をドット、ハイフン、スペースだけにすることはできません [BR 7.1.2.7.4]。",
            attribute,
        )


def _also(authority: Authority, longest: int) -> str:
    return "; CT:csr_print" if authority.longest_field == longest else ""
