# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A saved plan binds what hosts are asked, whether or not the desk has anything to do, and plans show what changes."""

from __future__ import annotations

import dataclasses as dc
import json
import pathlib
import typing as t

import pytest
from ansible_collections.iij.server_certificate.plugins.plugin_utils._complaints.complaints import OrdersRefused
from ansible_collections.iij.server_certificate.plugins.plugin_utils._complaints.vaulted import Vaulted
from ansible_collections.iij.server_certificate.plugins.plugin_utils._guards.saved_plan import (
    OLDER,
    read_host_parts,
    require_saved_plan,
)
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.host_part import (
    describe_changes,
    list_changes,
    make_host_part,
)
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.observe import observe
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.plan import Plan, make_plan
from ansible_collections.iij.server_certificate.plugins.plugin_utils._reports.document import Frame, describe_plan
from ansible_collections.iij.server_certificate.plugins.plugin_utils._reports.pages import write_reports
from ansible_collections.iij.server_certificate.plugins.plugin_utils._reports.text import render_text
from ansible_collections.iij.server_certificate.plugins.plugin_utils._values.observed import State
from ansible_collections.iij.server_certificate.plugins.plugin_utils._values.order import Install, Key, Prove, Reload
from portfolios import DV, LINKED, MADE_AT, OV, DeskInMemory, booked, portfolio

if t.TYPE_CHECKING:
    from ansible_collections.iij.server_certificate.plugins.module_utils._core.phrases import Language, Phrase
    from ansible_collections.iij.server_certificate.plugins.plugin_utils._reports.rows import Row
    from ansible_collections.iij.server_certificate.plugins.plugin_utils._values.order import Order

OLD = pathlib.Path(__file__).with_name("plans") / "of_0_1_0.plan.json"
COMMANDS = {"reload_app": "systemctl kill -s HUP app", "try_app": "app -t %s"}
(WWW,) = portfolio(OV)
KEY = t.cast("Key", WWW.key)
INSTALL = dc.replace(t.cast("Install", WWW.install), reload=Reload(command="reload_app"), prove=Prove())
ORDER = dc.replace(WWW, install=INSTALL)
# One other value for every field of what a host is asked; a field that comes later has to come in here.
KEYS: dict[str, t.Any] = {
    "type": "ECDSA", "size": 3072, "curve": "P-384", "path": "/x/other.key", "csr_path": "/x/other.csr", "owner": "app",
    "group": "app", "mode": "0640", "regenerate": "always",
}  # fmt: skip
INSTALLS: dict[str, t.Any] = {
    "certificate": "/x/other.pem", "chain": "/x/c.pem", "full_chain": "/x/f.pem", "combined": "/x/a.pem",
    "pkcs12": "/x/a.p12", "owner": "app", "group": "app", "mode": "0640", "backup": True, "plain_files": True,
    "was_at": ("/x/old.pem", "/x/old.key"), "pkcs12_encryption": "compatible", "issuer": "Some CA", "validate": "nginx",
    "reload": Reload(service="nginx"), "prove": None,
}  # fmt: skip
PROVES: dict[str, t.Any] = {
    "address": "10.0.0.1", "port": 8443, "server_name": "x.example.jp", "seen_from": "controller", "timeout": 3,
}  # fmt: skip
OTHERS: dict[str, Order] = {
    "host": dc.replace(ORDER, host="web2"),
    **{f"key.{name}": dc.replace(ORDER, key=dc.replace(KEY, **{name: value})) for name, value in KEYS.items()},
    **{
        f"install.{name}": dc.replace(ORDER, install=dc.replace(INSTALL, **{name: value}))
        for name, value in INSTALLS.items()
    },
    **{
        f"install.prove.{name}": dc.replace(ORDER, install=dc.replace(INSTALL, prove=Prove(**{name: value})))
        for name, value in PROVES.items()
    },
}


def commands_of(_host: str | None) -> dict[str, str]:
    return COMMANDS


def frame(**more: t.Any) -> Frame:
    given = {"portfolio": "p", "part": None, "prices": None, "lang": "en", "made_at": MADE_AT, **more}
    return Frame(**{"commands_of": commands_of, **given})


def installed(*orders: Order) -> Plan:
    """The plan of orders whose certificates were collected: the desk has nothing to do."""
    rows = [
        dc.replace(booked(order, f"p/{order.name}/1", number=number, state=State.ISSUED), downloaded_at=MADE_AT)
        for number, order in enumerate(orders, start=1)
    ]
    return make_plan(orders, observe(DeskInMemory(rows=rows), orders, portfolio="p"), portfolio="p")


def save(folder: pathlib.Path, plan: Plan, **more: t.Any) -> pathlib.Path:
    write_reports(describe_plan(plan, frame(**more), planned=True), str(folder), name="plan")
    return folder / "plan.json"


def hold(path: pathlib.Path, plan: Plan, commands: t.Any = commands_of) -> Phrase | None:
    return require_saved_plan(plan, str(path), commands, portfolio="p", part=None, wanted=None)


def refusal(path: pathlib.Path, plan: Plan, commands: t.Any = commands_of, lang: Language = "en") -> list[str]:
    with pytest.raises(OrdersRefused) as caught:
        hold(path, plan, commands)
    return [f"{complaint.rule} {complaint.order}: {complaint.render(lang)}" for complaint in caught.value.complaints]


def test_every_field_of_a_host_has_another_value_here() -> None:
    assert set(KEYS) == {field.name for field in dc.fields(Key)}
    assert set(INSTALLS) == {field.name for field in dc.fields(Install)}
    assert set(PROVES) == {field.name for field in dc.fields(Prove)}


@pytest.mark.parametrize("field", OTHERS)
def test_a_saved_plan_binds_every_field_of_a_host_without_any_step(field: str, tmp_path: pathlib.Path) -> None:
    path = save(tmp_path, installed(ORDER))
    assert json.loads(path.read_text())["verdict"] == "nothing_to_do"
    assert hold(path, installed(ORDER)) is None
    for lang in t.get_args(t.Literal["en", "ja"]):
        (told,) = refusal(path, installed(OTHERS[field]), lang=lang)
        assert told.startswith("PLAN-HOST-MOVED www: ") and f"{field}: " in told and " -> " in told


def test_a_plan_that_compares_no_hosts_says_so(tmp_path: pathlib.Path) -> None:
    save(tmp_path, installed(ORDER))
    told = "What changes on hosts is not shown here"
    assert all(told in (tmp_path / f"plan.{form}").read_text() for form in ("md", "html", "approval.html"))
    save(tmp_path, installed(ORDER), before={"www": make_host_part(ORDER, commands_of)})
    assert not any(told in (tmp_path / f"plan.{form}").read_text() for form in ("md", "html", "approval.html"))


@pytest.mark.parametrize("field", OTHERS)
def test_a_plan_shows_what_changes_on_hosts_in_every_form(field: str, tmp_path: pathlib.Path) -> None:
    before = {"www": make_host_part(ORDER, commands_of)}
    save(tmp_path, installed(OTHERS[field]), before=before)
    document = json.loads((tmp_path / "plan.json").read_text())
    (row,) = document["orders"]
    assert field in {change["field"] for change in row["host_changes"]}
    for shown in (render_text(document, "en"), *((tmp_path / f"plan.{form}").read_text() for form in ("md", "html"))):
        assert f"{field}: " in shown and "collect.yml carries out what changes on hosts" in shown
        assert "othing to do." not in shown


def test_both_sides_are_shown_with_the_default_where_nothing_is_written() -> None:
    before, after = make_host_part(ORDER, commands_of), make_host_part(OTHERS["key.mode"], commands_of)
    assert describe_changes(list_changes(before, after)) == ["key.mode: 0600 -> 0640"]
    assert describe_changes(list_changes(before, make_host_part(OTHERS["install.chain"], commands_of))) == [
        "install.chain: - -> /x/c.pem"
    ]
    assert describe_changes(list_changes(before, make_host_part(OTHERS["install.backup"], commands_of))) == [
        "install.backup: false -> true"
    ]
    assert list_changes(before, before) == []


def test_what_a_command_runs_is_bound_with_its_name(tmp_path: pathlib.Path) -> None:
    path = save(tmp_path, installed(ORDER))
    (told,) = refusal(path, installed(ORDER), lambda _host: {"reload_app": "sh -c 'curl evil.example'"})
    assert "install.reload: reload_app (sha256:" in told and ") -> reload_app (sha256:" in told
    assert "evil" not in told and "systemctl" not in path.read_text(), "a plan holds no text of commands"
    tried = dc.replace(ORDER, install=dc.replace(INSTALL, validate="try_app"))
    path = save(tmp_path, installed(tried))
    (told,) = refusal(path, installed(tried), lambda _host: {**COMMANDS, "try_app": "app"})
    assert "install.validate: try_app (sha256:" in told and "install.reload" not in told
    hold(path, installed(tried), lambda _host: {**COMMANDS, "unused": "whatever"})


def test_a_known_validation_that_the_task_replaces_is_bound(tmp_path: pathlib.Path) -> None:
    order = OTHERS["install.validate"]
    (told,) = refusal(save(tmp_path, installed(order)), installed(order), lambda _host: {**COMMANDS, "nginx": "true"})
    assert "install.validate: nginx -> nginx (sha256:" in told


def test_commands_are_those_of_the_orders_host(tmp_path: pathlib.Path) -> None:
    asked: list[str | None] = []
    make_host_part(ORDER, lambda host: asked.append(host) or COMMANDS)  # type: ignore[func-returns-value]
    assert asked == ["web1"]


def test_a_vaulted_path_is_bound_by_its_seal_and_shown_nowhere(tmp_path: pathlib.Path) -> None:
    def sealed(value: str, seal: str) -> Plan:
        return installed(dc.replace(ORDER, key=dc.replace(KEY, path=Vaulted(value, sealed=seal))))

    path = save(tmp_path, sealed("/secret/one.key", "seal A"))
    assert hold(path, sealed("/secret/two.key", "seal A")) is None
    (told,) = refusal(path, sealed("/secret/one.key", "seal B"))
    assert "key.path: (vaulted, sha256:" in told
    for file in tmp_path.iterdir():
        assert "/secret/" not in file.read_text()


def test_an_order_that_is_new_at_the_host_is_not_the_plan(tmp_path: pathlib.Path) -> None:
    (blog,) = portfolio(DV)
    path = save(tmp_path, installed(ORDER))
    (told,) = refusal(path, installed(ORDER, blog))
    assert told.startswith("PLAN-ORDER-MOVED blog: ")


def test_another_contract_is_not_installed(tmp_path: pathlib.Path) -> None:
    path = save(tmp_path, installed(ORDER))
    other = dc.replace(booked(ORDER, "p/www/1", number=7, state=State.ISSUED), downloaded_at=MADE_AT)
    orders = (ORDER,)
    moved = make_plan(orders, observe(DeskInMemory(rows=[other]), orders, portfolio="p"), portfolio="p")
    (told,) = refusal(path, moved)
    assert "PLAN-DESK-MOVED" in told and "nothing (rsc00000001)" in told and "nothing (rsc00000007)" in told


def test_the_digest_covers_hosts(tmp_path: pathlib.Path) -> None:
    def digest_of(order: Order, **more: t.Any) -> str:
        return str(describe_plan(installed(order), frame(), planned=True, **more)["digest"])

    digests = {digest_of(order) for order in (ORDER, *OTHERS.values())}
    assert len(digests) == len(OTHERS) + 1
    assert digest_of(ORDER) == digest_of(ORDER, finished=False), "whether or not finished orders are shown"
    path = save(tmp_path, installed(ORDER))
    document = json.loads(path.read_text())
    document["orders"][0]["on_host"]["key.mode"] = "0640"
    path.write_text(json.dumps(document))
    assert "was changed after it was made" in refusal(path, installed(OTHERS["key.mode"]))[0]


@pytest.mark.parametrize("on_host", [7, None, [], "x", {"key.mode": {"a": 1}}])
def test_an_odd_host_part_ends_in_a_sentence(on_host: object, tmp_path: pathlib.Path) -> None:
    path = save(tmp_path, installed(ORDER))
    document = json.loads(path.read_text())
    document["orders"][0]["on_host"] = on_host
    path.write_text(json.dumps(document))
    assert "was changed after it was made" in refusal(path, installed(ORDER))[0]


class TestPlansOfEarlierVersions:
    """A plan that was saved before hosts were bound."""

    orders = portfolio(OV, DV, LINKED)

    def now(self, *orders: Order) -> Plan:
        desk = DeskInMemory()
        blog = next(order for order in self.orders if order.name == "blog")
        desk.put(booked(blog, "p/blog/1", number=3, state=State.ISSUED))
        return make_plan(orders, observe(desk, orders, portfolio="p"), portfolio="p")

    def test_it_is_applied_with_a_sentence(self) -> None:
        assert hold(OLD, self.now(*self.orders)) == OLDER

    @pytest.mark.parametrize("name", ["www", "blog"])
    def test_what_orders_say_of_hosts_is_bound_all_the_same(self, name: str) -> None:
        moved = [dc.replace(order, host="web9") if order.name == name else order for order in self.orders]
        (told,) = refusal(OLD, self.now(*moved))
        assert told.startswith(f"PLAN-ORDER-MOVED {name}: ")

    def test_it_cannot_be_compared_with(self) -> None:
        with pytest.raises(OrdersRefused) as caught:
            read_host_parts(str(OLD), portfolio="p", part=None)
        assert "it is of an earlier version" in caught.value.complaints[0].render("en")


def test_rows_of_results_do_not_carry_what_only_a_saved_plan_needs() -> None:
    from ansible_collections.iij.server_certificate.plugins.plugin_utils._reports.rows import result_rows

    rows: list[Row] = describe_plan(installed(ORDER), frame(), planned=True)["orders"]
    assert rows[0]["on_host"] and "on_host" not in result_rows(rows)[0]


def test_a_plan_to_compare_with_is_anybodys_words() -> None:
    told = describe_changes(list_changes({"key.\x1b[2J": "a\n\u202eb", "key.mode": ["x" * 9_000]}, {}))
    assert all(line.isprintable() for line in told)
