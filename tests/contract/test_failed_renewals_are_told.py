# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A run that fails to renew averts nothing: what silence will do is among what it tells."""

from __future__ import annotations

import pathlib
import typing as t

import pytest
from ansible_collections.iij.server_certificate.tests.contract.test_renewals_whole_way import Site

if t.TYPE_CHECKING:
    from ansible_collections.iij.server_certificate.tests.contract.desk_process import DeskControl


@pytest.fixture
def site(desk: DeskControl, tmp_path: pathlib.Path) -> Site:
    return Site(desk, tmp_path)


def test_a_renewal_that_every_run_fails_is_told_with_its_last_day(
    site: Site, capsys: pytest.CaptureFixture[str]
) -> None:
    """A run that fails averts nothing: what silence will do is told by all that the run tells, day by day."""
    site.first_certificate()
    contract_id = site.application()["contract_id"]
    site.hosts.down = {"web1"}
    for days in (28, 27.5, 26.1):
        site.days_before_end(days)
        capsys.readouterr()
        result = site.tasks.renew()
        assert result["failed"]
        assert [(row["order"], row["contract_id"]) for row in result["silent"]] == [("www", contract_id)]
        assert [row["order"] for row in site.tasks.results[-1]["silent"]] == ["www"]
        assert f"IIJ renews {contract_id} by itself on {result['silent'][0]['day']}" in capsys.readouterr().out
    site.hosts.down = set()
    result = site.tasks.renew()
    assert not result.get("failed")
    assert result["silent"] == site.tasks.results[-1]["silent"] == []
