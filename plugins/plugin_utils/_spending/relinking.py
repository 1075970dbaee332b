# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""Another linked service for a contract: named by the link that it replaces, so it is asked for once."""

from __future__ import annotations

import typing as t

from ...module_utils._core.phrases import Phrase
from .._planning.links import is_relinked
from .spend import EchoDiffers, describe_order

if t.TYPE_CHECKING:
    from .._desk.desk import Desk
    from .._planning.entry import Entry
    from .._values.links import Relinking
    from .._values.observed import Application

_NOT_RELINKED: t.Final = Phrase(
    "the desk answered with {0}, but shows no link to {1}; nothing more was done. If it was changed back since, ask "
    "IIJ by e-mail (offline_form)",
    "窓口は {0} を返しましたが、{1} との連携が見当たりません。これ以上の操作は行っていません。"
    "その後に元へ戻した場合は、メールでIIJに依頼してください (offline_form)",
)


def describe_relinked(entry: Entry) -> tuple[Application, Relinking]:
    """Return the contract that is to be linked otherwise, and how."""
    if entry.application is None or entry.relinking is None:
        raise RuntimeError("contract broken: nothing is to be linked")
    return entry.application, entry.relinking


def describe_relinking(entry: Entry) -> dict[str, t.Any]:
    """Name what a line of the ledger tells of a change or addition."""
    application, wanted = describe_relinked(entry)
    return {
        **describe_order(entry.order),
        "contract_id": application.contract_id,
        "work": wanted.work.value,
        "was": wanted.was,
        "linked_contract_id": wanted.contract_id,
    }


def find_relinked(desk: Desk, application: Application, wanted: Relinking) -> Application | None:
    """Read the contract, and return it where the change is there."""
    contract = next((app for app in desk.list_applications() if app.contract_id == application.contract_id), None)
    return contract if contract is not None and is_relinked(contract, wanted) else None


def require_relinked(result: Application, application: Application, wanted: Relinking) -> Application:
    """Return the contract; raises EchoDiffers where it is another one, or has no such link."""
    if result.contract_id != application.contract_id or not is_relinked(result, wanted):
        raise EchoDiffers(_NOT_RELINKED.filled(result.contract_id, wanted.contract_id))
    return result


__all__ = ("describe_relinked", "describe_relinking", "find_relinked", "require_relinked")
