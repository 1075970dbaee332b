# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One apply in a process of its own, forked from one that has everything imported.

What apply.yml calls is called here, with its looks handed on: hosts prepare, then orders are placed and registered.
Only Ansible's tasks are a stand-in, for they take seconds to start and decide nothing; what hosts do is the modules'.
"""

from __future__ import annotations

import dataclasses as dc
import datetime as dt
import json
import os
import pathlib
import re
import signal
import time
import traceback
import typing as t

from ansible.parsing.vault import VaultSecretsContext
from ansible_collections.iij.server_certificate.plugins.plugin_utils._tasks import preparations, spender
from ansible_collections.iij.server_certificate.tests.contract.host_folders import Hosts
from ansible_collections.iij.server_certificate.tests.reliability.crash_points import Hooks, Moment
from ansible_collections.iij.server_certificate.tests.reliability.worlds import VAULT_SECRETS
from ansible_collections.iij.server_certificate.tests.runs_of_tasks import Tasks

if t.TYPE_CHECKING:
    from ansible_collections.iij.server_certificate.tests.reliability.adapter_parts import Adapter
    from ansible_collections.iij.server_certificate.tests.reliability.wishes import Place

Json = dict[str, t.Any]

_IMPORTED_LATE: t.Final = (preparations, spender)  # by the actions; here once for all forks
HANGS: t.Final = 120.0  # seconds after which an apply is given up
_QUESTION: t.Final = re.compile(r"^(\w+): .*certificate_not_booked=([0-9a-f]{12})", re.MULTILINE)


@dc.dataclass(frozen=True, kw_only=True)
class Apply:
    """One apply to be: who performs it, and where it is killed, if at all."""

    place: Place
    adapter: Adapter
    label: str
    kill: Moment | None = None
    collects: bool = False  # collect.yml instead
    not_booked: frozenset[str] = frozenset()  # what a person says of attempts that nobody else can tell of

    def file(self, kind: str) -> pathlib.Path:
        return self.place.folder / f"{self.label}.{kind}"


@dc.dataclass(frozen=True, kw_only=True)
class Ended:
    """How an apply ended: killed, or with results, or by what should never happen."""

    apply: Apply
    status: int

    @property
    def killed(self) -> bool:
        return os.WIFSIGNALED(self.status) and os.WTERMSIG(self.status) == signal.SIGKILL

    @property
    def results(self) -> list[Json]:
        file = self.apply.file("results.json")
        return t.cast("list[Json]", json.loads(file.read_text(encoding="utf-8"))) if file.exists() else []

    @property
    def text(self) -> str:
        """What the apply has told people."""
        return "\n".join(str(result.get("text") or "") for result in self.results)

    def asked(self) -> dict[str, str]:
        """The attempts whose outcome the apply asks a person for, by the order's name."""
        return dict(_QUESTION.findall("\n".join(str(result.get("msg")) for result in self.results)))

    def problem(self) -> str | None:
        """What no apply may end with, whatever befell it."""
        if self.killed:
            moments = self.apply.file("moments.txt").read_text(encoding="utf-8").splitlines()
            return None if str(self.apply.kill) in moments else "the apply hung"
        if self.status != 0 or not self.results:
            return "the apply ended without a result"
        return None


def performed(applies: t.Sequence[Apply]) -> list[Ended]:
    """Run these applies at the same moment, each in a process of its own, to their end."""
    ready, go = os.pipe()
    started = {_forked(apply, ready=ready, go=go): apply for apply in applies}
    os.close(ready)
    os.close(go)  # all wait for this
    deadline = time.monotonic() + HANGS
    ended = []
    for process, apply in started.items():
        status = _status_of(process, deadline=deadline)
        ended.append(Ended(apply=apply, status=status))
    return ended


def _status_of(process: int, *, deadline: float) -> int:
    """The status of the process once it has ended, which it does by the deadline."""
    while True:
        done, status = os.waitpid(process, os.WNOHANG)
        if done:
            return status
        if time.monotonic() > deadline:
            os.kill(process, signal.SIGKILL)
        time.sleep(0.003)


def _forked(apply: Apply, *, ready: int, go: int) -> int:
    process = os.fork()
    if process:
        return process
    status = 1
    try:
        os.close(go)
        _say_into(apply.file("told.txt"))
        os.read(ready, 1)
        _live(apply)
        status = 0
    except BaseException:  # it is told with its traceback, and no further code of the parent may run here
        traceback.print_exc()
    finally:
        os._exit(status)


def _say_into(file: pathlib.Path) -> None:
    """Whatever is said from now on goes into the file."""
    told = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    for descriptor in (1, 2):
        os.dup2(told, descriptor)


def _live(apply: Apply) -> None:
    VaultSecretsContext.initialize(VaultSecretsContext(VAULT_SECRETS))
    moments = os.open(apply.file("moments.txt"), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def note(moment: Moment) -> None:
        os.write(moments, f"{moment}\n".encode())

    hooks = Hooks(apply.adapter.names(), kill=apply.kill, note=note)
    hooks.install()
    place = apply.place
    os.environ["XDG_STATE_HOME"] = str(place.folder)
    os.environ["XDG_CACHE_HOME"] = str(place.folder / "cache")
    tasks = Tasks(
        desk=apply.adapter.options,
        options={
            "order_files": str(place.orders),
            "portfolio": place.portfolio,
            "ledger_path": str(place.ledger),
            "not_booked": sorted(apply.not_booked),
            "spread": False,
        },
        folder=place.folder,
        execute=Hosts(place.folder, now=_in_a_moment),
        inventory=("localhost", "web1", "web2"),
    )
    (tasks.collect if apply.collects else tasks.apply)()
    apply.file("results.json").write_text(json.dumps(tasks.results, default=str), encoding="utf-8")


def _in_a_moment() -> dt.datetime:
    """What the CA has just issued is in date."""
    return dt.datetime.now(dt.UTC) + dt.timedelta(seconds=1)


__all__ = ("Apply", "Ended", "performed")
