# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Faults of the line that concern contracts which live on."""

from __future__ import annotations

import datetime as dt
import typing as t

from rehearsed import Rehearsal, parsed


def renewed(desk: Rehearsal) -> dict[str, t.Any]:
    """A contract with a renewal under way."""
    desk.set_clock("2026-12-01T12:00:00Z")
    contract_id = desk.place(client_reference="default/renewed/1")["contract_id"]
    desk.register(contract_id)
    desk.control("POST", "/ca/work", {"contract_ids": [contract_id]})
    desk.set_clock(desk.show(contract_id)["renewal"]["opens_at"])
    desk.control("POST", "/by-hand", {"contract_id": contract_id, "act": "renew"})
    return desk.show(contract_id)


def test_what_a_desk_tells_wrong_of_a_renewal(desk: Rehearsal) -> None:
    """Each is told to one reader, while the desk keeps what is right."""
    right = renewed(desk)
    path = f"/applications/{right['contract_id']}"

    def told(name: str, **settings: object) -> tuple[dict[str, t.Any], str]:
        desk.fault(name, "GET", path, settings=settings)
        answer = desk.api("GET", path)[1]
        assert desk.show(right["contract_id"]) == right
        return answer["result"], answer["as_of"]

    hidden, _ = told("procedure_hidden")
    assert (hidden["procedure"], hidden["renewal"]["decision"]) == (None, "undecided")
    assert hidden["current"] == right["current"]
    moved, _ = told("window_moves", days=4)
    for name in ("notice_at", "opens_at", "order_by", "update_by"):
        assert parsed(moved["renewal"][name]) - parsed(right["renewal"][name]) == dt.timedelta(days=4)
    bare, _ = told("terms_not_offered")
    assert (right["renewal"]["terms"], bare["renewal"]["terms"]) == (["6 months"], [])
    now = parsed(desk.control("GET", "/clock")["now"])
    _, as_of = told("clock_skew", days=5)
    assert dt.timedelta(days=5) <= parsed(as_of) - now < dt.timedelta(days=5, minutes=2)
