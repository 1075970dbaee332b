# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A side product never holds up the main job: reports that cannot be written keep nothing from being registered."""

from __future__ import annotations

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
