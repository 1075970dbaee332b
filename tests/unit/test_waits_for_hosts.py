# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every task that many hosts do at once has an end: one that is reached and never answers would hold all the others."""

from __future__ import annotations

import pathlib
import typing as t

import yaml

ROOT: t.Final = pathlib.Path(__file__).resolve().parents[2]
ON_HOSTS: t.Final = {
    f"iij.server_certificate.{name}" for name in ("certificate_file_info", "certificate_install", "csr_register")
}
REPORT: t.Final = ROOT / "roles" / "expiry_report" / "tasks" / "main.yml"


def tasks_on_hosts() -> list[dict[str, t.Any]]:
    """The tasks of playbooks for many hosts, and of the role that reports on all; a play for localhost has one host."""
    files = sorted((ROOT / "playbooks").glob("*.yml"))
    plays = [play for file in files for play in yaml.safe_load(file.read_text(encoding="utf-8")) if "tasks" in play]
    tasks = [task for play in plays if play["hosts"] != "localhost" for task in play["tasks"]]
    return [task for task in (*tasks, *yaml.safe_load(REPORT.read_text(encoding="utf-8"))) if ON_HOSTS & {*task}]


def test_no_host_holds_the_others() -> None:
    tasks = tasks_on_hosts()
    assert len(tasks) == 4
    assert not [task["name"] for task in tasks if "timeout" not in task]


def test_no_fact_of_a_host_says_how_long() -> None:
    """Facts go before what an inventory says, and a host may tell any."""
    said = {str(task["timeout"]) for task in tasks_on_hosts()}
    assert all(text.isdecimal() or text.startswith("{{ hostvars['localhost']") for text in said)
