# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every check with every core and every Python that this machine has; what it lacks is named.

Usage: matrix.py (called by `make sanity` with the project's Python). Logs are in build/logs/.
"""

from __future__ import annotations

import concurrent.futures
import io
import json
import os
import pathlib
import subprocess
import sys
import tarfile
import time
import typing as t

from ansible_collections.iij.server_certificate.tests.release import artefact, checks
from ansible_collections.iij.server_certificate.tests.release.ansible_test import Core, core, own_core
from ansible_collections.iij.server_certificate.tests.release.copies import ROOT, copy, trackable
from ansible_collections.iij.server_certificate.tests.release.interpreters import TARGETS, interpreter

CORES: t.Final = {"2.19": "3.11", "2.20": "3.12", "2.21": "3.13"}  # each with the Python of its controller
BUILD: t.Final = ROOT / "build"
LOGS: t.Final = BUILD / "logs"


class Outcome(t.NamedTuple):
    name: str
    passed: bool
    seconds: float


def main() -> int:
    LOGS.mkdir(parents=True, exist_ok=True)
    missing = [f"Python {version} on hosts" for version in TARGETS if interpreter(version) is None]
    missing += [f"ansible-core {core} on Python {python}" for core, python in CORES.items() if not interpreter(python)]
    rows = [judged_by(ready) for ready in available_cores()]
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        outcomes = [outcome for row in pool.map(lambda row: row(), (*rows, judged_as_published)) for outcome in row]
    for lack in missing:
        print(f"SKIPPED  {lack}: no such interpreter here")
    failed = sum(not outcome.passed for outcome in outcomes)
    print(f"{len(outcomes) - failed} passed, {failed} failed, {len(missing)} skipped")
    return 1 if failed else 0


def available_cores() -> t.Iterator[Core]:
    own = own_core()
    yield own
    for version, python in CORES.items():
        real = interpreter(python)
        if real and version != own.version:
            yield core(version, tools=environment_of(version, python=real))


def environment_of(version: str, *, python: pathlib.Path) -> pathlib.Path:
    """The tools of the newest release of this core; installed once."""
    folder, uv = BUILD / "cores" / version, str(checks.TOOLS / "uv")
    if not (folder / "bin" / "ansible-test").exists():
        subprocess.run([uv, "venv", "--quiet", "--clear", "--python", str(python), str(folder)], check=True)
        install = [uv, "pip", "install", "--quiet", "--compile-bytecode", "--python", str(folder)]
        subprocess.run([*install, f"ansible-core=={version}.*"], check=True)
    return folder / "bin"


def judged_by(core: Core) -> t.Callable[[], list[Outcome]]:
    """Everything that a core says of the collection, one after the other, for it is about the same files."""

    def judge() -> list[Outcome]:
        kinds = (("sanity", core.sanity(), '"validate-modules"'), ("units", core.units(), " passed"))
        return [
            run(
                f"ansible-test {kind}, core {core.version}",
                command,
                says,
                cwd=core.place,
                environment=core.environment(),
            )
            for kind, command, says in kinds
        ]

    return judge


def judged_as_published() -> list[Outcome]:
    folder = BUILD / "copies" / "published"
    place = copy(trackable(), into=folder)
    environment = checks.environment(folder)
    outcomes = [run(name, checks.command(name), "", cwd=place, environment=environment) for name in checks.IN_A_COPY]
    importer = checks.importing(uploadable(artefact.build(folder)))
    return [*outcomes, run("galaxy-importer", importer, "", cwd=folder, environment=environment)]


def uploadable(built: pathlib.Path) -> pathlib.Path:
    """The artefact with a repository, which Galaxy demands and there is none of yet: a name that cannot exist."""
    made = built.parent / "upload" / built.name
    made.parent.mkdir(exist_ok=True)
    with tarfile.open(built) as archive, tarfile.open(made, "w:gz") as copied:
        manifest = json.loads(t.cast("t.IO[bytes]", archive.extractfile("MANIFEST.json")).read())
        manifest["collection_info"]["repository"] = "https://example.invalid/"
        content = json.dumps(manifest).encode("ascii")
        for member in archive:
            told = member.name == "MANIFEST.json"
            opened = io.BytesIO(content) if told else archive.extractfile(member)
            member.size = len(content) if told else member.size
            copied.addfile(member, opened)
    return made


def run(name: str, command: list[str], says: str, *, cwd: pathlib.Path, environment: dict[str, str]) -> Outcome:
    """Run a check to its end; one that fails, or does not say that it looked at anything, is shown."""
    log, began = LOGS / f"{name.replace(', ', '-').replace(' ', '-')}.log", time.monotonic()
    with log.open("wb") as output:
        done = subprocess.run(command, cwd=cwd, env=environment, stdout=output, stderr=subprocess.STDOUT, check=False)
    said = log.read_text(encoding="utf-8", errors="replace")
    outcome = Outcome(name, done.returncode == 0 and says in said, time.monotonic() - began)
    print(f"{'PASSED' if outcome.passed else 'FAILED'}   {name}, {outcome.seconds:.0f} s", flush=True)
    if not outcome.passed:
        print(said, flush=True)
    return outcome


if __name__ == "__main__":
    sys.exit(main())
