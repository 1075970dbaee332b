# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Promise 1 with playbooks: two applies at one moment, answers lost, a run killed, a host down; every order once."""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import threading
import time
import typing as t

import pytest
from ansible_collections.iij.server_certificate.tests.playbooks.recording_proxy import ORDERING, RecordingProxy
from ansible_collections.iij.server_certificate.tests.playbooks.trial_site import Site, registered_once

NAMES = ("api", "bank", "www")
CONTROLLER, BUYING = "localhost", ("cert_portfolio", "csr_register")
PATIENCE = 20
ONE_BY_ONE = ("-e", "certificate_concurrency=1")


def write_three(site: Site) -> None:
    site.write_orders(site.target("www", "web1"), site.target("bank", "web2"), site.here("api"))


def ledger(site: Site) -> list[tuple[str, str]]:
    """Kind and order of every line."""
    (file,) = site.folder.glob("state/**/*.ledger.jsonl")
    lines = map(json.loads, file.read_text(encoding="utf-8").splitlines())
    return [(line["kind"], line["order"]) for line in lines]


def test_two_applies_at_the_same_moment_buy_each_order_once(site: Site) -> None:
    write_three(site)
    together = threading.Barrier(2)
    met = []

    def wait_for_the_other(request: bytes) -> bool:
        if request.startswith(ORDERING):
            with contextlib.suppress(threading.BrokenBarrierError):
                met.append(together.wait(PATIENCE))
        return True

    with RecordingProxy(site.desk.url, on_request=wait_for_the_other) as line:
        started = [site.start("apply", *ONE_BY_ONE, IIJ_CERT_DESK_URL=line.url) for _ in range(2)]
        runs = [site.finished(*each) for each in started]
    assert len(met) == 2 * len(NAMES), "every purchase of one run met the same purchase of the other"
    registered_once(site, *NAMES)
    for run in runs:
        rows = run.of("cert_portfolio")["orders"]
        assert len({row["contract_id"] for row in rows}) == len(NAMES)
    assert len(ledger(site)) == 2 * 2 * len(NAMES)
    assert site.run("apply").changed() == set()


@pytest.mark.parametrize("fault", ["drop_before_commit", "drop_after_commit", "server_error"])
def test_a_lost_answer_is_settled_at_once(site: Site, fault: str) -> None:
    write_three(site)
    site.desk.fault(fault, method="POST", path="/applications")
    run = site.run("apply")
    registered_once(site, *NAMES)
    assert {row["state"] for row in run.of("cert_portfolio")["orders"]} == {"awaiting_registration"}


def test_the_line_breaks_with_the_answer_and_a_second_run_goes_on(site: Site) -> None:
    write_three(site)

    def cut_the_order(request: bytes) -> bool:
        return not request.startswith(ORDERING)

    with RecordingProxy(site.desk.url, on_answer=cut_the_order) as line:
        run = site.run("apply", *ONE_BY_ONE, fails=True, IIJ_CERT_DESK_URL=line.url)
    assert site.desk.purchases() == ["default/api/1"], "the desk has booked what nobody was told"
    rows = {row["name"]: row for row in run.of("cert_portfolio")["orders"]}
    assert rows["api"]["state"] == "unknown"
    assert "running the same again settles it" in rows["api"]["error"]
    assert "running the same again settles it" in run.output
    assert "nothing is bought twice" in run.of("cert_portfolio")["msg"]
    site.run("apply")
    registered_once(site, *NAMES)
    assert site.run("apply").changed() == set()


def test_an_apply_killed_after_its_first_purchase(site: Site) -> None:
    write_three(site)
    killed = threading.Event()

    def hold_the_answer(request: bytes) -> bool:
        return not (request.startswith(ORDERING) and killed.wait(PATIENCE))

    with RecordingProxy(site.desk.url, on_answer=hold_the_answer) as line:
        process, _record = site.start("apply", *ONE_BY_ONE, IIJ_CERT_DESK_URL=line.url)
        until(lambda: bool(site.desk.purchases()))
        os.killpg(process.pid, signal.SIGKILL)
        killed.set()
        process.communicate(timeout=PATIENCE)
    assert process.returncode == -signal.SIGKILL
    assert site.desk.purchases() == ["default/api/1"]
    assert ledger(site) == [("intent", "api")], "the intent is on disk before the call goes out"
    site.run("apply")
    registered_once(site, *NAMES)


def test_a_run_that_is_gone_buys_nothing_more(site: Site) -> None:
    """Its worker has a session of its own and outlives it, as after a terminal that is lost."""
    write_three(site)
    gone = threading.Event()

    def hold_the_answer(request: bytes) -> bool:
        return not request.startswith(ORDERING) or gone.wait(PATIENCE)

    with RecordingProxy(site.desk.url, on_answer=hold_the_answer) as line:
        process, _record = site.start("apply", *ONE_BY_ONE, IIJ_CERT_DESK_URL=line.url)
        until(lambda: bool(site.desk.purchases()))
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(PATIENCE)
        gone.set()
        until(lambda: len(ledger(site)) > 1)
        time.sleep(1.5)  # of which the others would need a fraction
        assert ledger(site) == [("intent", "api"), ("outcome", "api")], "what was begun is seen to its end"
        assert site.desk.purchases() == ["default/api/1"]
    site.run("apply")
    registered_once(site, *NAMES)


def until(happened: t.Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not happened():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_a_host_that_is_down_holds_up_nobody_else(site: Site) -> None:
    write_three(site)
    site.hosts["web2"].stop()
    try:
        run = site.run("apply", fails=True)
    finally:
        site.hosts["web2"].start()
    assert re.search(r"^web2: .*connect", run.of("fail")["msg"], re.MULTILINE)
    assert "bank: still open, for web2 did not take part; nothing was ordered" in run.of("fail")["msg"]
    assert site.desk.purchases() == ["default/api/1", "default/www/1"], "a host that is down costs no contract"
    assert {row["state"] for row in site.desk.list_applications().values()} == {"applied"}
    assert not site.at("web2", "bank.key").exists()
    later = site.run("apply")
    assert later.changed() == {("web2", "csr_register"), *((CONTROLLER, action) for action in BUYING)}
    registered_once(site, *NAMES)


def test_an_order_is_bought_before_its_host_where_the_task_says_so(site: Site) -> None:
    write_three(site)
    told_to = ("-e", "certificate_buy_before_host=true")
    assert "buy_before_host: 3 new orders are placed" in site.run("plan", *told_to).of("cert_portfolio")["text"]
    site.hosts["web2"].stop()
    try:
        site.run("apply", *told_to, fails=True)
    finally:
        site.hosts["web2"].start()
    assert site.desk.purchases() == [f"default/{name}/1" for name in NAMES]
    assert site.desk.application("default/bank/1")["state"] == "awaiting_registration"
    assert site.run("apply").changed() == {("web2", "csr_register"), (CONTROLLER, "csr_register")}
    registered_once(site, *NAMES)


def test_a_lost_answer_to_a_registration(site: Site) -> None:
    write_three(site)
    site.desk.fault("drop_after_commit", method="PUT", path="/applications/*/registration", count=2)
    site.run("apply")
    registered_once(site, *NAMES)


def test_a_run_in_which_only_a_cancellation_failed_fails(site: Site) -> None:
    site.write_orders(site.here("api"))
    site.run("apply")
    (contract_id,) = site.desk.list_applications()
    site.write_orders(site.here("api", state="cancelled", contract_id=contract_id))
    site.desk.fault("server_error", method="POST", path="/applications/*/cancellation", count=9)
    run = site.run("apply", fails=True)
    assert run.of("fail")["msg"].count("api") == 1
    site.desk.no_faults()
    assert site.run("apply").changed() == {("localhost", "cert_portfolio")}
    assert site.desk.list_applications()[contract_id]["state"] == "cancelled"


def test_a_host_that_never_answers_keeps_no_other_waiting(site: Site) -> None:
    """It is reached, and holds the task as long as it likes: a hung disk does, and so does whoever has taken it."""
    site.write_orders(site.target("www", "web1"), site.target("shop", "web2"))
    silent = site.write("silent.sh", "#!/bin/sh\ncat >/dev/null\nsleep 600\n")
    silent.chmod(0o755)
    place = site.write("host_vars/web2.yml", f"ansible_python_interpreter: {silent}\n")
    bounded = ("-e", "certificate_host_timeout=15")
    site.run("apply", *bounded, fails=True)
    registered_once(site, "www")
    place.unlink()
    site.run("apply", *bounded)
    registered_once(site, "shop", "www")
    site.desk.ca_work()
    place.write_text(f"ansible_python_interpreter: {silent}\n", encoding="utf-8")
    collected = site.run("collect", *bounded, fails=True)
    assert "web2: Task failed: Timed out" in collected.output
    assert site.at("web1", "www.pem").exists() and not site.at("web2", "shop.pem").exists()
