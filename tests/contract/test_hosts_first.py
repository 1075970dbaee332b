# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Hosts first, money second: what is bought when a host is not ready, and when somebody else was faster."""

from __future__ import annotations

import pathlib
import typing as t

import pytest
from ansible_collections.iij.server_certificate.plugins.module_utils._core import names
from ansible_collections.iij.server_certificate.plugins.module_utils._pki import csrs
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.observe import Listing
from ansible_collections.iij.server_certificate.plugins.plugin_utils._tasks import portfolio_run
from ansible_collections.iij.server_certificate.tests.contract import sample_orders as sample
from ansible_collections.iij.server_certificate.tests.runs_of_tasks import Tasks
from cryptography.hazmat.primitives.asymmetric import ec

if t.TYPE_CHECKING:
    from ansible_collections.iij.server_certificate.tests.contract.desk_process import DeskControl

Json = dict[str, t.Any]

KEY: t.Final = sample.new_key()
NAME: t.Final = "www.example.jp"
ORDERS: t.Final = (
    sample.fields(csr_origin="target", host="web1", key={"path": "/srv/www.key"}),
    sample.fields(name="api", common_name="api.example.jp"),
)


def make_csr(key: t.Any = KEY, *, common_name: str = NAME, dns: str = NAME, **subject: str) -> str:
    given = {**sample.SUBJECT, **subject}
    return csrs.make_csr(key, subject=names.subject(common_name, fields=given), dns_names=(dns,)).decode()


def answering(**answer: t.Any) -> t.Callable[[str, str, Json], Json]:
    return lambda _host, _module, _arguments: {"changed": True, **answer}


def with_csr(csr: str) -> t.Callable[[str, str, Json], Json]:
    return answering(csrs=[{"name": "www", "csr": csr}])


def tasks_at(desk: DeskControl, folder: pathlib.Path, execute: t.Any, adapter: str = "api", **options: t.Any) -> Tasks:
    user, password = desk.group_admin
    portal = {"desk": "portal", "desk_url": desk.portal_url, "portal_user": user, "portal_password": password,
              "request_interval": 0, "listing_lag": 0}  # fmt: skip

    def reached(role: str) -> Json:
        if adapter == "portal":
            return portal
        return {"desk_url": desk.url, "desk_token": desk.order_token if role == "order" else desk.register_token}

    return Tasks(
        desk=reached, options={"orders": list(ORDERS), **options}, folder=folder, execute=execute,
        inventory=("localhost", "web1"),
    )  # fmt: skip


NOT_READY: t.Final = {
    "it cannot be reached": {"unreachable": True, "msg": "no route to host"},
    "its module fails": {"failed": True, "msg": "Python is too old"},
    "the order fails there": {"failed": True, "csrs": [], "failures": [{"name": "www", "message": "/srv is full"}]},
    "it has no CSR": {"csrs": [{"name": "www", "csr": None}]},
    "the CSR is for another name": {"csrs": [{"name": "www", "csr": make_csr(common_name="w.example.jp")}]},
    "the CSR has another name beside": {"csrs": [{"name": "www", "csr": make_csr(dns="w.example.jp")}]},
    "the CSR is of somebody else": {"csrs": [{"name": "www", "csr": make_csr(organization_name="Other")}]},
    "the key is of another kind": {
        "csrs": [{"name": "www", "csr": make_csr(ec.generate_private_key(ec.SECP256R1()))}]
    },
    "the signature is broken": {
        "csrs": [{"name": "www", "csr": make_csr().replace("A", "B", 40)}]
    },
    "it is no CSR": {"csrs": [{"name": "www", "csr": "nonsense"}]},
}  # fmt: skip


@pytest.mark.parametrize("option", ["reports_path", "ledger_path", "XDG_STATE_HOME"])
def test_what_could_not_be_written_down_is_not_done(
    desk: DeskControl, tmp_path: pathlib.Path, option: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither is a host visited nor anything bought where the record of it would be lost."""
    (tmp_path / "file").write_text("", encoding="utf-8")
    visits: list[str] = []
    place = str(tmp_path / "file" / "below")
    if option.isupper():
        monkeypatch.setenv(option, place)
    tasks = tasks_at(
        desk,
        tmp_path,
        lambda host, _module, _arguments: visits.append(host) or {},
        **({"ledger_path": None} if option.isupper() else {option: place}),
    )
    assert tasks.run("cert_portfolio", state="applied", check=True)["failed"], "check mode says the same"
    result = tasks.apply()
    assert result["failed"] and result["msg"].startswith(f"{option} ") and "cannot be written" in result["msg"]
    assert (desk.purchases(), visits) == ([], [])


@pytest.mark.parametrize("answer", NOT_READY.values(), ids=NOT_READY)
def test_a_host_that_is_not_ready_costs_no_contract(desk: DeskControl, tmp_path: pathlib.Path, answer: Json) -> None:
    tasks = tasks_at(desk, tmp_path, answering(**answer))
    result = tasks.apply()
    assert desk.purchases() == ["default/api/1"]
    assert desk.application("default/api/1")["state"] == "applied", "no other order waits for it"
    assert (result["verdict"], result["failed"]) == ("error", True)
    assert "www: still open, for web1" in result["msg"]
    assert "nothing was ordered" in result["msg"]
    # The next run goes on, and registers what the host made.
    tasks_at(desk, tmp_path, with_csr(make_csr())).apply()
    assert desk.purchases() == ["default/api/1", "default/www/1"]
    assert {row["state"] for row in desk.list_applications().values()} == {"applied"}


def test_a_host_that_was_left_out_costs_no_contract(desk: DeskControl, tmp_path: pathlib.Path) -> None:
    result = tasks_at(desk, tmp_path, with_csr(make_csr())).apply(limit=("localhost",))
    assert desk.purchases() == ["default/api/1"]
    assert "www: still open, for web1 did not take part; nothing was ordered" in result["msg"]


def test_bought_all_the_same_where_the_task_says_so(desk: DeskControl, tmp_path: pathlib.Path) -> None:
    result = tasks_at(desk, tmp_path, answering(**NOT_READY["it cannot be reached"]), buy_before_host=True).apply()
    assert desk.purchases() == ["default/api/1", "default/www/1"]
    assert desk.application("default/www/1")["state"] == "awaiting_registration"
    assert [complaint["rule"] for complaint in result["complaints"]] == ["BUY-BEFORE-HOST"]


def test_a_csr_that_does_not_fit_is_not_registered_for_what_was_bought_before(
    desk: DeskControl, tmp_path: pathlib.Path
) -> None:
    tasks_at(desk, tmp_path, answering(**NOT_READY["it cannot be reached"]), buy_before_host=True).apply()
    tasks = tasks_at(desk, tmp_path, with_csr(make_csr(organization_name="Other")))
    tasks.apply()
    assert desk.application("default/www/1")["state"] == "awaiting_registration"
    (failed,) = [result["msg"] for result in tasks.results if result.get("failed")]
    assert failed.startswith("www: the CSR does not ask for what the order says")


def test_check_mode_buys_nothing_and_shows_all(desk: DeskControl, tmp_path: pathlib.Path) -> None:
    tasks = tasks_at(desk, tmp_path, answering(csrs=[{"name": "www", "csr": None}]))
    look = tasks.run("cert_portfolio", check=True, state="prepared")["look"]
    tasks.run("csr_register", "web1", check=True, state="prepared", look=look)
    assert sorted(tasks.run("cert_portfolio", check=True, state="applied", look=look)["diff"]["after"]) == [
        "api",
        "www",
    ]
    assert sorted(tasks.run("csr_register", check=True, look=look)["diff"]["after"]) == ["api", "www"]
    assert desk.purchases() == []


def bought_by_hand(desk: DeskControl) -> None:
    fields = ("customer_code", "common_name", "product", "term", "usage", "terms_agreed")
    bought = {name: ORDERS[0][name] for name in fields}
    desk.api("POST", "/applications", {"client_reference": None, "linked_contract_id": None, **bought})


@pytest.mark.parametrize("adapter", ["api", "portal"])
def test_what_was_bought_between_two_phases_is_not_bought_again(
    desk: DeskControl, tmp_path: pathlib.Path, adapter: str
) -> None:
    tasks = tasks_at(desk, tmp_path, with_csr(make_csr()), adapter)
    tasks.apply(between=lambda: bought_by_hand(desk))
    rows = desk.list_applications().values()
    assert sorted(row["common_name"] for row in rows) == ["api.example.jp", NAME]
    assert {row["state"] for row in rows} == {"applied"}
    assert len(desk.purchases()) == 2


def test_a_purchase_by_a_stale_look_would_be_found(
    desk: DeskControl, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Planted: the task that buys takes the list of the task that prepared."""
    first: list[Listing] = []

    def stale(asked: t.Any) -> Listing:
        first.append(first[0] if first else Listing(asked))
        return first[-1]

    monkeypatch.setattr(portfolio_run, "Listing", stale)
    tasks = tasks_at(desk, tmp_path, with_csr(make_csr()))
    tasks.apply(between=lambda: bought_by_hand(desk))
    assert len(desk.purchases()) == 3
