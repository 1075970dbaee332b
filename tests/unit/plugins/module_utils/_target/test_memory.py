# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""That a process with keys in its memory writes it nowhere; on real hosts the scenario key_stays_home aborts one."""

from __future__ import annotations

import os
import resource
import subprocess
import sys

ACT = """
import resource, subprocess
from ansible_collections.iij.server_certificate.plugins.module_utils._target import memory
memory.leave_no_core()
print(*resource.getrlimit(resource.RLIMIT_CORE), flush=True)
subprocess.run(["sh", "-c", "ulimit -S -c"], check=True)
"""


def allow_cores() -> None:
    resource.setrlimit(resource.RLIMIT_CORE, (4096, 8192))


def test_neither_a_process_nor_its_children_leave_a_core() -> None:
    done = subprocess.run(
        [sys.executable, "-c", ACT],
        check=False,
        preexec_fn=allow_cores,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
    )
    assert done.stdout.split() == ["0", "8192", "0"], done.stderr
