# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A row of ステータス一覧 that says something unexpected is one row that is not known, and no end of the list."""

from __future__ import annotations

import pytest
from ansible_collections.iij.server_certificate.plugins.plugin_utils._desk.portal import wire
from ansible_collections.iij.server_certificate.plugins.plugin_utils._desk.portal.screen_map import read_screen_map
from ansible_collections.iij.server_certificate.plugins.plugin_utils._values.observed import Application, State

MAP = read_screen_map()


def read(**words: str) -> Application:
    row = {
        "contract_id": "rsc00000001",
        "common_name": "www.example.jp",
        "product": "セキュア・サーバID",
        "expiry": "",
        "status": "発行済み",
    }
    return wire.read_listed_application({**row, **words}, MAP)


@pytest.mark.parametrize("name", ["-", "", "www.example.jp 他2件", "（未登録）", "-oProxyCommand=x", "{{ 1 }}"])
def test_a_row_without_a_name_is_unclear(name: str) -> None:
    row = read(common_name=name)
    assert (row.contract_id, row.common_name, row.state) == ("rsc00000001", "", State.UNCLEAR)
    assert row.unclear == (name or "-", "screens.status_list.columns")


def test_what_has_ended_needs_none() -> None:
    assert read(common_name="-", status="解約済み").state is State.CANCELLED


def test_a_row_that_is_known_stays_so() -> None:
    row = read()
    assert (row.common_name, row.state, row.unclear) == ("www.example.jp", State.ISSUED, None)
