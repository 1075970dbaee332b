# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What apply and collect cost at the desk: requests grow with what changes, and never with hosts times orders."""

from __future__ import annotations

import collections
import dataclasses as dc
import pathlib
import re
import typing as t
import urllib.parse

import pytest
import yaml
from ansible_collections.iij.server_certificate.plugins.module_utils._core import names
from ansible_collections.iij.server_certificate.plugins.module_utils._pki import csrs
from ansible_collections.iij.server_certificate.plugins.plugin_utils._desk.api import transport as api
from ansible_collections.iij.server_certificate.plugins.plugin_utils._desk.http import exchange
from ansible_collections.iij.server_certificate.plugins.plugin_utils._desk.portal import transport as portal
from ansible_collections.iij.server_certificate.plugins.plugin_utils._tasks import installing, registering
from ansible_collections.iij.server_certificate.plugins.plugin_utils._tasks.progress import count_portal_requests
from ansible_collections.iij.server_certificate.tests import runs_of_tasks
from ansible_collections.iij.server_certificate.tests.contract import sample_orders as sample
from cryptography import x509
from cryptography.hazmat.primitives import hashes

if t.TYPE_CHECKING:
    from ansible_collections.iij.server_certificate.tests.contract.desk_process import DeskControl

Json = dict[str, t.Any]

PLAYBOOKS: t.Final = pathlib.Path(__file__).resolve().parents[2] / "playbooks"
KEY: t.Final = sample.new_key()
SMALL: t.Final = ((6, 6), (12, 12), (12, 2))
LARGE: t.Final = ((30, 30), (300, 300), (300, 5))
LISTS: t.Final = ("/api/v1/applications", "/portal/certificates/status")
FURTHER: t.Final = re.compile(r"page=|offset=[1-9]")


@dc.dataclass
class Counted:
    """The requests of one playbook, by what is asked."""

    by_path: collections.Counter[str] = dc.field(default_factory=collections.Counter)

    @property
    def total(self) -> int:
        return sum(self.by_path.values())


@pytest.fixture
def count(monkeypatch: pytest.MonkeyPatch, tmp_path: pathlib.Path) -> t.Callable[[t.Callable[[], object]], Counted]:
    """Counts what both adapters send while something runs."""
    now = Counted()

    def counting(session: t.Any, method: str, url: str, **more: t.Any) -> t.Any:
        parts = urllib.parse.urlsplit(url)
        is_further = parts.path in LISTS and FURTHER.search(parts.query)
        now.by_path["further page" if is_further else f"{method} {parts.path}"] += 1
        return exchange(session, method, url, **more)

    def counted(work: t.Callable[[], object]) -> Counted:
        now.by_path.clear()
        work()
        return Counted(collections.Counter(now.by_path))

    for module in (api, portal):
        monkeypatch.setattr(module, "exchange", counting)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return counted


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
    subject = names.subject(row["common_name"], given=row["subject"])
    return csrs.make_csr(KEY, subject=subject, dns_names=(row["common_name"],)).decode()


def installed_row(row: Json, *, changed: bool) -> Json:
    path = row["install"]["certificate"]
    return {"name": row["name"], "changed": changed, "actions": [], "backup_files": {}, "not_after": None,
            "certificate_path": path}  # fmt: skip


def tasks_of(desk: DeskControl, folder: pathlib.Path, adapter: str, hosts: Hosts, orders: int, machines: int) -> t.Any:
    """So many orders dealt to so many hosts, as the one who runs the playbooks has them."""
    inventory = [f"web{number}" for number in range(machines)]
    entries = [order(f"n{number}", inventory[number % machines]) for number in range(orders)]
    (folder / "orders").mkdir()
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


@dc.dataclass(frozen=True)
class Way:
    """The requests of a whole way, playbook by playbook, and the visits of hosts in its last one."""

    apply: Counted
    apply_again: Counted
    collect: Counted
    collect_again: Counted
    visits: int


def walk(desk: DeskControl, folder: pathlib.Path, count: t.Any, adapter: str, size: tuple[int, int]) -> Way:
    """Order, register, install, and run both playbooks once more, for (orders, hosts)."""
    hosts = Hosts()
    tasks = tasks_of(desk, folder, adapter, hosts, *size)
    apply, again = count(tasks.apply), count(tasks.apply)
    desk.ca_work()
    collect = count(tasks.collect)
    hosts.executions = 0
    way = Way(apply, again, collect, count(tasks.collect), hosts.executions)
    assert not [result["msg"] for result in tasks.results if result.get("failed")]
    assert len(desk.purchases()) == size[0]
    return way


# What a run costs beside what changes: four looks for apply, two of them with what the desk offers; else one look.
FIXED: t.Final = {
    "api": {"apply": 4 + 2, "look": 1},
    "portal": {"apply": 4 * 8 + 2 * 13, "first look": 8 + 13, "look": 8},
}
# What an order costs: the purchase and the registration; over the portal a look at the list before the one, and one at
# the contract before and after the other. And what an issued certificate costs.
EACH: t.Final = {"api": {"apply": 2, "collect": 1}, "portal": {"apply": 11 + 5 + 1 + 8 + 1, "collect": 4}}


def hold(way: Way, adapter: str, size: tuple[int, int]) -> None:
    """Fail where a playbook asks more than its looks and what changes; each further page of a list is one request."""
    orders, machines = size
    fixed, each = FIXED[adapter], EACH[adapter]
    assert plain(way.apply) <= fixed["apply"] + each["apply"] * orders
    assert plain(way.collect) <= fixed["look"] + each["collect"] * orders
    if adapter == "portal":
        work = {"purchases": orders, "registrations": orders, "certificates": 0, "pages": 1}
        asked = plain(way.apply) - fixed["first look"]
        assert count_portal_requests(None, **work) == pytest.approx(asked, rel=0.1), "the estimate before the run"
    assert plain(way.apply_again) <= fixed["look"]
    assert plain(way.collect_again) <= fixed["look"]
    assert way.visits == machines


def plain(counted: Counted) -> int:
    """The requests without those for further pages of lists."""
    return counted.total - counted.by_path["further page"]


@pytest.mark.parametrize("adapter", ["api", "portal"])
@pytest.mark.parametrize("size", SMALL, ids=str)
def test_requests_grow_with_what_changes(
    desk: DeskControl, tmp_path: pathlib.Path, count: t.Any, adapter: str, size: tuple[int, int]
) -> None:
    hold(walk(desk, tmp_path, count, adapter, size), adapter, size)


@pytest.mark.long
@pytest.mark.parametrize("adapter", ["api", "portal"])
@pytest.mark.parametrize("size", LARGE, ids=str)
def test_requests_of_many_hosts(
    desk: DeskControl, tmp_path: pathlib.Path, count: t.Any, adapter: str, size: tuple[int, int]
) -> None:
    hold(walk(desk, tmp_path, count, adapter, size), adapter, size)


@pytest.mark.parametrize("leg", [registering, installing], ids=lambda leg: leg.__name__.rpartition(".")[2])
def test_a_second_look_is_found(
    desk: DeskControl, tmp_path: pathlib.Path, count: t.Any, monkeypatch: pytest.MonkeyPatch, leg: t.Any
) -> None:
    """Planted: hosts that do not use the look that they are handed."""
    monkeypatch.setattr(leg, "read_work", lambda *_given: None)
    way = walk(desk, tmp_path, count, "api", SMALL[0])
    with pytest.raises(AssertionError):
        hold(way, "api", SMALL[0])


@pytest.mark.parametrize(("playbook", "tasks"), [("apply", runs_of_tasks.APPLY), ("collect", runs_of_tasks.COLLECT)])
def test_what_is_counted_is_what_the_playbook_calls(playbook: str, tasks: t.Any) -> None:
    plays = yaml.safe_load((PLAYBOOKS / f"{playbook}.yml").read_text(encoding="utf-8"))
    ours = [
        (name.rpartition(".")[2], options.get("state"), "look" in options)
        for play in plays
        for task in play["tasks"]
        for name, options in task.items()
        if name.startswith("iij.server_certificate.")
    ]
    assert tuple(ours) == tasks
