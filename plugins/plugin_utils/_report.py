# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""Plan and status for people and for machines."""

from __future__ import annotations

import typing as t

from ._catalogue.services import LINKED_SERVICES
from ._columns import aligned
from ._complaints import Phrase
from ._plan import Standing
from ._standing import ACTORS, deadline, next_action, reason, said

if t.TYPE_CHECKING:
    from ._complaints import Language
    from ._observed import Application
    from ._plan import Entry, Plan

Row = dict[str, t.Any]

_HEADINGS: t.Final = {
    "name": Phrase("order", "オーダー"),
    "common_name": Phrase("common name", "コモンネーム"),
    "contract_id": Phrase("contract ID", "サービスコード"),
    "state": Phrase("state", "状態"),
    "not_after": Phrase("expires", "有効期限"),
    "next_action": Phrase("next action", "次の作業"),
    "by": Phrase("by", "担当"),
    "deadline": Phrase("until", "期限"),
}

_COUNTS: t.Final = {
    "to_order": Phrase("to order", "注文"),
    "to_register": Phrase("to register", "登録"),
    "to_collect": Phrase("to collect", "取得"),
    "to_cancel": Phrase("to cancel", "解約"),
    "waiting": Phrase("waiting", "待ち"),
    "ended": Phrase("ended", "終了"),
    "done": Phrase("nothing to do", "作業なし"),
    "unmanaged": Phrase("unmanaged", "管理外"),
}


def order_row(entry: Entry, lang: Language) -> Row:
    """One order as JSON-ready data."""
    order, application = entry.order, entry.application
    action, actor = next_action(entry, lang)
    until = deadline(entry)
    return {
        "name": order.name,
        "common_name": order.common_name,
        "product": order.product.id,
        "host": order.host,
        "contract_id": application.contract_id if application else None,
        "linked_contract_id": _linked_contract_id(entry),
        "state": application.state.value if application else "planned",
        "standing": entry.standing.value,
        "steps": [step.value for step in entry.steps],
        "reason": reason(entry, lang),
        "next_action": action,
        "next_action_by": actor,
        "deadline": until.isoformat() if until else None,
        "not_after": _time(application.not_after) if application else None,
        "serial_number": application.serial_number if application else None,
    }


def application_row(application: Application) -> Row:
    """One application as JSON-ready data."""
    return {
        "contract_id": application.contract_id,
        "client_reference": application.client_reference,
        "customer_code": application.customer_code,
        "common_name": application.common_name,
        "product": application.product,
        "term": application.term,
        "usage": application.usage,
        "linked_contract_id": application.linked_contract_id,
        "state": application.state.value,
        "confirmations": list(application.confirmations),
        "next_action": application.next_action,
        "next_action_by": application.next_action_by,
        "deadline": application.deadline.isoformat() if application.deadline else None,
        "serial_number": application.serial_number,
        "certificate_fingerprint": application.certificate_fingerprint,
        "not_before": _time(application.not_before),
        "not_after": _time(application.not_after),
    }


def text(plan: Plan, lang: Language) -> str:
    """The plan as a table for a terminal, closed by its counts."""
    rows = [_cells(order_row(entry, lang), lang) for entry in plan.entries]
    table = aligned([[said(heading, lang) for heading in _HEADINGS.values()], *rows])
    counts = plan.counts()
    summary = ", ".join(f"{said(label, lang)}: {counts[key]}" for key, label in _COUNTS.items() if counts[key])
    new = [_new_line(entry, lang) for entry in plan.entries if entry.standing is Standing.TO_ORDER]
    unmanaged = [_unmanaged_line(application, lang) for application in plan.unmanaged]
    return "\n".join([*table, *new, *unmanaged, summary or said(Phrase("no orders", "オーダーなし"), lang)])


def _cells(row: Row, lang: Language) -> list[str]:
    shown = {**row, "by": said(ACTORS.get(row["next_action_by"], Phrase("?", "?")), lang)}
    shown["not_after"] = (row["not_after"] or "-")[:10]
    return [str(shown[column] or "-") for column in _HEADINGS]


def _new_line(entry: Entry, lang: Language) -> str:
    """What is bought, in the words of the order form."""
    order, linked = entry.order, entry.order.linked_contract
    words = Phrase("+ {0}: order {1}, {2}{3}", "+ {0}: {1} ({2}) を注文{3}")
    using = Phrase(", for {0} ({1})", "、{0} ({1}) で利用")
    service = said(using, lang).format(LINKED_SERVICES[linked.service].name, linked.contract_id) if linked else ""
    return said(words, lang).format(order.name, order.product.name, order.term, service)


def _unmanaged_line(application: Application, lang: Language) -> str:
    words = Phrase("unmanaged: {0} {1} ({2}), no order names it", "管理外: {0} {1} ({2}) に対応するオーダーなし")
    return said(words, lang).format(application.contract_id, application.common_name, application.state.value)


def _linked_contract_id(entry: Entry) -> str | None:
    if entry.application:
        return entry.application.linked_contract_id
    return entry.order.linked_contract.contract_id if entry.order.linked_contract else None


def _time(moment: t.Any) -> str | None:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ") if moment else None


__all__ = ("Row", "application_row", "order_row", "text")
