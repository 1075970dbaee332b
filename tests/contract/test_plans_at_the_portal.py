# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""At the portal the ledger holds purchases back, and some screens are not known; the plan says so before the run."""

from __future__ import annotations

import dataclasses as dc
import typing as t

import pytest
from ansible_collections.iij.server_certificate.tests.contract import sample_orders as sample
from ansible_collections.iij.server_certificate.tests.contract.test_renewals_whole_way import Site, kinds

if t.TYPE_CHECKING:
    import pathlib
    from collections.abc import Callable

    from ansible_collections.iij.server_certificate.tests.contract.desk_process import DeskControl


def at_the_portal(desk: DeskControl, folder: pathlib.Path, **order: t.Any) -> Site:
    site = Site(desk, folder, **order)
    user, password = desk.group_admin
    portal = {"desk": "portal", "desk_url": desk.portal_url, "portal_user": user, "portal_password": password,
              "request_interval": 0, "listing_lag": 0}  # fmt: skip
    site.tasks = dc.replace(site.tasks, desk=lambda _role: portal)
    return site


def test_an_order_that_was_bought_and_edited_is_told_before_it_is_refused(
    desk: DeskControl, tmp_path: pathlib.Path
) -> None:
    site = at_the_portal(desk, tmp_path)

    def told() -> bool:
        return "[LEDGER-HOLDS]" in site.tasks.run("cert_portfolio", state="planned")["text"]

    assert not told()
    site.tasks.apply()
    assert not told()
    site.fields["product"] = "sureserver_ev_cloud"
    assert told()
    site.tasks.results.clear()
    site.tasks.apply()
    assert any("rsc00000001 was bought for order www" in str(result.get("msg")) for result in site.tasks.results)
    assert kinds(desk) == ["new"]
    site.fields["generation"] = 2
    assert not told(), "that is meant"


def test_a_cancellation_that_no_run_can_do_is_told_before_it_is_refused(
    desk: DeskControl, tmp_path: pathlib.Path
) -> None:
    site = at_the_portal(desk, tmp_path)

    def told() -> bool:
        return "[CANCEL-IN-BROWSER]" in site.tasks.run("cert_portfolio", state="planned")["text"]

    site.tasks.apply()
    assert not told()
    site.fields.update(state="cancelled", contract_id=site.application()["contract_id"])
    assert told()
    site.tasks.results.clear()
    site.tasks.apply()
    assert any("Cancel it in a browser" in str(result.get("msg")) for result in site.tasks.results)


@pytest.mark.parametrize("site_at", [Site, at_the_portal])
def test_what_is_used_is_not_cancelled_as_something_old(
    desk: DeskControl, tmp_path: pathlib.Path, site_at: t.Callable[..., Site]
) -> None:
    """What was bought in a browser is in use, and an entry of another name cancels it by its contract ID."""
    site = site_at(desk, tmp_path)
    bought = ("customer_code", "common_name", "product", "term", "usage")
    terms = {"client_reference": None, "terms_agreed": True}
    desk.api("POST", "/applications", {**terms, **{field: site.fields[field] for field in bought}})
    site.tasks.apply()
    desk.ca_work()
    site.tasks.collect()
    contract_id = site.application()["contract_id"]
    site.tasks.options["orders"].append(sample.fields(name="www-old", state="cancelled", contract_id=contract_id))
    site.tasks.results.clear()
    site.tasks.apply()
    assert "[CONTRACT-TWICE]" in str(site.tasks.results)
    assert kinds(desk) == ["new"]
    assert site.application()["renewal"]["decision"] == "undecided"


@pytest.mark.parametrize("where", [Site, at_the_portal])
def test_a_ledger_that_lets_no_run_buy_is_told_before_it_is_refused(
    desk: DeskControl, tmp_path: pathlib.Path, where: Callable[..., Site]
) -> None:
    site = where(desk, tmp_path)

    def told() -> bool:
        return "[LEDGER-UNUSABLE]" in site.tasks.run("cert_portfolio", state="planned")["text"]

    assert not told(), "there is none yet"
    site.tasks.apply()
    (ledger,) = tmp_path.rglob("*.ledger.jsonl")
    whole = ledger.read_text(encoding="utf-8")
    ledger.write_text(f"<<<<<<< HEAD\n{whole}=======\n>>>>>>> theirs\n", encoding="utf-8")
    assert not told(), "nothing is to be bought"
    site.tasks.options["orders"].append(sample.fields(name="shop", common_name="shop.example.jp"))
    assert told()
    site.tasks.results.clear()
    site.tasks.apply()
    assert any("台帳" in str(result.get("msg")) or "ledger" in str(result.get("msg")) for result in site.tasks.results)
    assert kinds(desk) == ["new"]
    ledger.write_text(whole, encoding="utf-8")
    assert not told()
