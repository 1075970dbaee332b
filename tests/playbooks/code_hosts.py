# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""GitHub Actions and GitLab CI in small: they run the jobs of examples/ci as the real ones do, in folders of a test."""

from __future__ import annotations

import dataclasses as dc
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import typing as t

import yaml
from ansible_collections.iij.server_certificate.tests.contract.desk_process import TOOLS
from ansible_collections.iij.server_certificate.tests.playbooks.trial_site import ROOT

if t.TYPE_CHECKING:
    from ansible_collections.iij.server_certificate.tests.playbooks.trial_site import Site

Json = dict[str, t.Any]

EXAMPLES: t.Final = ROOT / "examples" / "ci"
PROGRAMS: t.Final = pathlib.Path(__file__).with_name("code_host_programs.py")
HEAD, MERGED, NUMBER = "1" * 40, "2" * 40, 7
ALWAYS: t.Final = "${{ !cancelled() }}"


class Job(t.NamedTuple):
    """A finished job: what it printed, what its page shows, and where it worked."""

    succeeded: bool
    output: str
    summary: str
    folder: pathlib.Path


@dc.dataclass(kw_only=True)
class CodeHost:
    """What both have: a repository, job folders that are new each time, artifacts, and programs that know the host."""

    site: Site
    desk_url: str
    jobs: int = 0
    running: subprocess.Popen[str] | None = None

    @property
    def state(self) -> pathlib.Path:
        """What the host keeps: artifacts, comments, and what it answers to its programs."""
        folder = self.site.folder / "code-host"
        (folder / "artifacts").mkdir(parents=True, exist_ok=True)
        return folder

    @property
    def secrets(self) -> dict[str, str]:
        order, register = self.site.desk.tokens
        return {"IIJ_CERT_ORDER_TOKEN": order, "IIJ_CERT_REGISTER_TOKEN": register}

    def comments(self) -> list[str]:
        return [file.read_text(encoding="utf-8") for file in sorted(self.state.glob("comment-*"))]

    def calls(self, program: str) -> list[Json]:
        """Every call of a program of the host: its arguments, and the desk tokens that it could see."""
        lines = (self.state / "calls.jsonl").read_text(encoding="utf-8").splitlines()
        return [call for call in map(json.loads, lines) if call["program"] == program]

    def checkout(self) -> pathlib.Path:
        """A folder of its own for a job, with nothing in it but the repository."""
        self.jobs += 1
        folder = self.site.folder / f"job-{self.jobs}"
        shutil.copytree(self.site.orders, folder / "orders")
        shutil.copytree(EXAMPLES / "scripts", folder / "ci")
        (folder / "inventory.yml").write_text("all: {}\n", encoding="utf-8")
        (folder / "requirements.yml").write_text("collections: [iij.server_certificate]\n", encoding="utf-8")
        return folder

    def shell(self, script: str, *, folder: pathlib.Path, env: dict[str, str]) -> tuple[int, str]:
        """Run a step with this environment and no other variable of ours."""
        kept = {
            name: value
            for name, value in self.site.environment().items()
            if not name.startswith(("IIJ_CERT_", "ANSIBLE_COLLECTIONS", "ANSIBLE_CALLBACK", "CI", "GITHUB_", "GITLAB_"))
        }
        self.running = subprocess.Popen(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script],
            cwd=folder,
            env={
                **kept,
                "PATH": f"{self._programs()}:{TOOLS}:{kept['PATH']}",
                "XDG_STATE_HOME": str(folder / "state"),
                **env,
            },
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        output, _ = self.running.communicate(timeout=120)
        for secret in self.site.desk.tokens:
            assert secret not in output, output
        return self.running.returncode, output

    def kill(self) -> None:
        """What a runner does that is taken away: nothing of the job is left, and no later step runs."""
        assert self.running is not None
        os.killpg(self.running.pid, signal.SIGKILL)

    def _programs(self) -> pathlib.Path:
        folder = self.state / "bin"
        for name in ("gh", "curl", "pip", "ansible-galaxy"):
            program = folder / name
            if not program.exists():
                folder.mkdir(exist_ok=True)
                program.write_text(
                    f'#!/bin/sh\nexec {sys.executable} {PROGRAMS} {self.state} {name} "$@"\n', encoding="utf-8"
                )
                program.chmod(0o755)
        return folder

    def _answers(self, answers: Json) -> None:
        (self.state / "answers.json").write_text(json.dumps(answers), encoding="utf-8")


class GitHub(CodeHost):
    """The workflows of examples/ci/github."""

    def propose(self) -> dict[str, Job]:
        """A pull request with what the orders are now."""
        head = {"sha": HEAD, "repo": {"full_name": "example/certificates"}}
        return self._run(
            "certificates.yml", "pull_request", sha="3" * 40, event={"pull_request": {"number": NUMBER, "head": head}}
        )

    def merge(self, *, reviewed: bool = True) -> dict[str, Job]:
        """The push that a merge makes; without a review it is a push past every pull request."""
        pulls = [
            {"merged_at": None, "head": {"sha": "4" * 40}},
            {"merged_at": "2026-11-22T00:00:00Z", "head": {"sha": HEAD}},
        ]
        planned = (self.state / "artifacts" / f"plan-{HEAD}").exists()
        self._answers({"pulls": pulls if reviewed else [], "runs": [{"databaseId": 12}] if planned else []})
        return self._run("certificates.yml", "push", sha=MERGED, event={})

    def morning(self) -> dict[str, Job]:
        """The schedule has come."""
        return self._run("scheduled.yml", "schedule", sha=MERGED, event={})

    def _run(self, name: str, trigger: str, *, sha: str, event: Json) -> dict[str, Job]:
        workflow = yaml.safe_load((EXAMPLES / "github" / name).read_text(encoding="utf-8"))
        assert trigger in workflow["on"]
        github = {
            "event_name": trigger,
            "event": event,
            "sha": sha,
            "repository": "example/certificates",
            "token": "gh-token",
        }
        contexts = {"github": github, "secrets": self.secrets, "vars": {"IIJ_CERT_DESK_URL": self.desk_url}}
        done: dict[str, Job] = {}
        for job_name, job in workflow["jobs"].items():
            needed = job.get("needs")
            if holds(job.get("if"), contexts) and (needed is None or (needed in done and done[needed].succeeded)):
                done[job_name] = self._job(job, env=workflow["env"], contexts=contexts)
        return done

    def _job(self, job: Json, *, env: dict[str, str], contexts: Json) -> Job:
        folder, succeeded, output = self.checkout(), True, ""
        summary = folder / "summary.md"
        for step in job["steps"]:
            if not succeeded and step.get("if") != ALWAYS:
                continue
            if "uses" in step:
                self._uses(step, folder=folder, contexts=contexts)
                continue
            told = expanded({**env, **step.get("env", {})}, contexts)
            status, printed = self.shell(step["run"], folder=folder, env={**told, "GITHUB_STEP_SUMMARY": str(summary)})
            succeeded, output = succeeded and status == 0, output + printed
            if status == -signal.SIGKILL:
                break
        return Job(succeeded, output, summary.read_text(encoding="utf-8") if summary.exists() else "", folder)

    def _uses(self, step: Json, *, folder: pathlib.Path, contexts: Json) -> None:
        action = step["uses"].partition("@")[0]
        assert action in ("actions/checkout", "actions/setup-python", "actions/upload-artifact")
        # The real one only warns when there is nothing to upload.
        if action == "actions/upload-artifact" and (folder / step["with"]["path"]).exists():
            kept = self.state / "artifacts" / expanded(step["with"], contexts)["name"]
            shutil.rmtree(kept, ignore_errors=True)
            shutil.copytree(folder / step["with"]["path"], kept)


class GitLab(CodeHost):
    """The pipeline of examples/ci/gitlab."""

    def propose(self) -> dict[str, Job]:
        """A merge request with what the orders are now."""
        return self._run("merge_request_event", CI_COMMIT_SHA=HEAD, CI_MERGE_REQUEST_IID=str(NUMBER))

    def merge(self, *, reviewed: bool = True) -> dict[str, Job]:
        """The push that a merge makes; without a review it is a push past every merge request."""
        requests = [{"iid": 3, "state": "closed"}, {"iid": NUMBER, "state": "merged"}]
        planned = (self.state / "artifacts" / "plan").exists()
        answers = {
            f"/repository/commits/{MERGED}/merge_requests": requests if reviewed else [],
            f"/merge_requests/{NUMBER}/pipelines": [
                {"id": 6, "status": "failed"},
                *([{"id": 5, "status": "success"}] if planned else []),
            ],
            "/pipelines/5/jobs": [{"id": 40, "name": "check"}, {"id": 41, "name": "plan"}],
        }
        self._answers({**answers, "/jobs/41/artifacts": "plan"})
        return self._run("push", CI_COMMIT_SHA=MERGED, CI_COMMIT_BRANCH="main")

    def morning(self) -> dict[str, Job]:
        """The schedule has come."""
        return self._run("schedule", CI_COMMIT_SHA=MERGED, CI_COMMIT_BRANCH="main")

    def _run(self, source: str, **variables: str) -> dict[str, Job]:
        pipeline = yaml.safe_load((EXAMPLES / "gitlab" / ".gitlab-ci.yml").read_text(encoding="utf-8"))
        project = {**self.secrets, "IIJ_CERT_DESK_URL": self.desk_url, "CERTIFICATES_API_TOKEN": "gl-token"}
        given = {"CI_API_V4_URL": "https://gitlab.example/api/v4", "CI_PROJECT_ID": "1", "CI_DEFAULT_BRANCH": "main"}
        env = {**pipeline["variables"], **project, **given, "CI_PIPELINE_SOURCE": source, **variables}
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
            env = {key: value for key, value in env.items() if key != "IIJ_CERT_ORDER_TOKEN"}
        folder = self.checkout()
        status, output = self.shell("\n".join([*before, *job["script"]]), folder=folder, env=env)
        if status != -signal.SIGKILL:
            output += self.shell("\n".join(job.get("after_script", [])), folder=folder, env=env)[1]
        artifacts = job["artifacts"]
        for path in [*artifacts.get("paths", []), *artifacts.get("reports", {}).values()]:
            if (folder / path).exists() and (status == 0 or artifacts.get("when") == "always"):
                kept = self.state / "artifacts" / name
                shutil.rmtree(kept, ignore_errors=True)
                shutil.copytree((folder / path) if path.endswith("/") else (folder / path).parent, kept / "build")
        return Job(status == 0, output, output, folder)


def expanded(texts: Json, contexts: Json) -> dict[str, str]:
    """Each text with its `${{ }}` filled in."""
    return {
        name: re.sub(r"\$\{\{ ([\w.]+) \}\}", lambda found: value_of(found[1], contexts), str(text))
        for name, text in texts.items()
    }


def holds(condition: str | None, contexts: Json) -> bool:
    """Whether the `if` of a job is true: nothing, or one comparison."""
    if condition is None:
        return True
    left, right = (value_of(side, contexts) for side in condition.split(" == "))
    return left == right


def value_of(word: str, contexts: Json) -> str:
    if word.startswith("'"):
        return word.strip("'")
    found: t.Any = contexts
    for part in word.split("."):
        found = found.get(part, {})
    return str(found or "")


def fits(rules: list[Json], env: dict[str, str]) -> bool:
    """Whether a rule of a job is true; the orders have changed in every push here."""

    def side(word: str) -> str | None:
        return word.strip('"') if word.startswith('"') else env.get(word[1:])

    comparisons = ([part.split(" == ") for part in rule["if"].split(" && ")] for rule in rules)
    return any(all(side(left) == side(right) for left, right in parts) for parts in comparisons)
