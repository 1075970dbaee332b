# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import os
import subprocess
import warnings

import pytest
from ansible_collections.iij.server_certificate.tests.lab.sandboxes import (
    OLDEST,
    SANDBOX,
    SUITES,
    Lab,
    list_missing,
    start_images,
)
from ansible_collections.iij.server_certificate.tests.playbooks.ssh_hosts import skip_or_fail


@pytest.fixture(scope="session")
def lab() -> Lab:
    """The lab with its images, which are built when they are not there; without root there is none."""
    if os.geteuid() != 0:
        skip_or_fail("not root, so there are no hosts in namespaces of their own")
    missing = list_missing()
    if missing:
        skip_or_fail(f"no {', no '.join(missing)} here, so there are no hosts; `make molecule` installs them")
    if subprocess.run([SANDBOX, "true"], capture_output=True).returncode:
        skip_or_fail("this machine grants no namespaces, so there are no hosts")
    failed = {suite for suite, process in start_images().items() if process.wait()}
    assert failed <= {OLDEST}, f"no image of {', '.join(sorted(failed))}"
    if failed:
        warnings.warn(f"no image of {OLDEST}: nothing is tried on its Python 3.9", stacklevel=1)
    return Lab(oldest=SUITES[0] if failed else OLDEST)
