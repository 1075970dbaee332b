# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""ansible-test in a copy of the checkout, with everything that it installs kept below build/."""

from __future__ import annotations

import dataclasses as dc
import pathlib
import subprocess
import sys
import typing as t

from ansible_collections.iij.server_certificate.tests.release.copies import ROOT, copy, trackable
from ansible_collections.iij.server_certificate.tests.release.interpreters import TARGETS, search_path

# ansible-test keeps its environments in the home folder; two cores that make one at once would take it from each other.
HOMES: t.Final = ROOT / "build" / "ansible-test"
BOOTSTRAPS: t.Final = ("24.2", "25.2")  # the releases of pip that ansible-core 2.19 and 2.20 to 2.21 begin with
# By itself ansible-test downloads a script that carries pip; this one takes pip's wheel, from the index of all else.
BOOTSTRAP: t.Final = """\
import os, sys
here = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(here, "pip-{version}-py3-none-any.whl"))
from pip._internal.cli.main import main
arguments = [word for word in sys.argv[1:] if word not in ("--no-setuptools", "--no-wheel")]
sys.exit(main(["install", "--no-index", "--find-links", here] + arguments))
"""
MODULES: t.Final = "tests/unit/plugins/modules/"
TARGET_SIDE: t.Final = ("tests/unit/plugins/module_utils/", MODULES)
OWN_TESTS: t.Final = (
    *TARGET_SIDE, "tests/config.yml", "tests/sanity/",
    "tests/unit/requirements.txt", "tests/unit/plugins/authority.py", "tests/unit/plugins/conftest.py",
)  # fmt: skip
ELSEWHERE: t.Final = ("extensions/molecule/", "rehearsal/", "tests/")


@dc.dataclass(frozen=True, kw_only=True)
class Core:
    """One release of ansible-core in its virtual environment, and a copy of the checkout for it alone."""

    version: str
    tools: pathlib.Path
    place: pathlib.Path

    def sanity(self, *options: str) -> list[str]:
        return [*self._ansible_test("sanity"), "--local", *options]

    def units(self, *options: str, tests: tuple[str, ...] = TARGET_SIDE) -> list[str]:
        """The tests of what runs on hosts, by every Python that hosts may have."""
        return [*self._ansible_test("units"), "--venv", "--requirements", *options, *tests]

    def environment(self, *, pythons: tuple[str, ...] = TARGETS) -> dict[str, str]:
        """With these Pythons within reach, beside the core's own."""
        return {
            "HOME": str(HOMES / self.version),
            "LC_ALL": "C.UTF-8",
            "PATH": search_path(self.tools, versions=pythons),
        }

    def _ansible_test(self, command: str) -> list[str]:
        return [str(self.tools / "ansible-test"), command, "--color", "no", "--truncate", "0"]


def core(version: str, *, tools: pathlib.Path) -> Core:
    """This core, ready to judge what the checkout holds now."""
    _prepare_home(HOMES / version)
    return Core(version=version, tools=tools, place=copy(judged(), into=ROOT / "build" / "copies" / version))


def judged() -> tuple[str, ...]:
    """What is published, and the tests that ansible-test runs itself; all other code has ruff and mypy for judges."""
    return tuple(name for name in trackable() if name.startswith(OWN_TESTS) or not name.startswith(ELSEWHERE))


def own_core() -> Core:
    """The core of the environment that runs this."""
    from ansible.release import __version__

    return core(".".join(__version__.split(".")[:2]), tools=pathlib.Path(sys.executable).parent)


def _prepare_home(home: pathlib.Path) -> None:
    cache = home / ".ansible" / "test" / "cache"
    cache.mkdir(parents=True, exist_ok=True)
    settings, theirs = home / ".config" / "pip", pathlib.Path("~/.config/pip").expanduser()
    if theirs.is_dir() and not settings.exists():
        settings.parent.mkdir(parents=True, exist_ok=True)
        settings.symlink_to(theirs)
    for version in BOOTSTRAPS:
        wheel, script = cache / f"pip-{version}-py3-none-any.whl", cache / f"get_pip_{version.replace('.', '_')}.py"
        if not wheel.exists():
            command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", str(cache)]
            subprocess.run([*command, f"pip=={version}"], check=True)
        script.write_text(BOOTSTRAP.format(version=version), encoding="ascii")
