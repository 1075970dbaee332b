# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A status with an order of every kind of date, for the tests of what is made of one."""

from __future__ import annotations

import dataclasses as dc
import datetime as dt
import typing as t

from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.observe import observe
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.plan import make_plan
from ansible_collections.iij.server_certificate.plugins.plugin_utils._reports.document import Frame, describe_plan
from ansible_collections.iij.server_certificate.plugins.plugin_utils._values.observed import State
from portfolios import DV, EV, LINKED, MADE_AT, OV, WILDCARD, DeskInMemory, booked, portfolio

if t.TYPE_CHECKING:
    from ansible_collections.iij.server_certificate.plugins.module_utils._core.phrases import Language
    from ansible_collections.iij.server_certificate.plugins.plugin_utils._reports.rows import Row

RENEWED = {**DV, "name": "news", "common_name": "news.example.jp", "key": {"path": "/news.key"}}
LAPSED = {**DV, "name": "old", "common_name": "old.example.jp", "key": {"path": "/old.key"}}
GONE = {**DV, "name": "gone", "common_name": "gone.example.jp", "state": "cancelled", "contract_id": "rsc00000007"}
ORDERS = portfolio(OV, DV, LINKED, WILDCARD, EV, RENEWED, LAPSED, GONE)

# What the desk shows of each order: the day of the deadline, and the moment of the expiry.
SHOWN: t.Final[dict[str, dict[str, t.Any]]] = {
    "bank": {"state": State.REJECTED, "reason": "the\r\nregister; says, \\no", "deadline": dt.date(2026, 11, 23)},
    "blog": {"state": State.ISSUED, "not_after": dt.datetime(2027, 5, 20, 23, 59, 59, tzinfo=dt.UTC)},
    "cdn": {
        "state": State.AWAITING_CONFIRMATION, "confirmations": ("domain",), "next_action": "answer_ca",
        "next_action_by": "applicant", "deadline": dt.date(2026, 12, 6),
    },
    "gone": {"state": State.CANCELLED, "not_after": dt.datetime(2026, 11, 30, tzinfo=dt.UTC)},
    "news": {"state": State.INSTALLED, "not_after": dt.datetime(2026, 12, 10, 3, tzinfo=dt.UTC)},
    "old": {"state": State.EXPIRED, "not_after": dt.datetime(2026, 11, 20, 3, tzinfo=dt.UTC)},
    "www": {"state": State.AWAITING_REGISTRATION, "deadline": dt.date(2026, 11, 21)},
}  # fmt: skip


def a_status(*, lang: Language = "en", part: str | None = None, **changes: dict[str, t.Any]) -> Row:
    """The status at MADE_AT; `changes` are what the desk shows differently of an order."""
    numbers = {order.name: number for number, order in enumerate(ORDERS, start=1)}
    rows = []
    for order in ORDERS:
        if order.name in SHOWN:
            reference = None if order.contract_id else order.client_reference("p")
            number = 7 if order.contract_id else numbers[order.name] + 10
            shown = {**SHOWN[order.name], **changes.get(order.name, {})}
            rows.append(dc.replace(booked(order, reference, number=number), **shown))
    made = make_plan(ORDERS, observe(DeskInMemory(rows=rows), ORDERS, portfolio="p"), portfolio="p")
    frame = Frame(portfolio="p", part=part, prices=None, lang=lang, made_at=MADE_AT)
    return describe_plan(made, frame, planned=False)
