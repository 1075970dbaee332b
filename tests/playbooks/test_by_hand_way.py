# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""desk: by_hand with playbooks: hosts make keys, a person in Chromium does the rest by sheets, collect installs."""

from __future__ import annotations

import dataclasses as dc
import datetime as dt
import json
import pathlib
import typing as t

import pytest
from ansible_collections.iij.server_certificate.tests.contract import sample_orders as sample
from ansible_collections.iij.server_certificate.tests.contract.portal_desks import NEEDS_BROWSER
from ansible_collections.iij.server_certificate.tests.contract.robot_person import (
    Person,
    fill_in,
    person_at,
    read_sheet,
)
from ansible_collections.iij.server_certificate.tests.contract.test_portal_faults import renamed

if t.TYPE_CHECKING:
    from ansible_collections.iij.server_certificate.tests.playbooks.trial_site import Run, Site

Json = dict[str, t.Any]

pytestmark = [pytest.mark.xdist_group("browser"), NEEDS_BROWSER]
REGISTER: t.Final = "version: 1\ncontracts: []\n"


def run(site: Site, playbook: str, *arguments: str, fails: bool = False, **environment: str) -> Run:
    """A playbook that has no address and no log-in of any desk."""
    nothing = dict.fromkeys(("IIJ_CERT_DESK_URL", "IIJ_CERT_ORDER_TOKEN", "IIJ_CERT_REGISTER_TOKEN"), "")
    by_hand = {"IIJ_CERT_DESK": "by_hand", "IIJ_CERT_DESK_FOLDER": str(site.folder / "desk-by-hand")}
    return site.run(playbook, *arguments, fails=fails, **{**nothing, **by_hand, **environment})


def sheet(site: Site, role: str) -> Json:
    return read_sheet(site.folder / "desk-by-hand" / "sheets" / f"{role}.html")


def worked(site: Site, person: Person, role: str) -> Run:
    """The person does all of a sheet and fills in the file beside it; it is recorded."""
    told = sheet(site, role)
    day = dt.datetime.now(dt.timezone(dt.timedelta(hours=9))).date().isoformat()
    file = fill_in(told, person.work(told), day=day)
    return run(site, "record", "-e", f"certificate_records_file={file}")


def twelve(site: Site) -> list[Json]:
    """Orders of all kinds: both usages, every CSR origin, wildcards, EV, and quick items with their pull-down."""
    site.write("orders/csr/shop.csr", sample.csr_of(sample.new_key(), "*.shop.example.jp"))
    site.write("orders/csr/mail.csr", sample.csr_of(sample.new_key(), "mail.example.jp"))
    approved = {"approval_email": "admin@example.jp"}
    transparent = {**approved, "certificate_transparency": True}
    linked = {"service": "gio_content_acceleration", "contract_id": "rga00000001"}
    return [
        site.target("www", "web1"),
        site.target("api", "web2"),
        site.target("bank", "web1", product="secure_server_id_ev", **transparent),
        site.target("quick", "web2", product="quick_ssl", **approved),
        site.target("all", "web1", common_name="*.all.example.jp", product="quick_ssl_wildcard", **approved),
        site.target("corp", "web2", product="企業認証SSL", **approved),
        site.here("ev", product="sureserver_ev_cloud"),
        site.here("own", product="企業認証SSL", **approved),
        site.here("fast", product="quick_ssl", **approved),
        site.here("shop", common_name="*.shop.example.jp", product="quick_ssl_wildcard", csr_origin="supplied",
                  csr_path="csr/shop.csr", approval_email="admin@shop.example.jp"),
        site.here("mail", csr_origin="supplied", csr_path="csr/mail.csr"),
        sample.linked_fields(linked_contract=linked),
    ]  # fmt: skip


@pytest.mark.long
def test_twelve_orders_by_hand(site: Site) -> None:
    by_hand(site, twelve(site), installed=11)


def test_two_orders_by_hand(site: Site) -> None:
    linked = {"service": "gio_content_acceleration", "contract_id": "rga00000001"}
    by_hand(site, [site.target("www", "web1"), sample.linked_fields(linked_contract=linked)], installed=1)


def by_hand(site: Site, orders: list[Json], *, installed: int) -> None:
    site.write("desk-by-hand/register.yml", REGISTER)
    site.write_orders(*orders)
    left = run(site, "apply", fails=True)
    assert left.of("cert_portfolio")["changed"] is False
    for order in orders:
        assert f"{order['name']}: " in left.output
    assert "group_admin.html" in left.output
    with person_at(site.desk.portal_url) as person:
        person.log_in(*site.desk.group_admin)
        assert worked(site, person, "group_admin").of("cert_portfolio")["counts"]["to_register"] == len(orders)
        assert len(site.desk.purchases()) == len(orders)
        run(site, "apply", fails=True)  # hosts make keys and CSRs, and the sheet has them
        recorded = worked(site, person, "service_admin")
        assert recorded.of("cert_portfolio")["counts"]["waiting"] == len(orders)
        assert run(site, "apply").of("cert_portfolio")["verdict"] == "waiting"
        site.desk.ca_work()
        site.desk.advance(3)
        person.log_in()
        inbox = brought(site, person)
        clicks = person.clicks
    told = run(site, "record", "-e", f"certificate_inbox={inbox}", "-e", f"certificate_listing={site.folder / 'saved'}",
               "-e", "certificate_take_over=true")  # fmt: skip
    assert told.of("application_record")["left_in_inbox"] == {}
    collected = run(site, "collect")
    rows = [row for task in collected.tasks for row in task.result.get("installed", ())]
    assert len([row for row in rows if row["changed"]]) == installed
    assert len(site.desk.purchases()) == len(orders), "purchases equal orders"
    again = run(site, "collect")
    assert again.changed() == set()
    assert again.of("cert_portfolio")["verdict"] == "nothing_to_do"
    assert again.of("cert_portfolio")["sheets"] == []
    print(json.dumps({"orders": len(orders), "clicks": clicks, "clicks an order": clicks / len(orders)}))
    switched(site, len(orders))


def brought(site: Site, person: Person) -> pathlib.Path:
    """The person saves the list, then downloads the certificates that it shows as issued, under names of any kind."""
    saved, inbox = site.folder / "saved", site.folder / "inbox"
    inbox.mkdir()
    person.save_list(saved)
    run(site, "record", "-e", f"certificate_listing={saved}", "-e", "certificate_take_over=true")
    clicks = person.clicks
    person.work(sheet(site, "service_admin"))
    assert person.clicks > clicks
    for number, (name, content) in enumerate(person.downloads):
        (inbox / f"{number}-{name}").write_bytes(content)
    return inbox


def switched(site: Site, orders: int) -> None:
    """The same files go on with the portal's interface, and nothing is bought."""
    told = site.run("plan", IIJ_CERT_DESK_FOLDER=str(site.folder / "desk-by-hand"))
    counts = told.of("cert_portfolio")["counts"]
    assert (counts["to_order"], counts["to_register"], counts["unmanaged"]) == (0, 0, 0)
    assert len(site.desk.purchases()) == orders


def test_a_portal_run_that_stops_offers_sheets_for_what_is_left(site: Site) -> None:
    site.write("desk-by-hand/register.yml", REGISTER)
    site.write_orders(site.here("fine"), site.here("news"))
    site.desk.faults(*renamed("news.example.jp", "old.example.jp", "/portal/orders/*"))
    user, password = site.desk.group_admin
    told = site.run(
        "apply", fails=True, IIJ_CERT_DESK="portal", IIJ_CERT_DESK_URL=site.desk.portal_url, IIJ_CERT_PORTAL_USER=user,
        IIJ_CERT_PORTAL_PASSWORD=password, IIJ_CERT_REQUEST_INTERVAL="0", IIJ_CERT_LISTING_LAG="0",
        IIJ_CERT_DESK_FOLDER=str(site.folder / "desk-by-hand"),
    )  # fmt: skip
    assert "People can do what is left, by these work sheets" in told.output
    (item,) = [item for group in sheet(site, "group_admin")["groups"] for item in group["items"]]
    assert item["order"] == "news"
    assert len(site.desk.purchases()) == 1


def test_an_order_is_on_the_sheet_once_its_host_is_ready(site: Site) -> None:
    """Whoever orders, the host comes first: a contract is of no use without a key."""
    site.write("desk-by-hand/register.yml", REGISTER)
    site.write_orders(site.target("www", "web1"), site.target("api", "web2"))
    down = dc.replace(site, hosts={**site.hosts, "web2": dc.replace(site.hosts["web2"], port=1)})
    told = run(down, "apply", fails=True)
    assert "api: still open" in told.output
    items = [item["order"] for group in sheet(site, "group_admin")["groups"] for item in group["items"]]
    assert items == ["www"]
