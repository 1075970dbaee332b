# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The example project of AWX under its engine, ansible-runner: private data directories that share only the desk."""

from __future__ import annotations

import dataclasses as dc
import json
import os
import pathlib
import shutil
import subprocess
import typing as t

import pytest
from ansible_collections.iij.server_certificate.tests.contract.desk_process import TOOLS
from ansible_collections.iij.server_certificate.tests.playbooks.packed_modules import commands_in
from ansible_collections.iij.server_certificate.tests.playbooks.test_renewals_over_ssh import WINDOW
from ansible_collections.iij.server_certificate.tests.playbooks.trial_site import ROOT, Site, registered_once

Json = dict[str, t.Any]

PROJECT: t.Final = ROOT / "examples" / "awx" / "project"
CREDENTIALS: t.Final = ("IIJ_CERT_ORDER_TOKEN", "IIJ_CERT_REGISTER_TOKEN")
PATIENCE: t.Final = 240
SURVEY: t.Final = {"certificate_max_new_orders": 20, "certificate_max_renewals": 20}
NAMES: t.Final = [f"n{number}" for number in range(7)]


@dc.dataclass(frozen=True)
class Job:
    """One job of AWX: a private data directory, which holds its home too, as in a container."""

    folder: pathlib.Path
    process: subprocess.Popen[bytes]

    def finish(self, *, fails: bool = False) -> Job:
        self.process.communicate(timeout=PATIENCE)
        assert (self.process.returncode != 0) == fails, self.output
        assert self.read("rc") == str(self.process.returncode)
        assert self.read("status") == ("failed" if fails else "successful")
        return self

    def read(self, artifact: str) -> str:
        return (self.folder / "artifacts" / "1" / artifact).read_text(encoding="utf-8")

    def artifacts_with(self, words: t.Iterable[str]) -> list[str]:
        """Name the artifacts that hold one of these words; `command` is ansible-runner's record of the environment."""
        files = [file for file in (self.folder / "artifacts" / "1").rglob("*") if file.is_file()]
        return [file.name for file in files if any(word in file.read_text("utf-8") for word in words)]

    @property
    def output(self) -> str:
        return self.read("stdout")

    @property
    def events(self) -> list[Json]:
        files = (self.folder / "artifacts" / "1" / "job_events").glob("[0-9]*.json")
        return sorted((json.loads(file.read_text("utf-8")) for file in files), key=lambda event: event["counter"])

    @property
    def artifacts(self) -> Json:
        """What the job hands to the nodes that follow it in a workflow, as AWX reads it."""
        (closing,) = [event for event in self.events if event["event"] == "playbook_on_stats"]
        return t.cast("Json", closing["event_data"]["artifact_data"])


def launch(site: Site, playbook: str, **variables: t.Any) -> Job:
    """Start a job as AWX does: the project is copied, credentials are environment, answers of a survey variables."""
    folder = site.folder / f"job-{next(site.counter)}"
    shutil.copytree(PROJECT, folder / "project")
    shutil.copytree(site.orders, folder / "project" / "orders")
    ours = ("IIJ_CERT_DESK_URL", *CREDENTIALS, "ANSIBLE_SSH_", "ANSIBLE_COLLECTIONS_PATH", "ANSIBLE_PIPELINING")
    injected = {name: value for name, value in site.environment().items() if name.startswith(ours)}
    for name, content in {
        "inventory/hosts.json": site.inventory(),
        "env/envvars": {**injected, "HOME": str(folder / "home"), "LC_ALL": "C.UTF-8"},
        "env/extravars": {"certificate_orders": "orders/", **SURVEY, **variables},
    }.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(json.dumps(content), encoding="utf-8")
    (folder / "home").mkdir()
    process = subprocess.Popen(
        [
            TOOLS / "ansible-runner",
            "run",
            folder,
            "--playbook",
            playbook,
            "--ident",
            "1",
            "--quiet",
            "--omit-env-files",
        ],
        env={
            "PATH": os.pathsep.join((str(commands_in(os.environ)), str(TOOLS), os.environ["PATH"])),
            "HOME": str(folder / "home"),
        },
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    return Job(folder, process)


def together(site: Site, playbook: str, *variables: Json) -> list[Job]:
    """Jobs that are started at once, each with variables of its own."""
    return [job.finish() for job in [launch(site, playbook, **each) for each in variables]]


def test_a_workflow_applies_what_was_approved_or_nothing(site: Site) -> None:
    site.write_orders(site.target("www", "web1"), site.here("cdn"))
    plan = launch(site, "plan.yml").finish()
    approved = plan.artifacts
    assert approved == {"certificate_plan_digest": approved["certificate_plan_digest"]}
    assert approved["certificate_plan_digest"] in plan.output, "it is what the person who approves reads"

    assert "there is no digest of an approved plan" in launch(site, "apply.yml").finish(fails=True).output
    site.write_orders(site.target("www", "web1"), site.here("cdn"), site.here("more"))
    moved = launch(site, "apply.yml", **approved).finish(fails=True)
    assert "PLAN-" in moved.output and site.desk.purchases() == []

    site.write_orders(site.target("www", "web1"), site.here("cdn"))
    apply = launch(site, "apply.yml", **approved).finish()
    registered_once(site, "www", "cdn")
    ledger = list((apply.folder / "home/.local/state/iij.server_certificate").glob("*.ledger.jsonl"))
    assert len(ledger) == 1, "it ends with the container, unless it is on a volume"
    assert {name for job in (plan, moved, apply) for name in job.artifacts_with(site.desk.tokens)} == {"command"}


def test_two_engines_that_share_nothing_buy_once(site: Site) -> None:
    site.write_orders(site.target("www", "web1"), *(site.here(name) for name in NAMES))
    (plan,) = together(site, "plan.yml", {})
    jobs = [launch(site, "apply.yml", **plan.artifacts) for _ in range(2)]
    for job in jobs:
        job.process.communicate(timeout=PATIENCE)
    registered_once(site, "www", *NAMES)


@pytest.mark.long
def test_a_life_in_slices(site: Site) -> None:
    """Plan, approved apply, collecting, renewal and its installation, each by three jobs at once."""
    names = [f"n{number}" for number in range(9)]
    site.desk.begin_long_ago(days_left=25)
    site.write_orders(*(site.target(name, ("web1", "web2")[n % 2], **WINDOW) for n, name in enumerate(names)))
    slices: list[Json] = [{"certificate_slice": f"{number}/3"} for number in (1, 2, 3)]
    plans = together(site, "plan.yml", *slices)
    together(site, "apply.yml", *({**each, **plan.artifacts} for each, plan in zip(slices, plans, strict=True)))
    registered_once(site, *names)
    site.desk.ca_work()
    together(site, "renew.yml", *slices)
    first = site.snapshot()
    assert len([file for file in first if file.endswith(".pem") and "-chain" not in file]) == len(names)

    site.desk.enter_window()
    due = [{**each, "certificate_spread": False} for each in slices]
    together(site, "renew.yml", *due)
    kinds = [(row["kind"], row["client_reference"].split("/")[1]) for row in purchases(site)]
    assert sorted(kinds) == sorted([("new", name) for name in names] + [("renewal", name) for name in names])
    site.desk.ca_work()
    together(site, "renew.yml", *due)
    after = site.snapshot()
    certificates = [file for file in after if file.endswith(".pem") and "-chain" not in file]
    assert len(certificates) == len(names) and not [file for file in certificates if after[file] == first[file]]
    assert len(purchases(site)) == 2 * len(names)


def purchases(site: Site) -> list[Json]:
    return t.cast("list[Json]", site.desk.control("GET", "/purchases")["results"])
