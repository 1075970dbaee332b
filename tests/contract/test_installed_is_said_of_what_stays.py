# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the controller does not see served is taken back, and nobody says that it was installed; nor while unproved."""

from __future__ import annotations

import dataclasses as dc
import typing as t

import pytest
from ansible_collections.iij.server_certificate.plugins.plugin_utils._tasks import installations
from ansible_collections.iij.server_certificate.tests.contract.test_renewals_whole_way import Json, Site

if t.TYPE_CHECKING:
    import pathlib

    from ansible_collections.iij.server_certificate.tests.contract.desk_process import DeskControl


def site_that_proves(desk: DeskControl, folder: pathlib.Path) -> Site:
    """A site whose first certificate is issued, and has to be seen served from the controller."""
    site = Site(desk, folder)
    prove = {"seen_from": "controller", "address": "127.0.0.1", "port": 9, "timeout": 1}
    site.fields["install"] = {**site.fields["install"], "prove": prove}
    site.tasks.apply()
    desk.ca_work()
    return site


def lose_at_the_verdict(site: Site, answer: Json) -> Site:
    def execute(host: str, module: str, arguments: Json) -> Json:
        return answer if arguments.get("served") else site.hosts(host, module, arguments)

    site.tasks = dc.replace(site.tasks, execute=execute)
    return site


@pytest.mark.parametrize("alone", [False, True], ids=["collect", "module"])
@pytest.mark.parametrize(
    "answer",
    [None, {"unreachable": True, "msg": "gone"}, {"failed": True, "msg": "the module broke off"}],
    ids=["taken back", "lost", "broken"],
)
def test_what_does_not_stay_is_told_as_open(
    desk: DeskControl, tmp_path: pathlib.Path, capsys: pytest.CaptureFixture[str], answer: Json | None, alone: bool
) -> None:
    site = site_that_proves(desk, tmp_path)
    if answer:
        lose_at_the_verdict(site, answer)
    capsys.readouterr()
    if alone:
        site.tasks.run("certificate_install", "web1")
    else:
        site.tasks.collect()
    result = site.tasks.results[-1]
    assert result["failed"] and [failure["name"] for failure in result["failures"]] == ["www"], result
    assert result["installed"] == [] and result["missing"] == (["www"] if alone else [])
    assert result["changed"] is bool(answer), "what was taken back is no change, and what was left there is one"
    assert [*result["diff"]["after"]] == (["www"] if answer else [])
    assert "installed at" not in capsys.readouterr().out
    assert (site.hosts.folder / "web1" / "www.pem").exists() is (answer is not None)
    assert site.tasks.run("cert_portfolio", state="planned")["counts"]["to_collect"] == 1


def test_what_stays_is_told_as_installed(
    desk: DeskControl, tmp_path: pathlib.Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    site = lose_at_the_verdict(site_that_proves(desk, tmp_path), {"failed": True, "msg": "the module broke off"})
    monkeypatch.setattr(installations, "is_served", lambda *_service, **_more: True)
    site.tasks.collect()
    site.tasks = dc.replace(site.tasks, execute=site.hosts)
    capsys.readouterr()
    site.tasks.collect()  # another run finds it unsettled, and goes on
    result = site.tasks.results[-1]
    assert not result.get("failed") and [row["name"] for row in result["installed"]] == ["www"], result
    assert "www: installed at" in capsys.readouterr().out
    assert site.tasks.run("cert_portfolio", state="planned")["counts"]["done"] == 1
