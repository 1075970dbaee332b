# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""GitOps: a plan is saved and reviewed, an apply does that and nothing else, and pipelines can tell what came of it."""

from __future__ import annotations

import json
import typing as t

import pytest
from ansible_collections.iij.server_certificate.tests.playbooks.trial_site import registered_once

if t.TYPE_CHECKING:
    from ansible_collections.iij.server_certificate.tests.playbooks.trial_site import Run, Site

Json = dict[str, t.Any]


@pytest.fixture
def reports(site: Site) -> tuple[str, ...]:
    site.write_orders(site.here("www"), site.here("api"))
    return "-e", f"certificate_reports_path={site.folder / 'build'}"


def document(site: Site, name: str) -> Json:
    return t.cast("Json", json.loads((site.folder / "build" / f"{name}.json").read_text(encoding="utf-8")))


def reviewed(site: Site) -> tuple[str, ...]:
    return "-e", f"certificate_plan_file={site.folder / 'build' / 'plan.json'}"


def rules(run: Run) -> list[tuple[str, str | None]]:
    return [(complaint["rule"], complaint["order"]) for complaint in run.of("cert_portfolio")["complaints"]]


def test_a_reviewed_plan_is_what_an_apply_does(site: Site, reports: tuple[str, ...]) -> None:
    site.run("plan", *reports)
    plan = document(site, "plan")
    assert (plan["verdict"], plan["counts"]["to_order"], plan["planned"]) == ("changes", 2, True)
    assert {file.name for file in (site.folder / "build").iterdir()} == {
        "plan.json",
        "plan.md",
        "plan.html",
        "plan.approval.html",
    }
    run = site.run("apply", *reports, *reviewed(site), "-e", f"certificate_plan_digest={plan['digest']}")
    registered_once(site, "api", "www")
    assert [row["name"] for row in plan["orders"]] == [row["name"] for row in document(site, "apply")["orders"]]
    assert document(site, "apply")["planned"] is False
    assert document(site, "plan") == plan, "the reviewed plan stays as it was"
    assert "waiting: 2" in run.output, "the closing play tells what is left"
    assert site.run("apply", *reports, *reviewed(site)).changed() == set()
    assert document(site, "apply")["verdict"] == "waiting"


def test_what_moved_is_named_and_nothing_is_done(site: Site, reports: tuple[str, ...]) -> None:
    site.run("plan", *reports)
    site.write_orders(site.here("www", product="quick_ssl", approval_email="admin@example.jp"), site.here("new"))
    run = site.run("apply", *reports, *reviewed(site), fails=True)
    assert sorted(rules(run)) == [("PLAN-ORDER-MOVED", name) for name in ("api", "new", "www")]
    assert (document(site, "apply")["verdict"], document(site, "plan")["verdict"]) == ("error", "changes")
    assert [complaint["order"] for complaint in document(site, "apply")["complaints"]]
    assert site.desk.purchases() == []
    site.write_orders(site.here("www"), site.here("api"))
    site.run("apply", *reviewed(site))
    registered_once(site, "api", "www")


def test_a_desk_that_moved_is_told(site: Site, reports: tuple[str, ...]) -> None:
    site.run("plan", *reports)
    order = {"customer_code": "SG00000001", "common_name": "www.example.jp", "product": "sureserver_cloud"}
    by_hand = {**order, "term": "6 months", "usage": "other", "terms_agreed": True}
    site.desk.api("POST", "/applications", by_hand, token=site.desk.order_token)
    run = site.run("apply", *reviewed(site), fails=True)
    assert rules(run) == [("PLAN-DESK-MOVED", "www")]
    assert "Planned was: place, register. Now it would be: register (rsc00000001)" in run.of("cert_portfolio")["msg"]
    assert site.desk.purchases() == [None], "nothing was bought beside what was ordered by hand"
    site.run("plan", *reports)
    assert "= www: use rsc00000001" in site.run("apply", *reviewed(site)).output
    assert site.desk.purchases() == sorted([None, "default/api/1"], key=str)


def test_guards_refuse_the_whole_run(site: Site, reports: tuple[str, ...]) -> None:
    prices = {"certificate_prices": {"sureserver_cloud": {"6 months": 30_000}}}
    limits = {**prices, "certificate_budget": 59_999, "certificate_max_new_orders": 1}
    run = site.run("apply", *reports, "-e", json.dumps(limits), fails=True)
    assert sorted(rules(run)) == [("BUDGET", None), ("MAX-NEW-ORDERS", None)]
    assert site.desk.purchases() == []
    limits = {**prices, "certificate_budget": 60_000, "certificate_max_new_orders": 2}
    run = site.run("apply", *reports, "-e", json.dumps(limits))
    price = {"currency": "JPY", "total": 0, "new": 0, "renewals": 0, "links": 0, "unpriced": []}
    assert run.of("cert_portfolio")["price"] == price, "all is bought now"
    registered_once(site, "api", "www")


def test_verdicts_of_runs_that_fail(site: Site, reports: tuple[str, ...]) -> None:
    site.desk.fault("drop_before_commit", method="POST", path="/applications", count=99)
    site.run("apply", *reports, "-e", "certificate_concurrency=1", fails=True)
    told = document(site, "apply")
    assert told["verdict"] == "unknown"
    assert {row["name"]: row["state"] for row in told["orders"]} == {"api": "unknown", "www": "unknown"}
    assert all("running the same again settles it" in row["error"] for row in told["orders"])
    site.desk.no_faults()
    site.run("plan", *reports, IIJ_CERT_ORDER_TOKEN="wrong", fails=True)
    assert (document(site, "plan")["verdict"], document(site, "plan")["orders"]) == ("error", [])
    assert site.run("apply", *reviewed(site), fails=True).of("cert_portfolio")["complaints"][0]["rule"] == "PLAN-FILE"
    site.run("apply")
    registered_once(site, "api", "www")


def test_the_ledger_is_verified_and_exported(site: Site, reports: tuple[str, ...]) -> None:
    site.run("apply", *reports, "-e", "certificate_concurrency=1")
    export = site.folder / "purchases.csv"
    exporting = ("-e", f"certificate_export_path={export}", "-e", "certificate_export_form=csv")
    site.run("ledger", "--check", *exporting)
    assert not export.exists()
    run = site.run("ledger", *exporting)
    assert "4 lines, whole; unsettled: 0" in run.output
    assert export.read_text(encoding="utf-8-sig").count("default/www/1") == 2
    assert export.stat().st_mode & 0o777 == 0o600
    head = document(site, "apply")["ledger_head"]
    assert f"head: {head}" in run.output
    (ledger,) = site.folder.glob("state/**/*.ledger.jsonl")
    whole = ledger.read_text(encoding="utf-8")
    ledger.write_text(whole.replace("rsc00000001", "rsc00000002"), encoding="utf-8")
    assert "line 2 was changed" in site.run("ledger", fails=True).output
    ledger.write_text("".join(whole.splitlines(keepends=True)[:2]), encoding="utf-8")
    assert "2 lines, whole" in site.run("ledger").output
    cut = site.run("ledger", "-e", f"certificate_ledger_head={head}", fails=True)
    assert "lines are missing at its end, up to certificate_ledger_head" in cut.output
    ledger.unlink()
    assert f"{ledger} is not there" in site.run("ledger", fails=True).output


def test_a_run_keeps_the_ledger_that_it_is_told_to(site: Site, reports: tuple[str, ...]) -> None:
    ledger = site.folder / "kept" / "purchases.ledger.jsonl"
    kept = ("-e", f"certificate_ledger_path={ledger}")
    site.run("apply", *reports, *kept)
    assert list(site.folder.glob("state/**/*.ledger.jsonl")) == []
    assert {json.loads(line)["desk"] for line in ledger.open(encoding="utf-8")} == {site.desk.url}
    assert f"{ledger}: 4 lines, whole" in site.run("ledger", *kept).output
    ledger.write_text("[]\n", encoding="utf-8")
    site.write_orders(site.here("www"), site.here("api"), site.here("new"))
    run = site.run("apply", *reports, *kept, fails=True)
    assert f"the ledger {ledger} cannot be used: its last line is not of a ledger" in run.output
    assert ledger.read_text(encoding="utf-8") == "[]\n"
    registered_once(site, "api", "www")
