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
        yield Breach("reason", code, f"Reasons (the desk's own list): {', '.join(REISSUE_REASONS)}.")
    if not form.notes_agreed:
        yield Breach("notes_agreed", "required", "The notes on reissues have to be agreed to.")


def _named(form: RenewalQuote | ReissueForm, *, contract_id: str, reference: str | None) -> t.Iterator[Breach]:
    if form.contract_id != contract_id:
        code = "invalid" if form.contract_id else "required"
        yield Breach("contract_id", code, "Spell out the contract ID of the path once more.")
    if reference is not None and not 1 <= len(reference) <= LONGEST_REFERENCE:
        yield Breach("client_reference", "invalid", f"A reference has 1 to {LONGEST_REFERENCE} characters.")
    if not _FINGERPRINT.fullmatch(form.replaces):
        code = "invalid" if form.replaces else "required"
        yield Breach("replaces", code, "Give the SHA-256 of the certificate in use, 64 lower-case digits.")


def _breaches(form: RenewalQuote, *, contract_id: str, terms: tuple[str, ...]) -> t.Iterator[Breach]:
    reference = form.client_reference if isinstance(form, RenewalForm) else None
    yield from _named(form, contract_id=contract_id, reference=reference)
    if form.term not in terms:
        message = f"Terms of this product (the desk's own list): {', '.join(terms) or 'none any more'}."
        yield Breach("term", "invalid" if form.term else "required", message)
    if not form.terms_agreed:
        yield Breach("terms_agreed", "required", "The terms of service have to be agreed to.")
