# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""Validators of what an order says about its host: names, paths, file modes, ports, and names of commands."""

from __future__ import annotations

import re
import typing as t

from ...module_utils._core import defaults, names
from ...module_utils._core.paths import names_file
from ...module_utils._core.phrases import Phrase
from .._complaints.complaints import shorten
from .commands import NAME, SERVICE, VALIDATIONS
from .vocabulary import (
    check_path,
    describe_as,
    make_number_check,
    make_type_refusal,
    pattern_schema,
    read_json_schema,
)
from .voluptuous_dep import Refused

_HOST = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,252}")
_MODE = re.compile(r"0?[0-7]{3,4}")
# Nothing to execute, no setuid, setgid or sticky bit. A certificate everybody may read; a key one group at most.
_CERTIFICATE_MODE = re.compile(r"0{0,2}[0246][0246][04]")
_KEY_MODE = re.compile(r"0{0,2}[0246][04]0")

_FILE_MODE = Phrase(
    'a file mode in quotes such as "0600" (0600 without quotes is the number 384 to YAML)',
    '"0600" のように引用符で囲んだファイルモード (引用符のない0600は、YAMLでは数値の384です) ',
)
_PORT = Phrase("a port from 1 to 65535", "1〜65535のポート番号")
_TIMEOUT = Phrase(
    f"a whole number of seconds from 1 to {defaults.PROVE_LONGEST}", f"1〜{defaults.PROVE_LONGEST}の整数 (秒)"
)
_VALIDATING = Phrase(
    f"{', '.join(VALIDATIONS)}, or a name of the task's commands",
    f"{', '.join(VALIDATIONS)}、またはタスクの commands で定義した名前",
)
_RELOADING = Phrase(
    "{service: NAME} with the name of a service, or a name of the task's commands",
    "{service: サービス名}、またはタスクの commands で定義した名前",
)
_HOST_PATH = Phrase("a path that starts with /", "/ で始まるパス")
MOST_FORMER_PATHS: t.Final = 20
_FORMER_PATHS = Phrase(
    f"a list of at most {MOST_FORMER_PATHS} paths that start with /",
    f"/ で始まるパスのリスト ({MOST_FORMER_PATHS}件まで)",
)


@describe_as({"type": "string", "pattern": r"^/(?:.*/)?(?!\.{1,2}$)[^/]+$", "maxLength": 4096}, _HOST_PATH)
def check_host_path(value: object) -> str:
    path = check_path(value)
    if not path.startswith("/"):
        raise Refused("PATH-ABSOLUTE", value=shorten(value))
    if not names_file(path):
        raise Refused("PATH-FILE", value=shorten(value))
    return path


@describe_as(
    {"type": "array", "minItems": 1, "maxItems": MOST_FORMER_PATHS, "items": read_json_schema(check_host_path)},
    _FORMER_PATHS,
)
def check_former_paths(value: object) -> list[str]:
    if not isinstance(value, list) or not 0 < len(value) <= MOST_FORMER_PATHS:
        raise make_type_refusal(value, _FORMER_PATHS)
    return [check_host_path(path) for path in value]


@describe_as(pattern_schema(_HOST))
def check_host_name(value: object) -> str:
    if not isinstance(value, str) or not _HOST.fullmatch(value):
        raise Refused("HOST-NAME", value=shorten(value))
    return value


@describe_as(pattern_schema(_CERTIFICATE_MODE), _FILE_MODE)
def check_certificate_mode(value: object) -> str:
    mode = _mode(value)
    if not _CERTIFICATE_MODE.fullmatch(mode):
        raise Refused("FILE-MODE", value=shorten(value))
    return mode


@describe_as(pattern_schema(_KEY_MODE), _FILE_MODE)
def check_key_mode(value: object) -> str:
    mode = _mode(value)
    if not _KEY_MODE.fullmatch(mode):
        raise Refused("KEY-MODE", value=shorten(value))
    return mode


def _mode(value: object) -> str:
    # YAML reads an unquoted 0600 as the octal number 384: too late to tell it from a decimal, so only text is taken.
    if not isinstance(value, str) or not _MODE.fullmatch(value):
        raise make_type_refusal(value, _FILE_MODE)
    return value


check_port = make_number_check(65535, _PORT)
check_timeout = make_number_check(defaults.PROVE_LONGEST, _TIMEOUT)


@describe_as(pattern_schema(names.ADDRESS), names.ADDRESS_FORM)
def check_address(value: object) -> str:
    if not isinstance(value, str) or not names.is_address(value):
        raise make_type_refusal(value, names.ADDRESS_FORM)
    return value


@describe_as(pattern_schema(NAME), _VALIDATING)
def check_validation(value: object) -> str:
    return _command_name(value, _VALIDATING)


@describe_as(
    {
        "oneOf": [
            pattern_schema(NAME),
            {
                "type": "object",
                "properties": {"service": pattern_schema(SERVICE)},
                "required": ["service"],
                "additionalProperties": False,
            },
        ]
    },
    _RELOADING,
)
def check_reloading(value: object) -> dict[str, str]:
    if not isinstance(value, dict):
        return {"command": _command_name(value, _RELOADING)}
    service = value.get("service")
    if value.keys() != {"service"} or not isinstance(service, str) or not SERVICE.fullmatch(service):
        raise make_type_refusal(value, _RELOADING)
    return {"service": service}


def _command_name(value: object, allowed: Phrase) -> str:
    if not isinstance(value, str):
        raise make_type_refusal(value, allowed)
    if not NAME.fullmatch(value):
        raise Refused("COMMAND-TEXT", value=shorten(value), allowed=allowed)
    return value


__all__ = (
    "MOST_FORMER_PATHS",
    "check_address",
    "check_certificate_mode",
    "check_former_paths",
    "check_host_name",
    "check_host_path",
    "check_key_mode",
    "check_port",
    "check_reloading",
    "check_timeout",
    "check_validation",
)
