# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A bare Debian has what the README names and no more; its user types the README and the first order."""

from __future__ import annotations

import os
import pathlib
import re
import subprocess
import typing as t

import pytest
from ansible_collections.iij.server_certificate.tests.docs.guide_scripts import follow
from ansible_collections.iij.server_certificate.tests.docs.strangers import HOUR, environment_of, lay_clone, pages_of
from ansible_collections.iij.server_certificate.tests.lab.sandboxes import HERE, ROOT, list_missing
from ansible_collections.iij.server_certificate.tests.playbooks.ssh_hosts import skip_or_fail

BAREROOT: t.Final = str(HERE / "bareroot.sh")
SUITES: t.Final = {"12": "bookworm", "13": "trixie"}
STRANGER: t.Final = 1000  # the first user of a Debian


def what_the_readme_asks_for() -> tuple[list[str], list[str]]:
    """The releases of Debian and the packages in the README's sentence on what has to be there."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    (said,) = re.findall(r"^On Debian (.+) in a fresh clone:$", text, flags=re.MULTILINE)
    releases, _with, packages = said.partition(" with ")
    return releases.split(" or "), re.findall(r"`([^`]+)`", packages)


def test_each_release_that_the_readme_names_is_tried() -> None:
    releases, packages = what_the_readme_asks_for()
    assert releases == list(SUITES)
    assert "python3-venv" in packages


@pytest.mark.long
@pytest.mark.parametrize("suite", SUITES.values())
def test_a_bare_debian_with_what_the_readme_names_orders_its_first_certificate(
    tmp_path: pathlib.Path, suite: str
) -> None:
    if os.geteuid() != 0:
        skip_or_fail("not root, so there is no bare Debian")
    if list_missing():
        skip_or_fail(
            f"no {', no '.join(list_missing())} here, so there is no bare Debian; `make molecule` installs them"
        )
    _releases, packages = what_the_readme_asks_for()
    subprocess.run([BAREROOT, "image", suite, *packages], check=True)
    home = tmp_path / "home"
    clone = lay_clone(home)
    subprocess.run(["chown", "--recursive", f"{STRANGER}:{STRANGER}", home], check=True)
    environment = environment_of(home, "en", path="/usr/bin:/bin")
    del environment["LC_ALL"]  # nobody has set it there
    inside = (BAREROOT, "run", suite, str(home))
    follow(pages_of("en", "guides/first-order.md"), folder=clone, environment=environment, inside=inside, patience=HOUR)
    assert (home / "first-order/web1/www.pem").stat().st_uid == STRANGER
