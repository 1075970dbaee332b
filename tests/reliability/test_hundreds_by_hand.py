# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Hundreds of orders by hand, with the playbooks that users run: sheets, records, an inbox, and hosts that show it all.

A long test. It prints how long each step took, how large the sheets are, and what a person does for an order: by the
sheets, which walk each menu once, and at the portal alone, where every order begins at the first menu.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import pathlib
import re
import subprocess
import sys
import time
import typing as t

import pytest
import yaml
from ansible_collections.iij.server_certificate.plugins.plugin_utils._desk.by_hand.adapter import ByHandDesk
from ansible_collections.iij.server_certificate.tests.contract import sample_orders as sample
from ansible_collections.iij.server_certificate.tests.unit.plugins import authority as ca
from cryptography import x509

Json = dict[str, t.Any]

pytestmark = pytest.mark.long

ORDERS: t.Final = 300
HOSTS: t.Final = 5
COLLECTIONS: t.Final = pathlib.Path(__file__).resolve().parents[2] / "collections"
LARGEST: t.Final = 6_000_000  # bytes of a role's page
TODAY: t.Final = dt.datetime.now(dt.timezone(dt.timedelta(hours=9)))


class Office:
    """A folder with orders, an inventory of local hosts and a register, and the playbooks that run there."""

    def __init__(self, folder: pathlib.Path) -> None:
        self.folder = folder
        self.took: dict[str, float] = {}
        names = [f"web{number}" for number in range(HOSTS)]
        hosts = {name: {"ansible_connection": "local"} for name in names}
        variables = {"ansible_python_interpreter": sys.executable}
        self.write("inventory.yml", yaml.safe_dump({"all": {"hosts": hosts, "vars": variables}}))
        self.orders = [self.order(f"n{number}", names[number % HOSTS]) for number in range(ORDERS)]
        self.write("orders/all.yml", json.dumps({"version": 1, "orders": self.orders}))
        self.write("desk/register.yml", "version: 1\ncontracts: []\n")
        for name in names:
            (folder / name).mkdir()

    def write(self, name: str, text: str) -> str:
        path = self.folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return str(path)

    def order(self, name: str, host: str) -> Json:
        place = str(self.folder / host / name)
        return sample.fields(
            name=name, common_name=f"{name}.example.jp", product="quick_ssl", approval_email="admin@example.jp",
            csr_origin="target", host=host, key={"type": "ECDSA", "path": f"{place}.key"},
            install={"certificate": f"{place}.pem", "chain": f"{place}-chain.pem"}, subject=None,
        )  # fmt: skip

    def play(self, name: str, *, fails: bool = False, **variables: t.Any) -> str:
        """Run a playbook of the collection; `fails` where people have work left."""
        chosen = {"certificate_orders": "orders", **{f"certificate_{key}": value for key, value in variables.items()}}
        command = [str(pathlib.Path(sys.executable).with_name("ansible-playbook")), f"iij.server_certificate.{name}"]
        begun = time.monotonic()
        done = subprocess.run(
            [*command, "-i", "inventory.yml", "-e", json.dumps(chosen)],
            cwd=self.folder, env=self.environment(), capture_output=True, text=True, check=False, timeout=1_800,
        )  # fmt: skip
        self.took[f"{len(self.took)} {name}"] = round(time.monotonic() - begun, 1)
        assert (done.returncode != 0) is fails, done.stdout[-3_000:] + done.stderr[-3_000:]
        return done.stdout

    def environment(self) -> dict[str, str]:
        return {
            **os.environ,
            "ANSIBLE_COLLECTIONS_PATH": str(COLLECTIONS),
            "ANSIBLE_HOME": str(self.folder / "ansible"),
            "ANSIBLE_LOCALHOST_WARNING": "false",
            "IIJ_CERT_DESK": "by_hand",
            "IIJ_CERT_DESK_FOLDER": "desk",
            "XDG_CACHE_HOME": str(self.folder / "cache"),
            "XDG_STATE_HOME": str(self.folder / "state"),
        }

    def sheet(self, role: str) -> Json:
        return t.cast("Json", json.loads((self.folder / "desk/sheets" / f"{role}.json").read_text(encoding="utf-8")))

    def page_size(self, role: str) -> int:
        return (self.folder / "desk/sheets" / f"{role}.html").stat().st_size

    def fill_in(self, role: str) -> str:
        """Fill in the file beside a sheet, as the person who has done all of it does."""
        (path,) = (self.folder / "desk/sheets").glob(f"record_{role}_*.yml")
        records = yaml.safe_load(path.read_text(encoding="utf-8"))
        for number, record in enumerate(records["records"], 1):
            record["date"] = TODAY.date().isoformat()
            record["contract_id"] = record["contract_id"] or f"rsc{number:08}"
        path.write_text(yaml.safe_dump(records), encoding="utf-8")
        return str(path)

    def issue_all(self) -> str:
        """What the CA sends for every CSR that was on a sheet, in one folder."""
        key, certificate = ca.self_signed("Root", authority=True)
        issuing = ca.Authority("Root", key, certificate, ()).below("Issuing")
        since = TODAY - dt.timedelta(hours=1)
        for path in (self.folder / "desk/csrs").iterdir():
            csr = x509.load_pem_x509_csr(path.read_bytes())
            (name,) = csr.subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)
            leaf = issuing.issue(str(name.value), key=csr, since=since, until=since + dt.timedelta(days=190))
            self.write(f"inbox/{path.stem}.pem", ca.pem(leaf) + issuing.chain_pem)
        return str(self.folder / "inbox")


def count_acts(sheet: Json) -> dict[str, float]:
    """What a person does for an order, by the sheet and alone; a value is one act, looking is none."""
    by_sheet = alone = works = 0
    for group in sheet["groups"]:
        way = sum(len(step["do"]) for step in group["way"])
        own = [sum(len(step["do"]) for step in item["steps"]) for item in group["items"]]
        by_sheet, alone, works = by_sheet + way + sum(own), alone + sum(way + acts for acts in own), works + len(own)
    return {"by sheet": round(by_sheet / works, 1), "alone": round(alone / works, 1)}


def test_hundreds_of_orders_from_the_first_sheet_to_their_hosts(tmp_path: pathlib.Path) -> None:
    office = Office(tmp_path)
    office.play("plan")
    ordering = count_acts(office.sheet("group_admin"))
    sizes = {"group_admin": office.page_size("group_admin")}
    office.play("record", records_file=office.fill_in("group_admin"))
    office.play("apply", fails=True)
    registering = count_acts(office.sheet("service_admin"))
    sizes["service_admin"] = office.page_size("service_admin")
    assert sum(len(group["items"]) for group in office.sheet("service_admin")["groups"]) == ORDERS
    office.play("record", records_file=office.fill_in("service_admin"))
    office.play("record", inbox=office.issue_all())
    told = office.play("collect")
    assert len({path.stat().st_ino for path in tmp_path.glob("web*/n*[0-9].pem")}) == ORDERS
    again = office.play("collect")
    assert re.search(r"changed=[1-9]", told) and not re.search(r"changed=[1-9]", again)
    states = {application.state.value for application in ByHandDesk(str(tmp_path / "desk")).list_applications()}
    assert states == {"issued"}
    assert max(sizes.values()) < LARGEST and ordering["by sheet"] < ordering["alone"]
    figures = {"took": office.took, "sizes": sizes, "ordering": ordering, "registering": registering}
    print(json.dumps(figures, indent=1))
