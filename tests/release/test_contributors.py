# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The first minutes of a contributor: the shell, the hooks, and the notes of a release that is cut later."""

from __future__ import annotations

import os
import pathlib
import re
import subprocess
import sys
import typing as t

import pytest
import yaml
from ansible_collections.iij.server_certificate.tests.release.copies import ROOT, copy, trackable

TOOLS: t.Final = pathlib.Path(sys.executable).parent


def test_make_shell_finds_the_tools_and_the_collection(tmp_path: pathlib.Path) -> None:
    (tmp_path / ".bashrc").write_text("PS1='mine> '; PATH=/nowhere:$PATH\n", encoding="utf-8")
    asked = 'command -v ansible-playbook; echo "$ANSIBLE_COLLECTIONS_PATH"; echo "prompt <$PS1>"\n'
    done = subprocess.run(
        ["make", "--no-print-directory", "shell"],
        cwd=ROOT,
        env={**os.environ, "HOME": str(tmp_path)},
        input=asked,
        capture_output=True,
        text=True,
    )
    assert done.stdout.splitlines() == [
        str(ROOT / ".venv/bin/ansible-playbook"), str(ROOT / "collections"), "prompt <(iij.server_certificate) mine> >",
    ]  # fmt: skip


def test_the_hooks_before_a_commit_call_what_is_there() -> None:
    configuration = ROOT / ".pre-commit-config.yaml"
    subprocess.run([TOOLS / "pre-commit", "validate-config", configuration], check=True)
    subprocess.run([TOOLS / "pre-commit", "validate-manifest", ROOT / ".pre-commit-hooks.yaml"], check=True)
    (ours,) = yaml.safe_load(configuration.read_text(encoding="utf-8"))["repos"]
    for hook in ours["hooks"]:
        assert (ROOT / hook["entry"].split()[0]).is_file(), hook["id"]


@pytest.mark.parametrize(
    "change", ["git rm -q orders/web.yml", "date > orders/www.csr; git add ."], ids=["removed", "csr"]
)
def test_orders_are_judged_before_every_commit(tmp_path: pathlib.Path, change: str) -> None:
    """For a commit that only removes files, pre-commit finds none to check; and a CSR may have any name."""
    (hook,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    configuration = {"repos": [{"repo": "local", "hooks": [{**hook, "entry": "echo judged", "verbose": True}]}]}
    (tmp_path / ".pre-commit-config.yaml").write_text(yaml.safe_dump(configuration), encoding="utf-8")
    (tmp_path / "orders").mkdir()
    (tmp_path / "orders" / "web.yml").write_text("orders: []\n", encoding="utf-8")
    account = "git config user.name x; git config user.email x@example.jp"
    begin = f"git init -q .; {account}; git add .; git commit -qm begin; {change}"
    environment = {**os.environ, "PRE_COMMIT_HOME": str(tmp_path / "hooks"), "GIT_CONFIG_GLOBAL": os.devnull}
    subprocess.run(["sh", "-ec", begin], check=True, cwd=tmp_path, env=environment)
    command = [str(TOOLS / "pre-commit"), "run", "--color", "never"]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert "judged -e certificate_orders=orders" in done.stdout, done.stdout


def test_a_release_can_be_cut(tmp_path: pathlib.Path) -> None:
    """Every fragment that users need becomes notes, and all fragments go."""
    place = copy(trackable(), into=tmp_path)
    (place / "changelogs/fragments").mkdir(exist_ok=True)  # right after a release there is none
    planted = "---\nbugfixes:\n  - A planted note.\n"
    (place / "changelogs/fragments/planted.yml").write_text(planted, encoding="utf-8")
    fragments = sorted(place.glob("changelogs/fragments/*.yml"))
    version = "99.0.0"  # later than any that was cut
    sections = [section for file in fragments for section in yaml.safe_load(file.read_text(encoding="utf-8")).items()]
    parts = [part for title, part in sections if title != "trivial"]
    notes = [note for part in parts for note in ([part] if isinstance(part, str) else part)]
    environment = {
        **os.environ,
        "ANSIBLE_HOME": str(tmp_path / "home"),
        "PATH": f"{TOOLS}{os.pathsep}{os.environ['PATH']}",
    }
    done = subprocess.run(
        [TOOLS / "antsibull-changelog", "release", "--version", version],
        cwd=place,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert done.returncode == 0, done.stdout
    written = words((place / "CHANGELOG.md").read_text(encoding="utf-8"))
    assert [note for note in (f"v{version}", *notes) if words(note) not in written] == []
    assert not any(file.exists() for file in fragments)


def words(text: str) -> str:
    """A text without its markup."""
    return f" {re.sub('[^A-Za-z0-9]+', ' ', re.sub('</?code>', '', text)).strip()} "
