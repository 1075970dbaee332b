# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An order file holds no command, and the path that it names becomes none inside of somebody else's."""

from __future__ import annotations

import pathlib
import shlex

import pytest
from ansible_collections.iij.server_certificate.plugins.module_utils._target import commands

HOSTILE = [
    "$(touch {0})",
    "`touch {0}`",
    "x; touch {0};",
    '"; touch {0}; "',
    "'; touch {0}; '",
    "x\ntouch {0}\n",
    "~x {0}",
]


@pytest.mark.parametrize("script", ["true %s", 'true "%s"', "true '%s'", "test -n %s && true"])
@pytest.mark.parametrize("name", HOSTILE)
def test_no_path_is_read_by_a_shell(tmp_path: pathlib.Path, script: str, name: str) -> None:
    made = tmp_path / "made"
    path = f"{tmp_path}/{name.format(made)}.pem"
    fault = commands.failure(shlex.join(["sh", "-c", script]), path=path)
    assert not made.exists()
    assert fault and "%s as a word of its own" in fault.en


@pytest.mark.parametrize("command", ["test -e %s", "sh -c 'test -e %s'", "env file=%s true"])
@pytest.mark.parametrize("name", ["www.pem", ".www.pem.3f9a41c2", "wild_card+a@b=c,d:e.pem", "証明書.pem"])
def test_an_ordinary_path_goes_into_any_command(tmp_path: pathlib.Path, command: str, name: str) -> None:
    (tmp_path / name).touch()
    assert commands.failure(command, path=str(tmp_path / name)) is None


@pytest.mark.parametrize("name", HOSTILE[:-1])
def test_a_word_of_its_own_takes_any_path(tmp_path: pathlib.Path, name: str) -> None:
    file = tmp_path / name.format("a").replace("/", "")
    file.touch()
    assert commands.failure("test -e %s", path=str(file)) is None
