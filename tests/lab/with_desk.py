# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run a command beside an empty rehearsal desk, with the environment variables by which it is reached.

Usage, in a sandbox: with_desk.py COMMAND...
"""

from __future__ import annotations

import os
import pathlib
import subprocess
import sys

from ansible_collections.iij.server_certificate.tests.contract.desk_process import running_desk


def main(command: list[str]) -> int:
    folder = pathlib.Path(os.environ["HOSTLAB_STATE"], "desk")
    folder.mkdir(parents=True)
    with running_desk(folder) as desk:
        reached = {
            "IIJ_CERT_DESK_URL": desk.url,
            "IIJ_CERT_ORDER_TOKEN": desk.order_token,
            "IIJ_CERT_REGISTER_TOKEN": desk.register_token,
            "HOSTLAB_CONTROL_TOKEN": desk.control_token,
        }
        return subprocess.run(command, env={**os.environ, **reached}, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
