# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""Contracts that no order names, while nobody can tell what the orders in a file are for that cannot be read."""

from __future__ import annotations

import dataclasses as dc
import typing as t

from ...module_utils._core.phrases import Phrase, translate
from .._planning.silence import find_silent

if t.TYPE_CHECKING:
    from ...module_utils._core.phrases import Language
    from .._orders.portfolio import Judged
    from .._planning.plan import Plan

_UNSURE: t.Final = Phrase(
    "What is shown as not managed may be what an order that cannot be read is for.",
    "管理外と表示されるお申し込みは、読み取れないオーダーのものかもしれません。",
)


def leave_doubtful(plan: Plan, judged: Judged) -> Plan:
    """Leave out what may be an order's that cannot be read: only what silence is about to buy is shown then."""
    if not judged.is_unsure:
        return plan
    near = (silent.application for silent in find_silent(plan, None) if silent.order is None)
    return dc.replace(plan, unmanaged=tuple(near))


def word_doubt(plan: Plan, judged: Judged, lang: Language) -> list[str]:
    """Say that what is shown as nobody's may be somebody's, where it may."""
    return [translate(_UNSURE, lang)] if judged.is_unsure and plan.unmanaged else []


__all__ = ("leave_doubtful", "word_doubt")
