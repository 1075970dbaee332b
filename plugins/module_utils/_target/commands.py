# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""Commands that an order names: run as they stand, without a shell, and heard only when they fail."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import tempfile
import typing as t

from .._core.paths import may_be_interpreted
from .._core.phrases import Phrase
from .._core.system_errors import reason_of
from .._pki import pem

_PATIENCE = 120  # seconds
_LONGEST_TEXT = 500
_LONGEST_OUTPUT = 1 << 20  # bytes
_ENDLESS = Phrase("no end after {0} seconds", "{0}秒たっても終わりません")
_INTERPRETED = Phrase(
    "{0} has characters that a shell would interpret: give the program %s as a word of its own, or rename the file",
    "{0} には、シェルが解釈する文字があります。%s を独立した単語としてプログラムに渡すか、ファイル名を変えてください",
)
_STATUS = Phrase("status {0}{1}", "終了コード {0}{1}")


def failure(command: str, *, path: str | None = None) -> Phrase | None:
    """Run the command; returns what it said when it failed, or None if it went well. The path takes the place of %s."""
    try:
        words = shlex.split(command)
        if path is not None:
            if may_be_interpreted(words, path):
                return _INTERPRETED.filled(path)
            words = [word.replace("%s", path) for word in words]
        # Into a file: what the command leaves running holds its output open, and would keep a pipe from its end.
        with tempfile.TemporaryFile() as output:
            # AnsibleModule.run_command knows no time limit, and a reload that never ends must not hold up the way back.
            done = subprocess.run(  # pylint: disable=ansible-bad-function
                words,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=_environment(),
                timeout=_PATIENCE,
                check=False,
            )
            return None if done.returncode == 0 else _STATUS.filled(done.returncode, _said(_read(output)))
    except subprocess.TimeoutExpired:
        return _ENDLESS.filled(_PATIENCE)
    except (OSError, ValueError) as error:  # not there, or no command at all, such as one of an open quotation
        return reason_of(error)


def find_missing_program(command: str) -> str | None:
    """Name the program of the command where this host has none; None where it is there, or none can be told."""
    try:
        program = next(iter(shlex.split(command)), "")
        is_there = os.path.lexists(program) if "/" in program else shutil.which(program)
    except ValueError:  # no command at all
        return None
    return program if program and not is_there else None


def _environment() -> dict[str, str]:
    # On a local connection this is the controller's, with the credentials for the desk in it.
    return {name: value for name, value in os.environ.items() if not name.startswith("IIJ_CERT_")}


def _read(output: t.IO[bytes]) -> bytes:
    """Return what was written, or nothing where that is more than anybody reads: its end alone may be half a key."""
    length = output.seek(0, os.SEEK_END)
    output.seek(0)
    return output.read() if length <= _LONGEST_OUTPUT else b""


def _said(output: bytes) -> str:
    text = " ".join(output.decode(errors="replace").split())
    if not text or pem.holds_private_key(output):  # a command may well print the file that it was given
        return ""
    return f", {text[-_LONGEST_TEXT:]}"


__all__ = ("failure", "find_missing_program")
