# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Event-Driven Ansible itself runs the shipped rulebooks on the event source."""

from __future__ import annotations

import contextlib
import os
import pathlib
import re
import shutil
import subprocess
import sys
import time
import typing as t

import pytest
import yaml
from ansible_collections.iij.server_certificate.plugins.plugin_utils._desk.api.adapter import ApiDesk
from ansible_collections.iij.server_certificate.plugins.plugin_utils._desk.api.transport import ApiConnection
from ansible_collections.iij.server_certificate.tests.contract import sample_orders as sample
from ansible_collections.iij.server_certificate.tests.contract.desk_process import DeskControl, running_desk
from ansible_collections.iij.server_certificate.tests.playbooks.ssh_hosts import skip_or_fail
from ansible_collections.iij.server_certificate.tests.release.copies import ROOT

RULEBOOKS: t.Final = ROOT / "extensions" / "eda" / "rulebooks"
LOCK: t.Final = ROOT / "requirements" / "rule-engine.lock"
PATIENCE: t.Final = 60  # seconds until something is told


@pytest.fixture(scope="module")
def engine() -> pathlib.Path:
    """The rule engine in an environment of its own, which brings its rules in Java."""
    if shutil.which("java") is None:
        skip_or_fail("no Java here (openjdk-17-jre-headless), so no rule engine has run the rulebook")
    place, uv = ROOT / "build" / "rule-engine", pathlib.Path(sys.executable).with_name("uv")
    subprocess.run([uv, "venv", "--quiet", "--allow-existing", "--python", sys.executable, place], check=True)
    subprocess.run([uv, "pip", "sync", "--quiet", "--require-hashes", "--python", place, LOCK], check=True)
    return place / "bin"


def written(name: str, folder: pathlib.Path, *, orders: pathlib.Path) -> pathlib.Path:
    """A shipped rulebook with paths, interval and pause of this test, and nothing else changed."""
    (ruleset,) = yaml.safe_load((RULEBOOKS / name).read_text(encoding="utf-8"))
    (source,) = ruleset["sources"]
    source["iij.server_certificate.orders"] |= {"order_files": str(orders), "interval": 1}
    source["iij.server_certificate.orders"]["memory_path"] = str(folder / "told.json")
    for rule in ruleset["rules"]:
        if "throttle" in rule:
            rule["throttle"]["once_after"] = "3 seconds"
            rule["action"]["run_playbook"]["extra_vars"] |= {
                "certificate_orders": str(orders),
                "certificate_notice_command": ["tee", "-a", str(folder / "told.txt")],
                "ansible_python_interpreter": sys.executable,
            }
    path = folder / name
    path.write_text(yaml.safe_dump([ruleset]), encoding="utf-8")
    return path


class Watched(t.NamedTuple):
    """A rule engine that watches one order at a rehearsal desk."""

    desk: DeskControl
    contract_id: str
    log: pathlib.Path


@contextlib.contextmanager
def watched_order(rulebook: str, folder: pathlib.Path, program: pathlib.Path) -> t.Iterator[Watched]:
    """Have an engine's program run the rulebook for an order that waits for its CA."""
    orders, log = folder / "files" / "web.yml", folder / "engine.log"
    orders.parent.mkdir()
    orders.write_text(yaml.safe_dump({"version": 1, "orders": [sample.fields()]}), encoding="utf-8")
    inventory = folder / "inventory.yml"
    inventory.write_text("all: {hosts: {localhost: {ansible_connection: local}}}\n", encoding="utf-8")
    with running_desk(folder) as desk, log.open("wb") as output:
        api = ApiDesk(ApiConnection(url=desk.url, token=desk.order_token))
        application = api.register(api.place(sample.order(), "default/www/1"), sample.order(), None)
        environment = {
            **os.environ,
            "ANSIBLE_COLLECTIONS_PATH": str(ROOT / "collections"),
            "ANSIBLE_HOME": str(folder / "ansible"),
            "XDG_STATE_HOME": str(folder / "state"),
            "IIJ_CERT_DESK_URL": desk.url,
            "IIJ_CERT_TOKEN": desk.order_token,
            "LC_ALL": "C.UTF-8",
            "PATH": os.pathsep.join((str(program.parent), os.environ["PATH"])),
        }
        command = [program, "-r", written(rulebook, folder, orders=orders), "-i", inventory]
        with subprocess.Popen(command, env=environment, stdout=output, stderr=subprocess.STDOUT) as running:
            try:
                yield Watched(desk, application.contract_id, log)
            finally:
                running.kill()


@pytest.mark.long
def test_the_rule_engine_acts_on_what_happens_to_orders(engine: pathlib.Path, tmp_path: pathlib.Path) -> None:
    with watched_order("orders.yml", tmp_path, engine / "ansible-rulebook") as watched:
        wait_for(r"www: wait: .* \[ca\]", watched.log)
        watched.desk.ca_reject(watched.contract_id, reason="no such company")
        wait_for(r"www is rejected: no such company", watched.log)


@pytest.mark.long
def test_the_rule_engine_has_people_told_what_is_due(engine: pathlib.Path, tmp_path: pathlib.Path) -> None:
    with watched_order("notices.yml", tmp_path, engine / "ansible-rulebook") as watched:
        wait_for(r"(?i)recap", watched.log)
        watched.desk.ca_reject(watched.contract_id, reason="no such company")
        wait_for("rejected", tmp_path / "told.txt", log=watched.log)


def wait_for(words: str, path: pathlib.Path, *, log: pathlib.Path | None = None) -> None:
    """Wait for words in a file; what the engine says is in `log`."""
    deadline = time.monotonic() + PATIENCE
    while not (path.exists() and re.search(words, path.read_text(encoding="utf-8", errors="replace"))):
        assert time.monotonic() < deadline, (log or path).read_text(encoding="utf-8", errors="replace")
        time.sleep(0.2)
