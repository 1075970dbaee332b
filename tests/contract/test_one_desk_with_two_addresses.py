# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An attempt that is open at one address of the portal holds nothing back at another: people are told, and decide."""

from __future__ import annotations

import dataclasses as dc
import typing as t

import pytest
from ansible_collections.iij.server_certificate.plugins.plugin_utils._spending import by_list
from ansible_collections.iij.server_certificate.tests.contract import sample_orders as sample
from ansible_collections.iij.server_certificate.tests.contract.test_plans_at_the_portal import at_the_portal
from ansible_collections.iij.server_certificate.tests.contract.test_renewals_whole_way import kinds

if t.TYPE_CHECKING:
    import pathlib

    from ansible_collections.iij.server_certificate.tests.contract.desk_process import DeskControl
    from ansible_collections.iij.server_certificate.tests.contract.test_renewals_whole_way import Json, Site

LAGS: t.Final = {"name": "status_list_lags", "method": "GET", "path": "/portal/certificates/status"}
LOST: t.Final = {"name": "drop_after_commit", "method": "POST", "path": "/portal/orders/confirm", "count": 1}


@pytest.fixture
def site(desk: DeskControl, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    monkeypatch.setattr(by_list, "_PAUSES", (0,))
    return at_the_portal(desk, tmp_path, **sample.fields())


def readdress(site: Site) -> None:
    here = site.tasks.desk("order")
    alias = {**here, "desk_url": here["desk_url"].replace("127.0.0.1", "localhost")}
    site.tasks = dc.replace(site.tasks, desk=lambda _role: alias, results=[])


def told(site: Site, **options: t.Any) -> list[Json]:
    """What a plan says of attempts at other addresses, of each order once."""
    result = site.tasks.run("cert_portfolio", state="planned", **options)
    return [line for line in result["text"].splitlines() if "[LEDGER-ELSEWHERE]" in line]


@pytest.mark.parametrize("ledger", ["of each desk", "one"])
def test_an_attempt_at_another_address_is_told_and_holds_nothing_back(
    site: Site, tmp_path: pathlib.Path, ledger: str
) -> None:
    if ledger == "one":
        site.tasks.options["ledger_path"] = str(tmp_path / "ledger.jsonl")
    site.desk.faults(LAGS, LOST)
    site.tasks.apply()
    assert not told(site), "that is LEDGER-HOLDS"
    readdress(site)
    (line,) = told(site)
    assert "www" in line and "127.0.0.1" in line and "localhost" in line
    (path,) = tmp_path.rglob("*ledger.jsonl")
    attempt = next(part for part in path.read_text().split('"') if len(part) == 12)
    assert not told(site, not_booked=[attempt]), "somebody has looked"
    site.tasks.apply()
    assert kinds(site.desk) == ["new", "new"], "another desk, such as a rehearsal, is no reason to hold back"


def test_what_was_bought_at_another_address_is_no_reason_to_warn(site: Site) -> None:
    site.tasks.apply()
    readdress(site)
    site.tasks.options["orders"].append(sample.fields(name="shop", common_name="shop.example.jp"))
    assert not told(site)
