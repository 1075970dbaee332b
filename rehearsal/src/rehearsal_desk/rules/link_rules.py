# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The rules of the form that changes or adds a linked service; pure, and all breaches at once."""

from __future__ import annotations

import typing as t

from rehearsal_desk.rules.catalogue import PRODUCTS
from rehearsal_desk.rules.forms import LINK_WORKS, LinkForm, unprintable
from rehearsal_desk.rules.order_rules import CHOOSE_LINK, LINK_NOT_SEEN, LONGEST_REFERENCE
from rehearsal_desk.rules.problems import Breach, merged
from rehearsal_desk.rules.wording import say

CHANGE, ADD = LINK_WORKS


def link_breaches(
    form: LinkForm, *, contract_id: str, product: str, service: str | None, misread: tuple[Breach, ...] = ()
) -> tuple[Breach, ...]:
    """List every rule that this change breaks; `service` is that of the new contract, None where it is not theirs."""
    found = (*_named(form, contract_id=contract_id), *_work(form), *_linked(form, product=product, service=service))
    return merged((*misread, *unprintable(form)), found)


def _named(form: LinkForm, *, contract_id: str) -> t.Iterator[Breach]:
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
    if form.client_reference is not None and not 1 <= len(form.client_reference) <= LONGEST_REFERENCE:
        yield Breach(
            "client_reference",
            "invalid",
            say("A reference has 1 to {} characters.", "参照名は1〜{}文字です。", LONGEST_REFERENCE),
        )


def _work(form: LinkForm) -> t.Iterator[Breach]:
    if form.work not in LINK_WORKS:
        yield Breach(
            "work", "invalid" if form.work else "required", say("Works: {}.", "作業の種類: {}", ", ".join(LINK_WORKS))
        )
    elif form.work == CHANGE and form.was is None:
        yield Breach(
            "was",
            "required",
            say("Name the linked contract that it takes the place of.", "変更前の連携先の契約を指定してください。"),
        )
    elif form.work == ADD and form.was is not None:
        yield Breach(
            "was",
            "not_allowed",
            say("What is added takes the place of nothing.", "追加の場合、変更前の契約は指定できません。"),
        )


def _linked(form: LinkForm, *, product: str, service: str | None) -> t.Iterator[Breach]:
    field, offered = "linked_contract_id", PRODUCTS[product].linked_services
    if not form.linked_contract_id:
        yield Breach(field, "required", CHOOSE_LINK)
    elif service is None:
        yield Breach(field, "invalid", LINK_NOT_SEEN)
    elif offered is not None and service not in offered:
        yield Breach(
            field,
            "not_allowed",
            say(
                "This product is only for the linked services {}.",
                "この品目は、連携対応サービス {} でだけ利用できます。",
                ", ".join(offered),
            ),
        )
