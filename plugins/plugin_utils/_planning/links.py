# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""Which linked services an order's contract still lacks, and whether they can be asked for here. Pure.

A change names what it replaces (`was`), so what somebody else has changed meanwhile is never changed back.
"""

from __future__ import annotations

import dataclasses as dc
import typing as t

from .._values.links import LinkWork, Relinking
from .._values.observed import Link
from .._values.order import Usage, Wanted
from .lifecycle import current_certificate
from .steps import CONTRACT_STEPS, STEPS, Standing

if t.TYPE_CHECKING:
    from .._values.observed import Application
    from .._values.order import Order


def relinking_of(order: Order, application: Application | None) -> Relinking | None:
    """Return the next change or addition of a linked service that the order asks for; None where all is there."""
    linked = order.linked_contract
    if linked is None or application is None or not application.live or order.state is not Wanted.PRESENT:
        return None
    if linked.was and linked.contract_id and application.linked_contract_id in (None, linked.was):
        since = application.linked_since
        return Relinking(LinkWork.CHANGE, linked.service, linked.contract_id, linked.was, since)
    if current_certificate(application) is None:
        return None  # nothing is there yet that could be added to another service
    there = {application.linked_contract_id, *(link.contract_id for link in application.further_links)}
    missing = (link for link in linked.also if link.contract_id not in there)
    return next((Relinking(LinkWork.ADD, link.service, link.contract_id) for link in missing), None)


def link_standing(
    relinking: Relinking | None, application: Application | None, *, ahead: Standing | None, online: bool
) -> Standing | None:
    """Decide where the next change of a linked service stands; None where nothing is to be changed.

    One irrevocable step for each order and run: while a renewal or reissue is due, the change waits for the next run.
    """
    if relinking is None:
        return None
    opens = ahead is not None and bool(set(STEPS.get(ahead, ())) & set(CONTRACT_STEPS))
    if not online or opens or (application is not None and application.link_change is not None):
        return Standing.WAITING
    return Standing.TO_RELINK


def is_relinked(application: Application, wanted: Relinking) -> bool:
    """Check whether this change was made, or is under way, whoever asked for it."""
    change = application.link_change
    if change is not None and (change.work, change.linked_contract_id) == (wanted.work, wanted.contract_id):
        return True
    if wanted.work is LinkWork.CHANGE:
        return application.linked_contract_id == wanted.contract_id
    return wanted.contract_id in {link.contract_id for link in application.further_links}


def count_relinkings(order: Order, application: Application | None) -> int:
    """Count the changes and additions of linked services that are still to be asked for, as far as the desk shows."""
    if application is None or order.linked_contract is None or not is_link_shown(application):
        return 0
    count = 0
    for _one in (order.linked_contract, *order.linked_contract.also):
        wanted = relinking_of(order, application)
        if wanted is None:
            break
        count += not is_relinked(application, wanted)
        if wanted.work is LinkWork.CHANGE:
            application = dc.replace(application, linked_contract_id=wanted.contract_id)
        else:
            links = (*application.further_links, Link(contract_id=wanted.contract_id))
            application = dc.replace(application, further_links=links)
    return count


def is_link_shown(application: Application) -> bool:
    """Check whether the desk shows at all to what the contract is linked."""
    return application.linked_contract_id is not None


def unnamed_links(order: Order, application: Application | None) -> tuple[str, ...]:
    """List the linked contracts of an application that its order does not name."""
    linked = order.linked_contract
    if application is None or linked is None or order.usage is not Usage.LINKED_SERVICE:
        return ()
    ours = {linked.contract_id, linked.was, *(link.contract_id for link in linked.also)}
    return tuple(link.contract_id for link in application.further_links if link.contract_id not in ours)


__all__ = ("count_relinkings", "is_link_shown", "is_relinked", "link_standing", "relinking_of", "unnamed_links")
