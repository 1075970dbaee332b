# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""A watch over order files and desk for programs that are no Ansible run, such as event sources."""

from __future__ import annotations

import json
import pathlib
import typing as t

from ansible.errors import AnsibleError
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.parsing.dataloader import DataLoader
from ansible.parsing.vault import get_file_vault_secret

from ...module_utils import _argspec
from ...module_utils._core.paths import expand_home, expand_homes
from ...module_utils._core.phrases import Phrase, spoken_language, translate
from ...module_utils._core.system_errors import describe_os_error
from .._complaints.complaints import OptionsWrong, OrdersRefused, report
from .._complaints.vaulted import hide_vaulted
from .._complaints.whole_file import write_whole
from .._desk.choice import open_desk
from .._desk.desk import DeskError
from .._orders.opened import make_reader
from .._orders.portfolio import judge_order_files
from .._orders.public_suffixes import explain_missing_public_suffixes
from .._orders.voluptuous_dep import explain_missing_voluptuous
from .._planning.observe import Listing
from .._reports.document import describe_plan, describe_refusal
from .._reports.events import Thresholds, find_news
from .._reports.moments import read_now
from .._values.json_text import parse_json
from .asked_orders import read_today
from .planned import make_bare_frame, make_frame
from .playbook_options import require_in_range
from .status import look_at_orders

if t.TYPE_CHECKING:
    from ...module_utils._core.phrases import Language
    from .._reports.events import Event
    from .._reports.rows import Row

_NO_MEMORY: t.Final = Phrase(
    "{0} does not hold what was told; remove it, and everything is told once more",
    "{0} は通知の記録ではありません。削除すると、すべてがもう一度通知されます",
)


class WatchRefused(Exception):
    """The watch's own options are wrong, or something that it needs is missing."""


class Watch:
    """Looks at order files and desk; whatever it has told it does not tell again. `problem` is what is wrong just now.

    A look that fails is an event as well: a watch that has died looks like one that sees nothing.
    """

    def __init__(self, arguments: dict[str, t.Any]) -> None:
        spec = _argspec.order_events()
        checked = ArgumentSpecValidator(**vars(spec)).validate(arguments)
        missing = explain_missing_voluptuous() or explain_missing_public_suffixes()
        if missing or checked.error_messages:
            raise WatchRefused(missing or "; ".join(checked.error_messages))
        self._options: dict[str, t.Any] = checked.validated_parameters
        self.problem: str | None = None
        self.interval: int = self._options["interval"]
        self._lang: Language = self._options["lang"] or spoken_language()
        try:
            require_in_range(spec, arguments, self._options)
            self._options = expand_homes(self._options, ("order_files",))
            self._memory = expand_home(path) if (path := self._options["memory_path"]) else None
            self._told: dict[str, int] = _remembered(self._memory, self._lang)
            self._secrets = _vault_secrets(self._options["vault_password_file"])
        except (OptionsWrong, OSError) as error:
            message = error.message if isinstance(error, OptionsWrong) else describe_os_error(error)
            raise WatchRefused(translate(message, self._lang)) from None
        self._desk_is_named()

    def look(self) -> tuple[Event, ...]:
        """Look for what is new."""
        thresholds = Thresholds(
            expiring=tuple(self._options["expiring_days"]),
            deadline=tuple(self._options["deadline_days"]),
            silent_renewal=tuple(self._options["silent_renewal_days"]),
            late=tuple(self._options["late_days"]),
        )
        with hide_vaulted():
            document = self._status()
            result = find_news(document, self._told, thresholds=thresholds, now=read_now(document))
        self._told, self.problem = result.reported, document["error"]
        return result.events

    def remember(self) -> None:
        """Keep what was told for the time after a restart; called when it has been told."""
        if self._memory is None:
            return
        try:
            self._memory.parent.mkdir(parents=True, exist_ok=True)
            write_whole(self._memory, json.dumps(self._told, ensure_ascii=False, indent=1))
        except OSError as error:
            self.problem = translate(describe_os_error(error), self._lang)

    def _status(self) -> Row:
        """Describe what the desk shows, or why nothing can be seen."""
        try:
            return self._look()
        except OrdersRefused as refused:
            message = report(refused.complaints, self._lang)
        except DeskError as error:
            message = translate(error.phrase, self._lang)
        except OptionsWrong as error:
            message = translate(error.message, self._lang)
        except OSError as error:
            message = translate(describe_os_error(error), self._lang)
        return describe_refusal(make_bare_frame(self._options, self._lang), error=message, planned=False)

    def _look(self) -> Row:
        reader, desk = make_reader(self._options["template_variables"], secrets=self._secrets), open_desk(self._options)
        judged = judge_order_files(self._options["order_files"], reader, day=read_today())
        look = look_at_orders(judged, self._options, desk, Listing(desk), lang=self._lang)
        frame = make_frame(self._options, self._lang)
        return describe_plan(look.plan, frame, planned=False, complaints=look.complaints, error=look.error)

    def _desk_is_named(self) -> None:
        try:
            open_desk(self._options)
        except OptionsWrong as wrong:
            raise WatchRefused(translate(wrong.message, self._lang)) from None


def _remembered(memory: pathlib.Path | None, lang: Language) -> dict[str, int]:
    if memory is None or not memory.exists():
        return {}
    try:
        result = parse_json(memory.read_bytes())
    except ValueError:
        result = None
    if not isinstance(result, dict) or not all(_is_number(level) for level in result.values()):
        raise WatchRefused(translate(_NO_MEMORY.filled(memory), lang))
    return result


def _is_number(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _vault_secrets(password_file: str | None) -> list[tuple[str, t.Any]]:
    """Return the secrets that vaulted values of the order files are opened with."""
    if password_file is None:
        return []
    try:
        secret = get_file_vault_secret(filename=str(expand_home(password_file)), loader=DataLoader())
        secret.load()
    except AnsibleError as error:
        raise WatchRefused(str(error)) from None
    return [("default", secret)]


__all__ = ("Watch", "WatchRefused")
