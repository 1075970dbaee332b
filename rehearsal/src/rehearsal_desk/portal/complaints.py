# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Breaches of the rules as the screens show them: the field's label, a sentence in Japanese, the rule itself."""

from __future__ import annotations

import dataclasses as dc
import typing as t

from rehearsal_desk.portal import labels
from rehearsal_desk.rules.problems import Breach
from rehearsal_desk.rules.wording import spoken

# Attributes that share a field, and those that the screen asks for in parts.
_ANCHORS: t.Final = {
    "term": "product",
    "subject": "subject.state_or_province_name",
    "applicant": "applicant.name",
}

_PLACES: t.Final = {field: place for place, field in enumerate(labels.FIELDS)}


@dc.dataclass(frozen=True, slots=True, kw_only=True)
class Complaint:
    """One line of the summary of errors, and the field that it leads to."""

    field: str
    sentence: str
    rule: str


def complaints_of(breaches: t.Iterable[Breach]) -> tuple[Complaint, ...]:
    """List all breaches in the order of the screen; those that come to the same line on it are shown once."""
    found: dict[tuple[str, str], Complaint] = {}
    for breach in breaches:
        field = _ANCHORS.get(breach.attribute, breach.attribute)
        sentence = _sentence(breach)
        # What is missing needs no explanation; and product and term are one pull-down, an empty one is one mistake.
        rule = "" if breach.code == "required" else spoken(breach.message, "ja")
        found.setdefault((field, rule), Complaint(field=field, sentence=sentence, rule=rule))
    return tuple(sorted(found.values(), key=lambda complaint: _PLACES.get(complaint.field, len(_PLACES))))


def _sentence(breach: Breach) -> str:
    label = labels.FIELDS.get(breach.attribute, "入力内容")
    general = labels.SENTENCES.get(breach.code, labels.SENTENCES["invalid"]).format(field=label)
    return labels.GUIDANCE.get((breach.attribute, breach.code), general)
