# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The rules of the renewal form (お申し込み内容の更新); pure, and all breaches at once."""

from __future__ import annotations

import re
import typing as t

from rehearsal_desk.rules.forms import RenewalForm, RenewalQuote, unprintable
from rehearsal_desk.rules.order_rules import LONGEST_REFERENCE
from rehearsal_desk.rules.problems import Breach, merged

_FINGERPRINT: t.Final = re.compile("[0-9a-f]{64}")


def renewal_breaches(
    form: RenewalQuote, *, contract_id: str, terms: tuple[str, ...], misread: tuple[Breach, ...] = ()
) -> tuple[Breach, ...]:
    """List every rule that this renewal breaks, after what its face could not read."""
    return merged((*misread, *unprintable(form)), _breaches(form, contract_id=contract_id, terms=terms))


def _breaches(form: RenewalQuote, *, contract_id: str, terms: tuple[str, ...]) -> t.Iterator[Breach]:
    if form.contract_id != contract_id:
        code = "invalid" if form.contract_id else "required"
        yield Breach("contract_id", code, "Spell out the contract ID of the path once more.")
    reference = form.client_reference if isinstance(form, RenewalForm) else None
    if reference is not None and not 1 <= len(reference) <= LONGEST_REFERENCE:
        yield Breach("client_reference", "invalid", f"A reference has 1 to {LONGEST_REFERENCE} characters.")
    if not _FINGERPRINT.fullmatch(form.replaces):
        code = "invalid" if form.replaces else "required"
        yield Breach("replaces", code, "Give the SHA-256 of the certificate in use, 64 lower-case digits.")
    if form.term not in terms:
        message = f"Terms of this product (the desk's own list): {', '.join(terms) or 'none any more'}."
        yield Breach("term", "invalid" if form.term else "required", message)
    if not form.terms_agreed:
        yield Breach("terms_agreed", "required", "The terms of service have to be agreed to.")
