# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Known mistakes, put in on purpose: a matrix that does not find them shows nothing.

The first are right as long as nothing goes wrong; one does not do what was planned, and the last ones show in time.
"""

from __future__ import annotations

import dataclasses as dc
import os
import typing as t

from ansible_collections.iij.server_certificate.plugins.plugin_utils._desk.api.adapter import ApiDesk
from ansible_collections.iij.server_certificate.plugins.plugin_utils._desk.desk import DeskUnreachable, OutcomeUnknown
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning import judgement, plan, replacements
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.steps import Standing
from ansible_collections.iij.server_certificate.plugins.plugin_utils._spending import by_list
from ansible_collections.iij.server_certificate.plugins.plugin_utils._values.links import LinkWork, Relinking
from ansible_collections.iij.server_certificate.plugins.plugin_utils._values.observed import State
from ansible_collections.iij.server_certificate.plugins.plugin_utils._values.order import Order

if t.TYPE_CHECKING:
    from ansible_collections.iij.server_certificate.plugins.plugin_utils._values.observed import Application

_place, _reference, _plan_one = ApiDesk.place, Order.client_reference, plan._plan_one


def _placed_again_under_another_name(desk: ApiDesk, order: Order, client_reference: str) -> Application:
    try:
        return _place(desk, order, client_reference)
    except OutcomeUnknown:
        return dc.replace(_place(desk, order, f"{client_reference}-again"), client_reference=client_reference)


def _reference_of_this_run(order: Order, portfolio: str) -> str:
    return f"{_reference(order, portfolio)}-{os.getpid()}"


def _lost_with_a_word_too_much(desk: t.Any, client_reference: str) -> Application | None:
    # The log-in, since vaulted values pass a gate that hides them whoever tells them.
    raise DeskUnreachable(f"nobody answers for {client_reference} with {desk._transport._connection.token}")


def _registered_on_paper(
    _desk: ApiDesk, application: Application, _order: Order, _csr: str | None, _agree: object
) -> Application:
    return dc.replace(application, state=State.APPLIED)


def _attempts_forgotten(_by: t.Any, _order: Order, _same: t.Any, **_listed: t.Any) -> None:
    return None


def _reissued_whatever_is_in_use(order: Order, application: Application | None) -> bool:
    return order.reissue is not None and application is not None and application.current is not None


def _cancelled_once_bought(one: replacements.Successor) -> bool:
    return one.application is not None


def _linked_back_again(order: Order, *given: t.Any, **named: t.Any) -> tuple[plan.Entry, t.Any]:
    entry, complaints = _plan_one(order, *given, **named)
    linked, there = order.linked_contract, entry.application
    if linked and linked.was and there and (there.linked_contract_id, there.link_change) == (linked.contract_id, None):
        back = Relinking(LinkWork.CHANGE, linked.service, linked.was, linked.contract_id, there.linked_since)
        entry = dc.replace(entry, link=Standing.TO_RELINK, relinking=back)
    return entry, complaints


# What is put in the place of what.
MISTAKES: t.Final[dict[str, tuple[t.Any, str, t.Callable[..., t.Any]]]] = {
    "fresh reference": (ApiDesk, "place", _placed_again_under_another_name),
    "reference of the run": (Order, "client_reference", _reference_of_this_run),
    "told secret": (ApiDesk, "find_application", _lost_with_a_word_too_much),
    "attempts forgotten": (by_list, "hold_back", _attempts_forgotten),
    "registered on paper": (ApiDesk, "register", _registered_on_paper),
    "reissued again": (judgement, "wants_reissue", _reissued_whatever_is_in_use),
    "cancelled early": (replacements, "is_in_use", _cancelled_once_bought),
    "linked back": (plan, "_plan_one", _linked_back_again),
}


def put_in(mistake: str) -> None:
    """Make this mistake from now on, in this process and all that it forks."""
    setattr(*MISTAKES[mistake])


__all__ = ("MISTAKES", "put_in")
