# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""Options of a task that do not fit its argument spec, told by the variables of the playbook that they come from."""

from __future__ import annotations

import math
import typing as t

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ...module_utils._core.phrases import Phrase, join_phrases
from .._complaints.complaints import OptionsWrong, shorten
from .playbook_variables import PREFIX, VARIABLES

if t.TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ...module_utils._argspec import ArgumentSpec

_OTHERWISE_NAMED: t.Final = {
    "again": "notice_again",
    "command": "notice_command",
    "head": "ledger_head",
    "import_path": "import_file",
    "mail_from": "notice_mail_from",
    "mail_to": "notice_mail_to",
    "map_path": "map_file",
    "order_files": "orders",
    "record_path": "record_file",
    "smtp_ca_path": "notice_smtp_ca_path",
    "smtp_url": "notice_smtp_url",
    "smtp_user": "notice_smtp_user",
    "webhook_form": "notice_webhook_form",
}
_CHOICES: t.Final = Phrase(
    "{0} is {1}, and must be one of these: {2}", "{0} の値 {1} は使えません。次のいずれかを指定してください: {2}"
)
_LEAST: t.Final = {
    **dict.fromkeys(("concurrency", "interval", "request_timeout"), 1),
    **dict.fromkeys(("budget", "listing_lag", "max_new_orders", "max_renewals", "request_interval", "settle_after"), 0),
}
_RANGE: t.Final = Phrase("{0} is {1}, and must be {2} or more", "{0} の値 {1} は、{2} 以上にしてください")
_SECRET: t.Final = Phrase("a value that is not shown", "(非表示)")
_TYPES: t.Final = {
    "bool": Phrase("{0} is {1}, and must be true or false", "{0} の値 {1} は true でも false でもありません"),
    "int": Phrase("{0} is {1}, and must be a whole number", "{0} の値 {1} は整数ではありません"),
    "float": Phrase("{0} is {1}, and must be a number", "{0} の値 {1} は数値ではありません"),
    "list": Phrase(
        "{0} is {1}, and must be a list: write it into a file and name that with -e @FILE",
        "{0} の値 {1} はリストではありません。ファイルに書き、-e @ファイル で指定してください",
    ),
    "dict": Phrase(
        "{0} is {1}, and must be a mapping: write it into a file and name that with -e @FILE",
        "{0} の値 {1} はマッピングではありません。ファイルに書き、-e @ファイル で指定してください",
    ),
    "str": Phrase("{0} is {1}, and must be text", "{0} の値 {1} は文字列ではありません"),
}
_ONE_OF: t.Final = Phrase("Name one of these: {0}", "次のいずれかを指定してください: {0}")
_EITHER: t.Final = Phrase("Name only one of these: {0}", "同時に指定できるのは、次のうち1つだけです: {0}")
_NEEDS: t.Final = Phrase("{0} works only together with {1}", "{0} は {1} と一緒に指定してください")


def require_fitting(spec: ArgumentSpec, arguments: Mapping[str, t.Any]) -> None:
    """Refuse what a playbook of this collection was given and its task does not take; raises OptionsWrong."""
    problems = [*_list_values(spec, arguments), *_list_groups(spec, arguments)]
    if problems:
        raise OptionsWrong(join_phrases(problems))


def require_in_range(spec: ArgumentSpec, arguments: Mapping[str, t.Any], options: Mapping[str, t.Any]) -> None:
    """Refuse numbers that mean nothing, such as a negative limit or no call at once; raises OptionsWrong."""
    problems = [
        _RANGE.filled(_name_origin(name, spec.argument_spec[name], arguments), options[name], least)
        for name, least in _LEAST.items()
        if options.get(name) is not None and not least <= options[name] < math.inf
    ]
    if problems:
        raise OptionsWrong(join_phrases(problems))


def list_variables(spec: ArgumentSpec) -> frozenset[str]:
    """List the variables of the playbooks that a task's options come from."""
    return VARIABLES & {_name_variable(option) for option in spec.argument_spec}


def _list_values(spec: ArgumentSpec, arguments: Mapping[str, t.Any]) -> Iterator[Phrase]:
    for name, option in spec.argument_spec.items():
        alone = {field: value for field, value in option.items() if field not in ("required", "default")}
        argument = {name: arguments[name]} if name in arguments else {}
        checked = ArgumentSpecValidator({name: alone}).validate(argument)
        if not checked.error_messages:
            continue
        value = checked.validated_parameters.get(name, arguments.get(name))
        shown = _SECRET if option.get("no_log") else shorten(value)
        is_of_type = not ArgumentSpecValidator({name: {**alone, "choices": None}}).validate(argument).error_messages
        words = _CHOICES if is_of_type else _TYPES[option["type"]]
        yield words.filled(_name_origin(name, option, arguments), shown, ", ".join(option.get("choices", ())))


def _list_groups(spec: ArgumentSpec, arguments: Mapping[str, t.Any]) -> Iterator[Phrase]:
    for group in spec.required_one_of:
        if not any(arguments.get(name) is not None for name in group):
            yield _ONE_OF.filled(_list_variables(group))
    for group in spec.mutually_exclusive:
        if sum(arguments.get(name) is not None for name in group) > 1:
            yield _EITHER.filled(_list_variables(group))
    for name, needed in spec.required_by.items():
        if arguments.get(name) is not None and any(arguments.get(other) is None for other in needed):
            yield _NEEDS.filled(_name_variable(name), _list_variables(needed))


def _name_origin(name: str, option: Mapping[str, t.Any], arguments: Mapping[str, t.Any]) -> str:
    """Name where a value comes from: a variable of the playbook, or else of the environment."""
    if name in arguments or "fallback" not in option:
        return _name_variable(name)
    return str(option["fallback"][1][-1])


def _list_variables(options: t.Iterable[str]) -> str:
    named = [_name_variable(option) for option in options]
    return ", ".join([name for name in dict.fromkeys(named) if name in VARIABLES] or named)


def _name_variable(option: str) -> str:
    name = PREFIX + _OTHERWISE_NAMED.get(option, option)
    return name if name in VARIABLES else option


__all__ = ("list_variables", "require_fitting", "require_in_range")
