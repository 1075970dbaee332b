# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A user's place of work: order files, inventory, environment, and ansible-playbook as a user runs it."""

from __future__ import annotations

import collections
import contextlib
import dataclasses as dc
import itertools
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import typing as t

import yaml
from ansible_collections.iij.server_certificate.tests.canary import canary_environment
from ansible_collections.iij.server_certificate.tests.contract import sample_orders as sample
from ansible_collections.iij.server_certificate.tests.contract.desk_process import TOOLS, running_desk
from ansible_collections.iij.server_certificate.tests.playbooks.forked_ansible import run_playbook
from ansible_collections.iij.server_certificate.tests.playbooks.packed_modules import commands_in

if t.TYPE_CHECKING:
    from ansible_collections.iij.server_certificate.tests.contract.desk_process import DeskControl
    from ansible_collections.iij.server_certificate.tests.playbooks.ssh_hosts import SshHost

Json = dict[str, t.Any]

HERE: t.Final = pathlib.Path(__file__).resolve().parent
ROOT: t.Final = HERE.parents[1]
PATIENCE: t.Final = 120  # seconds that a playbook may take
PORTFOLIO_DEFAULTS: t.Final = {
    "customer_code": "SG00000001",
    "term": "6 months",
    "usage": "other",
    "subject": sample.SUBJECT,
    "applicant": sample.APPLICANT,
    "terms_agreed": True,
}


class Task(t.NamedTuple):
    """The result of one task on one host."""

    host: str
    task: str
    action: str
    outcome: str
    result: Json


def _state(task: Task) -> object:
    return task.result.get("invocation", {}).get("module_args", {}).get("state")


@dc.dataclass(frozen=True, kw_only=True)
class Run:
    """A finished ansible-playbook."""

    status: int
    output: str
    tasks: tuple[Task, ...]

    def of(self, action: str, host: str = "localhost") -> Json:
        """The result of this action on this host that tells what came of it.

        Of a portfolio it is the task that buys, else the first one, since apply.yml looks once more when it has done
        something; of other work the last one, since hosts prepare before anything is registered, and are asked before
        anything is installed.
        """
        done = [task for task in self.tasks if task.outcome != "skipped" and (task.action, task.host) == (action, host)]
        if action != "cert_portfolio":
            return done[-1].result
        return next((task.result for task in done if _state(task) == "applied"), done[0].result)

    def changed(self) -> set[tuple[str, str]]:
        """Host and action of every task that reports a change."""
        return {(task.host, task.action) for task in self.tasks if task.result.get("changed")}

    def recap(self) -> dict[str, dict[str, int]]:
        """The figures of Ansible's closing lines, by host."""
        lines = re.findall(r"^(\S+)\s+: (ok=\d.*)$", self.output, re.MULTILINE)
        return {host: {k: int(v) for k, v in re.findall(r"(\w+)=(\d+)", figures)} for host, figures in lines}


@dc.dataclass(frozen=True, kw_only=True)
class Site:
    """Everything of one user: nothing outside `folder` is read or written, except for the hosts' sshd and the desk."""

    folder: pathlib.Path
    control_paths: pathlib.Path  # its path must be short, for it is a part of the names of sockets
    desk: DeskControl
    hosts: dict[str, SshHost]
    counter: t.Iterator[int]
    tools: pathlib.Path = TOOLS  # where ansible-playbook is

    @property
    def command(self) -> pathlib.Path:
        """The ansible-playbook of this site."""
        return (commands_in(os.environ) if self.tools == TOOLS else self.tools) / "ansible-playbook"

    @property
    def orders(self) -> pathlib.Path:
        return self.folder / "orders"

    def at(self, host: str, file: str = "") -> pathlib.Path:
        """A file in the folder that stands for the disk of this host."""
        folder = self.folder / "hosts" / host
        folder.mkdir(parents=True, exist_ok=True)
        return folder / file

    def write_orders(self, *orders: Json, file: str = "web.yml", **defaults: t.Any) -> None:
        """An order file with these orders under the usual defaults."""
        document = {"version": 1, "defaults": {**PORTFOLIO_DEFAULTS, **defaults}, "orders": list(orders)}
        self.write(f"orders/{file}", yaml.safe_dump(document, allow_unicode=True, sort_keys=False))

    def write(self, name: str, text: str) -> pathlib.Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def target(self, name: str, host: str, **changes: t.Any) -> Json:
        """An order whose key is made on a host and whose certificate is installed there."""
        key = {"path": str(self.at(host, f"{name}.key"))}
        return {**self._order(name, host), "csr_origin": "target", "host": host, "key": key, **changes}

    def here(self, name: str, **changes: t.Any) -> Json:
        """An order without a host: IIJ makes its key, and its certificate is installed on the controller."""
        return {**self._order(name, "localhost"), "csr_origin": "service", **changes}

    def _order(self, name: str, host: str) -> Json:
        return {
            "name": name,
            "common_name": f"{name}.example.jp",
            "product": "sureserver_cloud",
            "install": {
                "certificate": str(self.at(host, f"{name}.pem")),
                "chain": str(self.at(host, f"{name}-chain.pem")),
            },
        }

    def run(self, playbook: str, *arguments: str, fails: bool = False, **environment: str) -> Run:
        """Run a playbook to its end; it must fail or succeed as expected, in a form fit for people."""
        if self.tools != TOOLS:
            return self.finished(*self.start(playbook, *arguments, **environment), fails=fails)
        command, variables, record = self._call(playbook, arguments, environment)
        said = record.with_suffix(".txt")
        status = run_playbook(command[1:], folder=self.folder, environment=variables, output=said, patience=PATIENCE)
        return self._judged(status, said.read_text(encoding="utf-8"), record, fails=fails)

    def start(self, playbook: str, *arguments: str, **environment: str) -> tuple[subprocess.Popen[str], pathlib.Path]:
        """Start a playbook in a process group of its own: one of the collection by its short name, or a file."""
        command, variables, record = self._call(playbook, arguments, environment)
        process = subprocess.Popen(
            command,
            cwd=self.folder,
            env=variables,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        return process, record

    def _call(
        self, playbook: str, arguments: tuple[str, ...], environment: dict[str, str]
    ) -> tuple[list[str], dict[str, str], pathlib.Path]:
        """The command line of a playbook, its environment, and the file that takes the results of its tasks."""
        record = self.folder / f"results-{next(self.counter)}.jsonl"
        named = playbook if playbook.endswith(".yml") else f"iij.server_certificate.{playbook}"
        inventory = self.write("inventory.yml", yaml.safe_dump(self.inventory()))
        command = [
            str(self.command), named, "-i", str(inventory),
            "-e", f"certificate_orders={self.orders}", *arguments,
        ]  # fmt: skip
        variables = {**self.environment(), "RECORD_RESULTS": str(record), **environment}
        return command, {name: value for name, value in variables.items() if value}, record

    def finished(self, process: subprocess.Popen[str], record: pathlib.Path, *, fails: bool | None = False) -> Run:
        """Wait for a playbook to end; it must fail or succeed as expected (None: either)."""
        output, _ = process.communicate(timeout=PATIENCE)
        return self._judged(process.returncode, output, record, fails=fails)

    def _judged(self, status: int, output: str, record: pathlib.Path, *, fails: bool | None) -> Run:
        lines = record.read_text(encoding="utf-8").splitlines() if record.exists() else []
        run = Run(status=status, output=output, tasks=tuple(Task(**json.loads(line)) for line in lines))
        assert fails is None or (run.status != 0) == fails, output
        for unfit in ("DEPRECATION WARNING", "Traceback", "[ERROR]: Unexpected", *self.desk.tokens):
            assert unfit not in output, output
        assert not [task for task in run.tasks if task.result.get("deprecations")]
        return run

    def snapshot(self, *hosts: str) -> dict[str, tuple[bytes, int]]:
        """Content and mode of every file on these hosts, except for what links lead to."""
        found = (file for host in hosts or self.hosts for file in self.at(host).rglob("[!.]*"))
        files = [file for file in found if file.is_file() and ".set/" not in str(file)]
        return {str(file): (file.read_bytes(), file.stat().st_mode & 0o7777) for file in files}

    def inventory(self) -> Json:
        hosts = {
            name: {
                **host.variables(),
                "ansible_python_interpreter": sys.executable,
                "ansible_remote_tmp": str(self.folder / "remote-tmp" / name),
            }
            for name, host in self.hosts.items()
        }
        return {"all": {"hosts": hosts}}

    def environment(self) -> dict[str, str]:
        """What a shell of this user has set: the desk's address, the tokens of both roles, nothing of ours."""
        ours = ("ANSIBLE_", "IIJ_CERT_", "REHEARSAL_", "XDG_", "PYTHON", "PYTEST_", "LC_", "LANG", "SSH_")
        kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
        return {
            **kept,
            "ANSIBLE_CALLBACK_PLUGINS": str(HERE / "callback_plugins"),
            "ANSIBLE_CALLBACKS_ENABLED": "record_results",
            "ANSIBLE_COLLECTIONS_PATH": str(ROOT / "collections"),
            "ANSIBLE_CONFIG": str(self.write("ansible.cfg", "")),
            "ANSIBLE_DEPRECATION_WARNINGS": "true",
            "ANSIBLE_HOME": str(self.folder / "ansible"),
            "ANSIBLE_LOCAL_TEMP": str(self.folder / "local-tmp"),
            "ANSIBLE_NOCOLOR": "1",
            "ANSIBLE_PIPELINING": "true",
            "ANSIBLE_REMOTE_TMP": str(self.folder / "remote-tmp" / "localhost"),
            "ANSIBLE_SSH_ARGS": "-o ControlMaster=auto -o ControlPersist=20s",
            "ANSIBLE_SSH_CONTROL_PATH_DIR": str(self.control_paths),
            "ANSIBLE_TIMEOUT": "5",
            "IIJ_CERT_DESK_URL": self.desk.url,
            "IIJ_CERT_ORDER_TOKEN": self.desk.order_token,
            "IIJ_CERT_REGISTER_TOKEN": self.desk.register_token,
            **canary_environment(),
            "LC_ALL": "C.UTF-8",
            "XDG_CACHE_HOME": str(self.folder / "cache"),
            "XDG_STATE_HOME": str(self.folder / "state"),
        }


@contextlib.contextmanager
def open_site(
    folder: pathlib.Path, hosts: dict[str, SshHost], *, postgresql: str | None = None, tools: pathlib.Path = TOOLS
) -> t.Iterator[Site]:
    """A site with a desk of its own for as long as the block lasts."""
    (folder / "desk").mkdir()
    with (
        running_desk(folder / "desk", postgresql=postgresql) as desk,
        tempfile.TemporaryDirectory(prefix="cp-") as control_paths,
    ):
        yield Site(
            folder=folder, control_paths=pathlib.Path(control_paths), desk=desk, hosts=hosts, tools=tools,
            counter=itertools.count(1),
        )  # fmt: skip


def registered_once(site: Site, *names: str) -> None:
    """Each of these orders was bought once, nothing else was, and each is registered."""
    references = [f"default/{name}/1" for name in sorted(names)]
    assert site.desk.purchases() == references
    rows = site.desk.list_applications().values()
    assert collections.Counter(row["client_reference"] for row in rows) == collections.Counter(references)
    assert {row["state"] for row in rows} == {"applied"}
