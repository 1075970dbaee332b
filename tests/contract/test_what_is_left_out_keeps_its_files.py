# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a run leaves out keeps what it has: orders of other slices, with mistakes, or not to be bought.

Nothing is done for them, but every host knows their files.
"""

from __future__ import annotations

import dataclasses as dc
import datetime as dt
import pathlib
import typing as t

import pytest
from ansible_collections.iij.server_certificate.tests.contract import sample_orders as sample
from ansible_collections.iij.server_certificate.tests.contract.test_renewals_whole_way import Site, kinds
from cryptography import x509
from cryptography.hazmat.primitives import serialization

if t.TYPE_CHECKING:
    from collections.abc import Callable

    from ansible_collections.iij.server_certificate.tests.contract.desk_process import DeskControl
    from ansible_collections.iij.server_certificate.tests.runs_of_tasks import Tasks

Json = dict[str, t.Any]
SLICES: t.Final = ("1/2", "2/2")  # www is in the first, shop in the second


@pytest.fixture
def site(desk: DeskControl, tmp_path: pathlib.Path) -> Site:
    return Site(desk, tmp_path)


def add(site: Site, **fields: t.Any) -> Json:
    """Add another order of the host, named shop unless the fields say otherwise."""
    place = site.hosts.place("web1", fields.get("name", "shop"))
    other = sample.fields(**{"name": "shop", "common_name": "shop.example.jp", "renewal": {"when": "window"}, **place,
                             **fields})  # fmt: skip
    site.tasks.options["orders"].append(other)
    return other


def share_key(site: Site, **fields: t.Any) -> Json:
    """Add an order that has the key of the first one; both are installed, and the days of their renewals have come."""
    key = {"path": site.fields["key"]["path"], "csr_path": str(folder(site) / "shop.csr")}
    other = add(site, key=key)
    site.tasks.apply()
    site.desk.ca_work()
    site.tasks.collect()
    other.update(fields)
    end = min(dt.datetime.fromisoformat(row["current"]["not_after"]) for row in site.desk.list_applications().values())
    site.set_clock(end - dt.timedelta(days=28))
    return other


def folder(site: Site) -> pathlib.Path:
    return site.hosts.folder / "web1"


def alias(site: Site) -> pathlib.Path:
    """Another name of the folder, as /etc/ssl/certs has on some systems."""
    path = folder(site) / "alias"
    path.symlink_to(folder(site))
    return path


def take(site: Site, part: str) -> Tasks:
    return dc.replace(site.tasks, options={**site.tasks.options, "slice": part})


def failures(site: Site, run: Callable[[], Json]) -> list[str]:
    """Run, and list the orders that failed on hosts."""
    site.tasks.results.clear()
    run()
    return sorted({row["name"] for result in site.tasks.results for row in result.get("failures", ())})


def require_pairs(site: Site, *names: str) -> None:
    """Require that each certificate on the host has the key that its order names."""
    for order in site.tasks.options["orders"]:
        if order["name"] in names:
            leaf = x509.load_pem_x509_certificate(pathlib.Path(order["install"]["certificate"]).read_bytes())
            key = serialization.load_pem_private_key(pathlib.Path(order["key"]["path"]).read_bytes(), None)
            assert key.public_key() == leaf.public_key(), order["name"]


@pytest.mark.parametrize("part", SLICES)
def test_a_slice_replaces_no_key_that_another_slice_shares(site: Site, part: str) -> None:
    share_key(site)
    tasks = take(site, part)
    assert failures(site, tasks.apply) == ["shop" if part == "2/2" else "www"]
    site.desk.ca_work()
    assert failures(site, tasks.collect) == []
    require_pairs(site, "www", "shop")
    assert kinds(site.desk) == ["new", "new"], "a renewal whose key is not made is not paid for"


@pytest.mark.parametrize(
    "mistake",
    [
        {"product": "no such product"},
        {"term": 7, "subject": []},
        {"contract_id": "rsc00000009"},  # found with the plan: there is no such contract
    ],
)
def test_nor_does_a_run_that_leaves_an_order_with_a_mistake(site: Site, mistake: Json) -> None:
    share_key(site, **mistake)
    assert failures(site, site.tasks.renew) == ["www"]
    site.desk.ca_work()
    site.tasks.renew()
    require_pairs(site, "www", "shop")
    assert kinds(site.desk) == ["new", "new"]


@pytest.mark.parametrize("mistake", [{"product": "no such product"}, {"contract_id": "rsc00000009"}])
@pytest.mark.parametrize("task", ["csr_register", "certificate_install"])
def test_a_task_that_is_used_alone_tells_its_host_of_every_order(site: Site, mistake: Json, task: str) -> None:
    other = share_key(site)
    site.tasks.run("cert_portfolio", state="applied")  # without a look: bought before the host is ready
    other.update(mistake)
    visits: list[list[str]] = []

    def visit(host: str, module: str, arguments: Json) -> Json:
        visits.append(sorted(row["name"] for row in arguments["orders"]))
        return site.hosts(host, module, arguments)

    dc.replace(site.tasks, execute=visit, options={**site.tasks.options, "due_only": True}).run(task, "web1")
    assert visits == [["shop", "www"]]
    require_pairs(site, "www", "shop")


@pytest.mark.parametrize("alone", [True, False])
def test_a_key_that_waits_takes_the_place_of_none_that_is_shared(site: Site, alone: bool) -> None:
    """It was made by somebody who knew of one order only. What a host lacks is handed over in a second visit."""
    share_key(site)
    one = dc.replace(site.tasks, options={**site.tasks.options, "orders": [site.fields]})
    one.apply()
    site.desk.ca_work()
    collect = (lambda: site.tasks.run("certificate_install", "web1")) if alone else site.tasks.collect
    assert failures(site, collect) == ["www"]
    require_pairs(site, "www", "shop")


@pytest.mark.parametrize("parts", [SLICES, SLICES[::-1]])
def test_two_slices_buy_no_orders_that_write_one_file(site: Site, parts: tuple[str, str]) -> None:
    add(site, install={"certificate": str(alias(site) / "www.pem")})
    for part in parts:
        assert failures(site, take(site, part).apply) == ["shop" if part == "2/2" else "www"]
    assert kinds(site.desk) == []


def test_a_file_by_a_link_is_not_taken_from_an_order_with_a_mistake(site: Site) -> None:
    serial = site.first_certificate()
    site.fields["product"] = "no such product"
    other = add(site)
    tasks = dc.replace(site.tasks, options={**site.tasks.options, "orders": [other]})
    tasks.apply()
    site.desk.ca_work()
    other["install"] = {"certificate": str(alias(site) / "www.pem")}
    assert failures(site, site.tasks.renew) == ["shop"]
    assert site.hosts.serial("web1", "www") == serial


@pytest.mark.parametrize("mistake", ["same files", "key is certificate", "key is CSR", "certificate is key"])
def test_an_order_added_by_mistake_costs_no_other_its_certificate(site: Site, mistake: str) -> None:
    """Two paths that are the same by name are a mistake of the order added; that one alone is left out."""
    serial = site.first_certificate()
    certificate, key = site.fields["install"]["certificate"], site.fields["key"]["path"]
    fields: Json = {
        "same files": {"install": site.fields["install"]},
        "key is certificate": {"key": {"path": certificate}},
        "key is CSR": {"key": {"path": key.replace(".key", ".csr")}},
        "certificate is key": {"install": {"certificate": key}},
    }[mistake]
    add(site, **fields)
    site.days_before_end(28)
    assert failures(site, site.tasks.renew) == []
    site.desk.ca_work()
    assert failures(site, site.tasks.renew) == []
    assert site.hosts.serial("web1", "www") != serial
