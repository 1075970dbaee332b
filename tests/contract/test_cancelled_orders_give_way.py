# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A cancelled order stops none that is wanted: where another one has its file, by name or by a link, it gives way."""

from __future__ import annotations

import pathlib
import typing as t

import pytest
from ansible_collections.iij.server_certificate.tests.contract.test_cancelled_while_replaced import cancel, reissued
from ansible_collections.iij.server_certificate.tests.contract.test_renewals_whole_way import Site, kinds
from ansible_collections.iij.server_certificate.tests.contract.test_what_is_left_out_keeps_its_files import (
    add,
    alias,
    failures,
    folder,
    require_pairs,
)

if t.TYPE_CHECKING:
    from ansible_collections.iij.server_certificate.tests.contract.desk_process import DeskControl

Json = dict[str, t.Any]


@pytest.fixture
def site(desk: DeskControl, tmp_path: pathlib.Path) -> Site:
    return Site(desk, tmp_path)


def succeed(site: Site, **fields: t.Any) -> Json:
    """Add the order in whose favour the first one is cancelled."""
    new = {"name": "new", "common_name": "www.example.jp", "product": "sureserver_ev_cloud", "replaces": "rsc00000001"}
    return add(site, **{**new, **fields})


@pytest.mark.parametrize("first", ["aold", "zold"])
@pytest.mark.parametrize("part", ["all", "old", "new"])
def test_a_cancelled_order_gives_way_by_a_link_as_by_name(site: Site, first: str, part: str) -> None:
    link = alias(site)
    site.fields["name"] = first
    site.first_certificate()
    new = succeed(site, install={"certificate": str(link / "www.pem")})
    cancel(site)
    assert failures(site, site.tasks.apply) == []
    site.desk.ca_work()
    assert kinds(site.desk) == ["new", "new"]
    for _run in range(2):
        assert failures(site, site.tasks.collect) == []
        require_pairs(site, "new")
    if part != "all":  # in a run that has only one of them
        (new if part == "old" else site.fields)["product"] = "no such product"
    for run in (site.tasks.renew, site.tasks.renew):
        assert failures(site, run) == []
        require_pairs(site, "new")
    assert site.tasks.renew()["verdict"] == "nothing_to_do"


def test_a_certificate_left_over_is_no_work_where_its_order_gives_way(site: Site) -> None:
    """It was cancelled before it was ever fetched."""
    site.tasks.apply()
    site.desk.ca_work()
    succeed(site, install={"certificate": str(alias(site) / "www.pem")})
    cancel(site)
    site.tasks.apply()
    site.desk.ca_work()
    assert failures(site, site.tasks.collect) == []
    require_pairs(site, "new")
    assert failures(site, site.tasks.renew) == []
    assert site.tasks.renew()["verdict"] == "nothing_to_do"


def test_a_cancelled_order_stops_no_key_of_the_one_that_comes_in_its_place(site: Site) -> None:
    """Its certificate is in another file, and its key is that of the new order."""
    site.first_certificate()
    succeed(site, key={"path": site.fields["key"]["path"], "csr_path": str(folder(site) / "new.csr")})
    cancel(site)
    assert failures(site, site.tasks.apply) == []
    site.desk.ca_work()
    site.tasks.collect()
    require_pairs(site, "new")


def test_an_order_with_a_mistake_keeps_its_files_where_a_cancelled_one_had_them(site: Site) -> None:
    site.first_certificate()
    new = succeed(site, install=site.fields["install"])
    cancel(site)
    site.tasks.apply()
    site.desk.ca_work()
    site.tasks.collect()
    require_pairs(site, "new")
    add(site)
    site.tasks.apply()
    site.desk.ca_work()
    new["product"] = "no such product"
    assert failures(site, site.tasks.renew) == []
    require_pairs(site, "new", "shop")


@pytest.mark.parametrize("shared", ["file", "key", "csr"])
def test_a_cancelled_order_that_is_still_registered_stops_no_purchase(site: Site, shared: str) -> None:
    """Its reissue was open when it was cancelled."""
    reissued(site)
    paths = {"path": site.fields["key"]["path"], "csr_path": str(folder(site) / "new.csr")}
    if shared == "csr":
        paths = {"path": str(folder(site) / "new.key"), "csr_path": str(alias(site) / "www.csr")}
    new = succeed(site, **({"key": paths} if shared != "file" else {}))
    if shared == "file":
        new["install"] = {"certificate": str(alias(site) / "www.pem")}
    cancel(site)
    failed = failures(site, site.tasks.apply)
    assert "new" not in failed
    assert kinds(site.desk) == ["new", "new"]
    site.desk.ca_work()
    for _run in range(2):
        assert failures(site, site.tasks.collect) == []
        require_pairs(site, "new")
