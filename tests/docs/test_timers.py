# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The timers of examples/timers: units that systemd takes, times that are times, and one command that is run."""

from __future__ import annotations

import configparser
import itertools
import pathlib
import re
import shlex
import shutil
import subprocess
import typing as t

import pytest
import yaml
from ansible_collections.iij.server_certificate.plugins.plugin_utils._tasks.playbook_variables import VARIABLES
from ansible_collections.iij.server_certificate.tests.contract.desk_process import TOOLS

ROOT: t.Final = pathlib.Path(__file__).resolve().parents[2]
TIMERS: t.Final = ROOT / "examples" / "timers"
COMMAND: t.Final = re.compile(r"ansible-playbook iij\.server_certificate\.renew[^>|\n]*")
WITH_COMMANDS: t.Final = sorted(path.name for path in TIMERS.iterdir() if COMMAND.search(path.read_text("utf-8")))


def test_every_example_is_tried() -> None:
    tried = {*WITH_COMMANDS, "certificates-renew.timer"}
    assert {path.name for path in TIMERS.iterdir()} == tried and len(WITH_COMMANDS) == 4


@pytest.mark.parametrize("name", WITH_COMMANDS)
def test_the_command_calls_a_playbook_with_variables_that_it_has(name: str) -> None:
    (command,) = COMMAND.findall((TIMERS / name).read_text("utf-8"))
    words = shlex.split(command)
    given = dict(word.split("=", 1) for before, word in itertools.pairwise(words) if before == "-e")
    assert given == {"certificate_orders": "orders/", "certificate_max_renewals": "20"} and set(given) <= VARIABLES


def test_systemd_takes_the_units(tmp_path: pathlib.Path) -> None:
    analyze = shutil.which("systemd-analyze")
    if analyze is None:
        pytest.skip("systemd is not installed")
    for unit in TIMERS.glob("certificates-renew.[st]*"):
        text = unit.read_text("utf-8").replace("ansible-playbook", str(TOOLS / "ansible-playbook"))
        (tmp_path / unit.name).write_text(text.replace("User=certificates\n", ""), "utf-8")
    done = subprocess.run(
        [analyze, "verify", *map(str, tmp_path.iterdir())], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    timer = configparser.ConfigParser(strict=False)
    timer.read(TIMERS / "certificates-renew.timer")
    subprocess.run([analyze, "calendar", timer["Timer"]["OnCalendar"]], capture_output=True, check=True)


def test_schedules_are_daily() -> None:
    cron = (TIMERS / "certificates-renew.cron").read_text("utf-8")
    assert re.search(r"^17 7 \* \* \* certificates ", cron, re.MULTILINE)
    github = yaml.safe_load((TIMERS / "github-renew.yml").read_text("utf-8"))
    assert github["on"]["schedule"] == [{"cron": "17 22 * * *"}]
    gitlab = yaml.safe_load((TIMERS / "gitlab-renew.yml").read_text("utf-8"))
    assert "schedule" in gitlab["renew"]["rules"][0]["if"]


def test_pipelines_take_the_tokens_as_an_approved_apply_does() -> None:
    """Else the one that buys has to be given to every job of every branch, and stands beside what is installed."""
    github = yaml.safe_load((TIMERS / "github-renew.yml").read_text("utf-8"))["jobs"]["renew"]
    (run,) = [step for step in github["steps"] if COMMAND.search(step.get("run", ""))]
    pipelines = ROOT / "examples" / "ci"
    apply = yaml.safe_load((pipelines / "github" / "certificates.yml").read_text("utf-8"))["jobs"]["apply"]
    (buying,) = [step for step in apply["steps"] if "IIJ_CERT_ORDER_TOKEN" in step.get("env", {})]
    assert run["env"] == buying["env"] and github["environment"] == apply["environment"]
    gitlab = yaml.safe_load((TIMERS / "gitlab-renew.yml").read_text("utf-8"))["renew"]
    apply = yaml.safe_load((pipelines / "gitlab" / ".gitlab-ci.yml").read_text("utf-8"))["apply"]
    for setting in ("environment", "resource_group", "interruptible", "stage"):
        assert gitlab[setting] == apply[setting]
    # The job `install` has installed without any token; this one takes what that has made, in the same image.
    assert not {"before_script", "image"} & set(gitlab)
    assert "$CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH" in gitlab["rules"][0]["if"]
