# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A contract that lives on, from end to end: collection, rehearsal desk and hosts as folders, day by day."""

from __future__ import annotations

import dataclasses as dc
import datetime as dt
import json
import pathlib
import typing as t

import pytest
from ansible_collections.iij.server_certificate.plugins.plugin_utils._desk.api.adapter import ApiDesk
from ansible_collections.iij.server_certificate.plugins.plugin_utils._desk.api.transport import ApiConnection
from ansible_collections.iij.server_certificate.plugins.plugin_utils._tasks import looks
from ansible_collections.iij.server_certificate.tests.contract import sample_orders as sample
from ansible_collections.iij.server_certificate.tests.contract.host_folders import Hosts
from ansible_collections.iij.server_certificate.tests.runs_of_tasks import Tasks

if t.TYPE_CHECKING:
    from ansible_collections.iij.server_certificate.tests.contract.desk_process import DeskControl

Json = dict[str, t.Any]
START: t.Final = dt.datetime(2026, 12, 1, 3, tzinfo=dt.UTC)


class Site:
    """One order, its host, and the desk with its clock."""

    def __init__(self, desk: DeskControl, folder: pathlib.Path, **order: t.Any) -> None:
        self.desk = desk
        self.hosts = Hosts(folder / "hosts", now=self.now)
        self.fields = sample.fields(**{**self.hosts.place("web1", "www"), "renewal": {"when": "window"}, **order})
        self.tasks = Tasks(
            desk=lambda role: {
                "desk_url": desk.url,
                "desk_token": desk.order_token if role == "order" else desk.register_token,
            },
            options={"orders": [self.fields], "spread": False},
            folder=folder,
            execute=self.hosts,
            inventory=("localhost", "web1"),
        )
        self.set_clock(START)

    def now(self) -> dt.datetime:
        """The desk's moment, and a second: what it has just issued is in date."""
        shown = dt.datetime.fromisoformat(self.desk.control("GET", "/clock")["now"])
        return shown + dt.timedelta(seconds=1)

    def set_clock(self, moment: dt.datetime) -> None:
        self.desk.control("PUT", "/clock", {"now": moment.isoformat()})

    def application(self) -> Json:
        (row,) = self.desk.list_applications().values()
        return t.cast("Json", row)

    def days_before_end(self, days: float) -> None:
        end = dt.datetime.fromisoformat(self.application()["current"]["not_after"])
        self.set_clock(end - dt.timedelta(days=days))

    def first_certificate(self) -> str:
        self.tasks.apply()
        self.desk.ca_work()
        self.tasks.collect()
        return self.hosts.serial("web1", "www")


@pytest.fixture
def site(desk: DeskControl, tmp_path: pathlib.Path) -> Site:
    return Site(desk, tmp_path)


def ledger_lines(folder: pathlib.Path) -> list[Json]:
    files = folder.rglob("*.ledger.jsonl")
    return [json.loads(line) for file in files for line in file.read_text(encoding="utf-8").splitlines()]


def kinds(desk: DeskControl) -> list[str]:
    return sorted(row["kind"] for row in desk.control("GET", "/purchases")["results"])


def test_three_periods_with_a_new_key_each(site: Site) -> None:
    serials, keys = [site.first_certificate()], [site.hosts.key("web1", "www")]
    for _period in range(2):
        site.days_before_end(28)
        site.tasks.renew()
        assert site.application()["procedure"]["state"] == "applied", "ordered and registered in one run"
        assert site.hosts.serial("web1", "www") == serials[-1], "the certificate in use stays until the next is there"
        assert site.hosts.key("web1", "www") == keys[-1]
        site.desk.ca_work()
        site.tasks.renew()
        serials.append(site.hosts.serial("web1", "www"))
        keys.append(site.hosts.key("web1", "www"))
    assert len(set(serials)) == len(set(keys)) == 3
    assert kinds(site.desk) == ["new", "renewal", "renewal"]
    assert not list((site.hosts.folder / "web1").glob(".*.next")), "no key is left behind"


def test_a_day_on_which_nothing_is_due(site: Site, capsys: pytest.CaptureFixture[str]) -> None:
    site.first_certificate()
    site.hosts.visits.clear()
    capsys.readouterr()
    for days in (150, 60, 36, 31):
        site.days_before_end(days)
        assert site.tasks.renew()["verdict"] == "nothing_to_do"
    assert site.hosts.visits == [] and capsys.readouterr().out == ""
    assert kinds(site.desk) == ["new"]


def test_a_host_that_is_told_nothing_plans_as_the_run_that_sends_it(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was looked at may not reach a host's task: a vaulted value is never written down, and a look grows old."""
    monkeypatch.setattr(looks, "OLDEST_LOOK", -1)
    serial = site.first_certificate()
    site.tasks.options["orders"].append(sample.fields(name="wrong", product="no such product"))
    site.days_before_end(29.9)  # the first day of the window; spread over days, this order's turn would be later
    site.tasks.renew()
    assert kinds(site.desk) == ["new", "renewal"]
    site.desk.ca_work()
    site.tasks.renew()
    assert site.hosts.serial("web1", "www") != serial, "a mistake in one order costs no other one its certificate"


def test_a_task_for_one_order_alone_tells_what_silence_will_do(desk: DeskControl, tmp_path: pathlib.Path) -> None:
    """A role in somebody's own playbook may be all that ever runs."""
    site = Site(desk, tmp_path, renewal=None, applicant=None, contract_id="rsc00000001")
    order = sample.fields(**site.hosts.place("web1", "www"), renewal=None)
    dc.replace(site.tasks, options={"orders": [order]}).apply()
    desk.ca_work()
    other = sample.order(name="other", common_name="other.example.jp")
    api = ApiDesk(ApiConnection(url=desk.url, token=desk.order_token))
    api.register(api.place(other, "default/other/1"), other, None)
    desk.ca_work()
    end = desk.list_applications()["rsc00000001"]["current"]["not_after"]
    site.set_clock(dt.datetime.fromisoformat(end) - dt.timedelta(days=33))
    warnings = site.tasks.run("cert_application", order=site.fields)["warnings"]
    assert any("IIJ renews rsc00000001 by itself on" in warning for warning in warnings)
    assert any("RENEWAL-INCOMPLETE" in warning for warning in warnings), "it lacks what a registration takes"
    assert not any("rsc00000002" in warning for warning in warnings), "what is not this order's is not told here"


def test_a_single_order_tells_what_only_people_can_do(desk: DeskControl, tmp_path: pathlib.Path) -> None:
    """A role that is run every day is all that anybody sees."""
    site = Site(desk, tmp_path)
    site.first_certificate()
    site.days_before_end(28)
    site.tasks.renew()
    assert site.tasks.run("cert_application", order=site.fields)["warnings"] == [], "the CA is at work"
    desk.ca_reject("rsc00000001", reason="the telephone number is another one")
    (warning,) = site.tasks.run("cert_application", order=site.fields)["warnings"]
    assert warning.startswith("www: ")
    assert "the telephone number is another one" in warning
    assert "correct what the CA rejects" in warning


def test_the_key_in_use_can_be_kept(desk: DeskControl, tmp_path: pathlib.Path) -> None:
    site = Site(desk, tmp_path, renewal={"when": "window", "key": "keep"})
    serial, key = site.first_certificate(), site.hosts.key("web1", "www")
    site.days_before_end(28)
    site.tasks.renew()
    site.desk.ca_work()
    site.tasks.renew()
    assert site.hosts.serial("web1", "www") != serial and site.hosts.key("web1", "www") == key


def test_a_host_that_is_down_costs_no_renewal_before_it_is_back(site: Site) -> None:
    site.first_certificate()
    site.days_before_end(28)
    site.hosts.down = {"web1"}
    site.tasks.renew()
    assert kinds(site.desk) == ["new"]
    site.hosts.down = set()
    site.tasks.renew()
    assert kinds(site.desk) == ["new", "renewal"]
    assert site.application()["procedure"]["state"] == "applied"


def test_an_order_whose_host_is_gone_costs_no_other_one_its_renewal(site: Site) -> None:
    site.first_certificate()
    gone = site.hosts.place("web2", "blog") | {"name": "blog", "common_name": "blog.example.jp"}
    site.tasks.options["orders"].append(sample.fields(**gone, renewal={"when": "window"}))
    both = dc.replace(site.tasks, inventory=("localhost", "web1", "web2"))
    both.apply()
    site.desk.ca_work()
    both.collect()
    (end, *_later) = sorted(row["current"]["not_after"] for row in site.desk.list_applications().values())
    site.set_clock(dt.datetime.fromisoformat(end) - dt.timedelta(days=28))
    result = site.tasks.renew()
    assert [line.partition(":")[0] for line in result["left_out"]] == ["blog"]
    assert [row["order"] for row in result["silent"]] == ["blog"]
    assert kinds(site.desk) == ["new", "new", "renewal"]


def test_a_renewal_that_lacks_something_fails_the_daily_run_while_it_can_be_mended(site: Site) -> None:
    site.first_certificate()
    whole = dict(site.fields)
    del site.fields["applicant"], site.fields["terms_agreed"]
    site.fields["contract_id"] = site.application()["contract_id"]
    site.days_before_end(60)
    assert site.tasks.renew()["left_out"] == []
    site.days_before_end(28)
    result = site.tasks.renew()
    (line,) = result["left_out"]
    assert line.startswith("www: not renewed, since the order lacks applicant, terms_agreed; on 2027-")
    assert result["orders"][0]["next_action"] == "complete the order: applicant, terms_agreed"
    site.fields |= whole
    assert site.tasks.renew()["left_out"] == []
    assert kinds(site.desk) == ["new", "renewal"]


def silence_took_the_key(site: Site) -> None:
    """No run for eight weeks: IIJ has renewed by itself, with a key of its own."""
    site.first_certificate()
    for days in (25, 20, 18):
        site.days_before_end(days)
    site.desk.ca_work()
    assert site.application()["current"]["csr_origin"] == "service"


def ca_rejected_the_first_one(site: Site) -> None:
    site.tasks.apply()
    site.desk.ca_reject(site.application()["contract_id"], reason="Nobody answered.")


def ca_rejected_the_renewal(site: Site) -> None:
    site.first_certificate()
    site.days_before_end(28)
    site.tasks.renew()
    site.desk.ca_reject(site.application()["contract_id"], reason="Nobody answered.")


def person_cancelled(site: Site) -> None:
    site.first_certificate()
    site.days_before_end(34)
    site.desk.control("POST", "/by-hand", {"contract_id": site.application()["contract_id"], "act": "cancel"})


@pytest.mark.parametrize(
    ("befalls", "todo"),
    [
        (silence_took_the_key, "and fetch its key (until 2027-05-31)"),
        (ca_rejected_the_first_one, "to order again, set generation: 2"),
        (ca_rejected_the_renewal, "correct what the CA rejects in the order"),
        (person_cancelled, "look at the warning of this order"),
    ],
)
def test_what_goes_on_by_nobody_but_people_fails_every_daily_run(
    site: Site, befalls: t.Callable[[Site], None], todo: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its certificate would die in silence: a pipeline that passes is not read."""
    befalls(site)
    for _day in range(2):
        capsys.readouterr()
        (line,) = site.tasks.renew()["left_out"]
        assert line.startswith("www: ") and todo in line
        assert "www" in capsys.readouterr().out
    bought = kinds(site.desk)
    site.tasks.apply()
    assert kinds(site.desk) == bought


def test_the_last_day_of_a_certificate_that_the_next_one_cannot_replace_is_told(site: Site) -> None:
    silence_took_the_key(site)
    assert [one["not_after"][:10] for one in site.application()["previous"]] == ["2027-06-01"]
    (row,) = site.tasks.run("cert_portfolio", state="planned")["orders"]
    assert (row["standing"], row["deadline"]) == ("estranged", "2027-05-31")
    assert ("installation", "2027-05-31") in [(one["what"], one["day"]) for one in row["deadlines"]]
    site.set_clock(site.now() + dt.timedelta(days=4))
    (row,) = site.tasks.run("cert_portfolio", state="planned")["orders"]
    assert (row["late"]["stage"], row["late"]["by"]) == ("install", "service_admin")


def test_both_ways_out_of_a_key_that_iij_made_keep_the_last_day_of_what_the_host_has(site: Site) -> None:
    silence_took_the_key(site)
    whole = dict(site.fields)
    serial = site.application()["current"]["serial_number"]
    site.fields["reissue"] = {"serial": serial, "reason": "wrong_content"}
    (row,) = site.tasks.run("cert_portfolio", state="planned")["orders"]
    assert (row["standing"], row["deadline"]) == ("to_reissue", "2027-05-31")
    site.fields = site.tasks.options["orders"][0] = whole | {"csr_origin": "service"}
    (row,) = (plan := site.tasks.run("cert_portfolio", state="planned"))["orders"]
    assert (row["standing"], row["deadline"]) == ("to_collect", "2027-05-31")
    assert "REGISTRATION-DRIFT" not in plan["text"]


def test_a_certificate_that_people_install_is_told_until_the_one_before_ends(
    desk: DeskControl, tmp_path: pathlib.Path, capsys: pytest.CaptureFixture[str]
) -> None:
    site = Site(desk, tmp_path)
    site.first_certificate()
    del site.fields["install"]
    site.days_before_end(28)
    site.tasks.renew()
    end = dt.datetime.fromisoformat(site.application()["current"]["not_after"])
    site.desk.ca_work()

    def told_by_the_daily_run(days: float) -> str:
        site.set_clock(end - dt.timedelta(days=days))
        capsys.readouterr()
        assert site.tasks.renew()["left_out"] == []
        return capsys.readouterr().out

    assert told_by_the_daily_run(20) == ""
    (row,) = site.tasks.run("cert_portfolio", state="planned")["orders"]
    assert (row["standing"], row["deadline"]) == ("done", f"{end - dt.timedelta(days=1):%Y-%m-%d}")
    assert row["next_action"].startswith("download the certificate from the portal and install it")
    assert "download the certificate from the portal" in told_by_the_daily_run(5)
    assert told_by_the_daily_run(-1) == ""


def test_what_cannot_be_read_is_not_called_unmanaged(site: Site, capsys: pytest.CaptureFixture[str]) -> None:
    """The advice would be to cancel it in a browser, for good."""
    site.first_certificate()
    other = sample.fields(**site.hosts.place("web1", "blog"), name="blog", common_name="blog.example.jp")
    site.tasks.options["orders"].append(other)
    end = dt.datetime.fromisoformat(site.application()["current"]["not_after"])
    site.tasks.apply()
    site.fields["product"] = "nonsense"
    site.set_clock(end - dt.timedelta(days=28))
    capsys.readouterr()
    result = site.tasks.renew()
    assert result["unmanaged"] == []
    assert [row["order"] for row in result["silent"]] == ["www"], "under the name of its order"
    assert [line.partition(":")[0] for line in result["left_out"]] == ["www"]
    assert "browser" not in capsys.readouterr().out


def test_an_order_that_names_the_controller_costs_those_without_a_host_nothing(site: Site) -> None:
    install = site.hosts.place("localhost", "api")["install"]
    site.fields = sample.fields(name="api", common_name="api.example.jp", install=install)
    named = sample.fields(**site.hosts.place("localhost", "www"))
    both = dc.replace(site.tasks, options={**site.tasks.options, "orders": [site.fields, named]})
    both.apply()
    site.desk.ca_work()
    file = pathlib.Path(install["certificate"])
    assert not file.exists()
    dc.replace(both, inventory=("web1",)).renew()
    assert file.exists()


def test_a_cancellation_that_was_not_carried_out_is_told_by_every_daily_run(
    site: Site, capsys: pytest.CaptureFixture[str]
) -> None:
    site.first_certificate()
    site.fields |= {"state": "cancelled", "contract_id": site.application()["contract_id"]}
    for days in (34, 29, 26.5):
        site.days_before_end(days)
        capsys.readouterr()
        assert [row["order"] for row in site.tasks.renew()["silent"]] == ["www"]
        assert site.fields["contract_id"] in capsys.readouterr().out
    site.tasks.apply()
    assert site.tasks.renew()["silent"] == []
    site.days_before_end(20)
    assert kinds(site.desk) == ["new"]


def test_two_runs_at_once_renew_once(site: Site) -> None:
    site.first_certificate()
    site.days_before_end(28)
    site.tasks.apply(between=lambda: t.cast("None", site.tasks.apply()))
    assert kinds(site.desk) == ["new", "renewal"]


def test_an_order_without_the_field_buys_nothing_and_is_told_of(desk: DeskControl, tmp_path: pathlib.Path) -> None:
    site = Site(desk, tmp_path, renewal=None)
    site.first_certificate()
    site.days_before_end(28)
    found = site.tasks.renew()
    assert [row["order"] for row in found["silent"]] == ["www"]
    assert kinds(site.desk) == ["new"]


def test_a_log_in_that_may_only_register_leaves_the_renewal_to_others_and_keeps_the_key(
    site: Site, tmp_path: pathlib.Path
) -> None:
    site.first_certificate()
    site.days_before_end(28)
    registering = {"desk_url": site.desk.url, "desk_token": site.desk.register_token}
    tasks = dc.replace(site.tasks, desk=lambda _role: registering)
    found = tasks.renew()
    assert not found.get("failed") and found["verdict"] == "changes"
    assert [(row["standing"], row["next_action_by"]) for row in found["orders"]] == [("to_renew", "group_admin")]
    assert all(not result.get("failed") for result in tasks.results), "nothing is registered that is not ordered"
    assert kinds(site.desk) == ["new"]
    site.days_before_end(25)
    assert kinds(site.desk) == ["new", "silence"]
    tasks.renew()
    assert site.application()["procedure"]["state"] == "applied", "with a key of the host, before IIJ makes its own"
    tasks.renew()
    (seen,) = [line for line in ledger_lines(tmp_path) if line["kind"] == "seen"]
    assert (seen["step"], seen["contract_id"], seen["by"]) == ("renew", site.application()["contract_id"], "silence")
    site.desk.ca_work()
    tasks.renew()
    assert site.application()["current"]["csr_origin"] == "customer"
    site.hosts.serial("web1", "www")
