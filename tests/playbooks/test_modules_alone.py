# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Modules called from a playbook of one's own: one order at a time, reads, roles, defaults of the group."""

from __future__ import annotations

import json
import typing as t

import yaml
from ansible_collections.iij.server_certificate.tests.contract import sample_orders as sample

if t.TYPE_CHECKING:
    from ansible_collections.iij.server_certificate.tests.playbooks.trial_site import Run, Site

Json = dict[str, t.Any]
COLLECTION = "iij.server_certificate"


def play(*tasks: Json, **keywords: t.Any) -> str:
    """A playbook of one play on the controller."""
    return yaml.safe_dump([{"hosts": "localhost", "gather_facts": False, "tasks": list(tasks), **keywords}])


def application(order: Json, **options: t.Any) -> Json:
    return {f"{COLLECTION}.cert_application": {"order": order, **options.pop("module", {})}, **options}


def run_tasks(site: Site, *tasks: Json, **keywords: t.Any) -> Run:
    fails = bool(keywords.pop("fails", False))
    environment = keywords.pop("environment", {})
    playbook = site.write("own.yml", play(*tasks, **keywords))
    return site.run(str(playbook), fails=fails, **environment)


def results(run: Run, action: str = "cert_application") -> list[Json]:
    return [task.result for task in run.tasks if task.action == action]


def test_one_order_from_ordering_to_cancelling(site: Site) -> None:
    order = sample.fields()
    run = run_tasks(
        site,
        application(order, check_mode=True, diff=True),
        application(order, diff=True),
        application(order, diff=True),
        {**application({**order, "common_name": "other.example.jp"}), "ignore_errors": True},
    )
    foretold, ordered, again, differing = results(run)
    assert [row["changed"] for row in (foretold, ordered, again)] == [True, True, False]
    assert (foretold["application"]["contract_id"], foretold["planned"]) == (None, True)
    assert foretold["diff"]["before"] == ordered["diff"]["before"] == {"www": None}
    same = {**ordered["diff"]["after"]["www"], "contract_id": "(new)"}
    assert foretold["diff"]["after"] == {"www": same}
    assert ordered["application"]["contract_id"] == again["application"]["contract_id"] == "rsc00000001"
    assert [complaint["rule"] for complaint in differing["complaints"]] == ["CONTRACT-DIFFERS"]
    assert site.desk.purchases() == ["default/www/1"]
    cancelled = {**order, "state": "cancelled", "contract_id": "rsc00000001"}
    run = run_tasks(
        site,
        application(cancelled, check_mode=True, diff=True),
        application(cancelled, diff=True),
        application(cancelled),
        {**application({**order, "state": "cancelled"}), "ignore_errors": True},
    )
    foretold, done, again, unnamed = results(run)
    assert [row["changed"] for row in (foretold, done, again)] == [True, True, False]
    assert foretold["diff"] == done["diff"]
    assert done["diff"]["after"]["www"]["state"] == done["application"]["state"] == "cancelled"
    assert [complaint["rule"] for complaint in unnamed["complaints"]] == ["CANCEL-CONTRACT-ID"]
    assert site.desk.list_applications()["rsc00000001"]["state"] == "cancelled"
    assert site.desk.purchases() == ["default/www/1"]


def test_what_was_ordered_by_hand_is_adopted(site: Site) -> None:
    bodies = [{"common_name": f"{name}.example.jp", "client_reference": None, "customer_code": "SG00000001",
               "product": "sureserver_cloud", "term": "6 months", "usage": "other", "terms_agreed": True}
              for name in ("www", "mail")]  # fmt: skip
    www, mail = (site.desk.api("POST", "/applications", body)["result"]["contract_id"] for body in bodies)
    run = run_tasks(
        site,
        application(sample.fields(contract_id=www)),
        application(sample.fields(name="mail", common_name="mail.example.jp")),
        {**application(sample.fields(name="x", common_name="x.example.jp", contract_id=www)), "ignore_errors": True},
        {
            **application(sample.fields(name="y", common_name="y.example.jp", contract_id="rsc99999999")),
            "ignore_errors": True,
        },
    )
    pinned, fitting, differing, unknown = results(run)
    assert [row["application"]["contract_id"] for row in (pinned, fitting)] == [www, mail]
    assert [row["changed"] for row in (pinned, fitting)] == [False, False]
    assert [complaint["rule"] for row in (differing, unknown) for complaint in row["complaints"]] == [
        "CONTRACT-DIFFERS", "CONTRACT-UNKNOWN",
    ]  # fmt: skip
    assert len(site.desk.purchases()) == 2


def test_no_key_is_made_on_another_host_than_that_of_its_order(site: Site) -> None:
    site.write_orders(site.target("www", "web1"))
    options: Json = {"order_files": str(site.orders)}
    modules = {"csr_register": options | {"state": "prepared"}, "certificate_file_info": options}
    tasks = [
        {f"{COLLECTION}.{name}": given, "delegate_to": "{{ other }}", "ignore_errors": True}
        for name, given in modules.items()
    ]
    run = run_tasks(site, *tasks, hosts="web1", vars={"other": "localhost"})
    for name in modules:
        (result,) = results(run, name)
        assert result["msg"].startswith("This task works on the host of its orders, web1, and delegate_to sends it to")
    assert not site.at("web1", "www.key").exists()
    run_tasks(site, tasks[1] | {"ignore_errors": False}, hosts="web1", vars={"other": "web1"})


def test_reads(site: Site) -> None:
    placed = [sample.fields(), sample.fields(name="mail", common_name="mail.example.jp")]
    info, contracts = f"{COLLECTION}.cert_application_info", f"{COLLECTION}.linked_contract_info"
    run = run_tasks(
        site,
        *map(application, placed),
        {info: {}},
        {info: {"contract_ids": ["rsc00000002"]}},
        {info: {"orders": placed[:1]}},
        {contracts: {}},
        {contracts: {"service": "managed_waf_link"}, "check_mode": True},
        {contracts: {"service": "id_gateway"}},
        {contracts: {"service": "cdn"}, "ignore_errors": True},
    )
    everything, one, of_orders = results(run, "cert_application_info")
    assert [row["contract_id"] for row in everything["applications"]] == ["rsc00000001", "rsc00000002"]
    assert [row["common_name"] for row in one["applications"]] == ["mail.example.jp"]
    assert [row["name"] for row in of_orders["orders"]] == ["www"]
    assert (of_orders["orders"][0]["next_action_by"], of_orders["counts"]["unmanaged"]) == ("service_admin", 1)
    every_service, waf, none, unknown = results(run, "linked_contract_info")
    assert [row["contract_id"] for row in waf["linked_contracts"]] == ["rmw00000001", "rmw00000002"]
    assert waf["linked_contracts"][0]["service_name"].startswith("IIJマネージドWAF")
    assert none["linked_contracts"] == []
    assert len(every_service["linked_contracts"]) == 5
    assert "gio_content_acceleration" in unknown["msg"]
    assert not [task for task in run.tasks if task.action.endswith("_info") and task.result["changed"]]


def test_defaults_of_the_group_reach_every_module(site: Site) -> None:
    entry = site.here("www")
    site.write_orders(entry)
    orders = {"order_files": str(site.orders)}
    nothing = {"IIJ_CERT_DESK_URL": "", "IIJ_CERT_ORDER_TOKEN": "", "IIJ_CERT_REGISTER_TOKEN": ""}
    tasks: tuple[Json, ...] = (
        {f"{COLLECTION}.cert_portfolio": {**orders, "state": "applied"}},
        {f"{COLLECTION}.csr_register": orders},
        {f"{COLLECTION}.certificate_install": orders},
        {f"{COLLECTION}.cert_application_info": orders},
        {f"{COLLECTION}.linked_contract_info": {}},
        application(sample.fields(name="mail", common_name="mail.example.jp")),
    )
    given = {"desk_url": "{{ url }}", "desk_token": "{{ token }}"}
    run = run_tasks(
        site,
        *tasks,
        environment=nothing,
        vars={"url": site.desk.url, "token": site.desk.order_token},
        module_defaults={f"group/{COLLECTION}.desk": given},
    )
    assert len(run.tasks) == len(tasks)
    assert len(site.desk.purchases()) == 2
    without = run_tasks(site, tasks[4], environment=nothing, fails=True)
    assert "desk_url and desk_token missing" in without.of("linked_contract_info")["msg"]
    assert "IIJ_CERT_TOKEN" in without.output


def test_a_service_admin_cannot_order(site: Site) -> None:
    site.write_orders(site.here("www"), site.here("mail"))
    run = site.run("apply", fails=True, IIJ_CERT_ORDER_TOKEN=site.desk.register_token)
    assert site.desk.purchases() == []
    assert "access_token" in run.output
    assert {row["state"] for row in run.of("cert_portfolio")["orders"]} == {"planned"}
    site.run("plan", IIJ_CERT_ORDER_TOKEN=site.desk.register_token)
    site.run("apply", IIJ_CERT_ORDER_TOKEN="", IIJ_CERT_REGISTER_TOKEN="", IIJ_CERT_TOKEN=site.desk.order_token)
    assert len(site.desk.purchases()) == 2


def test_a_wrong_way_to_the_desk(site: Site) -> None:
    site.write_orders(site.here("www"))
    for variable, value, said in (
        ("IIJ_CERT_DESK_URL", "http://desk.example.jp", "desk_url must use https"),
        ("IIJ_CERT_DESK_URL", "http://127.0.0.1:1", "cannot be reached"),
        ("IIJ_CERT_ORDER_TOKEN", "stolen-and-revoked", "token is missing or not known"),
        ("IIJ_CERT_ORDER_TOKEN", "stolen-and-revoked\n", "desk_token must consist of printable ASCII"),
    ):
        run = site.run("plan", fails=True, **{variable: value})
        assert said in run.of("cert_portfolio")["msg"]
        assert "stolen-and-revoked" not in run.output + json.dumps([task.result for task in run.tasks])


def test_a_portfolio_has_a_plain_name(site: Site) -> None:
    site.write_orders(site.here("www"))
    run = site.run("apply", "-e", "certificate_portfolio=../etc", fails=True)
    assert "'../etc' is not 1 to 100 letters" in run.output
    assert site.desk.purchases() == []
