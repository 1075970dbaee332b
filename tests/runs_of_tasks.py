# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""apply.yml and collect.yml as calls of their actions, one after the other, without Ansible around them.

Starting Ansible takes seconds and decides nothing; what the tasks decide, ask and send is the actions' own code. A test
holds APPLY and COLLECT to the playbooks' files, so that what is called here is what they call.
"""

from __future__ import annotations

import dataclasses as dc
import pathlib
import types
import typing as t

from ansible_collections.iij.server_certificate.plugins.action import (
    cert_application,
    cert_application_info,
    cert_portfolio,
    certificate_install,
    csr_register,
    status_notice,
)

Json = dict[str, t.Any]
Role = t.Literal["order", "register"]
Execute = t.Callable[[str, str, Json], Json]  # host, module and its arguments -> what the host answers

_COLLECTION: t.Final = "iij.server_certificate"
_LEGS: t.Final[dict[str, tuple[t.Any, Role]]] = {
    "cert_application": (cert_application.ActionModule, "order"),
    "cert_application_info": (cert_application_info.ActionModule, "register"),
    "cert_portfolio": (cert_portfolio.ActionModule, "order"),
    "csr_register": (csr_register.ActionModule, "register"),
    "certificate_install": (certificate_install.ActionModule, "register"),
    "status_notice": (status_notice.ActionModule, "register"),
}
# Module, state, and whether a look is named, task by task.
APPLY: t.Final = (
    ("cert_portfolio", "prepared", False),
    ("csr_register", "prepared", True),
    ("cert_portfolio", "applied", True),
    ("csr_register", None, True),
    ("cert_portfolio", "planned", True),
)
COLLECT: t.Final = (
    ("cert_portfolio", "collected", False),
    ("certificate_install", None, True),
    ("cert_portfolio", "collected", True),
    ("certificate_install", None, True),
)


def no_host(host: str, _module: str, _arguments: Json) -> Json:
    """A host that cannot be reached."""
    return {"unreachable": True, "msg": f"no way to {host}"}


@dc.dataclass(frozen=True, kw_only=True)
class Tasks:
    """Who runs tasks: how the desk is reached, which options all tasks are given, and what stands for the hosts."""

    desk: t.Callable[[Role], Json]
    options: Json
    folder: pathlib.Path
    execute: Execute = no_host
    inventory: tuple[str, ...] = ("localhost",)
    results: list[Json] = dc.field(default_factory=list)

    def run(self, module: str, host: str = "localhost", *, check: bool = False, **options: t.Any) -> Json:
        """Run one task; what its leg raises is what Ansible would tell the user."""
        leg, role = _LEGS[module]
        given, known = {**self.desk(role), **self.options, **options}, vars_of(leg)
        task = types.SimpleNamespace(
            get_path=lambda: "",  # a task in no playbook
            args={name: value for name, value in given.items() if name in known and value is not None},
            check_mode=check,
            diff=True,
            async_val=0,
            delegate_to=None,
            ignore_errors=False,
            failed_when=[],
            action=f"{_COLLECTION}.{module}",
            resolved_action=None,
        )
        shell = types.SimpleNamespace(tmpdir=str(self.folder))
        connection = types.SimpleNamespace(_shell=shell, transport="local")
        action = leg(task, connection, None, None, types.SimpleNamespace(template=lambda value: value), None)
        action._execute_module = lambda module_name, module_args, task_vars: self.execute(host, module, module_args)
        groups = {"all": list(self.inventory)}
        result = dict(action.run(task_vars={"inventory_hostname": host, "groups": groups}))
        self.results.append(result)
        return result

    def apply(self, *, between: t.Callable[[], None] = lambda: None, limit: t.Container[str] | None = None) -> Json:
        """Call what apply.yml calls; `between` is what happens after the hosts are ready and before money moves."""
        first = self.run("cert_portfolio", state="prepared")
        if "look" not in first:
            return first
        look, hosts = first["look"], first["hosts"]["register"]
        for host in hosts:
            if limit is None or host in limit:
                self.run("csr_register", host, state="prepared", look=look)
        if not look:
            return first
        between()
        ordered = self.run("cert_portfolio", state="applied", look=look)
        if "hosts" in ordered:
            if hosts:
                self.run("csr_register", look=look)
            self.run("cert_portfolio", state="planned", look=look)
        return ordered

    def renew(self) -> Json:
        """Call what renew.yml calls; the result is that of the plan that it renews by."""
        due = dc.replace(self, options={**self.options, "due_only": True})
        looked = due.collect(repair=False)
        more = looked["verdict"] != "nothing_to_do" or looked["left_out"] or looked["silent"]
        return due.apply() if more else looked

    def collect(self, **options: t.Any) -> Json:
        """Call what collect.yml calls."""
        first = self.run("cert_portfolio", state="collected", **options)
        if "look" not in first:
            return first
        look, hosts = first["look"], first["hosts"]["collect"]
        asked = [self.run("certificate_install", host, look=look) for host in hosts]
        missing = [name for result in asked for name in result.get("missing", ())]
        if missing:
            fetched = self.run("cert_portfolio", state="collected", look=look, missing=missing)
            for host in fetched["hosts"]["collect"]:
                self.run("certificate_install", host, look=look)
        return first


def vars_of(leg: t.Any) -> Json:
    """The options of an action."""
    return dict(leg.make_spec(None).argument_spec)


__all__ = ("APPLY", "COLLECT", "Execute", "Role", "Tasks", "no_host")
