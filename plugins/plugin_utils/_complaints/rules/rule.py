# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""What a rule is: its id, where it comes from, and what is said in English and Japanese.

A wording has three parts: what is wrong, what is allowed, what to do. The names in braces are the facts of a complaint.
"""

from __future__ import annotations

import dataclasses as dc
import datetime as dt
import enum

from ....module_utils._core.phrases import Phrase

OURS = "iij.server_certificate, order file format"

# Sources that say more than the name of a document, which is the same in both languages.
IN_JAPANESE = {
    OURS: "iij.server_certificate のオーダーファイルの形式",
    "BR 3.2.2.4.4, .13, .14; ballot SC-090": "BR 3.2.2.4.4、.13、.14、投票 SC-090",
    "BR 6.3.2; ballot SC-081v3": "BR 6.3.2、投票 SC-081v3",
    "BR 7.1.2.7.2, 7.1.2.7.4; the CAs' pages on subjects": "BR 7.1.2.7.2、7.1.2.7.4、各認証局の識別名のページ",
    "BR 7.1.2.7.4 (no OU in TLS certificates); EV since 2022-09-01, EVG 1.2.2": (
        "BR 7.1.2.7.4 (TLS証明書にOUは入りません)、EVは2022-09-01から EVG 1.2.2"
    ),
    "BR 7.1.2.7.4; the CAs' pages on subjects": "BR 7.1.2.7.4、各認証局の識別名のページ",
    "BR 7.1.3.2, for certificates; ours for requests": "BR 7.1.3.2 (証明書)、CSRについては独自の規則",
    "BR 7.1.4.3; M:2261096 (one order, one common name)": "BR 7.1.4.3、M:2261096 (1件のお申し込みに1つのコモンネーム)",
    "DC:SO24056, DC:SO23307 (old pages)": "DC:SO24056、DC:SO23307 (古いページ)",
    "GS, CT and DC pages on subjects: JP only": "GS、CT、DCの識別名のページ (JPだけ)",
    "M:2261096 (consent tick)": "M:2261096 (同意のチェック)",
    "M:2261096 (the CN comes from the order)": "M:2261096 (CNはお申し込みのもの)",
    "M:2261096; BR 3.2.2.4.4; WHOIS addresses are forbidden since 2025-07-15, M:79159429": (
        "M:2261096、BR 3.2.2.4.4、WHOISのアドレスは2025-07-15から禁止 M:79159429"
    ),
    "M:2261096; form of the code from IIJ's P2 API": "M:2261096、コードの形はIIJのP2 APIから",
    "RFC 2986 (a request proves that its maker holds the key)": "RFC 2986 (CSRは、作成者が鍵を持つことを示します)",
    "not stated on the pages of the manual and the CA that are known": "確認できたマニュアルと認証局のページに記載なし",
    "the desk's list of products": "窓口の品目の一覧",
}


class Severity(enum.StrEnum):
    """An error keeps everything from being done; a warning only does so in strict runs; a note never does."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dc.dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """`since` is the day from which the rule holds, where that is known; `once`: told once for all orders."""

    id: str
    source: Phrase
    severity: Severity
    since: dt.date | None
    once: bool
    wrong: Phrase
    allowed: Phrase
    todo: Phrase


def make_rule(
    rule_id: str,
    source: str,
    en: tuple[str, str, str],
    ja: tuple[str, str, str],
    *,
    severity: Severity = Severity.ERROR,
    since: dt.date | None = None,
    once: bool = False,
) -> Rule:
    """Make a rule of its id, its source and its three sentences in both languages."""
    wrong, allowed, todo = (Phrase(*words) for words in zip(en, ja, strict=True))
    return Rule(
        id=rule_id,
        source=Phrase(source, IN_JAPANESE.get(source, source)),
        severity=severity,
        since=since,
        once=once,
        wrong=wrong,
        allowed=allowed,
        todo=todo,
    )


__all__ = ("IN_JAPANESE", "OURS", "Rule", "Severity", "make_rule")
