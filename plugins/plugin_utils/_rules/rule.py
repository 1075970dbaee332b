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

OURS = "iij.server_certificate, order file format"


@dc.dataclass(frozen=True, slots=True)
class Wording:
    wrong: str
    allowed: str
    todo: str


class Severity(enum.StrEnum):
    """An error keeps everything from being done; a warning only does so in strict runs."""

    ERROR = "error"
    WARNING = "warning"


@dc.dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """`since` is the day from which the rule holds, where that is known; `once`: told once for all orders."""

    id: str
    source: str
    severity: Severity
    since: dt.date | None
    once: bool
    en: Wording
    ja: Wording


def rule(
    rule_id: str,
    source: str,
    en: tuple[str, str, str],
    ja: tuple[str, str, str],
    *,
    severity: Severity = Severity.ERROR,
    since: dt.date | None = None,
    once: bool = False,
) -> Rule:
    return Rule(
        id=rule_id,
        source=source,
        severity=severity,
        since=since,
        once=once,
        en=Wording(*en),
        ja=Wording(*ja),
    )


__all__ = ("OURS", "Rule", "Severity", "Wording", "rule")
