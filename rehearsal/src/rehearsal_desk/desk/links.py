# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The linked services of a contract, and their change or addition (連携対応サービスの変更・追加) [M:2261082].

Ours: that one change is under way at a time, that it takes as long as an installation, that no new certificate is
issued for it, and that it costs nothing here. The manual says none of these.
"""

from __future__ import annotations

import dataclasses as dc
import datetime as dt

from rehearsal_desk.rules import catalogue
from rehearsal_desk.rules.forms import LinkForm
from rehearsal_desk.rules.link_rules import ADD, CHANGE
from rehearsal_desk.rules.order_rules import LINKED_SERVICE
from rehearsal_desk.rules.problems import Conflict
from rehearsal_desk.rules.wording import say
from rehearsal_desk.store.clock import business_days_after
from rehearsal_desk.store.store import Application, LinkChange


@dc.dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A contract of a linked service that uses the certificate, and since when; None: since the order."""

    contract_id: str | None
    service: str | None
    since: dt.datetime | None


def link_of(application: Application, *, now: dt.datetime) -> Link:
    """Return the linked contract that was ordered, or the one that has taken its place by now."""
    done = [each for each in application.link_changes if each.work == CHANGE and each.done_at <= now]
    if not done:
        return Link(contract_id=application.linked_contract_id, service=application.linked_service, since=None)
    last = done[-1]
    return Link(contract_id=last.linked_contract_id, service=last.linked_service, since=last.done_at)


def further_links(application: Application, *, now: dt.datetime) -> tuple[Link, ...]:
    """Return the linked contracts that were added by now, oldest first."""
    return tuple(
        Link(contract_id=each.linked_contract_id, service=each.linked_service, since=each.done_at)
        for each in application.link_changes
        if each.work == ADD and each.done_at <= now
    )


def change_under_way(application: Application, *, now: dt.datetime) -> LinkChange | None:
    """Return the change that IIJ is at work on; only one can be."""
    return next((each for each in application.link_changes if each.done_at > now), None)


def link_to_be(application: Application, *, now: dt.datetime) -> Link:
    """Return the linked contract once IIJ has done what is under way."""
    last = change_under_way(application, now=now)
    return link_of(application, now=now if last is None else last.done_at)


def is_repeated(application: Application, *, form: LinkForm) -> bool:
    """Check whether this reference has asked for this before.

    Raises `Conflict` when it has asked for something else.
    """
    reference = form.client_reference
    found = (each for each in application.link_changes if reference and each.client_reference == reference)
    if (before := next(found, None)) is None:
        return False
    if (before.work, before.was, before.linked_contract_id) != (form.work, form.was, form.linked_contract_id):
        raise Conflict(
            "client_reference",
            say("This reference has been used otherwise.", "参照名は別のお手続きに使われています。"),
            attribute="client_reference",
        )
    return True


def refuse_unless_possible(
    application: Application, *, form: LinkForm, state: str, over: bool, now: dt.datetime
) -> None:
    """Raise `Conflict` unless this contract can be linked so now."""
    link, further = link_of(application, now=now), further_links(application, now=now)
    if application.usage != LINKED_SERVICE:
        raise Conflict(
            "usage",
            say("The contract is not for a linked service.", "連携対応サービスで利用するご契約ではありません。"),
            attribute="contract_id",
        )
    if over:
        raise Conflict(
            "state",
            say(
                "An application that is {} cannot be linked otherwise.",
                "状態が {} のお申し込みの連携先は変更できません。",
                state,
            ),
            attribute="contract_id",
        )
    if change_under_way(application, now=now) is not None:
        raise Conflict(
            "link_change", say("Another change is under way.", "別の変更が進行中です。"), attribute="contract_id"
        )
    if form.work == CHANGE and form.was != link.contract_id:
        raise Conflict(
            "was", say("The contract is linked to {}.", "現在の連携先は {} です。", link.contract_id), attribute="was"
        )
    if form.linked_contract_id in (link.contract_id, *(each.contract_id for each in further)):
        message = say("The contract is linked to this one already.", "すでにこの契約と連携しています。")
        raise Conflict("linked_contract_id", message, attribute="linked_contract_id")


def requested(application: Application, *, form: LinkForm, service: str, now: dt.datetime) -> LinkChange:
    """Return a new change of this contract.

    Before its certificate there is nothing to install, so it is done at once.
    """
    days = catalogue.LINKED_SERVICES[service].installation_days
    change = LinkChange(
        number=len(application.link_changes) + 1,
        customer_code=application.customer_code,
        client_reference=form.client_reference,
        work=form.work,
        was=form.was,
        linked_contract_id=form.linked_contract_id,
        linked_service=service,
        requested_at=now,
        done_at=now if application.current is None else business_days_after(now, days=days),
    )
    application.link_changes.append(change)
    return change
