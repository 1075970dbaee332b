# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""GitHub Actions in small: it runs the jobs of examples/ci as the real one does, in folders of a test."""

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
from ansible_collections.iij.server_certificate.tests.playbooks.code_host_programs import PLAYBOOK
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
class Approval:
    """What a reviewer said: the digest of the plan that was read, of which head; the rest decides whether it counts."""

    digest: str
    head: str = HEAD
    made: int = 0
    approves: bool = True
    author: str = "reviewer"


@dc.dataclass(kw_only=True)
class CodeHost:
    """What both have: a repository, job folders that are new each time, artifacts, and programs that know the host."""

    site: Site
    desk_url: str
    jobs: int = 0
    made: int = 0
    approvals: list[Approval] = dc.field(default_factory=list)
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
        """What was said in the pull or merge request by its jobs."""
        raise NotImplementedError

    def shown_digest(self) -> str:
        """The digest that a reviewer sees last."""
        return re.findall(r"sha256:[0-9a-f]{64}", self.comments()[-1])[-1]

    def approve(self, **said: t.Any) -> None:
        """Approve the plan that was shown last, or say what this test wants."""
        self.made += 1
        self.approvals.append(
            Approval(**{"made": self.made, "digest": said.pop("digest", None) or self.shown_digest(), **said})
        )

    def calls(self, program: str) -> list[Json]:
        """Every call of a program of the host: its arguments, and the desk tokens that it could see."""
        lines = (self.state / "calls.jsonl").read_text(encoding="utf-8").splitlines()
        return [call for call in map(json.loads, lines) if call["program"] == program]

    @property
    def origin(self) -> pathlib.Path:
        """The repository with what was merged so far, which is nothing at first."""
        folder = self.state / "origin"
        if not folder.exists():
            git(self.state, "init", "--quiet", "--initial-branch", "main", "origin")
            git(folder, "commit", "--quiet", "--allow-empty", "--message", "Nothing yet")
        return folder

    def land(self) -> None:
        """Merge what the orders are now."""
        shutil.rmtree(self.origin / "orders", ignore_errors=True)
        shutil.copytree(self.site.orders, self.origin / "orders")
        git(self.origin, "add", "--all")
        git(self.origin, "commit", "--quiet", "--allow-empty", "--message", "Merged")

    def checkout(self) -> pathlib.Path:
        """A folder of its own for a job, with nothing in it but the repository."""
        self.jobs += 1
        folder = self.site.folder / f"job-{self.jobs}"
        git(self.site.folder, "clone", "--quiet", str(self.origin), folder.name)
        shutil.rmtree(folder / "orders", ignore_errors=True)
        shutil.copytree(self.site.orders, folder / "orders")
        shutil.copytree(EXAMPLES / "scripts", folder / "ci")
        shutil.copy(EXAMPLES / "controller.lock", folder / "ci")
        shutil.copy(EXAMPLES / "requirements.yml", folder)
        (folder / "inventory.yml").write_text("all: {}\n", encoding="utf-8")
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
        folder, playbook = self.state / "bin", self.state / PLAYBOOK
        if not playbook.is_symlink():
            playbook.symlink_to(self.site.command)
        for name in ("gh", "pip", "ansible-galaxy"):
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


@dc.dataclass(kw_only=True)
class GitHub(CodeHost):
    """The workflows of examples/ci/github."""

    runs: dict[int, Json] = dc.field(default_factory=dict)
    attempt: int = 1  # of this run: a person can start it again
    moved_on: bool = False  # the branch has other orders by now

    def comments(self) -> list[str]:
        return [file.read_text(encoding="utf-8") for file in sorted(self.state.glob("comment-*"))]

    def propose(self) -> dict[str, Job]:
        """A pull request with what the orders are now."""
        self._begin_run()
        head = {"sha": HEAD, "repo": {"full_name": "example/certificates"}}
        return self._run(
            "certificates.yml", "pull_request", sha="3" * 40, event={"pull_request": {"number": NUMBER, "head": head}}
        )

    def keep_artifact(self, plan: bytes, *, fork: bool) -> None:
        """A further run with the same head: of a second pull request from a fork, or of somebody who may push."""
        folder = self.state / "artifacts" / str(self._begin_run(fork=fork)) / f"plan-{HEAD}"
        folder.mkdir(parents=True)
        (folder / "plan.json").write_bytes(plan)

    def merge(self, *, reviewed: bool = True) -> dict[str, Job]:
        """The push that a merge makes; without a review it is a push past every pull request."""
        self.land()
        reviews = [
            {
                "state": "APPROVED" if said.approves else "COMMENTED",
                "body": f"Fine. {said.digest}\n",
                "commit": {"oid": said.head},
                "author": {"__typename": "Bot" if said.author == "bot" else "User"},
            }
            for said in self.approvals
        ]
        # A pull request of a fork with the same head is merged by the same push.
        pulls = [_pull([]), _pull(reviews)]
        commit = {"associatedPullRequests": {"nodes": pulls if reviewed else []}}
        kept = [
            {"expired": False, "workflow_run": run}
            for run in reversed(self.runs.values())
            if (self.state / "artifacts" / str(run["id"]) / f"plan-{HEAD}").exists()
        ]
        trees = {MERGED: _tree("5"), "main": _tree("6" if self.moved_on else "5")}
        self._answers(
            {
                "graphql": {"data": {"repository": {"object": commit}}},
                "artifacts": {"artifacts": kept},
                "trees": trees,
            }
        )
        self._begin_run()
        return self._run("certificates.yml", "push", sha=MERGED, event={})

    def _begin_run(self, *, fork: bool = False) -> int:
        number = 12 + len(self.runs)
        self.runs[number] = {
            "id": number, "head_sha": HEAD, "repository_id": 1, "head_repository_id": 2 if fork else 1,
        }  # fmt: skip
        return number

    def morning(self) -> dict[str, Job]:
        """The schedule has come."""
        self._begin_run()
        return self._run("scheduled.yml", "schedule", sha=MERGED, event={})

    def _run(self, name: str, trigger: str, *, sha: str, event: Json) -> dict[str, Job]:
        workflow = yaml.safe_load((EXAMPLES / "github" / name).read_text(encoding="utf-8"))
        assert trigger in workflow["on"]
        github = {
            "event_name": trigger,
            "event": event,
            "sha": sha,
            "ref_name": "main",
            "base_ref": "main",
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
            own = {"GITHUB_STEP_SUMMARY": str(summary), "GITHUB_RUN_ATTEMPT": str(self.attempt)}
            status, printed = self.shell(step["run"], folder=folder, env={**told, **own})
            succeeded, output = succeeded and status == 0, output + printed
            if status == -signal.SIGKILL:
                break
        return Job(succeeded, output, summary.read_text(encoding="utf-8") if summary.exists() else "", folder)

    def _uses(self, step: Json, *, folder: pathlib.Path, contexts: Json) -> None:
        action = step["uses"].partition("@")[0]
        assert action in ("actions/checkout", "actions/setup-python", "actions/upload-artifact")
        given = expanded(step.get("with", {}), contexts)
        if action == "actions/checkout" and "path" in given:
            git(folder, "clone", "--quiet", "--branch", given["ref"], str(self.origin), given["path"])
        # The real one only warns when there is nothing to upload.
        if action == "actions/upload-artifact" and (folder / step["with"]["path"]).exists():
            kept = self.state / "artifacts" / str(max(self.runs)) / given["name"]
            shutil.rmtree(kept, ignore_errors=True)
            shutil.copytree(folder / step["with"]["path"], kept)


def git(folder: pathlib.Path, *arguments: str) -> None:
    """Run git as nobody in particular."""
    who = ["-c", "user.name=Nobody", "-c", "user.email=nobody@example.jp"]
    subprocess.run(["git", *who, *arguments], cwd=folder, check=True, capture_output=True)


def _pull(reviews: list[Json]) -> Json:
    return {"merged": True, "baseRefName": "main", "headRefOid": HEAD, "latestOpinionatedReviews": {"nodes": reviews}}


def _tree(digit: str) -> Json:
    return {"tree": [{"path": "ci", "sha": "7" * 40}, {"path": "orders", "sha": digit * 40}]}


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
