# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The project's own pipelines, on both code hosts: the commands that people run too, pinned, with no secret."""

from __future__ import annotations

import pathlib
import re
import typing as t

import pytest
import yaml

Json = dict[str, t.Any]

ROOT: t.Final = pathlib.Path(__file__).resolve().parents[2]
GITHUB: t.Final = ROOT / ".github/workflows/ci.yml"
GITLAB: t.Final = ROOT / ".gitlab-ci.yml"
NO_JOBS: t.Final = ("workflow", "default", ".with_python")
INSTALLS: t.Final = "apt-get update -q && apt-get install "


def jobs_of(path: pathlib.Path) -> dict[str, Json]:
    document = yaml.safe_load(path.read_text(encoding="utf-8"))
    return dict(document["jobs"]) if path == GITHUB else {n: job for n, job in document.items() if n not in NO_JOBS}


def commands_of(job: Json) -> list[str]:
    """What a job runs, the installation of packages aside."""
    lines = [step["run"] for step in job.get("steps", []) if "run" in step] + job.get("script", [])
    return [line for line in lines if not line.startswith(INSTALLS)]


def test_both_hosts_run_the_same() -> None:
    github, gitlab = ({name: commands_of(job) for name, job in jobs_of(path).items()} for path in (GITHUB, GITLAB))
    assert github == gitlab
    assert set(github) == {"test", "sanity", "site", "archive"}


@pytest.mark.parametrize("name", ["test", "sanity", "site", "archive"])
def test_each_job_is_one_command_that_people_run_too(name: str) -> None:
    (command,) = commands_of(jobs_of(GITHUB)[name])
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), flags=re.MULTILINE))
    assert command == ".ci/run" or command.removeprefix("make ") in targets


def test_actions_are_pinned_and_get_no_credentials() -> None:
    text = GITHUB.read_text(encoding="utf-8")
    used = re.findall(r"uses: (\S+)(.*)", text)
    assert used and all(re.fullmatch(r"[\w/-]+@[0-9a-f]{40}", action) and "# v" in rest for action, rest in used)
    assert text.count("actions/checkout@") == text.count("persist-credentials: false") == len(jobs_of(GITHUB))


def test_jobs_may_read_the_code_and_no_more() -> None:
    assert yaml.safe_load(GITHUB.read_text(encoding="utf-8"))["permissions"] == {}
    assert {str(job["permissions"]) for job in jobs_of(GITHUB).values()} == {"{'contents': 'read'}"}
    for path in (GITHUB, GITLAB):
        text = path.read_text(encoding="utf-8")
        assert "secrets." not in text and "TOKEN" not in text and "pull_request_target" not in text
