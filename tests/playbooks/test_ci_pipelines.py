# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The pipelines of examples/ci, run job by job against a desk: what was reviewed is bought, once, and nothing else."""

from __future__ import annotations

import concurrent.futures
import json
import os
import re
import shutil
import subprocess
import threading
import time
import typing as t

import pytest
import yaml
from ansible_collections.iij.server_certificate.tests.playbooks.code_host_api import Api
from ansible_collections.iij.server_certificate.tests.playbooks.code_host_gitlab import GitLab
from ansible_collections.iij.server_certificate.tests.playbooks.code_hosts import EXAMPLES, GitHub
from ansible_collections.iij.server_certificate.tests.playbooks.recording_proxy import ORDERING, RecordingProxy
from ansible_collections.iij.server_certificate.tests.playbooks.trial_site import ROOT, registered_once
from packaging.requirements import Requirement

if t.TYPE_CHECKING:
    import pathlib

    from ansible_collections.iij.server_certificate.tests.playbooks.code_hosts import Job
    from ansible_collections.iij.server_certificate.tests.playbooks.trial_site import Site

Json = dict[str, t.Any]
Either = GitHub | GitLab
PATIENCE = 60
WORKFLOWS = {
    file.name: yaml.safe_load(file.read_text(encoding="utf-8")) for file in (EXAMPLES / "github").glob("*.yml")
}
JOBS = [(file, name, job) for file, workflow in WORKFLOWS.items() for name, job in workflow["jobs"].items()]


@pytest.fixture(params=["GitHub", "GitLab"])
def host(request: pytest.FixtureRequest, site: Site) -> t.Iterator[Either]:
    if shutil.which("jq") is None:
        pytest.skip("jq is not installed: the answers of gh cannot be imitated")
    site.write_orders(site.here("www"))
    if request.param == "GitHub":
        yield GitHub(site=site, desk_url=site.desk.url)
        return
    with Api().served() as api:
        yield GitLab(site=site, desk_url=site.desk.url, api=api)


def propose_and_approve(host: Either) -> None:
    """A pull or merge request whose plan is approved as it was shown."""
    planned = host.propose()["plan"]
    assert planned.succeeded, planned.output
    host.approve()


def test_a_mistake_stops_at_the_line_that_has_it(site: Site, host: Either) -> None:
    site.write_orders(site.here("www", product="no_such_product"))
    jobs = host.propose()
    assert not jobs["check"].succeeded, jobs
    assert "plan" not in jobs, "there is no plan of what is wrong"
    if isinstance(host, GitHub):
        assert re.search(
            r"^::error file=orders/web\.yml,line=\d+,col=\d+,title=[A-Z-]+::www: product: ",
            jobs["check"].output,
            re.MULTILINE,
        )
    else:
        (row,) = json.loads((host.state / "artifacts/check/build/complaints.json").read_text(encoding="utf-8"))
        assert (row["location"]["path"], row["severity"]) == ("orders/web.yml", "major")
    assert host.comments() == []


def test_what_was_reviewed_is_bought_once_and_collected(site: Site, host: Either) -> None:
    jobs = host.propose()
    assert list(jobs)[-2:] == ["check", "plan"]
    assert all(job.succeeded for job in jobs.values()), jobs
    assert "Certificates: changes" in jobs["plan"].summary
    (comment,) = host.comments()
    assert "www.example.jp" in comment
    assert site.desk.purchases() == []
    host.approve()
    applied = host.merge()["apply"]
    assert applied.succeeded, applied.output
    registered_once(site, "www")
    again = host.merge()["apply"]
    assert again.succeeded, again.output
    assert "Certificates: waiting" in again.summary
    registered_once(site, "www")
    site.desk.ca_work()
    collected = host.morning()["collect"]
    assert collected.succeeded, collected.output
    assert "Certificates: nothing to do" in collected.summary
    assert site.at("localhost", "www.pem").is_file()
    assert len(site.desk.purchases()) == 1
    installed = [call["tokens"] for program in ("pip", "ansible-galaxy") for call in host.calls(program)]
    assert len(installed) >= len(("propose", "merge", "morning"))
    assert not any("IIJ_CERT_ORDER_TOKEN" in tokens for tokens in installed), "nothing is installed beside it"
    if isinstance(host, GitHub):
        seen = [*installed, *(call["tokens"] for call in host.calls("gh"))]
        assert not any(seen), "none but ansible-playbook sees a token of the desk"
    else:
        assert host.api.seen_elsewhere, "the plan was kept on another host"
        assert "token" not in str(host.api.seen_elsewhere), "which saw no token"


def test_a_reviewer_sees_what_changes_on_hosts(site: Site, host: Either) -> None:
    assert "`www, on its host: install.certificate: - -> " in comment_of(host.propose(), host), (
        "of what is new, everything"
    )
    host.approve()
    assert host.merge()["apply"].succeeded
    order = site.here("www")
    order["install"] |= {"mode": "0640"}
    site.write_orders(order)
    assert "`www, on its host: install.mode: 0644 -> 0640`" in comment_of(host.propose(), host)


def comment_of(jobs: dict[str, Job], host: Either) -> str:
    assert jobs["plan"].succeeded, jobs["plan"].output
    return host.comments()[-1]


def test_what_nobody_reviewed_is_not_bought(site: Site, host: Either) -> None:
    applied = host.merge(reviewed=False)["apply"]
    assert not applied.succeeded
    assert "There is no approved plan for 2222" in applied.output
    assert not host.merge()["apply"].succeeded, "the pull request was merged before its plan was there"
    assert site.desk.purchases() == []


NOT_COUNTED: dict[str, Json] = {
    "another plan": {"digest": f"sha256:{'0' * 64}"},
    "an earlier head": {"head": "4" * 40, "made": 0},
    "no approval": {"approves": False},
    "one who may not": {"author": {GitHub: "bot", GitLab: "author"}},
}


def test_what_is_no_approval_of_this_plan_does_not_count(site: Site, host: Either) -> None:
    assert host.propose()["plan"].succeeded
    for kind, said in NOT_COUNTED.items():
        host.approve(**{key: value[type(host)] if isinstance(value, dict) else value for key, value in said.items()})
        applied = host.merge()["apply"]
        assert not applied.succeeded, kind
        assert "There is no approved plan for 2222" in applied.output, kind
        assert site.desk.purchases() == [], kind
        host.approvals.clear()
    host.approve()
    assert host.merge()["apply"].succeeded, "nothing else was in the way"


def test_a_plan_that_took_the_place_of_the_approved_one_is_not_applied(site: Site, host: Either) -> None:
    propose_and_approve(host)
    site.write_orders(site.here("www"), site.here("api"))
    assert host.propose()["plan"].succeeded
    assert not host.merge()["apply"].succeeded
    assert site.desk.purchases() == [], "what was approved is no longer there, and the rest was never approved"


def test_a_run_of_a_fork_with_the_same_head_is_not_in_the_way(site: Site, host: Either) -> None:
    propose_and_approve(host)
    if isinstance(host, GitHub):
        (plan,) = (host.state / "artifacts").glob("*/plan-*/plan.json")
        host.keep_artifact(plan.read_bytes().replace(b'"order_digest": "sha', b'"order_digest": "not'), fork=True)
        host.keep_artifact(b'{"digest": "sha256:0"}', fork=False)
    applied = host.merge()["apply"]
    assert applied.succeeded, applied.output
    registered_once(site, "www")


@pytest.mark.parametrize("host", ["GitHub"], indirect=True)
def test_an_old_run_that_is_started_again_buys_nothing_that_was_taken_back(site: Site, host: GitHub) -> None:
    """GitLab has settings for that, which refuse a deployment that is not the newest."""
    propose_and_approve(host)
    host.attempt, host.moved_on = 2, True
    applied = host.merge()["apply"]
    assert not applied.succeeded
    assert "it is run again, and orders/ has changed on main since. Nothing was ordered." in applied.output
    assert site.desk.purchases() == []
    host.moved_on = False
    assert host.merge()["apply"].succeeded, "a job that was killed is run again"
    registered_once(site, "www")


@pytest.mark.parametrize("way", ["/merge_requests/7/notes", f"/repository/commits/{'2' * 40}/merge_requests"])
@pytest.mark.parametrize("host", ["GitLab"], indirect=True)
def test_no_token_follows_a_redirection_to_another_host(site: Site, host: GitLab, way: str) -> None:
    host.api.redirected = {way}
    jobs = host.propose()
    assert jobs["plan"].succeeded == (not way.endswith("notes")), (
        "a call that must be answered here is answered nowhere else"
    )
    if jobs["plan"].succeeded:
        host.approve()
        assert not host.merge()["apply"].succeeded
    assert host.api.seen_elsewhere == []
    assert site.desk.purchases() == []


def test_nothing_is_installed_beside_the_order_token(tmp_path: pathlib.Path) -> None:
    environment = {"PATH": os.environ["PATH"], "IIJ_CERT_ORDER_TOKEN": "buys"}
    command = ["bash", str(EXAMPLES / "scripts" / "install.sh")]
    done = subprocess.run(command, env=environment, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "Limit the variable to the environment certificates. Nothing was installed." in done.stderr


def test_a_desk_that_moved_since_the_review_stops_the_merge(site: Site, host: Either) -> None:
    propose_and_approve(host)
    by_hand = {"customer_code": "SG00000001", "common_name": "www.example.jp", "product": "sureserver_cloud"}
    site.desk.api("POST", "/applications", {**by_hand, "term": "6 months", "usage": "other", "terms_agreed": True})
    applied = host.merge()["apply"]
    assert not applied.succeeded
    assert "Certificates: error: the report" in applied.summary
    assert "PLAN-DESK-MOVED" in (applied.folder / "build" / "apply.json").read_text(encoding="utf-8")
    assert site.desk.purchases() == [None], "nothing was bought beside what was ordered by hand"


def test_a_job_that_was_killed_is_run_again_and_buys_nothing_twice(site: Site, host: Either) -> None:
    site.write_orders(site.here("www"), site.here("api"))
    killed, again = threading.Event(), threading.Event()

    def hold_the_answer(request: bytes) -> bool:
        return again.is_set() or not (request.startswith(ORDERING) and killed.wait(PATIENCE))

    with (
        RecordingProxy(site.desk.url, on_answer=hold_the_answer) as line,
        concurrent.futures.ThreadPoolExecutor() as pool,
    ):
        host.desk_url = line.url  # of the plan too, which is for its desk
        propose_and_approve(host)
        merging = pool.submit(host.merge)
        deadline = time.monotonic() + PATIENCE
        while not site.desk.purchases() and not merging.done():
            assert time.monotonic() < deadline
            time.sleep(0.02)
        host.kill()
        killed.set()
        assert not merging.result(PATIENCE)["apply"].succeeded
        assert 1 <= len(site.desk.purchases()) <= 2
        again.set()
        line.is_cut = False
        applied = host.merge()["apply"]
    assert applied.succeeded, applied.output
    registered_once(site, "api", "www")


@pytest.mark.parametrize("verdict", ["nothing_to_do", "changes", "waiting", "unknown", "error", "none"])
def test_every_verdict_is_told_apart(verdict: str, tmp_path: pathlib.Path) -> None:
    if verdict != "none":
        (tmp_path / "apply.json").write_text(json.dumps({"verdict": verdict}), encoding="utf-8")
        (tmp_path / "apply.md").write_text("the report", encoding="utf-8")
    summary = tmp_path / "summary.md"
    command = ["bash", str(EXAMPLES / "scripts" / "tell.sh"), str(tmp_path / "apply")]
    environment = {"PATH": os.environ["PATH"], "GITHUB_STEP_SUMMARY": str(summary)}
    told = subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout.strip()
    expected = "error: the run ended before" if verdict == "none" else f"{verdict.replace('_', ' ')}: "
    assert told.startswith(f"Certificates: {expected}")
    page = summary.read_text(encoding="utf-8")
    assert page.startswith(f"**{told}**\n")
    assert ("the report\n" in f"{page}\n") == (verdict != "none")


@pytest.mark.parametrize(("file", "name", "job"), JOBS)
def test_workflow_jobs_may_do_what_they_need_and_no_more(file: str, name: str, job: Json) -> None:
    assert WORKFLOWS[file]["permissions"] == {}
    writes = {scope for scope, right in job["permissions"].items() if right == "write"}
    assert writes == ({"pull-requests"} if name == "plan" else set())
    assert set(job["permissions"].values()) <= {"read", "write"}
    for step in job["steps"]:
        action, _, commit = step.get("uses", "").partition("@")
        assert not action or (action.startswith("actions/") and re.fullmatch("[0-9a-f]{40}", commit)), (
            "a tag can be moved"
        )
        assert action != "actions/checkout" or step["with"]["persist-credentials"] is False
        assert "${{" not in step.get("run", ""), "what others wrote reaches a shell as a variable only"
    secrets = {value for step in job["steps"] for value in re.findall(r"secrets\.(\w+)", str(step))}
    assert (
        secrets
        == {
            "check": set(),
            "plan": {"IIJ_CERT_REGISTER_TOKEN"},
            "apply": {"IIJ_CERT_ORDER_TOKEN", "IIJ_CERT_REGISTER_TOKEN"},
            "collect": {"IIJ_CERT_REGISTER_TOKEN"},
        }[name]
    )
    assert "secrets." not in str({**job, "steps": []}), "a secret is given to one step, not to a job"
    assert (job.get("environment") == "certificates") == (name == "apply")


@pytest.mark.parametrize("file", WORKFLOWS)
def test_pinned_actions_say_their_version(file: str) -> None:
    lines = [line for line in (EXAMPLES / "github" / file).read_text(encoding="utf-8").splitlines() if "uses:" in line]
    assert all(re.search(r"@[0-9a-f]{40}  # v\d+\.\d+\.\d+$", line) for line in lines)


def test_gitlab_jobs_name_no_token_of_theirs() -> None:
    text = (EXAMPLES / "gitlab" / ".gitlab-ci.yml").read_text(encoding="utf-8")
    assert not re.search(r"\$\{?(IIJ_CERT_ORDER|CERTIFICATES_)", text), "a command line is seen by all of the machine"
    jobs = {name: job for name, job in yaml.safe_load(text).items() if isinstance(job, dict) and "script" in job}
    assert [name for name, job in jobs.items() if job.get("environment") == "certificates"] == ["apply"]


@pytest.mark.parametrize("page", ["README.md", "README.ja.md"])
def test_each_token_of_gitlab_has_the_least_role(page: str) -> None:
    """A token of a Maintainer, which is what GitLab makes unless it is told otherwise, reads the token that buys."""
    rows = [line for line in (EXAMPLES / page).read_text(encoding="utf-8").splitlines() if "| `CERTIFICATES_" in line]
    assert [re.findall(r"_(NOTE|READ)_TOKEN` .*\*\*(\w+)\*\*.*`(\w+)`", row) for row in rows] == [
        [("NOTE", "Reporter", "api")],
        [("READ", "Reporter", "certificates")],
    ]
    assert "`read_api`" in rows[1]


def test_the_lock_is_of_what_the_collection_needs() -> None:
    lock = (EXAMPLES / "controller.lock").read_text(encoding="utf-8")
    entries = re.findall(
        r"^([a-z0-9-]+)==(\S+)(?: ;[^\\]*)? \\\n((?:    --hash=sha256:[0-9a-f]{64}(?: \\)?\n)+)", lock, re.MULTILINE
    )
    assert len(entries) == len(re.findall("^[a-z]", lock, re.MULTILINE)), "each entry has a version and hashes"
    locked: dict[str, list[str]] = {}
    for name, version, _hashes in entries:
        locked.setdefault(name, []).append(version)
    needed = [*(ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines(), "ansible-core>=2.19,<2.22"]
    for requirement in map(Requirement, (line for line in needed if line and not line.startswith("#"))):
        assert all(map(requirement.specifier.contains, locked[requirement.name]))


@pytest.mark.parametrize(
    "path", ["orders/", "ci/", ".github/", ".gitlab-ci.yml", "inventory.yml", "requirements.yml", "ansible.cfg"]
)
def test_what_decides_about_money_has_an_owner(path: str) -> None:
    lines = (EXAMPLES / "CODEOWNERS").read_text(encoding="utf-8").splitlines()
    owners = dict(line.split(maxsplit=1) for line in lines if line and not line.startswith("#"))
    assert owners[f"/{path}"].startswith("@")
    assert owners["*"].startswith("@")


def test_scripts_are_clean() -> None:
    if shutil.which("shellcheck") is None:
        pytest.skip("shellcheck is not installed")
    subprocess.run(["shellcheck", *map(str, (EXAMPLES / "scripts").glob("*.sh"))], check=True)


@pytest.mark.parametrize("file", ["github/certificates.yml", "gitlab/.gitlab-ci.yml"])
def test_apply_is_told_the_approved_digest(file: str) -> None:
    text = " ".join((EXAMPLES / file).read_text(encoding="utf-8").split())
    (command,) = re.findall(
        r"ansible-playbook iij\.server_certificate\.apply .*?-e certificate_reports_path=build", text
    )
    assert '-e certificate_plan_digest="$(cat reviewed/digest)"' in command
