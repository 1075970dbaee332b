# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""The edge of every module on the controller: options in, secrets stripped, errors out as sentences.

What a task does is in plain functions beside this file; nothing that a host leg is given is derived from desk options.
"""

from __future__ import annotations

import abc
import functools
import typing as t

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase
from ansible.utils.display import Display
from ansible.utils.vars import load_extra_vars

from ...module_utils._argspec import DESK_OPTIONS
from ...module_utils._core.paths import expand_homes
from ...module_utils._core.phrases import Phrase, disarm, spoken_language, translate
from ...module_utils._core.system_errors import describe_os_error
from .._complaints.complaints import OptionsWrong, OrdersRefused, list_shown, report
from .._complaints.vaulted import hide, hide_vaulted, list_vaulted
from .._desk.choice import open_desk
from .._desk.desk import DeskError
from .._guards.hosts import CONTROLLER
from .._orders.portfolio import pause_collector
from .audience import is_output_for_people, is_read_by_people_alone
from .host_answers import add_unanswered, read_answer
from .host_commands import make_command_lookup
from .passphrases import OPTIONS as PASSPHRASES
from .passphrases import require_passphrases, require_unhidden
from .playbook_options import require_fitting, require_in_range
from .playbook_tasks import require_playbook
from .playbook_variables import find_playbook, refuse_empty

if t.TYPE_CHECKING:
    from collections.abc import Iterable

    from ...module_utils._argspec import ArgumentSpec
    from ...module_utils._core.phrases import Language
    from .._complaints.complaints import Complaint
    from .._desk.desk import Desk
    from .._planning.plan import Plan
    from .._values.order import CommandsOf

Result = dict[str, t.Any]

display = Display()

_NO_INVENTORY: t.Final = Phrase(
    "No inventory was named: add -i inventory.yml.",
    "インベントリが指定されていません。-i inventory.yml を付けてください。",
)

_DELEGATED: t.Final = Phrase(
    "This task works on the host of its orders, {0}, and delegate_to sends it to {1}. Nothing was done there: leave "
    "delegate_to out. What concerns the desk is done on the controller anyway.",
    "このタスクはオーダーのホスト {0} で作業しますが、delegate_to で {1} が指定されています。{1} では何もしていません。"
    "delegate_to を外してください。窓口とのやり取りは、指定しなくてもコントローラで行います。",
)
# What the environment may name, and an unset variable would leave empty: contracts that a register pins would be bought
# once more, and the words of another portal would be looked for.
_PINNING: t.Final = ("desk_folder", "screen_map")
_PATHS: t.Final = ("complaints_path", "export_path", "import_path", "order_files", "plan_file", "smtp_ca_path")
_OF_A_FAILURE: t.Final = ("failed", "changed", "warnings", "invocation")


class Leg(ActionBase, abc.ABC):  # type: ignore[misc]
    """Runs control() and turns everything the collection raises into a failed task with a message and no traceback."""

    TRANSFERS_FILES = False
    _supports_check_mode = True
    _supports_async = False
    visits_hosts: t.ClassVar[bool] = False  # with a host leg

    options: dict[str, t.Any]
    task_vars: dict[str, t.Any]

    @abc.abstractmethod
    def make_spec(self) -> ArgumentSpec:
        """Make the argument spec, the same that the module of this name is built from."""

    @abc.abstractmethod
    def control(self) -> Result:
        """Do the controller's part; raises OptionsWrong, OrdersRefused or DeskError."""

    def report_refusal(self, message: str, complaints: tuple[Complaint, ...] = ()) -> Result | None:
        """Record a run that came to nothing; the task fails with this message, and with what is returned."""

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> Result:
        with hide_vaulted():
            result: Result = hide(self._run(tmp, task_vars))
            # Whoever's words these are: Ansible prints them as lines.
            if isinstance(result.get("msg"), str):
                result["msg"] = disarm(result["msg"])
            return self._shorten_failure(result)

    def _run(self, tmp: str | None, task_vars: dict[str, t.Any] | None) -> Result:
        result: Result = super().run(tmp, task_vars)
        self.task_vars = task_vars or {}
        spec = self.make_spec()
        self.options = {}
        try:
            self._require_variables(spec)
            self.options = self._read_options(spec)
        except (OptionsWrong, OSError) as error:
            return {**result, "failed": True, "msg": self.word_refusal(error)}
        # Verbose output shows this instead of the task's own words, which may hold the token.
        result["invocation"] = {"module_args": {name: self._shown(name, spec) for name in spec.argument_spec}}
        try:
            with pause_collector():
                return {**result, **self.control()}
        except OrdersRefused as refused:
            text = self._report_complaints(refused.complaints)
            complaints = [complaint.as_dict(self.lang) for complaint in list_shown(refused.complaints)]
            forms = {"forms": dict(refused.forms)} if refused.forms else {}
            result.update(msg="\n\n".join([text, *refused.forms.values()]), complaints=complaints, **forms)
            return self._failed(result, text, refused.complaints)
        except DeskError as error:
            result["msg"] = translate(error.phrase, self.lang)
            return self._failed(result, result["msg"])
        except (OptionsWrong, OSError) as error:
            return {**result, "failed": True, "msg": self.word_refusal(error)}

    def _shorten_failure(self, result: Result) -> Result:
        """Show people the whole message as lines; what Ansible then shows of a failed task is the first of them."""
        head, _break, more = str(result.get("msg", "")).partition("\n")
        if not result.get("failed") or not more or not is_read_by_people_alone(self._task):
            return result
        self.say(result["msg"])
        return {**{name: result[name] for name in _OF_A_FAILURE if name in result}, "msg": head}

    def _require_variables(self, spec: ArgumentSpec) -> None:
        """Refuse variables that a playbook of this collection does not know, lacks or cannot read, and empty paths.

        Raises OptionsWrong.
        """
        playbook = find_playbook(self._task.get_path())
        if playbook is not None:
            extra, read = load_extra_vars(self._loader), self._templar.template
            how = {"extra": extra, "read": read, "warn": self.warn, "visits_hosts": self.visits_hosts}
            require_playbook(playbook, spec, self.task_vars, **how)
        refuse_empty(self._task.args, of_playbook=playbook is not None)

    def _read_options(self, spec: ArgumentSpec) -> dict[str, t.Any]:
        """Read the task's options; raises OptionsWrong for those that a playbook of this collection was given.

        Raises OSError for the home of somebody who is not there.
        """
        try:
            _validated, options = self.validate_argument_spec(**vars(spec))
        except AnsibleActionFail:
            if find_playbook(self._task.get_path()) is not None:
                require_fitting(spec, self._task.args)
            raise
        refuse_empty({name: options.get(name) for name in _PINNING})
        require_passphrases(options)
        require_in_range(spec, self._task.args, options)
        return expand_homes(options, _PATHS)

    def _report_complaints(self, complaints: tuple[Complaint, ...]) -> str:
        """Report the complaints; templates may lack what an inventory would have given them."""
        text = report(complaints, self.lang)
        lacks = any(complaint.rule == "TEMPLATE" for complaint in complaints) and self.inventory_hosts <= {CONTROLLER}
        return f"{text}\n\n{translate(_NO_INVENTORY, self.lang)}" if lacks else text

    def _failed(self, result: Result, message: str, complaints: tuple[Complaint, ...] = ()) -> Result:
        """Return the result of a run that came to nothing; a report that cannot be written does not hide the reason."""
        result["failed"] = True
        try:
            result.update(self.report_refusal(message, complaints) or {})
        except (OptionsWrong, OSError) as error:
            result["warnings"] = [self.word_refusal(error)]
        return result

    def word_refusal(self, error: OptionsWrong | OSError) -> str:
        """Say what is wrong with an option, or with a file of the controller."""
        return translate(error.message if isinstance(error, OptionsWrong) else describe_os_error(error), self.lang)

    @property
    def lang(self) -> Language:
        chosen: Language | None = self.options.get("lang")
        return chosen or spoken_language()

    @property
    def check_mode(self) -> bool:
        return bool(self._task.check_mode)

    @property
    def inventory_host(self) -> str:
        return str(self.task_vars.get("inventory_hostname", "localhost"))

    @property
    def host_address(self) -> str:
        """Where the controller reaches what this host serves."""
        named = self._templar.template(self.task_vars.get("ansible_host"))
        here = "127.0.0.1" if self._connection.transport == "local" else self.inventory_host
        return str(named or here)

    @property
    def inventory_hosts(self) -> frozenset[str]:
        """Every host of the inventory; the controller only where the inventory has it."""
        return frozenset(self.task_vars.get("groups", {}).get("all", ()))

    @functools.cached_property
    def commands_of(self) -> CommandsOf:
        """What looks up the commands of a host, by the host's name."""
        return make_command_lookup(
            self.options.get("commands"), self.task_vars.get("hostvars", {}), here=self.inventory_host
        )

    def open_desk(self) -> Desk:
        """Open the desk that the options name; people are shown what a run waits for. Nothing is sent yet."""
        return open_desk(self.options, tell=lambda phrase: self.say(translate(phrase, self.lang)))

    def hand_out(self, desk: Desk, plan: Plan, document: Result, *, stopped: bool = False) -> Result:
        """Put on work sheets what people have to do, where they are the desk, or what is left of a run that stopped.

        The document names the sheets.
        """
        if not desk.by_people and not (stopped and self.options["desk_folder"]):
            return {}
        # Imported late: Ansible recompiles collection code at every start, and most desks need no sheets.
        from .hand_out import hand_out_rest, hand_out_work

        return (hand_out_work if desk.by_people else hand_out_rest)(plan, document, self.options)

    def run_on_host(
        self,
        option: str,
        rows: list[dict[str, t.Any]],
        *,
        beside: Iterable[Result] = (),
        shown: object = (),
        answered: Iterable[str] | None = None,
        **more: t.Any,
    ) -> Result:
        """Run the module of this name on the host with these rows as its option, without any desk option.

        Rows `beside` them tell of the host's other orders (list_beside), of which nothing is to be answered.

        Of passphrases the host is given those of the rows' names alone, of vaulted values those of the rows and of
        what is `shown` there, to be kept out of its output. Its answer is read by a table of forms, and has to tell of
        each row, or of those that are `answered`. Raises OptionsWrong for a task that is delegated, whose keys and
        certificates would be on another host than its orders say, and for passphrases that hide a name.
        """
        if self._task.delegate_to not in (None, self.inventory_host):
            raise OptionsWrong(_DELEGATED.filled(self.inventory_host, self._task.delegate_to))
        names = {row["name"] for row in rows}
        passphrases: dict[str, t.Any] = {
            option: {name: value for name, value in (self.options[option] or {}).items() if name in names}
            for option in PASSPHRASES
            if option in self.options
        }
        require_unhidden(passphrases, names)
        fields = {"portfolio": self.options["portfolio"], "lang": self.lang, **passphrases, **more}
        fields[option] = [*rows, *beside]
        fields["vaulted"] = list_vaulted([fields[option], shown])
        kept = {name: value for name, value in fields.items() if name not in DESK_OPTIONS}
        name = self._task.resolved_action or self._task.action
        answer = self._execute_module(module_name=name, module_args=kept, task_vars=self.task_vars)
        result = read_answer(answer, rows, lang=self.lang)
        return add_unanswered(result, names if answered is None else answered, lang=self.lang)

    def say(self, line: str) -> None:
        """Show people a line; where a program reads standard output, as with the callback json, it is left alone."""
        display.display(disarm(hide(line)), stderr=not is_output_for_people())

    def say_of_host(self, *lines: str) -> None:
        """Show people lines about this host, by its name, since the lines of several hosts mix."""
        for line in lines:
            self.say(line if self.inventory_host == CONTROLLER else f"{self.inventory_host}: {line}")

    def warn(self, phrase: Phrase) -> None:
        """Warn people of something that does not stop the task."""
        # Older releases of Ansible wrap a warning: a line may begin anywhere in it.
        display.warning(hide(translate(phrase, self.lang)).replace("::", ": :"))

    def _shown(self, name: str, spec: ArgumentSpec) -> t.Any:
        value = self.options.get(name)
        return "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER" if spec.argument_spec[name].get("no_log") and value else value


def is_lost(result: Result) -> bool:
    """Check whether a host did not answer, or answered nothing about its orders."""
    return bool(result.get("unreachable") or (result.get("failed") and "failures" not in result))


__all__ = ("Leg", "Result", "is_lost")
