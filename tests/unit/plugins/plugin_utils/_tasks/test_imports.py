# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An import that takes long says how far it is: at the portal each contract has a page of its own."""

from __future__ import annotations

import pathlib
import types
import typing as t

import pytest
from ansible_collections.iij.server_certificate.plugins.plugin_utils._tasks.imports import import_orders
from ansible_collections.iij.server_certificate.plugins.plugin_utils._tasks.progress import Progress
from ansible_collections.iij.server_certificate.plugins.plugin_utils._values.observed import Application, State

CONTRACTS: t.Final = [
    Application(
        contract_id=f"rsc0000000{number}", client_reference=None, customer_code="SG00000001",
        common_name=f"www{number}.example.jp", product="quick_ssl", term="6 months", usage="other",
        linked_contract_id=None, linked_service=None, state=state,
    )
    for number, state in enumerate((State.ISSUED, State.REJECTED, State.ISSUED, State.ISSUED), start=1)
]  # fmt: skip


@pytest.mark.parametrize(
    ("lang", "told"),
    [
        ("en", ["[1/3] rsc00000001: read (20 s so far, about 40 s left)", "[3/3] rsc00000004: read"]),
        (
            "ja",
            ["[1/3] rsc00000001: 内容を確認しました (経過 20秒、残り約 40秒)", "[3/3] rsc00000004: 内容を確認しました"],
        ),
    ],
)
def test_reading_contracts_one_by_one_is_shown(
    lang: t.Any, told: list[str], tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [0.0]
    monkeypatch.setitem(Progress.__init__.__kwdefaults__, "clock", lambda: now[0])

    def read(application: Application) -> Application:
        now[0] += 20
        return application

    shown: list[str] = []
    desk: t.Any = types.SimpleNamespace(read_in_full=read)
    path = str(tmp_path / "imported.yml")
    import_orders(desk, CONTRACTS, path, taken=(), pretend=False, say=shown.append, lang=lang)
    assert [shown[0], shown[2]] == told, "one that is over has no page to read"
    assert path in shown[3]


def test_a_list_that_says_everything_is_imported_without_a_word_in_between(tmp_path: pathlib.Path) -> None:
    shown: list[str] = []
    desk: t.Any = types.SimpleNamespace(read_in_full=lambda application: application)
    import_orders(desk, CONTRACTS, str(tmp_path / "new.yml"), taken=(), pretend=False, say=shown.append, lang="en")
    assert len(shown) == 1
