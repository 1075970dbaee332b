# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""Whether people or programs read what Ansible shows of a task."""

from __future__ import annotations

import typing as t

from ansible import constants
from ansible.utils.display import Display

from .playbook_variables import find_playbook

if t.TYPE_CHECKING:
    from ansible.playbook.task import Task

_FOR_PEOPLE: t.Final = frozenset(
    ("default", "minimal", "oneline", "awx_display", "counter_enabled", "debug", "default_without_diff", "dense", "diy",
     "print_task", "timestamp", "unixy", "yaml")
)  # fmt: skip
# AWX keeps results as events, which its users look into.
_KEPT_BY_PROGRAMS: t.Final = frozenset(("awx_display",))
_ONLY_FOR_TIMES: t.Final = frozenset(("timer", "profile_tasks", "profile_roles"))

display = Display()


def is_output_for_people() -> bool:
    """Check whether people read standard output; with a callback such as json it belongs to a program."""
    return _name_callback() in _FOR_PEOPLE


def is_read_by_people_alone(task: Task) -> bool:
    """Check whether a failed task's result is only shown: no program takes it up, and no later task of its playbook.

    With -v people have asked for whole results; playbooks that are not ours may do with a result what they like.
    """
    others = {_short(name) for name in constants.CALLBACKS_ENABLED} - _ONLY_FOR_TIMES
    return (
        _name_callback() in _FOR_PEOPLE - _KEPT_BY_PROGRAMS
        and not others
        and not display.verbosity
        and not (task.ignore_errors or task.failed_when)
        and find_playbook(task.get_path()) is not None
    )


def _name_callback() -> str:
    return _short(constants.DEFAULT_STDOUT_CALLBACK)


def _short(name: object) -> str:
    return str(name).rpartition(".")[2]


__all__ = ("is_output_for_people", "is_read_by_people_alone")
