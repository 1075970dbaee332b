# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""What a task of the collection's playbooks is held to before it reads its options: its host, and its variables."""

from __future__ import annotations

import typing as t

from ansible.errors import AnsibleError, AnsibleValueOmittedError

from ...module_utils._core.phrases import Phrase, join_phrases, one_line, verbatim
from .._complaints.complaints import OptionsWrong
from .._guards.hosts import CONTROLLER
from .playbook_options import list_variables
from .playbook_variables import BOUNDS, PREFIX, require_variables

if t.TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from ...module_utils._argspec import ArgumentSpec

# What playbooks use without handing it to a task of ours.
_OF_PLAYS: t.Final = frozenset(("certificate_exit_on_changes", "certificate_host_timeout"))
# Of a managed host they matter where an order of it names one, and such an order has a complaint.
_OF_ORDERS: t.Final = "certificate_commands"
_LONGEST: t.Final = 300  # characters of what Ansible says

_UNREADABLE: t.Final = Phrase(
    "{0} is set, but its value cannot be read: {1}. Correct it, or leave it out",
    "{0} は指定されていますが、値を読み取れません: {1}。値を直すか、指定自体を外してください",
)
_OF_ONE_HOST: t.Final = Phrase(
    "{0} is set for {1}, and not for localhost, which places the orders: here it would bound nothing. Give it with -e, "
    "or in group_vars/all.yml",
    "{0} が {1} には指定され、localhost には指定されていません。注文は localhost で行うため、ホストの変数では何も"
    "制限されません。-e か group_vars/all.yml で指定してください",
)
_OF_CONTROLLER: t.Final = Phrase(
    "{0}: the value of localhost counts, which places the orders. Managed hosts have another one, which bounds nothing",
    "{0}: localhost の値が有効です。注文は localhost で行うため、管理対象ホストにある別の値では何も制限されません",
)
_LEFT_OUT: t.Final = Phrase(
    "Nothing was done: --limit leaves out localhost, where this playbook works. Add localhost to --limit",
    "何も行っていません。このプレイブックは localhost で実行します。--limit に localhost も加えてください",
)


def require_playbook(
    playbook: str,
    spec: ArgumentSpec,
    variables: Mapping[str, t.Any],
    *,
    extra: Mapping[str, t.Any],
    read: Callable[[t.Any], t.Any],
    warn: Callable[[Phrase], None],
    visits_hosts: bool,
) -> None:
    """Refuse a task of this playbook that a limit has put elsewhere, and variables that would not do what they say.

    `variables` are the task's, `extra` those of the command line, and `read` renders a value. Raises OptionsWrong.
    """
    host = variables["inventory_hostname"]
    controls = host == CONTROLLER
    if not controls and not visits_hosts:
        raise OptionsWrong(_LEFT_OUT)
    require_variables(playbook, extra, variables)
    if playbook == "apply" and not controls:
        own, controller = map(variables["hostvars"].raw_get, (host, CONTROLLER))
        require_bounds(host, own, controller, warn)
    require_readable(list_variables(spec), variables, read, controls=controls)


def require_bounds(
    host: str, own: Mapping[str, t.Any], controller: Mapping[str, t.Any], warn: Callable[[Phrase], None]
) -> None:
    """Refuse what would bound a purchase if it were not a variable of a managed host alone; raises OptionsWrong.

    It warns where the controller has another value, as one of its own beside the one of all hosts.
    """
    bounds = [name for name in (PREFIX + bound for bound in sorted(BOUNDS)) if name in own]
    lacking = [name for name in bounds if name not in controller]
    if lacking:
        raise OptionsWrong(join_phrases(_OF_ONE_HOST.filled(name, host) for name in lacking))
    for name in bounds:
        if own[name] != controller[name]:
            warn(_OF_CONTROLLER.filled(name))


def require_readable(
    names: Iterable[str], variables: Mapping[str, t.Any], read: Callable[[t.Any], t.Any], *, controls: bool
) -> None:
    """Refuse these variables where one is set and cannot be rendered; raises OptionsWrong.

    The playbooks' `default(omit)` would take it for one that is not given, and a limit would limit nothing. One that
    is rendered to `omit` is left out on purpose. `controls`: the task is one of the controller, not of a managed host.
    """
    used = {*names, *_OF_PLAYS} if controls else {*names} - {_OF_ORDERS}
    problems = []
    for name in sorted(used & {*variables}):
        try:
            read(variables[name])
        except AnsibleValueOmittedError:
            continue
        except AnsibleError as error:  # a template, or a vaulted value without its password
            problems.append(_UNREADABLE.filled(name, verbatim(one_line(error.message, _LONGEST).rstrip("."))))
    if problems:
        raise OptionsWrong(join_phrases(problems))


__all__ = ("require_bounds", "require_playbook", "require_readable")
