# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Scheduling: tests that share a costly fixture of their module run in one worker of pytest-xdist. And the canary.

Each worker collects all tests, so what that takes counts as often as there are workers.
"""

from __future__ import annotations

import gc
import os
import subprocess
import sys
import typing as t

import pytest
from ansible_collections.iij.server_certificate.tests.canary import (  # noqa: F401
    pytest_configure,
    pytest_runtest_logreport,
    pytest_sessionfinish,
    pytest_terminal_summary,
    pytest_testnodedown,
)
from ansible_collections.iij.server_certificate.tests.lab.sandboxes import list_missing, start_images
from ansible_collections.iij.server_certificate.tests.playbooks import packed_modules

# Each of these walks a whole way once, in a fixture or from test to test, or has one folder for all its tests. The mark
# xdist_group is made for this, but pytest-xdist 3.8 writes it to an attribute that pytest no longer reads since 9.2
# (Node._nodeid): it has no effect.
IN_ONE_WORKER = (
    "tests/contract/test_manual_page.py",
    "tests/docs/test_examples.py",
    "tests/editor/test_editor.py",
    "tests/release/test_ansible_test.py",
    "tests/release/test_artefact.py",
    *(
        f"tests/playbooks/{name}.py"
        for name in ("test_plans_of_hosts", "test_portal_way", "test_secrets", "test_status_files", "test_whole_way")
    ),
)

# jsonschema would have it compile 38 grammars, a sixth of what collecting takes, for formats of internationalized
# addresses (iri). No schema here has one, so jsonschema may find that it is not installed.
sys.modules.setdefault("rfc3987_syntax", t.cast("t.Any", None))
gc.disable()  # until all tests are collected: hardly anything is garbage before, and all of it would be walked again


def pytest_collection_finish(session: pytest.Session) -> None:
    gc.freeze()  # what all tests are made of stays as long as the process, so no collection of cycles need walk it
    gc.enable()


def pytest_sessionstart(session: pytest.Session) -> None:
    """What all workers share; and where all tests run, begin with the images of the lab: all would come to wait."""
    config = session.config
    if not hasattr(config, "workerinput"):
        packed_modules.offer_folder(config, os.environ)
    leads = bool(config.getoption("numprocesses", None)) and not hasattr(config, "workerinput")
    if leads and config.args_source is config.ArgsSource.TESTPATHS and os.geteuid() == 0 and not list_missing():
        start_images(stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: t.Any) -> t.Any:
    """With --dist loadgroup: groups by mark, and the modules above."""
    from xdist.scheduler import LoadGroupScheduling

    class Scheduling(LoadGroupScheduling):
        def _split_scope(self, nodeid: str) -> str:
            file = nodeid.partition("::")[0]
            return file if file in IN_ONE_WORKER else super()._split_scope(nodeid)

    return Scheduling(config, log) if config.getvalue("dist") == "loadgroup" else None
