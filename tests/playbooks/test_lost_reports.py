# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A side product never holds up the main job: reports that cannot be written keep nothing from being registered."""

from __future__ import annotations

import json
import typing as t

import pytest
from ansible_collections.iij.server_certificate.tests.playbooks.trial_site import registered_once

if t.TYPE_CHECKING:
    from ansible_collections.iij.server_certificate.tests.playbooks.trial_site import Site


@pytest.mark.parametrize("lang", ["en", "ja"])
def test_an_apply_without_its_reports_goes_on_to_register(site: Site, lang: str) -> None:
    site.write_orders(site.target("www", "web1"))
    no_folder = site.write("reports", "a file where the folder of the reports should be")
    run = site.run("apply", "-e", f"certificate_reports_path={no_folder}", LANGUAGE=lang)
    registered_once(site, "www")
    (warning,) = run.of("cert_portfolio")["warnings"]
    assert str(no_folder) in warning
    assert ("空き容量" in warning or "同じ名前のファイルがあります" in warning) == (lang == "ja")


def test_a_plan_without_its_reports_fails_and_names_the_path(site: Site) -> None:
    site.write_orders(site.target("www", "web1"))
    no_folder = site.write("reports", "a file where the folder of the reports should be")
    run = site.run("plan", "-e", f"certificate_reports_path={no_folder}", fails=True)
    assert run.of("cert_portfolio")["msg"] == f"{no_folder}: File exists"


def test_a_ledger_that_cannot_be_read_keeps_nothing_from_being_registered(site: Site) -> None:
    """The reports of an apply name the ledger's head; that is no reason to let a registration's deadline pass."""
    site.write_orders(site.target("www", "web1"))
    site.hosts["web1"].stop()
    site.run("apply", "-e", "certificate_buy_before_host=true", fails=True)
    site.hosts["web1"].start()
    (ledger,) = site.folder.glob("state/**/*.ledger.jsonl")
    ledger.unlink()
    ledger.mkdir()
    site.run("apply", "-e", f"certificate_reports_path={site.folder / 'build'}")
    registered_once(site, "www")
    assert json.loads((site.folder / "build" / "apply.json").read_text(encoding="utf-8"))["ledger_head"] is None


def test_a_ledger_that_cannot_be_read_is_told_once_and_buys_nothing(site: Site) -> None:
    site.write_orders(site.target("www", "web1"))
    folder = site.folder / "a-folder"
    folder.mkdir()
    arguments = ("-e", f"certificate_ledger_path={folder}", "-e", f"certificate_reports_path={site.folder / 'build'}")
    run = site.run("apply", *arguments, fails=True)
    assert str(folder) in run.of("cert_portfolio")["msg"]
    assert site.desk.purchases() == []
