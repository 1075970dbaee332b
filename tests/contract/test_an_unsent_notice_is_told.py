# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A notice that reached nobody is told by the task, whatever else is wrong; and whatever is wrong is sent."""

from __future__ import annotations

import dataclasses as dc
import typing as t

import pytest
from ansible_collections.iij.server_certificate.plugins.plugin_utils._tasks import leg
from ansible_collections.iij.server_certificate.tests.contract import sample_orders as sample
from ansible_collections.iij.server_certificate.tests.contract.test_renewals_whole_way import Site

if t.TYPE_CHECKING:
    import pathlib

    from ansible_collections.iij.server_certificate.tests.contract.desk_process import DeskControl


@pytest.mark.parametrize("trouble", ["none", "mistake", "token"])
@pytest.mark.parametrize("way", [{"command": ["/bin/false"]}, {}], ids=["fails", "none"])
def test_what_was_not_sent_is_told_beside_whatever_else_is_wrong(
    desk: DeskControl, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch, trouble: str, way: dict[str, t.Any]
) -> None:
    warnings: list[str] = []
    monkeypatch.setattr(leg.display, "warning", warnings.append)
    site = Site(desk, tmp_path, renewal=None)
    site.first_certificate()
    site.days_before_end(28)
    if trouble == "mistake":
        site.tasks.options["orders"].append(sample.fields(name="new", common_name="new.example.jp", term="7 months"))
    reach = site.tasks.desk
    wrong = {"desk_token": "nobodys"} if trouble == "token" else {}
    result = dc.replace(site.tasks, desk=lambda role: {**reach(role), **wrong}).run("status_notice", **way)
    text = "\n".join([result["msg"], *warnings])
    assert result["failed"] and ("ended with status 1" if way else "nobody was told") in text
    assert ({"none": "", "mistake": "7 months", "token": "IIJ_CERT_TOKEN"}[trouble]) in result["msg"]


@pytest.mark.parametrize("trouble", ["orders", "register", "state", "prices", "token"])
def test_whatever_hides_the_status_is_sent(
    desk: DeskControl, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch, trouble: str
) -> None:
    site, sent = Site(desk, tmp_path, renewal=None), tmp_path / "sent"
    site.first_certificate()
    if trouble == "state":
        monkeypatch.setenv("XDG_STATE_HOME", "here")
    options = {
        "orders": {"order_files": str(tmp_path / "nowhere"), "orders": None},
        "register": {"desk": "by_hand", "desk_folder": str(tmp_path), "desk_url": None, "desk_token": None},
        "prices": {"prices": {"no such product": {}}},
        "token": {"desk_token": "nobodys"},
    }.get(trouble, {})
    words = {"orders": "nowhere", "register": "register.yml", "state": "here", "prices": "no such product"}
    result = site.tasks.run("status_notice", command=["/bin/sh", "-c", f"cat > {sent}"], **options)
    assert result["failed"] and words.get(trouble, "IIJ_CERT_TOKEN") in sent.read_text(encoding="utf-8")
    assert (
        result["changed"] and result["sent"] == ["command"] and words.get(trouble, "IIJ_CERT_TOKEN") in result["text"]
    )
