# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""apply and collect with every request counted, over either adapter, at hosts that answer in no time."""

from __future__ import annotations

import collections
import contextlib
import dataclasses as dc
import re
import typing as t
import urllib.parse

import yaml
from ansible_collections.iij.server_certificate.plugins.module_utils._core import names
from ansible_collections.iij.server_certificate.plugins.module_utils._pki import csrs
from ansible_collections.iij.server_certificate.plugins.plugin_utils._desk.api import transport as api
from ansible_collections.iij.server_certificate.plugins.plugin_utils._desk.http import exchange
from ansible_collections.iij.server_certificate.plugins.plugin_utils._desk.portal import transport as portal
from ansible_collections.iij.server_certificate.tests import runs_of_tasks
from ansible_collections.iij.server_certificate.tests.contract import sample_orders as sample
from cryptography import x509
from cryptography.hazmat.primitives import hashes

if t.TYPE_CHECKING:
    import pathlib

Json = dict[str, t.Any]

KEY: t.Final = sample.new_key()
LISTS: t.Final = ("/api/v1/applications", "/portal/certificates/status")
FURTHER: t.Final = re.compile(r"page_number=|offset=[1-9]")


@dc.dataclass
class Counted:
    """The requests of one playbook, by what is asked."""

    by_path: collections.Counter[str] = dc.field(default_factory=collections.Counter)

    @property
    def total(self) -> int:
        return sum(self.by_path.values())


@contextlib.contextmanager
def counting() -> t.Iterator[Counted]:
    """Count what both adapters send within this block."""
    now = Counted()

    def count(session: t.Any, method: str, url: str, **more: t.Any) -> t.Any:
        parts = urllib.parse.urlsplit(url)
        is_further = parts.path in LISTS and FURTHER.search(parts.query)
        now.by_path["further page" if is_further else f"{method} {parts.path}"] += 1
        return exchange(session, method, url, **more)

    api.exchange = portal.exchange = count
    try:
        yield now
    finally:
        api.exchange = portal.exchange = exchange


class Hosts:
    """Hosts that answer as the modules would; their disks are mappings."""

    def __init__(self) -> None:
        self.executions = 0
        self.disks: dict[tuple[str, str], str] = {}

    def __call__(self, host: str, module: str, arguments: Json) -> Json:
        self.executions += 1
        rows = arguments["orders"]
        if module == "csr_register":
            return {"changed": True, "csrs": [{"name": row["name"], "csr": csr_for(row)} for row in rows]}
        installed, missing = [], []
        for row in rows:
            files = (arguments.get("certificates") or {}).get(row["name"])
            if files:
                leaf = x509.load_pem_x509_certificate(files["certificate"].encode())
                self.disks[host, row["name"]] = leaf.fingerprint(hashes.SHA256()).hex()
            if self.disks.get((host, row["name"])) == row["certificate_fingerprint"]:
                installed.append(installed_row(row, changed=bool(files)))
            else:
                missing.append(row["name"])
        return {"changed": any(row["changed"] for row in installed), "installed": installed, "missing": missing}


def csr_for(row: Json) -> str:
    subject = names.subject(row["common_name"], fields=row["subject"])
    return csrs.make_csr(KEY, subject=subject, dns_names=(row["common_name"],)).decode()


def installed_row(row: Json, *, changed: bool) -> Json:
    path = row["install"]["certificate"]
    return {"name": row["name"], "changed": changed, "actions": [], "backup_files": {}, "removed_files": [],
            "not_after": None, "certificate_path": path}  # fmt: skip


def tasks_of(desk: t.Any, folder: pathlib.Path, adapter: str, hosts: Hosts, orders: int, machines: int) -> t.Any:
    """So many orders dealt to so many hosts, as the one who runs the playbooks has them."""
    inventory = [f"web{number}" for number in range(machines)]
    entries = [order(f"n{number}", inventory[number % machines]) for number in range(orders)]
    (folder / "orders").mkdir(exist_ok=True)
    document = yaml.dump({"version": 1, "orders": entries}, Dumper=Plain, sort_keys=False)
    (folder / "orders" / "web.yml").write_text(document, encoding="utf-8")

    def options(role: str) -> Json:
        if adapter == "api":
            return {"desk_url": desk.url, "desk_token": desk.order_token if role == "order" else desk.register_token}
        user, password = desk.group_admin
        return {"desk": "portal", "desk_url": desk.portal_url, "portal_user": user, "portal_password": password,
                "request_interval": 0, "listing_lag": 0}  # fmt: skip

    return runs_of_tasks.Tasks(
        desk=options, options={"order_files": str(folder / "orders")}, folder=folder, execute=hosts,
        inventory=("localhost", *inventory),
    )  # fmt: skip


class Plain(yaml.SafeDumper):
    """Writes no references between values."""

    def ignore_aliases(self, data: t.Any) -> bool:
        return True


def order(name: str, host: str) -> Json:
    return sample.fields(
        name=name, common_name=f"{name}.example.jp", csr_origin="target", host=host,
        key={"path": f"/srv/{name}.key"}, install={"certificate": f"/srv/{name}.pem"},
    )  # fmt: skip


__all__ = ("Counted", "Hosts", "Json", "counting", "csr_for", "order", "tasks_of")
