# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Known mistakes, put in on purpose: a matrix that does not find them shows nothing.

Each is right as long as nothing goes wrong, except for the last, which does not do what was planned.
"""

from __future__ import annotations

import dataclasses as dc
import os
import typing as t

from ansible_collections.iij.server_certificate.plugins.plugin_utils._desk.api.adapter import ApiDesk
from ansible_collections.iij.server_certificate.plugins.plugin_utils._desk.desk import DeskUnreachable, OutcomeUnknown
from ansible_collections.iij.server_certificate.plugins.plugin_utils._spending import by_list
from ansible_collections.iij.server_certificate.plugins.plugin_utils._values.observed import State
from ansible_collections.iij.server_certificate.plugins.plugin_utils._values.order import Order

if t.TYPE_CHECKING:
    from ansible_collections.iij.server_certificate.plugins.plugin_utils._values.observed import Application

_place, _reference = ApiDesk.place, Order.client_reference


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


# What is put in the place of what.
MISTAKES: t.Final[dict[str, tuple[t.Any, str, t.Callable[..., t.Any]]]] = {
    "fresh reference": (ApiDesk, "place", _placed_again_under_another_name),
    "reference of the run": (Order, "client_reference", _reference_of_this_run),
    "told secret": (ApiDesk, "find_application", _lost_with_a_word_too_much),
    "attempts forgotten": (by_list, "hold_back", _attempts_forgotten),
    "registered on paper": (ApiDesk, "register", _registered_on_paper),
}


def put_in(mistake: str) -> None:
    """Make this mistake from now on, in this process and all that it forks."""
    setattr(*MISTAKES[mistake])


__all__ = ("MISTAKES", "put_in")
