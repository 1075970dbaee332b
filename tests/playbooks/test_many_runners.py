# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Several runners at once against a desk on PostgreSQL: by slices, by AWX's slices of the inventory, or all for all."""

from __future__ import annotations

import os
import pathlib
import typing as t

import postgres
import pytest
from ansible_collections.iij.server_certificate.tests.playbooks.trial_site import Site, open_site, registered_once

if t.TYPE_CHECKING:
    from ansible_collections.iij.server_certificate.tests.playbooks.ssh_hosts import SshHost

NAMES = [f"n{number}" for number in range(12)]


@pytest.fixture
def site(tmp_path: pathlib.Path, ssh_hosts: dict[str, SshHost]) -> t.Iterator[Site]:
    binaries = postgres.programs()
    if binaries is None:
        pytest.fail("PostgreSQL is missing") if os.environ.get("CI") else pytest.skip("PostgreSQL is missing")
    with (
        postgres.cluster(binaries) as cluster,
        open_site(tmp_path, ssh_hosts, postgresql=cluster.new_database()) as opened,
    ):
        yield opened


def together(site: Site, *runners: tuple[str, ...], fails: bool | None = False) -> list[set[str]]:
    """The orders that each runner ended up with, all of them started at once."""
    started = [site.start("apply", *arguments) for arguments in runners]
    runs = [site.finished(*each, fails=fails) for each in started]
    return [{row["name"] for row in run.of("cert_portfolio")["orders"]} for run in runs]


def test_slices_share_a_portfolio_out(site: Site) -> None:
    site.write_orders(*(site.here(name) for name in NAMES))
    shares = together(site, *(("-e", f"certificate_slice={number}/3") for number in (1, 2, 3)))
    assert sorted(name for share in shares for name in share) == sorted(NAMES), "each order has one runner"
    assert all(shares)
    registered_once(site, *NAMES)
    assert site.run("apply").changed() == set()


def test_slices_of_an_inventory_and_whole_runs_buy_once(site: Site) -> None:
    hosts = ("web1", "web2")
    site.write_orders(*(site.target(name, hosts[index % 2]) for index, name in enumerate(NAMES[:6])))
    # AWX gives each of its sliced jobs a part of the inventory; localhost is implicit in all of them.
    # Whoever ends first may see work of the others left: it says so, and ends as a run that left something open.
    together(site, *(("--limit", f"{host},localhost") for host in hosts), (), fails=None)
    registered_once(site, *NAMES[:6])
    assert site.run("apply").changed() == set()
