# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The rules of the renewal form (お申し込み内容の更新); pure, and all breaches at once."""

from __future__ import annotations

import re
import typing as t

from rehearsal_desk.rules.forms import REISSUE_REASONS, ReissueForm, RenewalForm, RenewalQuote, unprintable
from rehearsal_desk.rules.order_rules import LONGEST_REFERENCE
from rehearsal_desk.rules.problems import Breach, merged
from rehearsal_desk.rules.wording import say

_FINGERPRINT: t.Final = re.compile("[0-9a-f]{64}")


def renewal_breaches(
    form: RenewalQuote, *, contract_id: str, terms: tuple[str, ...], misread: tuple[Breach, ...] = ()
) -> tuple[Breach, ...]:
    """List every rule that this renewal breaks, after what its face could not read."""
    return merged((*misread, *unprintable(form)), _breaches(form, contract_id=contract_id, terms=terms))


def reissue_breaches(form: ReissueForm, *, contract_id: str, misread: tuple[Breach, ...] = ()) -> tuple[Breach, ...]:
    """List every rule that this reissue breaks, after what its face could not read."""
    return merged((*misread, *unprintable(form)), _of_reissue(form, contract_id=contract_id))


def _of_reissue(form: ReissueForm, *, contract_id: str) -> t.Iterator[Breach]:
    yield from _named(form, contract_id=contract_id, reference=form.client_reference)
    if form.reason not in REISSUE_REASONS:
        code = "invalid" if form.reason else "required"
        yield Breach(
            "reason",
            code,
            say(
                "Reasons (the desk's own list): {}.",
                "理由 (リハーサル窓口で決めたもの): {}",
                ", ".join(REISSUE_REASONS),
            ),
        )
    if not form.notes_agreed:
        yield Breach(
            "notes_agreed",
            "required",
            say("The notes on reissues have to be agreed to.", "再発行の注意事項への同意が必要です。"),
        )


def _named(form: RenewalQuote | ReissueForm, *, contract_id: str, reference: str | None) -> t.Iterator[Breach]:
    if form.contract_id != contract_id:
        code = "invalid" if form.contract_id else "required"
        yield Breach(
            "contract_id",
            code,
            say(
                "Spell out the contract ID of the path once more.",
                "パスと同じサービスコードを、本文にも指定してください。",
            ),
        )
    if reference is not None and not 1 <= len(reference) <= LONGEST_REFERENCE:
        yield Breach(
            "client_reference",
            "invalid",
            say("A reference has 1 to {} characters.", "参照名は1〜{}文字です。", LONGEST_REFERENCE),
        )
    if not _FINGERPRINT.fullmatch(form.replaces):
        code = "invalid" if form.replaces else "required"
        yield Breach(
            "replaces",
            code,
            say(
                "Give the SHA-256 of the certificate in use, 64 lower-case digits.",
                "使用中の証明書のSHA-256を、小文字の16進数64桁で指定してください。",
            ),
        )


def _breaches(form: RenewalQuote, *, contract_id: str, terms: tuple[str, ...]) -> t.Iterator[Breach]:
    reference = form.client_reference if isinstance(form, RenewalForm) else None
    yield from _named(form, contract_id=contract_id, reference=reference)
    if form.term not in terms:
        message = say(
            "Terms of this product (the desk's own list): {}.",
            "この品目の有効期間 (リハーサル窓口で決めたもの): {}",
            ", ".join(terms) or say("none any more", "なし"),
        )
        yield Breach("term", "invalid" if form.term else "required", message)
    if not form.terms_agreed:
        yield Breach(
            "terms_agreed",
            "required",
            say("The terms of service have to be agreed to.", "約款・規約への同意が必要です。"),
        )
