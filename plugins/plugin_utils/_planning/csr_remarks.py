# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""Warnings about the key of a CSR that the user gives, where the next certificate is to have another one. Pure."""

from __future__ import annotations

import typing as t

from ...module_utils._core.phrases import Phrase
from .._complaints.complaints import Complaint
from .keys import find_doubted, is_csr_banned, is_csr_same, may_csr_be_same
from .lifecycle import day_in_japan, is_reissuing, wants_reissue

if t.TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from .._values.order import Order
    from .entry import Entry
    from .lifecycle import Track

_UNSEEN: t.Final = "..."
_NO_REISSUE: t.Final = Phrase(
    "Until then no reissue is ordered, and nothing registered.", "それまで再発行の申し込みも登録も行いません。"
)
_NEVER: t.Final = Phrase(
    "Until then nothing is registered, and from {0} on IIJ makes the key itself.",
    "それまで登録は行いません。{0} 以降はIIJが鍵を作成します。",
)
_DOUBTED: t.Final = Phrase(
    "It is not known why that one had to go. If its key is still secret, write"
    ' reissue: {{serial: "{1}", reason: wrong_content}}. 3 days before {0} the CSR is registered all the same,'
    " for else IIJ makes the key itself.",
    "再発行の理由の記録がありません。鍵に問題がなければ"
    ' reissue: {{serial: "{1}", reason: wrong_content}} と書いてください。'
    "{0} の3日前には、IIJが鍵を作成しないよう、今のCSRで登録します。",
)


def find_csr_remarks(entry: Entry, track: Track, facts: Mapping[str, object]) -> Iterator[Complaint]:
    """Find that the user's CSR has the key of the certificate in use or of one before, or may have it."""
    order, application, reason = entry.order, entry.application, entry.csr_reason
    day = day_in_japan(track.window.update_by)
    is_same, is_banned = is_csr_same(order, application, reason), is_csr_banned(order, application, reason)
    doubted = None if is_banned else find_doubted(order, application, reason)
    if is_same and (wants_reissue(order, application) or is_reissuing(application)):
        yield _remark("REISSUE-CSR-SAME", order, {**facts, "then": _NO_REISSUE})
    elif is_banned or doubted:
        then = _DOUBTED.filled(day, doubted.serial_number or _UNSEEN) if doubted else _NEVER.filled(day)
        if application is None or application.procedure is None or is_same:  # else something is registered
            yield _remark("REISSUE-CSR-SAME", order, {**facts, "then": then})
    elif is_same:
        yield _remark("RENEWAL-CSR-SAME", order, {**facts, "day": day})
    elif entry.key_unknown and may_csr_be_same(order, application):
        yield _remark("RENEWAL-KEY-UNKNOWN", order, {**facts, "day": day})


def _remark(rule: str, order: Order, facts: Mapping[str, object]) -> Complaint:
    path = ("csr_path",)
    return Complaint(rule=rule, place=order.locate(path), order=order.name, path=path, facts=facts)


__all__ = ("find_csr_remarks",)
