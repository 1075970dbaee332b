# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pathlib
import typing as t

import pytest
from ansible_collections.iij.server_certificate.tests.playbooks.ssh_hosts import SshHost, running_hosts
from ansible_collections.iij.server_certificate.tests.playbooks.trial_site import Site, open_site


@pytest.fixture(scope="session")
def ssh_hosts(tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[dict[str, SshHost]]:
    """Two hosts behind real SSH, for all tests of this process; files lie in folders of each test."""
    with running_hosts("web1", "web2", folder=tmp_path_factory.mktemp("ssh")) as hosts:
        yield hosts


@pytest.fixture
def site(tmp_path: pathlib.Path, ssh_hosts: dict[str, SshHost]) -> t.Iterator[Site]:
    """A place of work with an empty desk."""
    with open_site(tmp_path, ssh_hosts) as opened:
        yield opened
