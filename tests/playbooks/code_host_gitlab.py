# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""GitLab CI in small: it runs the jobs of examples/ci as the real one does, and its API answers over HTTP."""

from __future__ import annotations

import dataclasses as dc
import shutil
import signal
import typing as t

import yaml
from ansible_collections.iij.server_certificate.tests.playbooks.code_hosts import (
    EXAMPLES,
    HEAD,
    MERGED,
    NUMBER,
    Approval,
    CodeHost,
    Job,
    Json,
)

if t.TYPE_CHECKING:
    import pathlib

    from ansible_collections.iij.server_certificate.tests.playbooks.code_host_api import Api

NOTE_TOKEN: t.Final = "gl-note-token"
READ_TOKEN: t.Final = "gl-read-token"
LIMITED: t.Final = ("IIJ_CERT_ORDER_TOKEN", "CERTIFICATES_READ_TOKEN")
AUTHOR: t.Final = 1
WHO: t.Final = {"author": AUTHOR, "reviewer": 2, "bot": 3}


@dc.dataclass(kw_only=True)
class GitLab(CodeHost):
    """The pipeline of examples/ci/gitlab, and the API that its scripts call."""

    api: Api
    planned: int | None = None

    def __post_init__(self) -> None:
        self.api.tokens = {"POST": NOTE_TOKEN, "GET": READ_TOKEN}

    def comments(self) -> list[str]:
        return list(self.api.posted)

    def propose(self) -> dict[str, Job]:
        """A merge request with what the orders are now."""
        self.made += 1
        self.planned = self.made
        return self._run(
            "merge_request_event",
            CI_COMMIT_SHA=HEAD,
            CI_MERGE_REQUEST_IID=str(NUMBER),
            CI_MERGE_REQUEST_TARGET_BRANCH_NAME="main",
        )

    def merge(self, *, reviewed: bool = True) -> dict[str, Job]:
        """The push that a merge makes; without a review it is a push past every merge request."""
        self.land()
        merged = {"iid": NUMBER, "state": "merged", "target_branch": "main", "sha": HEAD, "author": {"id": AUTHOR}}
        # A merge request of a fork with the same head is merged by the same push; its pipeline ran in the fork.
        fork = {**merged, "iid": NUMBER + 1}
        plan = self.state / "artifacts" / "plan" / "build" / "plan.json"
        done = _pipeline(5, at=self.planned or 0)
        self.api.answers |= {
            f"/repository/commits/{MERGED}/merge_requests": [{**merged, "iid": 3, "state": "closed"}, fork, merged]
            if reviewed
            else [],
            f"/merge_requests/{NUMBER + 1}/approvals": {"approved_by": []},
            f"/merge_requests/{NUMBER + 1}/notes": [],
            f"/merge_requests/{NUMBER + 1}/pipelines": [{**done, "id": 9, "project_id": 2}],
            f"/merge_requests/{NUMBER}/approvals": {
                "approved_by": [{"user": {"id": WHO[said.author]}} for said in self.approvals if said.approves]
            },
            f"/merge_requests/{NUMBER}/notes": [_note(said) for said in self.approvals],
            f"/merge_requests/{NUMBER}/pipelines": [
                {**done, "id": 8, "sha": "5" * 40},
                {**done, "id": 6, "status": "failed"},
                *([done] if plan.exists() else []),
            ],
            "/pipelines/5/jobs": [{"id": 40, "name": "check"}, {"id": 41, "name": "plan"}],
            "/jobs/41/artifacts/build/plan.json": plan,
        }
        return self._run("push", CI_COMMIT_SHA=MERGED, CI_COMMIT_BRANCH="main")

    def morning(self) -> dict[str, Job]:
        """The schedule has come."""
        return self._run("schedule", CI_COMMIT_SHA=MERGED, CI_COMMIT_BRANCH="main")

    def _run(self, source: str, **variables: str) -> dict[str, Job]:
        pipeline = yaml.safe_load((EXAMPLES / "gitlab" / ".gitlab-ci.yml").read_text(encoding="utf-8"))
        project = {**self.secrets, "IIJ_CERT_DESK_URL": self.desk_url}
        tokens = {"CERTIFICATES_NOTE_TOKEN": NOTE_TOKEN, "CERTIFICATES_READ_TOKEN": READ_TOKEN}
        given = {"CI_API_V4_URL": self.api.url, "CI_PROJECT_ID": "1", "CI_DEFAULT_BRANCH": "main"}
        env = {**pipeline["variables"], **project, **tokens, **given, "CI_PIPELINE_SOURCE": source, **variables}
        done: dict[str, Job] = {}
        for stage in pipeline["stages"]:
            for name, job in pipeline.items():
                if isinstance(job, dict) and job.get("stage") == stage and fits(job["rules"], env):
                    if any(not before.succeeded for before in done.values()):
                        return done
                    done[name] = self._job(name, job, before=pipeline["default"]["before_script"], env=env)
        return done

    def _job(self, name: str, job: Json, *, before: list[str], env: dict[str, str]) -> Job:
        """A variable that is limited to an environment goes to the jobs of that environment alone."""
        if job.get("environment") != "certificates":
            env = {key: value for key, value in env.items() if key not in LIMITED}
        folder = self.checkout()
        env = {**env, "CI_PROJECT_DIR": str(folder)}
        if job["stage"] != "install":
            shutil.copytree(self.state / "artifacts" / "install", folder, symlinks=True, dirs_exist_ok=True)
        status, output = self.shell("\n".join([*before, *job["script"]]), folder=folder, env=env)
        if status != -signal.SIGKILL:
            output += self.shell("\n".join(job.get("after_script", [])), folder=folder, env=env)[1]
        artifacts = job["artifacts"]
        if status == 0 or artifacts.get("when") == "always":
            kept = self.state / "artifacts" / name
            shutil.rmtree(kept, ignore_errors=True)
            for path in [*artifacts.get("paths", []), *artifacts.get("reports", {}).values()]:
                keep(folder / path, kept / path)
        return Job(status == 0, output, output, folder)


def keep(made: pathlib.Path, kept: pathlib.Path) -> None:
    """Keep a file or folder of a job; what was not made is no fault."""
    if made.is_dir():
        shutil.copytree(made, kept, symlinks=True)
    elif made.exists():
        kept.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(made, kept)


def _pipeline(number: int, *, at: int) -> Json:
    return {"id": number, "project_id": 1, "sha": HEAD, "status": "success", "created_at": _moment(at)}


def _note(said: Approval) -> Json:
    author = {"id": WHO[said.author]}
    return {"system": False, "author": author, "body": f"Fine. {said.digest}", "created_at": _moment(said.made)}


def _moment(number: int) -> str:
    return f"2026-11-22T00:{number:02}:00.000Z"


def fits(rules: list[Json], env: dict[str, str]) -> bool:
    """Whether a rule of a job is true; the orders have changed in every push here."""

    def side(word: str) -> str | None:
        return word.strip('"') if word.startswith('"') else env.get(word[1:])

    comparisons = ([part.split(" == ") for part in rule["if"].split(" && ")] for rule in rules)
    return any(all(side(left) == side(right) for left, right in parts) for parts in comparisons)
