# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""What a name of a command means on each host, for a plan is made on the controller and carried out on the hosts."""

from __future__ import annotations

import functools
import typing as t

from ansible.errors import AnsibleError

from ...module_utils._core.phrases import one_line, verbatim
from .._orders.commands import CommandsWrong, read_commands

if t.TYPE_CHECKING:
    from collections.abc import Mapping

    from .._values.order import CommandsOf

VARIABLE: t.Final = "certificate_commands"
_LONGEST: t.Final = 300  # characters of what Ansible says


def make_command_lookup(
    commands: Mapping[str, t.Any] | None, hostvars: Mapping[str, t.Any], *, here: str
) -> CommandsOf:
    """Return what looks up a host's commands: the task's, or the host's own where they are the playbooks' variable.

    A host's variables are computed only when one of its orders names a command. Raises CommandsWrong for the task's
    commands; what is returned raises it for a host's.
    """
    own = read_commands(commands)

    def defined(host: str) -> dict[str, str]:
        try:
            return read_commands(hostvars[host].get(VARIABLE))
        except AnsibleError as error:  # a template or a vaulted value that cannot be read
            raise CommandsWrong(verbatim(one_line(error.message, _LONGEST))) from None

    def are_variable() -> bool:
        try:
            return defined(here) == own
        except CommandsWrong:  # so the task has others
            return False

    @functools.cache
    def commands_of(host: str | None) -> Mapping[str, str]:
        return own if host in (None, here) or host not in hostvars or not are_variable() else defined(host)

    return commands_of


__all__ = ("VARIABLE", "make_command_lookup")
