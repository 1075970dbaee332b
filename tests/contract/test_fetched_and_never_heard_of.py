# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A host is lost after its renewed certificate was fetched: whoever looks says so before the one on it ends."""

from __future__ import annotations

import dataclasses as dc
import datetime as dt
import typing as t

import pytest
import yaml
from ansible_collections.iij.server_certificate.plugins.plugin_utils._tasks.watch import Watch
from ansible_collections.iij.server_certificate.tests.contract.test_renewals_whole_way import Json, Site

if t.TYPE_CHECKING:
    import pathlib

    from ansible_collections.iij.server_certificate.tests.contract.desk_process import DeskControl


def renew_and_lose_the_host(site: Site) -> dt.datetime:
    """Renew, fetch the next certificate, and lose the host before it is given that; returns the end of the old one."""
    serial, end = site.first_certificate(), dt.datetime.fromisoformat(site.application()["current"]["not_after"])
    site.days_before_end(28)
    site.tasks.renew()
    site.desk.ca_work()

    def lose(host: str, module: str, arguments: Json) -> Json:
        given = module == "certificate_install" and arguments.get("certificates")
        return {"unreachable": True, "msg": "gone"} if given else site.hosts(host, module, arguments)

    dc.replace(site.tasks, execute=lose).collect()
    assert site.application()["downloaded_at"] and site.hosts.serial("web1", "www") == serial
    return end


def notify(site: Site, folder: pathlib.Path) -> str:
    """Return what notify.yml sends now."""
    sent = folder / "sent"
    sent.unlink(missing_ok=True)
    site.tasks.run("status_notice", command=["/bin/sh", "-c", f"cat > {sent}"], again=True)
    return sent.read_text() if sent.exists() else ""


def list_events(site: Site, folder: pathlib.Path) -> list[tuple[str, str | None]]:
    """List kind and subject of what the event source tells at its first look."""
    orders = folder / "orders.yml"
    orders.write_text(yaml.safe_dump({"version": 1, "orders": site.tasks.options["orders"]}, allow_unicode=True))
    watch = Watch({"order_files": str(orders), "desk_url": site.desk.url, "desk_token": site.desk.register_token})
    return [(event["kind"], event.get("what")) for event in watch.look()]


@pytest.mark.parametrize(("days", "is_due"), [(4, False), (3, True), (0.5, True), (-1, True), (-4, False)])
def test_a_runner_that_has_heard_no_host_tells_it_too(
    desk: DeskControl, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch, days: float, is_due: bool
) -> None:
    site = Site(desk, tmp_path)
    end = renew_and_lose_the_host(site)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "fresh"))
    site.set_clock(end - dt.timedelta(days=days))
    assert ("www" in notify(site, tmp_path)) is is_due
    assert (("deadline", "installation") in list_events(site, tmp_path)) is is_due
    plan = site.tasks.run("cert_application_info", reports_path=str(tmp_path / "reports"))
    metrics, is_known = (tmp_path / "reports" / "status.prom").read_text(), days > -4
    assert ('kind="installation"' in metrics) is is_known
    assert plan["counts"]["done"] == 1, "nothing is known to be open"


def test_a_runner_that_has_heard_the_host_sends_nothing(desk: DeskControl, tmp_path: pathlib.Path) -> None:
    site = Site(desk, tmp_path)
    end = renew_and_lose_the_host(site)
    site.tasks.collect()
    for days in (3, 0.5, -1):
        site.set_clock(end - dt.timedelta(days=days))
        assert notify(site, tmp_path) == ""
        assert list_events(site, tmp_path) == []
