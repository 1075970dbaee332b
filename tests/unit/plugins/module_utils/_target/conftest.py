# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pathlib

import pytest
from ansible_collections.iij.server_certificate.tests.unit.plugins.authority import Authority
from ansible_collections.iij.server_certificate.tests.unit.plugins.module_utils._target.sites import Site
from cryptography.hazmat.primitives.asymmetric import ec


@pytest.fixture
def site(tmp_path: pathlib.Path, authority: Authority, ec_key: ec.EllipticCurvePrivateKey) -> Site:
    return Site(tmp_path, authority, ec_key)
