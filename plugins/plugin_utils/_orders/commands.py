# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""Commands on hosts: order files name them, the task defines them."""

from __future__ import annotations

import dataclasses as dc
import re
import shlex
import typing as t

from ...module_utils._core.paths import may_be_interpreted
from ...module_utils._core.phrases import Phrase
from .._complaints.complaints import Breach, OptionsWrong, shorten

if t.TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from .._values.order import CommandsOf, Install

# Ways to try the files that every host with this server has; %s is the new leading file.
VALIDATIONS: t.Final[Mapping[str, str]] = {
    "apache": "apachectl configtest",
    "haproxy": "haproxy -c -q -f /etc/haproxy/haproxy.cfg",
    "nginx": "nginx -t -q",
    "openssl": "openssl x509 -noout -in %s",
}
LEADERS: t.Final = ("certificate", "full_chain", "combined", "pkcs12")  # the first one there is tried by `validate`
NAME: t.Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_-]{0,99}")
SERVICE: t.Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.@:-]{0,199}")

_OF_THE_TASK: t.Final = Phrase("commands: {0}", "commands: {0}")
_NO_MAPPING: t.Final = Phrase("a mapping of names to commands is needed", "名前とコマンドの組が必要です")
_WRONG_NAME: t.Final = Phrase(
    "{0} is not a name of letters, digits, '-' and '_'", "{0} を名前にできません。使えるのは英数字と '-'、'_' です"
)
_WRONG_COMMAND: t.Final = Phrase(
    "{0} must be a command as text or as a list of its words",
    "{0} には、コマンドを文字列か、単語のリストで書いてください",
)
_NO_COMMANDS: t.Final = Phrase("none is defined", "定義なし")


class CommandsWrong(OptionsWrong):
    """Commands cannot be used; `fault` says why, and the message that they are the task's option."""

    def __init__(self, fault: Phrase) -> None:
        super().__init__(_OF_THE_TASK.filled(fault))
        self.fault = fault


def read_commands(fields: object) -> dict[str, str]:
    """Return commands by name, each as one text; raises CommandsWrong, for an inventory may have anything there."""
    if not isinstance(fields or {}, dict):
        raise CommandsWrong(_NO_MAPPING)  # not quoted: of an inventory it may be a vaulted value in the clear
    commands = {}
    for name, command in t.cast("dict[str, t.Any]", fields or {}).items():
        if not NAME.fullmatch(str(name)):
            raise CommandsWrong(_WRONG_NAME.filled(shorten(name)))
        words = command if isinstance(command, list) else _words(command)
        if not words or not all(isinstance(word, str) for word in words):
            raise CommandsWrong(_WRONG_COMMAND.filled(name))
        commands[str(name)] = shlex.join(words)
    return commands


def find_command_breaches(fields: Mapping[str, t.Any], commands_of: CommandsOf | None) -> Iterator[Breach]:
    """Find every name of a command that the order's host does not know, and a path that it would not give to it.

    None: the commands of the hosts are not known.
    """
    install = fields.get("install")
    if commands_of is None or not isinstance(install, dict):
        return
    named = [(field, install[field]) for field in ("validate", "reload") if isinstance(install.get(field), str)]
    if not named:
        return
    host = fields.get("host")
    try:
        commands = commands_of(host if isinstance(host, str) else None)
    except CommandsWrong as error:
        yield Breach(rule="HOST-COMMANDS", path=("host",), facts={"value": shorten(host), "problem": error.fault})
        return
    for field, name in named:
        entry = {*commands, *(VALIDATIONS if field == "validate" else ())}
        if NAME.fullmatch(name) and name not in entry:
            facts = {"value": shorten(name), "allowed": tuple(sorted(entry)) or _NO_COMMANDS}
            yield Breach(rule="COMMAND-UNKNOWN", path=("install", field), facts=facts)
    yield from _find_interpreted(install, {**VALIDATIONS, **commands})


def _find_interpreted(install: Mapping[str, t.Any], commands: Mapping[str, str]) -> Iterator[Breach]:
    """Find the path of the leading file that a shell would interpret; its host refuses it once it is paid for."""
    validate = install.get("validate")
    words = _words(commands.get(validate)) if isinstance(validate, str) else []
    role = next((role for role in LEADERS if isinstance(install.get(role), str)), None)
    if role is not None and may_be_interpreted(words, install[role]):
        facts = {"value": shorten(install[role]), "other": shorten(validate)}
        yield Breach(rule="PATH-INTERPRETED", path=("install", role), facts=facts)


def install_on_host(install: Install, commands: Mapping[str, str]) -> dict[str, t.Any]:
    """Return the fields of install as the host takes them: with commands in the place of their names."""
    reload = install.reload
    if reload is None:
        reloading = None
    else:
        reloading = f"systemctl reload {reload.service}" if reload.service else commands.get(reload.command or "")
    validating = {**VALIDATIONS, **commands}.get(install.validate or "")
    return {**dc.asdict(install), "validate": validating, "reload": reloading}


def _words(command: object) -> list[str]:
    try:
        return shlex.split(command) if isinstance(command, str) else []
    except ValueError:  # an open quote
        return []


__all__ = (
    "NAME",
    "SERVICE",
    "VALIDATIONS",
    "CommandsWrong",
    "find_command_breaches",
    "install_on_host",
    "read_commands",
)
