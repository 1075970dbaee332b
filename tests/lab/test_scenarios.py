# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The Molecule scenarios of extensions/molecule, each with hosts, network and desk of its own."""

from __future__ import annotations

import sys
import typing as t

import pytest
from ansible_collections.iij.server_certificate.tests.lab.sandboxes import HERE, ROOT

if t.TYPE_CHECKING:
    from ansible_collections.iij.server_certificate.tests.lab.sandboxes import Lab

SCENARIOS = sorted(file.parent.name for file in (ROOT / "extensions" / "molecule").glob("*/molecule.yml"))
LONG = {"four_renewals", "twenty_hosts"}


@pytest.mark.parametrize(
    "scenario", [pytest.param(each, marks=pytest.mark.long if each in LONG else ()) for each in SCENARIOS]
)
def test_scenario(lab: Lab, scenario: str) -> None:
    beside_a_desk = (sys.executable, str(HERE / "with_desk.py"))
    said = lab.run(*beside_a_desk, "molecule", "test", "--scenario-name", scenario, "--no-command-borders")
    # The report tells of a step without its playbook as if that were fine.
    assert "Missing playbook" not in said, said
