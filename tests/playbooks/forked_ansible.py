# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""ansible-playbook in a process forked from one that has read its libraries, which takes a third of a start.

What of Ansible reads configuration or environment is not there before the fork: it reads those of a user.
"""

from __future__ import annotations

import atexit
import gc
import os
import pathlib
import signal
import sys
import typing as t

from ansible_collections.iij.server_certificate.tests.contract.desk_process import FORKS
from ansible_collections.iij.server_certificate.tests.playbooks.packed_modules import folder_in, play

if t.TYPE_CHECKING:
    from collections.abc import Mapping


def run_playbook(
    arguments: list[str], *, folder: pathlib.Path, environment: Mapping[str, str], output: pathlib.Path, patience: float
) -> int:
    """Run ansible-playbook to its end in a process group of its own and return its status; `output` takes its words."""
    packed = folder_in(os.environ)
    process = FORKS.Process(target=_run, args=(arguments, str(folder), dict(environment), str(output), packed))
    process.start()
    process.join(patience)
    if process.exitcode is None:
        os.killpg(t.cast("int", process.pid), signal.SIGKILL)
        raise TimeoutError(output.read_text(encoding="utf-8", errors="replace"))
    return process.exitcode


def _run(arguments: list[str], folder: str, environment: dict[str, str], output: str, packed: str | None) -> None:
    gc.freeze()  # what was there before the fork is not walked, and so not copied, at each collection
    os.setsid()
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    nothing, said = os.open(os.devnull, os.O_RDONLY), os.open(output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    for descriptor, source in ((0, nothing), (1, said), (2, said)):
        os.dup2(source, descriptor)
    # Ansible finds collections by its own loader, as for a user. A program that forks may have imported it by itself:
    # then nothing of it stays that knows another configuration.
    gone = {"ansible_collections", "ansible" if "ansible.constants" in sys.modules else ""}
    for name in [name for name in sys.modules if name.partition(".")[0] in gone]:
        del sys.modules[name]
    sys.path[:] = [place for place in sys.path if not (pathlib.Path(place) / "ansible_collections").is_dir()]
    sys.argv[:] = [str(pathlib.Path(sys.executable).with_name("ansible-playbook")), *arguments]
    try:
        play(packed)
    finally:
        atexit._run_exitfuncs()  # a forked process ends without, and Ansible's temporary files would stay
